"""/undo: what a handler's last mail did is turned round, and letters that have not left stay."""

from __future__ import annotations

import pytest
from parts.house import Got, House

ANN = "Ann Berg <ann@kunde.example>"
OLA = "Ola Hansen <ola@staff.example>"


def begun(house: House) -> tuple[Got, Got]:
    """A case; the customer's acknowledgement and the notice to its handler."""
    house.mail(ANN, "Skriver", "Den står.")
    ack, notice = house.letters()
    return ack, notice


def receipt(house: House) -> Got:
    (got,) = [letter for letter in house.letters() if letter.kind in ("receipt", "error")]
    return got


def state(house: House) -> tuple[str, str, str]:
    case = house.case("1001")
    return case["status"], case["priority"], case["handler"] or ""


@pytest.mark.parametrize("word", ["/undo", "angre", "/angre", "/razveljavi"])
def test_a_mails_acts_are_undone_together(house: House, word: str):
    _, notice = begun(house)
    before = state(house)
    house.reply(notice, "/prioritet kritisk\n/tildel ola\n/vent 3d")
    done = receipt(house)
    assert state(house) == ("on_hold", "critical", "ola@staff.example")
    house.reply(done, word)
    assert state(house) == before == ("new", "medium", "kari@staff.example")
    text = receipt(house).text
    assert "angret: det e-posten din fra mandag 2. mars 2026 kl. 10:00 gjorde" in text
    assert "prioritet: medium (var kritisk)" in text
    assert "saksbehandler: Kari Nordmann (var Ola Hansen)" in text
    assert "status: ny (var satt på vent)" in text


def test_an_answer_that_has_not_left_is_taken_back(house: House):
    _, notice = begun(house)
    house.reply(notice, "/lukk\nDet er ordnet.")
    done = receipt(house)
    house.wait(seconds=50)
    house.reply(done, "/angre")
    assert "e-posten til Ann Berg var ikke sendt, og blir det ikke" in receipt(house).text
    house.wait(minutes=5)
    assert house.letters() == []
    assert state(house)[0] == "new"
    assert house.session.all("SELECT internal FROM message ORDER BY id") == [(0,), (1,), (1,)], (
        "she never got the answer"
    )


def test_an_answer_that_has_left_is_said_to_have_left(house: House):
    _, notice = begun(house)
    house.reply(notice, "/lukk\nDet er ordnet.")
    done = receipt(house)
    house.wait(seconds=61)
    house.letters()
    house.reply(done, "/angre")
    assert "e-posten til Ann Berg er allerede sendt og kan ikke kalles tilbake" in receipt(house).text
    assert state(house)[0] == "new"
    assert house.session.all("SELECT internal FROM message ORDER BY id") == [(0,), (0,), (1,)]


def test_an_answer_without_commands_is_taken_back_by_a_reply_to_the_notice(house: House):
    _, notice = begun(house)
    house.reply(notice, "Hei Ann, kjøp en ny skriver.")
    house.reply(notice, "/angre")
    assert "var ikke sendt" in receipt(house).text
    house.wait(minutes=5)
    assert house.letters() == []


def test_nothing_is_undone_twice(house: House):
    _, notice = begun(house)
    house.reply(notice, "/prioritet lav")
    house.reply(notice, "/prioritet kritisk")
    house.letters()
    house.reply(notice, "/angre")
    house.letters()
    house.wait(seconds=1)
    house.reply(notice, "/angre")
    assert "det er allerede angret" in receipt(house).text
    assert state(house)[1] == "low", "only the last mail"


def test_the_receipt_says_which_mail_is_meant(house: House):
    _, notice = begun(house)
    house.reply(notice, "/tildel ola")
    first = receipt(house)
    house.reply(notice, "/prioritet lav")
    house.letters()
    house.reply(first, "/angre")
    assert state(house) == ("new", "low", "kari@staff.example")


