"""The list of things to do in a case: whose, by when, and what closing does with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from parts.house import Got, House

ANN = "Ann Berg <ann@kunde.example>"
KARI, OLA = "kari@staff.example", "ola@staff.example"


def begun(house: House) -> Got:
    """Kari's case; its notice to her."""
    house.mail(ANN, "Skriver", "Den står.")
    return next(letter for letter in house.letters() if letter.kind == "notice")


@pytest.mark.parametrize(
    ("words", "finished"),
    [
        ("/task Bestille skjerm; ola; 6.3.", "/done"),
        ("/oppgave Bestille skjerm; 6.3.; Ola Hansen", "/ferdig"),
        ("/oppgåve Bestille skjerm; ola@staff.example; 6.3.", "ferdig"),
        ("/naloga Bestille skjerm; ola; 6.3.", "/opravljeno"),
    ],
)
def test_a_task_is_told_to_its_handler_whose_reply_finishes_it(house: House, words: str, finished: str):
    house.reply(begun(house), words)
    receipt, task = sorted(house.letters(), key=lambda letter: letter.to)
    assert "oppgave 1: Ola Hansen, innen fredag 6. mars 2026 kl. 08:00" in receipt.text
    assert (task.kind, task.to) == ("task", OLA)
    assert "Oppgave 1 er din:" in task.text
    assert "| Bestille skjerm" in task.text
    house.reply(task, finished)
    assert house.case("1001")["tasks"][0]["state"] == "done"
    news = next(letter for letter in house.letters() if letter.to == KARI)
    assert (news.kind, "Oppgave 1 er gjort:" in news.text) == ("colleague", True)


def test_a_task_without_a_name_is_ones_own_and_needs_no_letter(house: House):
    house.reply(begun(house), "/oppgave Ringe Ann")
    assert [letter.kind for letter in house.letters()] == ["receipt"]
    (task,) = house.case("1001")["tasks"]
    assert task == {"number": 1, "text": "Ringe Ann", "handler": KARI, "due_at": None, "state": "open"}


def test_a_handler_is_reminded_once_when_the_day_comes(house: House):
    house.reply(begun(house), "/oppgave Ringe Ann; 4.3.")
    house.letters()
    house.wait(days=1)
    assert house.letters() == []
    house.wait(days=1)
    (reminder,) = house.letters()
    assert "Fristen for oppgave 1 er nå:" in reminder.text
    house.reply(reminder, "/ferdig")
    house.letters()
    house.wait(days=9)
    assert house.letters() == []


def test_a_case_closes_with_open_tasks_and_says_which(house: House):
    house.reply(begun(house), "/oppgave Levere skriver; ola; 20.3.\n/oppgave Ringe Ann\n/ferdig 2\n/lukk")
    receipt = next(letter for letter in house.letters() if letter.kind == "receipt")
    assert "fortsatt å gjøre: oppgave 1\r\n" in receipt.text
    assert house.case("1001")["status"] == "solved"
    house.wait(days=14)
    assert house.case("1001")["status"] == "closed"
    house.letters()
    house.wait(days=5)
    (reminder,) = house.letters()
    assert (reminder.to, "| Levere skriver" in reminder.text) == (OLA, True)
    assert house.case("1001")["status"] == "closed"


def test_what_is_to_be_done_stands_in_the_next_letter(house: House):
    notice = begun(house)
    house.reply(notice, "/oppgave Ringe Ann; 6.3.\n/oppgave Hente nøkkel; ola")
    house.letters()
    house.mail(ANN, "Skriver [#1001]", "Hvordan går det?", In_Reply_To=str(notice.mail["Message-ID"]))
    house.wait(seconds=61)
    update = next(letter for letter in house.letters() if letter.kind == "update")
    listed = update.text.partition("Fortsatt å gjøre:")[2].split("\r\n")[1:3]
    assert listed == [
        "  1 Ringe Ann (Kari Nordmann, innen fredag 6. mars 2026 kl. 08:00)",
        "  2 Hente nøkkel (Ola Hansen)",
    ]


