"""What rules do with a case: its line, its type and category, its tasks, who reads along; and what becomes of a mail that they hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from parts.house import DESKS, PEOPLE, House

ANN, BO = "Ann Berg <ann@kunde.example>", "Bo Li <bo@kunde.example>"
LINES = DESKS.replace(
    "  addresses: [support@desk.example]\n",
    '  addresses: [support@desk.example]\n  lines: {"1": [kari], "2": [ola, ida]}\n',
)
IDA = PEOPLE + "ida: {name: Ida Moen, addresses: [ida@staff.example], digest: none}\n"
CASES = "categories: [printers, access]\n"


def made(folder: Path, rules: str, *, desks: str = DESKS, people: str = PEOPLE, cases: str = CASES) -> House:
    return House(folder, routing=rules, desks=desks, people=people, cases=cases)


def rule(decides: str, when: str = "{}", name: str = "it") -> str:
    return (
        f"- name: {name}\n  when: {when}\n  set: {decides}\n" if when != "{}" else f"- name: {name}\n  set: {decides}\n"
    )


# --- line, type, category, language ------------------------------------------------------------------------------------------------


def test_a_rules_line_gives_its_handlers_a_turn_each(tmp_path: Path):
    house = made(tmp_path, rule("{line: 2}"), desks=LINES, people=IDA)
    for number in range(3):
        house.mail(ANN, f"Sak {number}", "Hei.")
    assert [house.case(str(number))["handler"] for number in (1001, 1002, 1003)] == [
        "ola@staff.example",
        "ida@staff.example",
        "ola@staff.example",
    ]
    assert "escalated" in house.kinds("1001")


def test_a_rule_that_names_somebody_outweighs_the_turn_of_the_line(tmp_path: Path):
    house = made(tmp_path, rule("{line: 2, handler: kari}"), desks=LINES, people=IDA)
    house.mail(ANN, "Skriver", "Hei.")
    assert house.case("1001")["handler"] == "kari@staff.example"


@pytest.mark.parametrize(
    ("desk", "said"),
    [
        ("support", "Type: feil · kategori: printers"),
        ("drift", "Type: feil · kategori: printers"),
        ("podpora", "Vrsta: napaka · kategorija: printers"),
        ("help", "Type: fault · category: printers"),
    ],
)
def test_type_and_category_stand_in_the_handlers_letter_and_in_the_case(tmp_path: Path, desk: str, said: str):
    house = made(tmp_path, rule("{type: fault, category: printers}"))
    house.mail(ANN, "X", "Y", f"{desk}@desk.example")
    (notice,) = house.letters("notice")
    assert said in notice.text
    number = notice.subject.partition("[#")[2].partition("]")[0]
    case = house.case(number)
    assert (case["type"], case["category"]) == ("fault", "printers")


def test_the_customer_is_answered_in_the_language_that_a_rule_names(tmp_path: Path):
    house = made(tmp_path, rule("{language: sl}"))
    house.mail(ANN, "Skriver virker ikke", "Den står her, og den vil ikke skrive ut noe som helst i dag.")
    (ack,) = house.letters("ack")
    assert "Pozdravljeni" in ack.text


# --- tasks ------------------------------------------------------------------------------------------------------------------------

LIST = "{handler: kari, tasks: [{text: Bestille skjerm, handler: ola, due: 3d}, Ringe kunden]}"


def test_a_rules_tasks_stand_on_the_list_and_their_handlers_are_told(tmp_path: Path):
    house = made(tmp_path, rule(LIST))
    house.mail(ANN, "Ny ansatt", "Hei.")
    tasks = house.case("1001")["tasks"]
    assert [(task["text"], task["handler"]) for task in tasks] == [
        ("Bestille skjerm", "ola@staff.example"),
        ("Ringe kunden", "kari@staff.example"),
    ]
    letters = house.letters()
    assert [(one.to, one.kind) for one in letters if one.kind == "task"] == [("ola@staff.example", "task")]
    assert "Ringe kunden" in next(one for one in letters if one.kind == "notice").text


def test_a_rules_task_is_done_by_a_reply_to_its_letter(tmp_path: Path):
    house = made(tmp_path, rule(LIST))
    house.mail(ANN, "Ny ansatt", "Hei.")
    house.reply(next(one for one in house.letters() if one.kind == "task"), "/ferdig")
    assert [task["state"] for task in house.case("1001")["tasks"]] == ["done", "open"]


def test_who_has_a_rules_task_is_reminded_when_it_is_due(tmp_path: Path):
    house = made(tmp_path, rule(LIST))
    house.mail(ANN, "Ny ansatt", "Hei.")
    house.letters()
    house.wait(days=3)
    assert [(one.to, "Bestille skjerm" in one.text) for one in house.letters("task")] == [("ola@staff.example", True)]


# --- watch ------------------------------------------------------------------------------------------------------------------------

WATCH = "{handler: kari, watch: [ola, drift, sjef@kunde.example]}"


def test_who_reads_along_hears_of_the_case_and_the_customer_does_not_know(tmp_path: Path):
    house = made(tmp_path, rule(WATCH))
    house.mail(ANN, "Skriver", "Den står.")
    letters = house.letters()
    assert sorted(one.to for one in letters if one.kind == "notice") == ["kari@staff.example", "ola@staff.example"]
    house.reply(next(one for one in letters if one.to == "kari@staff.example"), "Vi ser på den.")
    house.wait(seconds=60)
    updates = {one.to: one for one in house.letters("update")}
    assert set(updates) == {"ann@kunde.example", "sjef@kunde.example"}
    for hidden in ("sjef@", "ola@", "Ola Hansen", "Kopi"):
        assert hidden not in updates["ann@kunde.example"].text


def test_a_handler_who_reads_along_may_answer(tmp_path: Path):
    people = PEOPLE.replace(
        "  addresses: [ola@staff.example]\n", "  addresses: [ola@staff.example]\n  desks: [drift, podpora, help]\n"
    )
    house = made(tmp_path, rule("{handler: kari, watch: ola}"), people=people)
    house.mail(ANN, "Skriver", "Den står.")
    house.reply(
        next(one for one in house.letters("notice") if one.to == "ola@staff.example"), "Prøv å slå den av og på."
    )
    house.wait(seconds=60)
    assert "Prøv å slå den av og på." in house.letters("update")[0].text


def test_a_person_who_reads_along_can_be_erased(tmp_path: Path):
    house = made(tmp_path, rule(WATCH))
    house.mail(ANN, "Skriver", "Den står.")
    row = house.session.one(
        "SELECT w.case_id FROM watcher w JOIN address a ON a.person=w.person WHERE a.address='sjef@kunde.example'"
    )
    assert row is not None


def test_the_one_who_reads_along_is_one_person_in_all_cases(tmp_path: Path):
    house = made(tmp_path, rule(WATCH))
    house.mail(ANN, "Skriver", "Den står.")
    house.mail(BO, "Skjerm", "Den er svart.")
    assert house.session.all("SELECT count(*) FROM address WHERE address='sjef@kunde.example'") == [(1,)]
    assert house.case("1002")["followers"] == ["ola", "sjef@kunde.example"]


# --- quarantine and reopening -------------------------------------------------------------------------------------------------------


def test_what_a_rule_quarantines_is_kept_and_told_to_nobody(tmp_path: Path):
    house = made(tmp_path, rule("{quarantine: looks like a trick, label: trick}"))
    house.mail(ANN, "Faktura", "Betal straks.")
    case = house.case("1001")
    assert (case["status"], case["labels"], case["handler"]) == ("closed", ["quarantine", "trick"], None)
    assert house.letters() == []


def test_a_mail_that_reopens_nothing_is_filed_and_told(tmp_path: Path):
    house = made(tmp_path, rule("{reopen: false}", "{subject: nyhetsbrev}"))
    house.mail(ANN, "Nyhetsbrev", "Hei.")
    letters = {one.kind: one for one in house.letters()}
    house.reply(letters["notice"], "/lukk")
    house.wait(seconds=60)
    house.letters()
    house.reply(letters["ack"], "Nyheter igjen i dag, og i morgen også.")
    assert house.case("1001")["status"] == "solved"
    house.wait(seconds=60)
    assert "update" in [one.kind for one in house.letters()]


def test_another_mail_reopens_as_ever(tmp_path: Path):
    house = made(tmp_path, rule("{reopen: false}", "{subject: nyhetsbrev}"))
    house.mail(ANN, "Skriver", "Hei.")
    letters = {one.kind: one for one in house.letters()}
    house.reply(letters["notice"], "/lukk")
    house.reply(letters["ack"], "Den står fortsatt, og nå er det røyk også.")
    assert house.case("1001")["status"] == "open"


def test_what_a_person_who_reads_along_answers_is_his_and_the_handlers(tmp_path: Path):
    house = made(tmp_path, rule("{handler: kari, watch: sjef@kunde.example}"))
    house.mail(ANN, "Skriver", "Den står.")
    house.reply(house.letters("notice")[0], "Vi ser på den.")
    house.wait(seconds=61)
    along = next(letter for letter in house.letters() if letter.to == "sjef@kunde.example")
    house.reply(along, "Bytt den heller ut.")
    house.wait(seconds=61)
    (told,) = house.letters()
    assert (told.to, "Bytt den heller ut." in told.text, "ikke kjent" in told.text) == (
        "kari@staff.example",
        True,
        False,
    )
    assert "Bytt" not in _standing(house)
    house.reply(told, "Da gjør vi det.")
    house.wait(seconds=61)
    letters = {letter.to: letter.text for letter in house.letters()}
    assert set(letters) == {"ann@kunde.example", "sjef@kunde.example"}
    assert ("sjef" in letters["ann@kunde.example"], "Bytt" in letters["ann@kunde.example"]) == (False, False)


def _standing(house: House) -> str:
    """How her case stands, as Ann may ask; the last word that she knows of is the handler's."""
    house.mail(ANN, "status", "status")
    (letter,) = (letter for letter in house.letters() if letter.to == "ann@kunde.example")
    assert ("sjef" in letter.text, "Siste melding: fra Kari Nordmann" in letter.text) == (False, True)
    return letter.text
