"""rules/ -> Policy: what desks, people and rules become."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.decide.route import route
from maild.errors import RuleError
from maild.model.events import Priority
from maild.model.people import Role
from maild.model.policy import Choice, Decisions, Facts, Policy
from maild.places import shipped
from maild.policy import build, texts

DESKS = """
support:
  addresses: [Support@Desk.example, help@desk.example]
  name: Kundeservice
  language: nb
  zone: Europe/Oslo
  signature: |
    Hilsen
    oss
drift:
  addresses: drift@desk.example
  name: Drift
  language: nn
  zone: Europe/Oslo
  number: "{year}-{n:04}"
  first_number: 1
  reopen: 2w
  separator: "-"
"""
PEOPLE = """
- key: kari
  name: Kari Nordmann
  addresses: [Kari@staff.example, kari@home.example]
  role: lead
- key: ola
  name: Ola Hansen
  addresses: [ola@staff.example]
  desks: drift
  language: en
"""


def policy(folder: Path, routing: str | None = None, desks: str = DESKS, people: str = PEOPLE) -> Policy:
    (folder / "desks.yaml").write_text(desks, "utf-8")
    (folder / "people.yaml").write_text(people, "utf-8")
    if routing is not None:
        (folder / "routing.yaml").write_text(routing, "utf-8")
    return build.load(folder, texts.load(folder / "templates", shipped("templates")))


def facts(**more: object) -> Facts:
    values = {
        "desk": "support",
        "author": "ann@kunde.example",
        "domain": "kunde.example",
        "to": (),
        "cc": (),
        "subject": "Skriver",
        "text": "",
        "own_text": "",
        "kind": "person",
        "automatic": False,
        "language": "nb",
        "authenticated": True,
        "headers": (),
        "attachments": (),
        "size": 1,
    }
    return Facts(**{**values, **more})  # type: ignore[arg-type]


def test_desks_come_in_order_with_their_values(tmp_path: Path) -> None:
    made = policy(tmp_path)
    support, drift = made.desks.values()
    assert made.default_desk is support
    assert (support.addresses, support.number, support.reopen_days) == (
        ("support@desk.example", "help@desk.example"),
        "#{n}",
        14,
    )
    assert support.signature == "Hilsen\noss"
    assert (drift.key, drift.separator, drift.reopen_days, drift.first_number) == ("drift", "-", 14, 1)


def test_people_may_be_a_list_with_keys(tmp_path: Path) -> None:
    made = policy(tmp_path)
    assert made.handlers["kari"].role is Role.LEAD
    assert made.handler_of_address("kari@HOME.example") is made.handlers["kari"]
    assert [handler.key for handler in made.team("support")] == ["kari"]
    assert [handler.key for handler in made.team("drift")] == ["kari", "ola"]


def test_without_routing_everybody_has_a_turn(tmp_path: Path) -> None:
    verdict = route(facts(), policy(tmp_path).rules)
    assert verdict.value("handler") == Choice("round_robin", (), "desk")
    assert verdict.decisions["handler"].where == "built in"


def test_automatic_mail_is_low_nobodys_and_not_acknowledged(tmp_path: Path) -> None:
    for robot in (facts(automatic=True), facts(kind="list"), facts(kind="bounce")):
        verdict = route(robot, policy(tmp_path).rules)
        assert verdict.value("handler") == Choice("nobody", ())
        assert verdict.value("priority") is Priority.LOW
        assert verdict.value("acknowledge") is False
        assert verdict.value("labels") == ("automatic",)


def test_an_earlier_rule_wins_over_the_built_in_ones(tmp_path: Path) -> None:
    made = policy(tmp_path, "- name: alarms\n  when: {automatic: true}\n  set: {priority: critical, handler: kari}\n")
    verdict = route(facts(automatic=True), made.rules)
    assert verdict.value("priority") is Priority.CRITICAL
    assert verdict.value("handler") == Choice("named", ("kari",), "")
    assert verdict.decisions["priority"].where == "routing.yaml:1"


def test_what_a_rule_sets(tmp_path: Path) -> None:
    made = policy(
        tmp_path,
        """