def test_words_below_a_task_are_a_note_to_whoever_gave_it_and_never_the_customers(house: House):
    house.reply(begun(house), "/oppgave Bestille skjerm; ola")
    task = next(letter for letter in house.letters() if letter.to == OLA)
    house.reply(task, "Hvilken størrelse, din pengesluker?")
    house.wait(seconds=120)
    (news,) = house.letters()
    assert (news.to, "Om oppgave 1:" in news.text, "| Hvilken størrelse" in news.text) == (KARI, True, True)
    assert house.case("1001")["messages"][-2]["internal"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/oppgave", "hva skal gjøres?"),
        ("/oppgave Ringe; hvem", "«hvem» er verken en saksbehandler eller en dato"),
        ("/oppgave Ringe; 31.4.", "den siste i måneden er 30.4."),
        ("/ferdig", "ingen oppgave er åpen"),
        ("/ferdig 7", "det finnes ingen slik oppgave"),
        ("/oppgave En\n/oppgave To\n/ferdig", "hvilken oppgave? Skriv nummeret; åpne er 1, 2"),
        ("/oppgave En\n/ferdig 1\n/ferdig 1", "oppgave 1 er allerede gjort eller gitt opp"),
        ("/ferdig med dette", "hvilken oppgave?"),
    ],
)
def test_a_mistake_is_told_with_its_cure_and_nothing_is_done(house: House, words: str, said: str):
    house.reply(begun(house), words)
    (error,) = house.letters()
    assert error.kind == "error"
    assert said in error.text
    assert house.case("1001")["tasks"] == []


def test_a_sentence_that_begins_so_is_a_sentence(house: House):
    house.reply(begun(house), "Ferdig er den i morgen.")
    house.wait(seconds=61)
    assert [letter.kind for letter in house.letters()] == ["update"]


def test_a_task_that_was_a_mistake_is_taken_back(house: House):
    notice = begun(house)
    house.reply(notice, "/oppgave Ringe Ann\n/oppgave Hente nøkkel; ola")
    house.letters()
    house.reply(notice, "/angre")
    assert [task["state"] for task in house.case("1001")["tasks"]] == ["void", "void"]
    house.reply(notice, "/oppgave Ringe Bo")
    house.reply(notice, "/ferdig 3")
    house.wait(seconds=1)
    house.reply(notice, "/angre")
    assert [task["state"] for task in house.case("1001")["tasks"]] == ["void", "void", "open"]


ELSEWHERE = """
kari: {name: Kari Nordmann, addresses: [kari@staff.example], digest: none, desks: [support, podpora, help]}
ola: {name: Ola Hansen, addresses: [ola@staff.example], digest: none, desks: [drift]}
"""


def test_who_only_has_a_task_in_the_case_sees_no_links_but_what_he_may_do(tmp_path: Path):
    house = House(tmp_path, people=ELSEWHERE)
    notice = begun(house)
    house.reply(notice, "/oppgave Spørre sjefen om Anns gjeld")
    house.reply(notice, "/oppgave Bestille skjerm; ola")
    (task,) = house.letters("task")
    links = [
        word for word in ("Ta saken", "Vent 3 dager", "Lukk saken", "Ta saka", "Vent 3", "Lukk") if word in task.text
    ]
    assert (links, "Internt notat: <mailto:" in task.text, "gjeld" in task.text) == ([], True, False)
    link = next(row for row in task.text.splitlines() if "Internt notat" in row).partition("mailto:")[2]
    house.reply(task, "Den er utsolgt.", to=link.partition("?")[0])
    assert [letter.to for letter in house.letters("colleague")] == [KARI]
    house.database.close()


def test_who_works_on_the_case_has_all_links_in_his_task_s_letter(house: House):
    house.reply(begun(house), "/oppgave Bestille skjerm; ola")
    (task,) = house.letters("task")
    assert [word for word in ("Ta saken", "Vent 3 dager", "Lukk saken") if f"{word}: <mailto:" not in task.text] == []
