"""A rule in the shadow decides nothing, and says what it would have; the counts say which rules are used."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from parts.house import House

from maild.cli import explain
from maild.store import hits
from maild.store.database import EPOCH

ANN, BO = "Ann Berg <ann@kunde.example>", "Bo <bo@annen.example>"
ROUTING = """
- name: hasty
  shadow: true
  stop: true
  when: {subject: skriver}
  set: {priority: critical, label: hasty, desk: drift}
- name: printers
  when: {subject: skriver}
  set: {priority: high}
- name: the customer
  when: {from: ann@kunde.example}
  set: {priority: low}
- name: nobody
  when: {from: nobody@nowhere.example}
  set: {priority: low}
"""


def trace(house: House, row: int) -> dict[str, Any]:
    [(text,)] = house.session.all("SELECT trace FROM incoming WHERE id=?", (row,))
    return dict(json.loads(text))


def test_a_rule_in_the_shadow_decides_nothing_and_says_what_it_would_have(tmp_path: Path) -> None:
    house = House(tmp_path, ROUTING)
    row = house.mail(ANN, "Skriver virker ikke", "Den står.")
    case = house.case("1001")
    assert (case["desk"], case["priority"], case["labels"]) == ("support", "high", [])
    [shadow] = trace(house, row)["shadows"]
    assert shadow["name"] == "hasty"
    assert shadow["would"] == {"desk": "drift", "priority": "critical", "labels": ["hasty"]}
    assert sorted(shadow["differs"]) == ["desk", "labels", "priority"]
    house.database.close()


def test_a_rule_in_the_shadow_that_would_change_nothing_says_so(tmp_path: Path) -> None:
    house = House(tmp_path, ROUTING.replace("critical, label: hasty, desk: drift", "high"))
    row = house.mail(ANN, "Skriver virker ikke", "Den står.")
    assert trace(house, row)["shadows"][0]["differs"] == []
    assert hits.hits(house.session, EPOCH)["hasty"].decided == 0
    house.database.close()


def test_every_mail_that_a_rule_met_is_counted_and_whether_it_decided(tmp_path: Path) -> None:
    house = House(tmp_path, ROUTING)
    house.mail(ANN, "Skriver virker ikke", "Den står.")
    house.mail(BO, "Skriver", "Den står.")
    house.wait(days=1)
    house.mail(ANN, "Skriver igjen", "Den står.")
    counted = hits.hits(house.session, EPOCH)
    assert {name: (one.matched, one.decided) for name, one in counted.items()} == {
        "hasty": (3, 3),
        "printers": (3, 3),
        "the customer": (2, 0),
    }
    assert counted["printers"].last_at == house.now
    assert hits.hits(house.session, house.now)["printers"].matched == 1
    house.database.close()


def test_counts_older_than_two_years_go(tmp_path: Path) -> None:
    house = House(tmp_path, ROUTING)
    house.mail(ANN, "Skriver", "Den står.")
    hits.forget(house.session, house.now + timedelta(days=799))
    assert hits.hits(house.session, EPOCH)
    hits.forget(house.session, house.now + timedelta(days=801))
    assert not hits.hits(house.session, EPOCH)
    house.database.close()


STOPS = """
- name: trial
  shadow: true
  stop: true
  when: {subject: nyhetsbrev}
  set: {priority: low}
- name: news is low
  when: {subject: nyhetsbrev}
  set: {priority: low}
- name: readers
  when: {subject: brev}
  set: {watch: ola, label: news}
"""


def test_a_trial_that_stops_says_what_rules_below_it_would_lose(tmp_path: Path) -> None:
    house = House(tmp_path, STOPS)
    row = house.mail(ANN, "Nyhetsbrev", "Les det.")
    [shadow] = trace(house, row)["shadows"]
    assert shadow["differs"] == []
    assert shadow["loses"] == {"labels": ["news"], "watch": ["handler:ola"]}
    [said] = [text for label, text in explain._lines(trace(house, row)) if label == "shadow"]
    assert "would stop what rules below say: " in said
    assert "watch = handler:ola" in said
    assert hits.hits(house.session, EPOCH)["trial"].decided == 1
    house.database.close()