- name: everything
  when: {subject: skriver}
  set:
    desk: drift
    handler: {least_loaded: [ola, kari]}
    priority: high
    label: [printer, hardware, printer]
    acknowledge: false
    discard: spam
  because: The contract says so
  stop: true
- name: turn
  when: {subject: papir}
  set: {handler: {round_robin: all}}
- name: nobody
  when: {subject: sopp}
  set: {handler: none}
""",
    )
    first, second, third = made.rules[:3]
    assert first.set == Decisions(
        "drift",
        Choice("least_loaded", ("ola", "kari"), "ola+kari"),
        Priority.HIGH,
        ("printer", "hardware"),
        False,
        "spam",
    )
    assert (first.because, first.stop, first.where) == ("The contract says so", True, "routing.yaml:2")
    assert second.set.handler == Choice("round_robin", (), "desk")
    assert third.set.handler == Choice("nobody", ())


def test_the_hash_names_the_content_of_rules_and_texts(tmp_path: Path) -> None:
    one = policy(tmp_path)
    assert policy(tmp_path).hash == one.hash
    assert policy(tmp_path, "# a comment counts\n").hash != one.hash
    (tmp_path / "routing.yaml").unlink()
    (tmp_path / "templates" / "nb").mkdir(parents=True)
    (tmp_path / "templates" / "nb" / "ack.txt").write_text("Subject: Takk\n\nVi har fått det.\n", "utf-8")
    assert policy(tmp_path).hash != one.hash


def test_the_policy_keeps_its_files(tmp_path: Path) -> None:
    made = policy(tmp_path, "# none\n")
    assert made.files["desks.yaml"] == DESKS
    assert made.files["routing.yaml"] == "# none\n"


def test_problems_of_texts_and_rules_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "templates" / "nb").mkdir(parents=True)
    (tmp_path / "templates" / "nb" / "akk.txt").write_text("x")
    (tmp_path / "desks.yaml").write_text("support: {}\n")
    (tmp_path / "people.yaml").write_text(PEOPLE)
    with pytest.raises(RuleError) as told:
        build.load(tmp_path, lambda: texts.load(tmp_path / "templates", shipped("templates")))
    files = {problem.file.rpartition("/")[2] for problem in told.value.problems}
    assert {"akk.txt", "desks.yaml"} <= files


def test_what_ships_as_an_example_is_a_policy() -> None:
    made = build.load(shipped("rules"), texts.load(Path("nowhere"), shipped("templates")))
    assert len(made.desks) == 2
    assert len(made.handlers) == 2


def test_the_commented_rules_that_ship_are_rules_too(tmp_path: Path) -> None:
    shown = (shipped("rules") / "routing.yaml").read_text("utf-8")
    body = shown[shown.index("# - name") :]
    made = policy(tmp_path, "\n".join(line[2:] for line in body.splitlines()) + "\n")
    assert len(made.rules) == 7
    assert len(build.tests(made)) == 1


def test_tests_beside_rules_become_facts_and_expectations(tmp_path: Path) -> None:
    made = policy(
        tmp_path,
        """
- name: printers
  when: {subject: skriver}
  set: {priority: high}
  tests:
    - mail: {from: Ann@Kunde.example, to: drift@desk.example, subject: Skriver, text: Hei, headers: {X-A: b}, kind: list}
      expect: {priority: high, label: [automatic]}
""",
    )
    (test,) = build.tests(made)
    assert (test.rule, test.line) == ("printers", 6)
    assert (test.facts.author, test.facts.domain, test.facts.desk) == ("ann@kunde.example", "kunde.example", "drift")
    assert (test.facts.own_text, test.facts.automatic, test.facts.headers) == ("Hei", True, (("x-a", "b"),))
    assert test.expect == {"priority": "high", "labels": ("automatic",)}
