"""Where a trace names only some of the rules, those of then are asked once more, of the stored mail."""

from __future__ import annotations

import json
from pathlib import Path

from parts.house import House

from maild import policies
from maild.replays.recall import is_short, rules_then
from maild.store import views

RULES = """
- name: screens
  when: {subject: skjerm}
  set: {priority: low}
- name: printers
  when: {subject: skriver}
  set: {priority: high}
"""


FORM = """
- name: form
  when: {from: skjema@kommune.example}
  set: {customer: {field: E-post}}
- name: machines
  when: {automatic: true}
  set: {priority: low}
"""


def test_a_forms_mail_is_read_as_it_was_then(tmp_path: Path) -> None:
    house = House(tmp_path, FORM, customers="kommune: {name: Kommunen, forms: [skjema@kommune.example]}\n")
    with house.session.transaction():
        policies.remember(house.session, house.policy, "here", house.now)
    words = {"Auto_Submitted": "auto-generated"}
    house.mail("Skjema <skjema@kommune.example>", "Skjema", "E-post: ann@kunde.example\nx: y", **words)
    (trace,) = views.traces(house.session, "1001")
    assert [rule["name"] for rule in trace["rules"] if rule["matched"]][:2] != ["form", "machines"]
    assert rules_then(house.session, trace, house.keys) == trace["rules"]
    house.database.close()


def test_the_rules_of_then_answer_again_as_they_did(tmp_path: Path) -> None:
    house = House(tmp_path, RULES)
    with house.session.transaction():
        policies.remember(house.session, house.policy, "here", house.now)
    row = house.mail("Ann Berg <ann@kunde.example>", "Skriver", "Den står.")
    (trace,) = views.traces(house.session, "1001")
    whole = trace["rules"]
    house.session.execute(
        "UPDATE incoming SET trace=? WHERE id=?",
        (json.dumps({**trace, "rules": [rule for rule in whole if rule["matched"]], "asked": len(whole)}), row),
    )
    (tmp_path / "rules" / "routing.yaml").write_text("")
    (short,) = views.traces(house.session, "1001")
    assert is_short(short)
    assert rules_then(house.session, short, house.keys) == whole
    house.session.execute("DELETE FROM chunk")
    assert rules_then(house.session, short, house.keys) is None
    house.database.close()


FORM_RULES = """
- name: form
  when: {from: skjema@kommune.example}
  set: {customer: {field: E-post}}
- name: machine
  when: {any: [{automatic: true}, {organisation: true}, {trust: [aligned, internal]}]}
  set: {priority: critical}
"""


def test_a_web_forms_mail_is_asked_as_it_was_read_then(tmp_path: Path) -> None:
    forms = "kommune: {name: Kommunen, domains: [kommune.example], forms: [skjema@kommune.example]}\n"
    house = House(tmp_path, FORM_RULES, customers=forms)
    with house.session.transaction():
        policies.remember(house.session, house.policy, "here", house.now)
    text = "E-post: ann@kunde.example\nHva: Den står."
    house.mail("Skjema <skjema@kommune.example>", "Skjema", text, Auto_Submitted="auto-generated")
    (trace,) = views.traces(house.session, "1001")
    assert [rule["matched"] for rule in trace["rules"]][:2] == [True, False]
    assert rules_then(house.session, trace, house.keys) == trace["rules"]
    house.database.close()
