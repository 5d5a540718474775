"""What ties cases together, as their events fold."""

from __future__ import annotations

from datetime import timedelta

from making import MONDAY, Desk1042

from maild.model.case import Case, apply, wake_at
from maild.model.events import Event, Status, Waiting
from maild.model.recorded import Recorded, dump, load
from maild.model.related_events import (
    Absorbed,
    Copied,
    Declared,
    Excluded,
    Gathered,
    Grouped,
    Included,
    Linked,
    Merged,
    Parted,
    Separated,
    Uncopied,
    Ungrouped,
    Unlinked,
    Unmerged,
)
from maild.store.case_state import dump_case, load_case


def after(*events: Event) -> Case:
    case = Desk1042().case()
    for event in events:
        case = apply(
            case, Recorded(case.seq + 1, MONDAY, "handler:kari", "incoming:1", load(event.kind, 1, dump(event)))
        )
    return case


def test_a_case_that_is_taken_out_again_stands_as_it_stood():
    rest = Waiting("handler:kari", "time", MONDAY + timedelta(days=3))
    merged = after(rest, Merged(9, "handler:kari", 4))
    assert (merged.status, merged.merged_into, wake_at(merged)) == (Status.CLOSED, 9, None)
    again = after(rest, Merged(9, "handler:kari", 4), Unmerged(9, "handler:kari"))
    assert (again.status, again.merged_into, wake_at(again)) == (Status.ON_HOLD, None, MONDAY + timedelta(days=3))


def test_each_event_has_one_that_turns_it_round():
    before = after()
    for one, other in (
        (Merged(9, "handler:kari", 4), Unmerged(9, "handler:kari")),
        (Absorbed(9, "handler:kari"), Separated(9, "handler:kari")),
        (Linked(9), Unlinked(9)),
        (Included("person:5"), Excluded("person:5")),
        (Copied("person:5"), Uncopied("person:5")),
        (Declared("ab" * 16, "handler:kari"), Declared("", "handler:kari")),
        (Grouped(9), Ungrouped(9)),
        (Gathered(9), Parted(9)),
    ):
        there, back = after(one), after(one, other)
        assert load_case(7, dump_case(there)) == there
        assert dump_case(there).replace(str(there.seq), "") != dump_case(before).replace(str(before.seq), "")
        assert {**_state(back)} == {**_state(before)}


def _state(case: Case) -> dict[str, object]:
    return {name: getattr(case, name) for name in Case.__match_args__ if name not in ("seq", "updated_at")}


def test_the_customer_is_never_excluded():
    customer = after().customer
    assert customer in after(Excluded(customer)).participants


def test_a_row_of_an_older_release_is_the_same_case():
    row = dump_case(after())
    assert not any(name in row for name in ("merged_into", "watchers", "children"))
    assert load_case(7, row) == after()
