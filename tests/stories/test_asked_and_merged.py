"""What a case asked of people is asked by the case in which it goes on; who answers need not know that they are one now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from parts.house import PEOPLE, Got, House

ANN, LI = "Ann Berg <ann@kunde.example>", "Li Dahl <li@kunde.example>"
KARI, OLA = "kari@staff.example", "ola@staff.example"
SUPPLIER, BOSS = "help@canon.example", "sjef@styret.example"


TO_KARI = "- name: all\n  set: {handler: kari}\n"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, TO_KARI)
    yield made
    made.database.close()


def begun(house: House, sender: str = ANN, subject: str = "Skriver") -> tuple[Got, Got]:
    """What the customer and the handler of a new case got."""
    house.mail(sender, subject, "Den står.")
    letters = house.letters()
    return next(got for got in letters if got.kind == "ack"), next(got for got in letters if got.to == KARI)


def asked(house: House, line: str, kind: str) -> Got:
    """The letter that a command in the first case brings somebody, before that case is merged into a second one."""
    (_, notice), _ = begun(house), begun(house, LI, "Utskrift")
    house.reply(notice, line)
    house.wait(seconds=61)
    letter = next(got for got in house.letters() if got.kind == kind)
    house.reply(notice, "/slå sammen #1002")
    house.wait(seconds=61)
    house.letters()
    return letter


def told(house: House, to: str = KARI) -> str:
    house.wait(seconds=61)
    return "\n".join(letter.text for letter in house.letters() if letter.to == to)


def test_the_handler_of_a_task_says_that_it_is_done(house: House):
    house.reply(asked(house, "/task Bestille skjerm; ola", "task"), "/done")
    assert "completed" in house.kinds("1002")
    assert [task["state"] for task in house.case("1002")["tasks"]] == ["done"]


def test_he_is_reminded_once_and_of_the_case_in_which_it_goes_on(house: House):
    asked(house, "/task Bestille skjerm; ola; 3d", "task")
    house.wait(days=4)
    (letter,) = (got for got in house.letters() if got.to == OLA)
    assert (letter.kind, "#1002" in letter.subject) == ("task", True)


def test_a_supplier_s_answer_is_the_handlers_only_and_a_reply_goes_to_him(house: House):
    question = asked(house, f"/ask {SUPPLIER}\nHva koster en ny?", "question")
    house.reply(question, "4000 kr.", SUPPLIER)
    letters = house.letters()
    assert {letter.to for letter in letters} == {KARI}
    house.reply(letters[0], "Takk, vi tar den.")
    house.wait(seconds=61)
    assert {got.to for got in house.letters() if got.kind == "question"} == {SUPPLIER}


def test_a_supplier_s_next_mail_in_the_thread_is_no_customer_s(house: House):
    question = asked(house, f"/ask {SUPPLIER}\nHva koster en ny?", "question")
    house.reply(question, "4000 kr.", SUPPLIER)
    (answer,) = (got for got in house.letters() if got.to == KARI)
    assert answer.kind == "supplier"
    house.mail(SUPPLIER, "Sv: tilbud", "Nei, 4500.", In_Reply_To=str(question.mail["Message-ID"]))
    assert {got.to for got in house.letters()} == {KARI}


def test_a_vote_counts(house: House):
    house.reply(asked(house, f"/request {BOSS} Kjøpe ny skriver", "approval"), "ja", BOSS)
    assert "approved" in house.kinds("1002")
    assert "Kjøpe ny skriver" in told(house)


def test_the_customer_accepts_an_offer_when_both_cases_are_hers(house: House):
    (_, notice), _ = begun(house), begun(house, subject="Utskrift")
    house.reply(notice, "/offer 1500 kr Ny skriver")
    house.wait(seconds=61)
    (offer,) = house.letters("offer")
    house.reply(notice, "/slå sammen #1002")
    house.letters()
    house.reply(offer, "ja", ANN)
    assert "offer_accepted" in house.kinds("1002")


def test_whoever_was_offered_it_accepts_it_also_when_the_other_case_is_another_s(house: House):
    house.reply(asked(house, "/offer 1500 kr Ny skriver", "offer"), "ja", ANN)
    assert "offer_accepted" in house.kinds("1002")


def test_the_customer_of_the_other_case_accepts_nothing_that_was_not_offered_her(house: House):
    house.reply(asked(house, "/offer 1500 kr Ny skriver", "offer"), "ja", LI)
    assert "offer_accepted" not in house.kinds("1002")


def test_an_unproven_yes_after_the_merge_asks_whoever_was_offered_it(house: House):
    house.reply(asked(house, "/offer 1500 kr Ny skriver", "offer"), "ja", ANN, proven=False)
    (again,) = house.letters("offer-again")
    assert again.to == "ann@kunde.example"
    house.reply(again, "ja", ANN, proven=False)
    assert "offer_accepted" in house.kinds("1002")


def test_a_colleague_s_question_is_answered_to_him(house: House):
    house.reply(asked(house, "/task Bestille skjerm; ola", "task"), "Hvilken?")
    question = next(got for got in house.letters() if got.to == KARI)
    house.mail(ANN, "Toner", "Tom.")
    third = next(got for got in house.letters() if got.to == KARI)
    house.reply(house.newest("1002"), "/slå sammen #1003")
    house.wait(seconds=61)
    house.letters()
    house.reply(question, "Den minste.")
    house.wait(seconds=61)
    assert third.kind == "notice"
    assert {got.to for got in house.letters()} == {OLA}


def test_undone_each_case_asks_what_it_asked(house: House):
    (_, notice), _ = begun(house), begun(house, LI, "Utskrift")
    house.reply(notice, "/task Bestille skjerm; ola")
    house.letters()
    house.reply(notice, "/slå sammen #1002")
    receipt = next(got for got in house.letters() if got.kind == "receipt" and got.to == KARI)
    house.reply(receipt, "/angre")
    states = [[task["state"] for task in house.case(number)["tasks"]] for number in ("1001", "1002")]
    assert states == [["open"], ["void"]]


# --- handlers of other desks ------------------------------------------------------------------------------------------------------


@pytest.fixture
def two_desks(tmp_path: Path) -> Iterator[House]:
    people = PEOPLE.replace(
        "  addresses: [ola@staff.example]\n", "  addresses: [ola@staff.example]\n  desks: [drift]\n"
    )
    made = House(tmp_path, TO_KARI, people=people)
    yield made
    made.database.close()


@pytest.mark.parametrize(("line", "kind", "answer", "event"), [
    ("/task Bestille skjerm; ola", "task", "/done", "completed"),
    ("/request ola Kjøpe ny skriver", "approval", "ja", "approved"),
    ("/request ola Kjøpe ny skriver", "approval", "/reject For dyrt", "rejected"),
])  # fmt: skip
def test_whom_a_case_of_another_desk_asks_something_may_answer_that(
    two_desks: House, line: str, kind: str, answer: str, event: str
):
    _, notice = begun(two_desks)
    two_desks.reply(notice, line)
    two_desks.wait(seconds=61)
    letter = next(got for got in two_desks.letters() if got.kind == kind)
    assert letter.to == OLA
    two_desks.reply(letter, answer)
    assert event in two_desks.kinds("1001")


@pytest.mark.parametrize("line", ["/close", "/take", "/priority high", "/tag x"])
def test_and_nothing_else(two_desks: House, line: str):
    _, notice = begun(two_desks)
    two_desks.reply(notice, "/task Bestille skjerm; ola")
    letter = next(got for got in two_desks.letters() if got.kind == "task")
    before = two_desks.case("1001")
    two_desks.reply(letter, line)
    (error,) = (got for got in two_desks.letters() if got.to == OLA)
    assert (error.kind, "Kari Nordmann" in error.text) == ("error", True)
    assert (two_desks.case("1001")["status"], two_desks.case("1001")["labels"]) == (before["status"], before["labels"])
