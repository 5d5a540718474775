"""Whom a rule gives a case: by weight, by skill, the customer's last handler; and never more than somebody's cap."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from parts.house import PEOPLE, House

from maild.decide.arithmetic import told
from maild.decide.assign import spread

ANN, BO = "Ann Berg <ann@kunde.example>", "Bo Li <bo@kunde.example>"
KARI, OLA, IDA = "kari@staff.example", "ola@staff.example", "ida@staff.example"
THREE = PEOPLE + "ida: {name: Ida Moen, addresses: [ida@staff.example], digest: none}\n"


def made(folder: Path, handler: str, people: str = THREE, more: str = "") -> House:
    return House(folder, routing=f"- name: it\n  set: {{handler: {handler}}}\n{more}", people=people)


def opened(house: House, count: int, sender: str = ANN) -> list[str]:
    """Who got each of so many new cases."""
    before = house.session.one("SELECT count(*) FROM cases")[0]  # type: ignore[index]
    for number in range(count):
        house.mail(sender, f"Sak {before + number}", "Hei.")
    return [house.case(str(1001 + before + number))["handler"] for number in range(count)]


def assignment(house: House, number: str) -> dict[str, object]:
    row = house.session.one(
        "SELECT i.trace FROM incoming i JOIN cases c ON c.id=i.case_id WHERE c.number=? ORDER BY i.id LIMIT 1",
        (number,),
    )
    assert row is not None
    found: dict[str, object] = json.loads(row[0])["assignment"]
    return found


def away(house: House, key: str) -> None:
    house.session.execute("INSERT INTO absence(handler, since, until_at, provisional) VALUES (?, 0, NULL, 0)", (key,))


def skilled(*keys: str, more: str = "") -> str:
    people = THREE
    for key in keys:
        people = people.replace(
            f"addresses: [{key}@staff.example]", f"addresses: [{key}@staff.example], skills: [printers]{more}"
        )
    return "\n".join(
        row.replace("], skills", "]\n  skills") if row.startswith("  ") else row for row in people.split("\n")
    )


# --- weighted ---------------------------------------------------------------------------------------------------------------------


def test_each_gets_cases_as_often_as_his_weight_says(tmp_path: Path):
    assert opened(made(tmp_path, "{weighted: {kari: 2, ola: 1}}"), 6) == [KARI, OLA, KARI, KARI, OLA, KARI]


def test_whoever_is_away_is_left_out_of_the_round(tmp_path: Path):
    house = made(tmp_path, "{weighted: {kari: 2, ola: 1}}")
    away(house, "kari")
    assert opened(house, 2) == [OLA, OLA]


@pytest.mark.parametrize("weights", [{"a": 1}, {"a": 3, "b": 1}, {"a": 5, "b": 2, "c": 2}, {"a": 1, "b": 100}])
def test_a_round_has_each_as_often_as_his_weight(weights: dict[str, int]):
    order = spread(weights)
    assert {key: order.count(key) for key in weights} == weights


# --- skill ------------------------------------------------------------------------------------------------------------------------


def test_those_who_know_printers_take_turns(tmp_path: Path):
    assert opened(made(tmp_path, "{skill: printers}", skilled("kari", "ida")), 3) == [KARI, IDA, KARI]


def test_a_skill_at_another_desk_is_no_help(tmp_path: Path):
    people = skilled("kari", "ida").replace(
        "addresses: [ida@staff.example]", "desks: [drift], addresses: [ida@staff.example]"
    )
    assert opened(made(tmp_path, "{skill: printers}", people), 2) == [KARI, KARI]


# --- sticky -----------------------------------------------------------------------------------------------------------------------


def test_the_customers_last_handler_has_his_next_case_too(tmp_path: Path):
    house = made(tmp_path, "{sticky: {round_robin: all}}")
    assert opened(house, 3) == [KARI, KARI, KARI]
    assert opened(house, 2, BO) == [OLA, OLA]
    assert assignment(house, "1002")["reason"] == "the customer's last handler"


def test_is_he_away_another_has_it(tmp_path: Path):
    house = made(tmp_path, "{sticky: ola}")
    house.mail(ANN, "Sak", "Hei.")
    house.reply(house.letters("notice")[0], "/tildel kari")
    assert house.case("1001")["handler"] == KARI
    away(house, "kari")
    house.mail(ANN, "Annen sak", "Hei.")
    assert house.case("1002")["handler"] == OLA


def test_has_he_left_the_desk_another_has_it(tmp_path: Path):
    house = made(tmp_path, "{sticky: {round_robin: [kari, ola]}}")
    assert opened(house, 1) == [KARI]
    rules = tmp_path / "rules" / "people.yaml"
    rules.write_text(
        THREE.replace("  addresses: [kari@staff.example]\n", "  addresses: [kari@staff.example]\n  desks: [drift]\n")
    )
    house.load()
    assert house.policy.handlers["kari"].desks == ("drift",)
    assert opened(house, 1) == [OLA]


# --- caps -------------------------------------------------------------------------------------------------------------------------

CAPPED = THREE.replace("  addresses: [kari@staff.example]\n", "  addresses: [kari@staff.example]\n  cap: 1\n")


def test_who_has_as_many_as_his_cap_is_passed_over_and_the_trace_says_so(tmp_path: Path):
    house = made(tmp_path, "{round_robin: [kari, ola]}", CAPPED)
    assert opened(house, 3) == [KARI, OLA, OLA]
    considered = assignment(house, "1003")["considered"]
    assert told(considered) == "kari (is full, cap 1, 1 open), ola"  # type: ignore[arg-type]


def test_with_a_case_less_he_gets_one_again(tmp_path: Path):
    house = made(tmp_path, "kari", CAPPED)
    assert opened(house, 1) == [KARI]
    house.reply(house.letters("notice")[0], "/lukk")
    assert opened(house, 1, BO) == [KARI]


def test_are_all_full_it_is_nobodys_and_the_whole_desk_is_told(tmp_path: Path):
    house = made(tmp_path, "kari", CAPPED)
    opened(house, 1)
    house.letters()
    assert opened(house, 1) == [None]
    assert assignment(house, "1002")["reason"] == "everybody is full: kari"
    assert sorted(one.to for one in house.letters("notice")) == [IDA, KARI, OLA]


def test_the_customers_last_handler_is_not_filled_over_his_cap(tmp_path: Path):
    house = made(tmp_path, "{sticky: {round_robin: all}}", CAPPED)
    assert opened(house, 2) == [KARI, IDA]


# --- impact and urgency -------------------------------------------------------------------------------------------------------------

MATRIX = "- name: it\n  set: {priority: {impact: IMPACT, urgency: URGENCY}}\n"


@pytest.mark.parametrize(
    ("impact", "urgency", "priority"),
    [("high", "high", "critical"), ("high", "low", "medium"), ("medium", "high", "high"), ("low", "medium", "low")],
)
def test_impact_and_urgency_make_the_priority(tmp_path: Path, impact: str, urgency: str, priority: str):
    house = House(tmp_path, routing=MATRIX.replace("IMPACT", impact).replace("URGENCY", urgency))
    house.mail(ANN, "Sak", "Hei.")
    assert house.case("1001")["priority"] == priority


def test_a_site_has_its_own_matrix(tmp_path: Path):
    rules = MATRIX.replace("IMPACT", "high").replace("URGENCY", "low")
    house = House(tmp_path, routing=rules, cases="priorities: {high: {low: critical}}\n")
    house.mail(ANN, "Sak", "Hei.")
    assert house.case("1001")["priority"] == "critical"
