"""Who may do what, looked up when the mail is handled."""

from __future__ import annotations

from dataclasses import replace

import pytest
from making import KARI, MONDAY, OLA, Desk1042, from_kari, policy

from maild.decide import rights
from maild.decide.acts import COMMANDS
from maild.decide.judge import judge
from maild.model.case import Case
from maild.model.events import Assigned, Moved, Watched
from maild.model.people import Handler, Role
from maild.model.plan import Plan
from maild.model.policy import Policy
from maild.model.trust_events import Restricted

DRIFTER = replace(KARI, desks=("drift",))


def case(*events: object) -> Case:
    return Desk1042(list(events)).case()  # type: ignore[arg-type]


def handled(text: str, rules: Policy, *events: object) -> Plan:
    return judge(from_kari(text), Desk1042(list(events)).known(), rules, MONDAY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("handler", "events", "may"),
    [
        (KARI, [Assigned("ola", "x")], True),
        (replace(KARI, desks=("support",)), [Assigned("ola", "x")], True),
        (DRIFTER, [Assigned("ola", "x")], False),
        (DRIFTER, [Assigned("kari", "x")], True),
        (DRIFTER, [Assigned("ola", "x"), Watched("drift")], True),
        (DRIFTER, [Assigned("ola", "x"), Watched("drift"), Restricted("x")], False),
        (DRIFTER, [Assigned("kari", "x"), Restricted("x")], True),
        (replace(KARI, desks=("support",)), [Moved("drift"), Assigned(None, "x")], False),
    ],
    ids=["all", "his", "another's", "given", "told of it", "told, confidential", "given, confidential", "moved away"],
)
def test_a_handler_acts_where_he_works_or_was_given_the_case(handler: Handler, events: list[object], may: bool):
    assert rights.acts_in(handler, case(*events), policy(handlers=(handler, OLA))) is may


def test_who_may_not_act_is_told_who_has_the_case_and_nothing_goes_out():
    plan = handled("Hei Ann!", policy(handlers=(DRIFTER, OLA)), Assigned("ola", "x"))
    assert [happened.record.event.kind for happened in plan.events] == ["declined", "told"]
    (error,) = plan.letters
    assert (error.kind, error.to.address, error.values["words"]) == ("error", "kari@staff.example", "Hei Ann!")
    assert (error.values["lines"][0]["key"], error.values["lines"][0]["value"]) == ("not_your_case", "Ola Hansen")


@pytest.fixture
def wants_a_lead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "take", replace(COMMANDS["take"], least=Role.LEAD))


@pytest.fixture
def wants_an_admin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "take", replace(COMMANDS["take"], least=Role.ADMIN))


LEAD = replace(OLA, role=Role.LEAD)
LEAD_HERE = replace(KARI, roles=(("support", Role.LEAD), ("drift", Role.HANDLER)))
LEAD_ELSEWHERE = replace(KARI, roles=(("support", Role.HANDLER), ("drift", Role.LEAD)))


@pytest.mark.parametrize("text", ["/take", "take"])
@pytest.mark.usefixtures("wants_a_lead")
def test_what_wants_a_lead_is_refused_to_others_with_the_leads_name(text: str):
    plan = handled(text, policy(handlers=(KARI, LEAD)))
    (error,) = plan.letters
    assert (error.kind, error.values["lines"][0]["key"], error.values["lines"][0]["value"]) == (
        "error", "needs_lead", "Ola Hansen",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("handlers", "may"),
    [
        ((replace(KARI, role=Role.LEAD), OLA), True),
        ((replace(KARI, role=Role.ADMIN), OLA), True),
        ((LEAD_HERE, OLA), True),
        ((LEAD_ELSEWHERE, LEAD), False),
        ((KARI, replace(LEAD, desks=("drift",))), True),
        ((KARI, replace(LEAD, retired=True)), True),
        ((DRIFTER, OLA), False),
    ],
    ids=["lead", "admin", "lead here", "lead elsewhere", "desk without a lead", "whose lead has left", "a guest"],
)
@pytest.mark.usefixtures("wants_a_lead")
def test_a_role_is_held_at_the_cases_desk(handlers: tuple[Handler, ...], may: bool):
    plan = handled("/take", policy(handlers=handlers))
    assert (plan.letters[0].kind == "receipt") is may


@pytest.mark.usefixtures("wants_an_admin")
def test_what_wants_an_admin_waits_for_one():
    (error,) = handled("/take", policy(handlers=(KARI, LEAD))).letters
    assert (error.values["lines"][0]["key"], error.values["lines"][0]["value"]) == ("needs_admin", "")


@pytest.mark.parametrize("verb", ["merge", "split"])
def test_what_reaches_beyond_one_case_wants_a_lead(verb: str):
    """As soon as there is such a command."""
    assert verb not in COMMANDS or COMMANDS[verb].least is Role.LEAD
