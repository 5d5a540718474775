"""The mail of a web form: the case is his who filled it in, and nobody is believed for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from parts.house import House

FORM, ANN = "Skjema <skjema@kommune.example>", "Ann Berg <ann@kunde.example>"
FORMS = "kommune: {name: Kommunen, forms: [skjema@kommune.example]}\n"
BY_FIELD = "- name: form\n  when: {from: skjema@kommune.example}\n  set: {customer: {field: E-post}, handler: kari, priority: high}\n"
BY_REPLY = BY_FIELD.replace("{field: E-post}", "reply_to")
FILLED = "Navn: Ann\nE-post: ann@kunde.example\nHva gjelder det: Skriveren står."


def made(folder: Path, rules: str = BY_FIELD) -> House:
    return House(folder, routing=rules, customers=FORMS)


def test_the_case_is_his_whose_address_was_filled_in(tmp_path: Path):
    house = made(tmp_path)
    house.mail(FORM, "Skjema", FILLED)
    case = house.case("1001")
    assert (case["customer"], case["handler"], case["priority"]) == ("ann@kunde.example", "kari@staff.example", "high")


@pytest.mark.parametrize("filled", ["E-post:\nann@kunde.example\nHva: Den står.", "E-post =  \n  <ANN@kunde.example>"])
def test_it_may_stand_alone_in_the_line_below(tmp_path: Path, filled: str):
    house = made(tmp_path)
    house.mail(FORM, "Skjema", filled)
    assert house.case("1001")["customer"] == "ann@kunde.example"


def test_or_his_who_stands_in_reply_to(tmp_path: Path):
    house = made(tmp_path, BY_REPLY)
    house.mail(FORM, "Skjema", "Skriveren står.", Reply_To=ANN)
    assert house.case("1001")["customer"] == "ann@kunde.example"


def test_he_is_acknowledged_as_somebody_unknown_and_the_answer_goes_to_him(tmp_path: Path):
    house = made(tmp_path)
    house.mail(FORM, "Kjøp billig", FILLED)
    letters = {one.kind: one for one in house.letters()}
    assert letters["ack"].to == "ann@kunde.example"
    assert "Kjøp billig" not in letters["ack"].text + letters["ack"].subject
    house.reply(letters["notice"], "Vi ser på den.")
    house.wait(seconds=60)
    assert [one.to for one in house.letters("update")] == ["ann@kunde.example"]


def test_his_answer_comes_into_the_case(tmp_path: Path):
    house = made(tmp_path)
    house.mail(FORM, "Skjema", FILLED)
    house.reply(house.letters("ack")[0], "Den står fortsatt.", ANN)
    assert house.session.all("SELECT count(*) FROM cases") == [(1,)]


def test_a_forged_form_mail_changes_nothing(tmp_path: Path):
    house = made(tmp_path)
    house.mail(FORM, "Skjema", FILLED, proven=False)
    assert house.case("1001")["customer"] == "skjema@kommune.example"


def test_another_sender_names_nobody(tmp_path: Path):
    house = made(tmp_path, BY_FIELD.replace("from: skjema@kommune.example", "subject: Skjema"))
    house.mail("Bo <bo@kunde.example>", "Skjema", FILLED)
    assert house.case("1001")["customer"] == "bo@kunde.example"


@pytest.mark.parametrize(
    "filled",
    [
        "E-post: kari@staff.example",
        "E-post: support@desk.example",
        "E-post: ikke en adresse",
        "E-post: a@b.example c@d.example",
        "E-post: a@b.example\nE-post: c@d.example",
        "Ingenting her",
        "E-post:\nHva gjelder det: Sjefen min, leder@annen.example, sover.",
        "E-post: \nSjefen min er leder@annen.example",
        "E-post:\nHva: Hun er borte.\nE-post: leder@annen.example",
        "E-post:\n\nleder@annen.example",
    ],
)
def test_what_is_no_customers_address_leaves_the_case_with_the_form(tmp_path: Path, filled: str):
    house = made(tmp_path)
    house.mail(FORM, "Skjema", filled)
    assert house.case("1001")["customer"] == "skjema@kommune.example"


@pytest.mark.parametrize("command", ["/lukk", "/close", "/zapri"])
def test_a_form_gives_no_commands(tmp_path: Path, command: str):
    house = made(tmp_path)
    house.mail(FORM, "Skjema", f"{command}\n{FILLED}")
    assert house.case("1001")["status"] == "new"


def test_a_form_fills_nobodys_mailbox(tmp_path: Path):
    house = made(tmp_path)
    for number in range(8):
        house.mail(FORM, f"Skjema {number}", FILLED)
    assert len([one for one in house.letters("ack") if one.to == "ann@kunde.example"]) == 5


def test_a_form_that_calls_itself_automatic_is_a_persons_all_the_same(tmp_path: Path):
    house = made(tmp_path)
    house.mail(FORM, "Skjema", FILLED, Auto_Submitted="auto-generated")
    assert "automatic" not in house.case("1001")["labels"]
    assert [one.to for one in house.letters("ack")] == ["ann@kunde.example"]


# --- one author ---------------------------------------------------------------------------------------------------------------------

HOSPITAL = "sykehus: {name: Sykehuset, domains: [sykehus.example], forms: [skjema@sykehus.example], labels: [vip]}\n"
AGREED = "a26: {name: Avtalen, organisations: [sykehus], from: 2026-01-01, covers: [drift]}\n"
RULES = """
- name: form
  when: {from: skjema@sykehus.example}
  set: {customer: {field: E-post}, handler: kari}