def test_what_somebody_else_changed_since_holds_it(house: House):
    _, notice = begun(house)
    house.reply(notice, "/tildel ola\n/prioritet lav")
    letters = house.letters()
    done = next(letter for letter in letters if letter.kind == "receipt")
    to_ola = next(letter for letter in letters if letter.to == "ola@staff.example")
    house.reply(to_ola, "/prioritet kritisk", OLA)
    house.letters()
    house.reply(done, "/angre")
    error = receipt(house)
    assert "Ola Hansen har endret det samme siden; ingenting er angret" in error.text
    assert state(house) == ("new", "critical", "ola@staff.example")


def test_a_customer_who_answered_a_closed_case_holds_it(house: House):
    ack, notice = begun(house)
    house.reply(notice, "/lukk stille")
    done = receipt(house)
    house.reply(ack, "Den står ennå.", ANN)
    house.reply(done, "/angre")
    assert "Ann Berg har endret det samme siden" in receipt(house).text
    assert state(house)[0] == "open"


def test_a_customers_word_alone_holds_nothing(house: House):
    ack, notice = begun(house)
    house.reply(notice, "/tildel ola")
    done = receipt(house)
    house.reply(ack, "Er det noe nytt?", ANN)
    house.reply(done, "/angre")
    assert state(house)[2] == "kari@staff.example"


def test_a_colleagues_acts_are_not_his_to_undo(house: House):
    _, notice = begun(house)
    house.reply(notice, "/tildel ola")
    to_ola = next(letter for letter in house.letters() if letter.to == "ola@staff.example")
    house.reply(to_ola, "/angre", OLA)
    assert "ikke gjort noe som kan angres" in receipt(house).text
    assert state(house)[2] == "ola@staff.example"


def test_a_note_stays_and_the_receipt_says_so(house: House):
    _, notice = begun(house)
    house.reply(notice, "/prioritet lav\n/notat Hun er sur.")
    done = receipt(house)
    house.reply(done, "/angre")
    assert "notatet ditt blir stående" in receipt(house).text
    assert state(house)[1] == "medium"


def test_a_rest_that_was_replaced_comes_back(house: House):
    _, notice = begun(house)
    house.reply(notice, "/vent 3d")
    house.letters()
    house.reply(notice, "/vent kunde")
    done = receipt(house)
    house.reply(done, "/angre")
    assert state(house)[0] == "on_hold"
    house.letters()
    house.wait(days=3, seconds=1)
    assert [letter.kind for letter in house.letters()] == ["woken"]


def test_a_reopened_case_is_solved_again_until_its_window_ends(house: House):
    _, notice = begun(house)
    house.reply(notice, "/lukk stille")
    closes = house.session.one("SELECT wake_at FROM cases")
    house.letters()
    house.wait(days=1)
    house.reply(notice, "/gjenåpne")
    done = receipt(house)
    house.reply(done, "/angre")
    assert (state(house)[0], house.session.one("SELECT wake_at FROM cases")) == ("solved", closes)


def test_a_case_that_went_to_another_desk_comes_back(house: House):
    _, notice = begun(house)
    house.reply(notice, "/tildel drift")
    done = receipt(house)
    assert house.case("1001")["desk"] == "drift"
    house.reply(done, "/angre")
    case = house.case("1001")
    assert (case["desk"], case["handler"]) == ("support", "kari@staff.example")


def test_only_its_word_may_stand_in_the_line(house: House):
    _, notice = begun(house)
    house.reply(notice, "/angre alt")
    assert "skriv bare /angre" in receipt(house).text


def test_a_corrected_mail_can_be_undone(house: House):
    _, notice = begun(house)
    house.reply(notice, "/tildle ola\n/prioritet lav\nHei Ann!")
    error = receipt(house)
    house.reply(error, "/tildel ola")
    done = receipt(house)
    house.reply(done, "/angre")
    assert state(house) == ("new", "medium", "kari@staff.example")
    house.wait(minutes=5)
    assert [letter.to for letter in house.letters() if letter.to == "ann@kunde.example"] == []
