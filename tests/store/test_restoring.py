"""A copied database made fit to live again: nothing leaves by itself, and no old number speaks for a new case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from making_rows import NOW, posted, taken

from maild.mail import token
from maild.store import chain, incoming, outbox, restoring
from maild.store.database import Session

COPIED, BACK = NOW, NOW + timedelta(hours=3)


def states(session: Session) -> dict[int, str]:
    return dict(session.all("SELECT id, state FROM outbox ORDER BY id"))


def restore(session: Session) -> int:
    return restoring.quarantine(session, COPIED, BACK, "admin:root")


def test_what_was_not_sent_waits_and_what_was_sent_stays_sent(session: Session):
    outbox.post(session, [posted(n, case=n) for n in range(1, 7)], NOW, 0)
    outbox.claim(session, NOW, 6)
    outbox.sent(session, 1, NOW)
    outbox.defer(session, 2, NOW, "450 later")
    outbox.fail(session, 3, "550 never")
    outbox.hold(session, 4, "a NUL")
    outbox.post(session, [posted(7, case=7)], NOW, 0)
    assert restore(session) == 4
    assert states(session) == {1: "done", 2: "held", 3: "failed", 4: "held", 5: "held", 6: "held", 7: "held"}
    assert outbox.claim(session, BACK, 10) == []
    assert session.one("SELECT error FROM outbox WHERE id=4") == ("a NUL",)
    (why,) = session.one("SELECT error FROM outbox WHERE id=5") or ("",)
    assert why == "restored from a backup of 2026-03-02T09:00:00Z: it may have left already"


@pytest.mark.parametrize(("fate", "after", "sent"), [("sent", "ready", [2]), ("dropped", "cancelled", [])])
def test_an_admin_lets_all_go_or_gives_all_up(session: Session, fate: str, after: str, sent: list[int]):
    outbox.post(session, [posted(1), posted(2, case=8)], NOW, 0)
    outbox.claim(session, NOW, 1)
    outbox.hold(session, 1, "a NUL")
    restore(session)
    assert restoring.release(session, fate, "admin:root", BACK) == 1
    assert states(session) == {1: "held", 2: after}, "what a bug holds is no restore's"
    assert [row.id for row in outbox.claim(session, BACK, 10)] == sent
    assert restoring.release(session, fate, "admin:root", BACK) == 0
    kinds = [row[0] for row in session.all("SELECT kind FROM event ORDER BY id")]
    assert kinds == ["restored", "released"]
    assert chain.follow(chain.rows(session)).events == 2


def test_what_was_taken_in_is_settled_again_though_somebody_had_it_in_hand(session: Session):
    row, _ = incoming.accept(session, taken(kept=True))
    restore(session)
    assert [arrival.id for arrival in incoming.claim(session, BACK, 10)] == [row]


def test_numbers_that_the_original_may_have_given_away_are_not_given_again(session: Session):
    outbox.post(session, [posted(17)], NOW, 0)
    session.insert("counter(key, value)", [("number:{n}", 1001), ("turn:support", 3)])
    restore(session)
    assert session.one("SELECT max(id) FROM letter") == (17 + restoring.LETTERS,)
    assert dict(session.all("SELECT key, value FROM counter")) == {"number:{n}": 1101, "turn:support": 3}


def test_a_restore_is_remembered_and_an_ordinary_database_has_none(session: Session):
    assert restoring.remembered(session) is None
    row, _ = incoming.accept(session, taken(kept=True))
    restore(session)
    found = restoring.remembered(session)
    assert found is not None
    assert (found.copied_at, found.restored_at, found.incoming) == (COPIED, BACK, row)


def test_what_each_key_has_signed_is_counted(session: Session):
    keys = token.parse(token.fresh(b"k" * 32, "aa"))
    later = token.parse(token.rotate(token.fresh(b"k" * 32, "aa"), b"l" * 32, "ab"))
    outbox.post(session, [posted(n, case=n) for n in range(1, 4)], NOW, 0)
    for n, ring in ((1, keys), (2, keys), (3, later)):
        session.execute("UPDATE outbox SET message_id=? WHERE id=?", (token.message_id(n, "d.example", ring), n))
    assert sorted((row[0], row[1]) for row in outbox.signed(session)) == [("aa", 2), ("ab", 1)]