- name: important
  when: {organisation: {label: vip}}
  set: {label: vip}
- name: agreed
  when: {any: [{agreement: true}, {domain: sykehus.example}]}
  set: {label: agreed}
- name: sure
  when: {trust: [aligned, internal]}
  set: {label: sure}
- name: known
  when: {person: {known: true, cases: {over: 1}}}
  set: {label: regular}
- name: many
  when: {case: {count: {from: person, in: 24h, over: 1}, open_same_subject: true}}
  set: {label: many}
"""


def hospital(folder: Path) -> House:
    return House(folder, routing=RULES, customers=HOSPITAL, agreements=AGREED)


def test_whoever_fills_in_an_organisations_form_is_not_of_it(tmp_path: Path):
    house = hospital(tmp_path)
    house.mail("Skjema <skjema@sykehus.example>", "Skjema", FILLED)
    assert house.case("1001")["labels"] == []


def test_the_cases_of_whoever_filled_it_in_count(tmp_path: Path):
    house = hospital(tmp_path)
    for _ in range(3):
        house.mail("Skjema <skjema@sykehus.example>", "Skjema", FILLED)
    assert [house.case(number)["labels"] for number in ("1001", "1002", "1003")] == [[], [], ["regular", "many"]]


def test_a_form_does_not_walk_past_the_spam_mark(tmp_path: Path):
    house = made(tmp_path)
    house.mail(FORM, "Kjøp", FILLED)
    house.reply(house.letters("notice")[0], "/spam")
    house.mail(FORM, "Kjøp mer", FILLED)
    assert house.case("1002")["labels"] == ["quarantine"]
    assert [one.kind for one in house.letters()] == ["receipt"]


@pytest.mark.parametrize("filled", ["E-post: eve@evil.example\nHva: Slipp meg inn.", "Hva: Slipp meg inn."])
def test_a_number_in_a_forms_subject_leads_into_nobody_elses_case(tmp_path: Path, filled: str):
    house = made(tmp_path)
    house.mail(FORM, "Skjema", "Hva: Om naboen.")
    house.mail(FORM, "Ang. [#1001]", filled)
    assert "received" not in house.kinds("1001")
    assert "sammen med sak #1001" in house.letters("notice")[-1].text


def test_it_leads_into_his_own_and_nobody_is_told_how_his_cases_stand(tmp_path: Path):
    house = made(tmp_path)
    house.mail(FORM, "Skjema", FILLED)
    house.letters()
    house.mail(FORM, "Ang. [#1001]", FILLED)
    assert "received" in house.kinds("1001")
    house.mail(FORM, "status", "E-post: ann@kunde.example\nstatus")
    house.wait(seconds=61)
    assert "status" not in [one.kind for one in house.letters()]
