"""Since when an entry counts, and which of its days was a case; on both databases."""

from __future__ import annotations

from datetime import timedelta

from making_rows import NOW

from maild.store import recurring
from maild.store.database import Session

LATER = NOW + timedelta(days=3)


def test_an_entry_counts_since_it_was_first_seen(session: Session) -> None:
    recurring.begin(session, "visit", "yearly", NOW)
    recurring.begin(session, "visit", "yearly", LATER)
    assert recurring.known(session) == {"visit": recurring.Row("yearly", NOW, "")}


def test_another_rule_counts_from_then_on(session: Session) -> None:
    recurring.begin(session, "visit", "yearly", NOW)
    recurring.take(session, "visit", "yearly", "2026-09-01")
    recurring.begin(session, "visit", "monthly", LATER)
    assert recurring.known(session) == {"visit": recurring.Row("monthly", LATER, "")}


def test_a_day_is_taken_once_and_none_before_it(session: Session) -> None:
    recurring.begin(session, "visit", "yearly", NOW)
    days = ("2026-09-01", "2026-09-01", "2025-09-01", "2027-09-01")
    assert [recurring.take(session, "visit", "yearly", day) for day in days] == [True, False, False, True]


def test_who_holds_an_older_rule_takes_nothing(session: Session) -> None:
    recurring.begin(session, "visit", "monthly", NOW)
    assert not recurring.take(session, "visit", "yearly", "2026-09-01")
