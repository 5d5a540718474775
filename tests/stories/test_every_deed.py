"""One mail with everything that rules can do at once; the trace says who decided what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from parts.house import DESKS, PEOPLE, House

FORM, ANN = "Skjema <skjema@kommune.example>", "Ann Berg <ann@kunde.example>"
LINES = DESKS.replace(
    "  addresses: [drift@desk.example]\n", '  addresses: [drift@desk.example]\n  lines: {"1": [kari], "2": [ola]}\n'
)
RULES = """
- name: where it goes
  when: {subject: skriver}
  set: {desk: drift, line: 2, handler: {sticky: {weighted: {ola: 2, kari: 1}}}, customer: reply_to}
  because: The second line knows it
- name: what it is
  when: {text: toner}
  set: {priority: {impact: high, urgency: high}, type: fault, category: printers, label: printer, notice: known}
- name: what is done
  when: {own_text: toneren}
  set:
    tasks: [{text: Bytte toner, handler: kari, due: 2d}]
    watch: [kari, podpora, sjef@kunde.example]
    forward: partner@skriver.example
    language: en
    template: ack-printers
    label: toner
    confidential: true
- name: too late
  when: {subject: [skriver, printer]}
  set: {priority: low, label: last}
"""


@pytest.fixture
def house(tmp_path: Path) -> House:
    for language in ("nb", "nn", "sl", "en"):
        (tmp_path / "templates" / language).mkdir(parents=True)
        own = "Subject: {{ subject }} {{ tag }}\n\nTurn it off and on.\n"
        (tmp_path / "templates" / language / "ack-printers.txt").write_text(own)
    made = House(
        tmp_path,
        routing=RULES,
        desks=LINES,
        people=PEOPLE,
        cases="categories: [printers]\n",
        customers="kommune: {name: Kommunen, forms: [skjema@kommune.example]}\n",
    )
    made.mail(FORM, "Skriver", "Toneren er tom.", Reply_To=ANN)
    return made


def test_the_case_has_all_of_it(house: House):
    case = house.case("1001")
    said = {
        name: case[name]
        for name in ("desk", "handler", "customer", "priority", "type", "category", "labels", "language")
    }
    assert said == {
        "desk": "drift",
        "handler": "ola@staff.example",
        "customer": "ann@kunde.example",
        "priority": "critical",
        "type": "fault",
        "category": "printers",
        "labels": ["printer", "toner", "last"],
        "language": "en",
    }
    assert [(task["text"], task["handler"]) for task in case["tasks"]] == [("Bytte toner", "kari@staff.example")]
    assert case["followers"] == ["kari", "sjef@kunde.example"]
    happened = house.kinds("1001")
    assert {"escalated", "restricted", "watched", "forwarded"} <= set(happened)


def test_everybody_has_his_letter(house: House):
    letters = {(one.kind, one.to) for one in house.letters()}
    assert letters == {
        ("ack", "ann@kunde.example"),
        ("notice", "ola@staff.example"),
        ("notice", "kari@staff.example"),
        ("task", "kari@staff.example"),
        ("forward", "partner@skriver.example"),
    }


def test_the_trace_says_who_decided_each(house: House):
    row = house.session.one("SELECT trace FROM incoming ORDER BY id LIMIT 1")
    assert row is not None
    trace: dict[str, Any] = json.loads(row[0])
    by = {name: decided["rule"] for name, decided in trace["decisions"].items()}
    assert by == {
        **dict.fromkeys(("desk", "line", "handler", "customer"), "where it goes"),
        **dict.fromkeys(("priority", "type", "category", "notice"), "what it is"),
        **dict.fromkeys(("tasks", "watch", "forward", "language", "template", "confidential"), "what is done"),
        "labels": "too late",
    }
    values = {name: decided["value"] for name, decided in trace["decisions"].items()}
    assert values["tasks"] == ["Bytte toner (kari, in 2d)"]
    assert values["watch"] == ["handler:kari", "desk:podpora", "sjef@kunde.example"]
    assert values["handler"]["otherwise"]["weights"] == [2, 1]
    assert trace["notes"] == ["no incident with the label known is open"]
    assert trace["customer"] == "named by reply_to"


def test_it_comes_out_the_same_a_second_time(house: House):
    house.mail(FORM, "Skriver igjen", "Toneren er tom.", Reply_To=ANN)
    assert house.case("1002")["handler"] == "ola@staff.example"
    row = house.session.one("SELECT trace FROM incoming ORDER BY id DESC LIMIT 1")
    assert json.loads(row[0])["assignment"]["reason"] == "the customer's last handler"  # type: ignore[index]
