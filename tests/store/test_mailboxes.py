"""Where we are in a mailbox, and whose it is, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from making_rows import taken

from maild.errors import Conflict
from maild.store import incoming, lease, mailboxes
from maild.store.database import Session
from maild.store.mailboxes import Became

NOW = datetime(2026, 3, 2, 12, 0, 0, 500_000, tzinfo=UTC)
LONG = timedelta(minutes=5)


def cursor(session: Session) -> mailboxes.Cursor:
    found = mailboxes.cursor(session, "box")
    assert found is not None
    return found


def test_the_first_look_stands_behind_what_is_there(session: Session) -> None:
    assert mailboxes.cursor(session, "box") is None
    mailboxes.begin(session, "box", "here", 77, 4200, NOW)
    now = cursor(session)
    assert (now.uidvalidity, now.uid, now.floor, now.state) == (77, 4200, 4200, "reading")
    assert now.horizon == NOW.replace(microsecond=0), "INTERNALDATE knows no fractions"


def test_the_cursor_only_goes_forward(session: Session) -> None:
    mailboxes.begin(session, "box", "here", 77, 0, NOW)
    mailboxes.became(session, "box", Became(5, "done", 1), NOW)
    mailboxes.became(session, "box", Became(3, "later", tries=1, error="why"), NOW)
    assert cursor(session).uid == 5
    assert cursor(session).mail_at == NOW
    assert [(row.uid, row.tries, row.error) for row in mailboxes.open_uids(session, "box")] == [(3, 1, "why")]
    mailboxes.became(session, "box", Became(3, "kept", 2), NOW)
    mailboxes.settled(session, "box", [3], "done")
    assert mailboxes.open_uids(session, "box") == []
    assert mailboxes.known_uids(session, "box") == {3, 5}


def test_other_numbers_forget_the_old_ones_and_keep_the_horizon(session: Session) -> None:
    mailboxes.begin(session, "box", "here", 77, 4200, NOW)
    mailboxes.became(session, "box", Became(4201, "done", 1), NOW)
    mailboxes.renumbered(session, "box", "here", 78, 9)
    now = cursor(session)
    assert (now.uidvalidity, now.uid, now.floor, now.goal, now.state) == (78, 9, 0, 9, "looking")
    assert now.horizon == NOW.replace(microsecond=0)
    assert mailboxes.known_uids(session, "box") == set()
    mailboxes.stop(session, "box")
    assert not mailboxes.order(session, "other", mailboxes.TAKING)
    assert mailboxes.order(session, "box", mailboxes.TAKING)
    assert not mailboxes.order(session, "box", mailboxes.SKIPPING), "it is decided"
    mailboxes.looked(session, "box", NOW + LONG)
    assert (cursor(session).state, cursor(session).looked_at) == ("reading", NOW + LONG)


def test_what_went_aside_is_shown_until_it_is_seen(session: Session) -> None:
    mailboxes.begin(session, "box", "here", 77, 0, NOW)
    mailboxes.became(session, "box", Became(1, "aside", error="too large"), NOW)
    mailboxes.settled(session, "box", [1], "laid")
    mailboxes.forget(session, "box", [1])
    assert mailboxes.laid_aside(session, "box") == [(1, "laid", NOW, "too large")]
    assert mailboxes.seen(session, "box") == 1
    assert mailboxes.laid_aside(session, "box") == []


def test_a_lease_is_one_owners_until_it_ends(session: Session) -> None:
    assert lease.take(session, "imap:box", "one", LONG)
    assert lease.take(session, "imap:box", "one", LONG), "renewed"
    assert not lease.take(session, "imap:box", "two", LONG)
    with pytest.raises(Conflict):
        lease.hold(session, "imap:box", "two")
    lease.hold(session, "imap:box", "one")
    lease.give_back(session, "imap:box", "two")
    assert not lease.take(session, "imap:box", "two", LONG)
    assert lease.take(session, "imap:box", "one", timedelta(milliseconds=-1))
    assert lease.take(session, "imap:box", "two", LONG), "the first one's has run out"


def test_a_mail_is_known_as_accept_would_know_it(session: Session) -> None:
    mail = taken()
    assert not incoming.known(session, mail.digest, False, mail.received_at)
    incoming.accept(session, mail)
    later = mail.received_at + timedelta(days=6)
    assert incoming.known(session, mail.digest, False, later)
    assert incoming.known(session, mail.digest, True, mail.received_at)
    assert not incoming.known(session, mail.digest, True, later), "without Date or Message-ID it may be another"
