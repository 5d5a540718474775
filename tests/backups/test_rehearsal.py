"""The rehearsal: a backup made while mails come in, put back elsewhere, and what the two sites together have told people."""

from __future__ import annotations

from pathlib import Path

import pytest
from backups.conftest import Maker, backed_up
from parts.mails import mail
from parts.net import wait_until
from parts.sink import Sink
from parts.site import Site
from storm.senders import REPLIERS, SENDERS, Field, Replier, Sender

from maild.cli.desk import opened
from maild.store import views

BUSY = ("ready", "leased", "deferred")


def waiting(site: Site, *states: str) -> list[str]:
    with opened(site.config) as desk:
        rows = list(views.queue(desk.session, everything=False))
    return [row["id"] for row in rows if row["state"] in states and row["queue"] != "deadline"]


def said_in(site: Site, number: str) -> str:
    with opened(site.config) as desk:
        row = views.case_id(desk.session, number)
        assert row is not None
        return str(views.case(desk.session, row, {})["messages"])


def copied_under_load(site: Site, sink: Sink) -> tuple[Path, list[str]]:
    """A backup from the middle of a busy time, and the subjects that had their 250 before it began.  Then the machine burns down."""
    field = Field(site.start(), sink, pause=0.02)
    writers = [Sender(field, n) for n in range(SENDERS)] + [Replier(field, n) for n in range(REPLIERS)]
    for writer in writers:
        writer.start()
    assert wait_until(lambda: len(field.accepted) > 30 and len(field.replies) > 2, 60)
    before = list(field.accepted)
    backup = backed_up(site)
    since = len(field.accepted)
    assert wait_until(lambda: len(field.accepted) > since + 20, 60), "mail goes on coming in"
    field.enough.set()
    for writer in writers:
        writer.join(60)
    site.kill()
    return backup, before


@pytest.mark.timeout(180)
def test_a_restored_site_has_every_mail_and_sends_nothing_twice(another: Maker, sink: Sink) -> None:
    original, far = another(sink), Sink()
    restored = another(far)
    backup, before = copied_under_load(original, sink)
    done = restored.maild("restore", str(backup))
    assert done.returncode == 0, done.stderr
    restored.impatient().start()
    assert wait_until(lambda: not waiting(restored, *BUSY), 60)

    have = [case["subject"] for case in restored.cases()]
    assert set(before) <= set(have), "every mail that had its 250 before the backup began is there"
    assert len(have) == len(set(have))
    held = waiting(restored, "held")
    assert held, "letters waited when the copy was made: news to handlers and customers leave after a minute"
    assert far.letters == [], "nothing leaves by itself"

    # A signed address of the original's is good here, and what comes anew is answered.
    ack = next(x for x in sink.letters if x.kind == "ack" and x.mail["Subject"].endswith(f"{before[0]} [#{x.case}]"))
    restored.send(mail(f"Ann <{ack.recipients[0]}>", f"Re: {before[0]}", "Fortsatt.\n"), to=ack.reply_to)
    assert wait_until(lambda: "Fortsatt." in said_in(restored, ack.case), 20)
    restored.send(mail("Eva <eva@ny.example>", "Ny sak", "Hei.\n"))
    far.wait("ack", to="eva@ny.example")
    assert not {x.message_id for x in far.letters} & {x.message_id for x in sink.letters}

    # What the admin lets go bears the name that it had at the original's.
    released = restored.maild("queue", "retry", "--restored")
    assert f"{len(held)} letters" in released.stdout, released.stderr
    assert wait_until(lambda: not waiting(restored, "held", *BUSY), 60)
    again = backed_up(restored)
    assert restored.maild("backup", "verify", str(again)).returncode == 0, "the chain goes on"
    far.close()
