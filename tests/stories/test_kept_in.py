"""What rules hand out does not reach outside where a case is confidential, unless the rule that makes it so says whom it lets in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from parts.house import DESKS, House

from maild.policy import build

ANN, LEADER = "Ann Berg <ann@kunde.example>", "leder@kunde.example"
PEOPLE = """
kari: {name: Kari Nordmann, addresses: [kari@staff.example], desks: [support, drift], digest: none}
ola: {name: Ola Hansen, addresses: [ola@staff.example], desks: [podpora, help], digest: none}
"""
SHUT = DESKS.replace("name: Drift\n", "name: Drift\n  confidential: true\n")
THEIRS = """
- name: library
  when: {domain: kunde.example}
  set: {watch: leder@kunde.example, forward: leder@kunde.example, tasks: [{text: Ringe, handler: ola}], handler: kari}
"""
WHISTLE = """
- name: whistle
  when: {subject: varsel}
  set: {confidential: true, handler: kari}
"""


def made(folder: Path, rules: str, desks: str = DESKS) -> House:
    return House(folder, routing=rules, desks=desks, people=PEOPLE)


def told(house: House) -> set[str]:
    house.wait(seconds=61)
    return {letter.to for letter in house.letters()}


@pytest.mark.parametrize(
    ("rules", "desks", "to"),
    [
        (THEIRS + WHISTLE, DESKS, "support@desk.example"),
        (WHISTLE + THEIRS, DESKS, "support@desk.example"),
        (THEIRS, SHUT, "drift@desk.example"),
    ],
)
def test_whom_another_rule_names_gets_nothing_of_a_confidential_case(
    tmp_path: Path, rules: str, desks: str, to: str
) -> None:
    house = made(tmp_path, rules, desks)
    house.mail(ANN, "Varsel om lederen", "Hemmelig.", to)
    assert told(house) == {"kari@staff.example", "ann@kunde.example"}
    house.reply(house.newest("1001"), "Takk for varselet.")
    assert LEADER not in told(house)
    assert {"followed", "forwarded"}.isdisjoint(house.kinds("1001"))
    row = house.session.one("SELECT trace FROM incoming ORDER BY id LIMIT 1")
    assert row is not None
    notes = " ".join(json.loads(row[0])["notes"])
    assert ("forward: the case is confidential" in notes, LEADER in notes) == (True, True)


def test_his_task_is_that_of_whoever_has_the_case(tmp_path: Path) -> None:
    house = made(tmp_path, THEIRS + WHISTLE)
    house.mail(ANN, "Varsel om lederen", "Hemmelig.")
    (task,) = [event["data"] for event in house.case("1001")["events"] if event["kind"] == "tasked"]
    assert task["handler"] == "kari"


def test_the_rule_that_makes_it_confidential_says_who_gets_it(tmp_path: Path) -> None:
    house = made(tmp_path, WHISTLE.replace("true,", "true, watch: ombud@kunde.example, forward: ombud@kunde.example,"))
    house.mail(ANN, "Varsel om lederen", "Hemmelig.")
    assert "ombud@kunde.example" in told(house)
    house.reply(house.newest("1001"), "Takk for varselet.")
    assert "ombud@kunde.example" in told(house)


def test_who_read_along_hears_no_more_when_the_case_goes_to_a_confidential_desk(tmp_path: Path) -> None:
    house = made(tmp_path, THEIRS, SHUT)
    house.mail(ANN, "Skriver", "Den står.")
    assert LEADER in told(house)
    house.reply(house.newest("1001"), "/tildel drift")
    told(house)
    house.reply(house.newest("1001"), "Vi ser på det.")
    assert "ann@kunde.example" in (heard := told(house))
    assert LEADER not in heard


@pytest.mark.parametrize(
    ("rules", "desks", "said"),
    [
        (THEIRS + WHISTLE, DESKS, f"nothing goes to {LEADER} where the rule 'whistle' matches, too"),
        (THEIRS, SHUT, f"nothing goes to {LEADER} in the cases of the desk 'drift'"),
        (WHISTLE + "  stop: true\n" + THEIRS, DESKS, ""),
        (THEIRS.replace("example}", "example, desk: support}", 1), SHUT, ""),
        (THEIRS.replace("handler: kari", "confidential: true, handler: kari") + WHISTLE, DESKS, ""),
    ],
)
def test_the_check_says_where_the_two_meet(tmp_path: Path, rules: str, desks: str, said: str) -> None:
    house = made(tmp_path, rules, desks)
    found = [problem.what for problem in build.warnings(house.policy) if "nothing goes to" in problem.what]
    assert [what[: len(said)] for what in found] == ([said] if said else [])
