"""A question to a supplier inside a case: his answers are the handlers' only."""

from __future__ import annotations

from pathlib import Path

import pytest
from parts.house import Got, House

ANN = "Ann Berg <ann@kunde.example>"
KARI, CANON = "kari@staff.example", "help@canon.example"


def begun(house: House) -> tuple[Got, Got]:
    """The customer's letter and Kari's."""
    house.mail(ANN, "Skriver i Storgata 1", "Den står, og sjefen min er rasende.")
    ack, notice = house.letters()
    return ack, notice


def asked(house: House, words: str = "/spør help@canon.example\nHva betyr E-42?", **more: str) -> Got:
    """What the supplier got."""
    house.reply(begun(house)[1], words, **more)
    house.wait(seconds=61)
    return next(letter for letter in house.letters() if letter.kind == "question")


def robot(house: House, ask: Got) -> None:
    """The supplier's ticket system takes note of the question, in its own words."""
    house.mail(CANON, "[SUP-77] Received", "We got it.", ask.reply_to, Auto_Submitted="auto-replied")


@pytest.mark.parametrize("verb", ["/ask", "/spør", "/vprašaj", "/spor"])
def test_the_supplier_gets_the_text_and_nothing_else_of_the_case(house: House, verb: str):
    ask = asked(house, f"{verb} {CANON}\nHva betyr E-42?")
    assert (ask.to, ask.kind) == (CANON, "question")
    assert "Hva betyr E-42?" in ask.text
    whole = ask.raw.decode()
    assert not [word for word in ("Storgata", "rasende", "Ann", "kunde.example", "/spør") if word in whole]
    assert ask.subject == "Spørsmål fra Kundeservice [#1001]"


def test_the_customer_hears_nothing_of_it(house: House):
    notice = begun(house)[1]
    house.reply(notice, f"/spør {CANON} Feil E-42\nHva betyr den?")
    house.wait(seconds=120)
    assert sorted((letter.kind, letter.to) for letter in house.letters()) == [("question", CANON), ("receipt", KARI)]


def test_the_answer_is_the_handlers_and_his_reply_goes_back_to_the_supplier(house: House):
    house.reply(asked(house), "Varmeelementet er gåent.")
    (answer,) = house.letters()
    assert (answer.kind, answer.to) == ("supplier", KARI)
    assert "| Varmeelementet er gåent." in answer.text
    assert "Teksten din går til help@canon.example, ikke til kunden." in answer.text
    house.reply(answer, "Send et nytt, takk.")
    house.wait(seconds=61)
    receipt, ask = sorted(house.letters(), key=lambda letter: letter.kind, reverse=True)
    assert (ask.kind, ask.to, "Send et nytt, takk." in ask.text) == ("question", CANON, True)
    assert "teksten din går til help@canon.example om litt" in receipt.text


def test_the_letter_with_the_answer_has_a_way_to_the_customer(house: House):
    house.reply(asked(house), "Varmeelementet er gåent.")
    (answer,) = house.letters()
    link = next(line for line in answer.text.splitlines() if "Svar kunden: <mailto:" in line)
    house.reply(answer, "Vi bestiller en ny del.", to=link.partition("mailto:")[2].partition("?")[0])
    house.wait(seconds=61)
    (update,) = house.letters()
    assert (update.to, "Vi bestiller en ny del." in update.text) == ("ann@kunde.example", True)
    assert "Varmeelementet" not in update.raw.decode()


def test_no_mail_with_his_address_ever_reaches_the_customer(house: House):
    ask = asked(house)
    house.reply(ask, "Hei Ann, klikk her.")
    house.reply(ask, "Hei Ann, klikk her.", "Per <per@fremmed.example>")
    house.reply(ask, "/lukk", "Per <per@fremmed.example>", proven=False)
    house.mail("help@canon.example", "Re: Skriver i Storgata 1 [#1001]", "Hei Ann, klikk her.")
    house.wait(days=1)
    assert {letter.to for letter in house.letters()} == {KARI}
    assert house.case("1001")["status"] == "new"
    assert all(message["internal"] for message in house.case("1001")["messages"] if "klikk" in message["own_text"])


def test_an_answer_from_elsewhere_is_marked(house: House):
    house.reply(asked(house), "Jeg svarer for kollegaen min.", "Li <li@canon.example>")
    (answer,) = house.letters()
    assert "Dette kom fra en annen adresse enn den som ble spurt." in answer.text


def test_a_robot_at_the_suppliers_is_filed_silently_and_its_number_joins(house: House):
    ask = asked(house)
    robot(house, ask)
    assert house.letters() == []
    house.mail("Li <service@canon.example>", "[SUP-77] Solved", "Bytt varmeelementet.")
    (answer,) = house.letters()
    assert (answer.kind, "| Bytt varmeelementet." in answer.text) == ("supplier", True)


def test_the_number_from_another_house_joins_nothing(house: House):
    robot(house, asked(house))
    house.mail("Li <li@annen.example>", "[SUP-77] Solved", "Bytt varmeelementet.")
    assert {letter.kind for letter in house.letters()} == {"ack", "notice"}


def test_a_suppliers_answer_ends_the_rest_and_a_robots_does_not(house: House):
    notice = begun(house)[1]
    house.reply(notice, f"/vent 5d\n/spør {CANON}\nHva betyr E-42?")
    house.wait(seconds=61)
    ask = next(letter for letter in house.letters() if letter.kind == "question")
    house.reply(ask, "We got it.", Auto_Submitted="auto-replied")
    assert house.case("1001")["status"] == "on_hold"
    house.reply(ask, "Varmeelementet er gåent.")
    assert house.case("1001")["status"] == "open"
    assert [letter.kind for letter in house.letters()] == ["supplier"]


def test_a_supplier_who_answers_a_closed_case_is_no_new_customer(house: House):
    notice = begun(house)[1]
    house.reply(notice, f"/spør {CANON}\nHva betyr E-42?\n")
    house.wait(seconds=61)
    ask = next(letter for letter in house.letters() if letter.kind == "question")
    house.reply(notice, "/lukk stille")
    house.wait(days=15)
    house.letters()
    house.reply(ask, "Endelig: varmeelementet.")
    assert [letter.kind for letter in house.letters()] == ["supplier"]
    assert house.case("1001")["status"] == "closed"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/spør", "skriv en e-postadresse først"),
        ("/spør canon\nHei", "«canon» er ingen e-postadresse"),
        (f"/spør {CANON}", "skriv spørsmålet til help@canon.example under kommandoen"),
        ("/spør support@desk.example\nHei", "support@desk.example er en av våre egne adresser"),
        ("/spør ola@staff.example\nHei", "ola@staff.example er en saksbehandler"),
        ("/spør ann@kunde.example\nHei", "ann@kunde.example er med i saken"),
    ],
)
def test_a_mistake_is_told_with_its_cure_and_nobody_is_asked(house: House, words: str, said: str):
    house.reply(begun(house)[1], words)
    house.wait(seconds=61)
    (error,) = house.letters()
    assert (error.kind, said in error.text) == ("error", True)


def test_the_words_of_a_case_go_with_its_customer(house: House, tmp_path: Path):
    from maild.store import erasure

    house.reply(begun(house)[1], "/oppgave Ringe Ann om gjelden")
    assert house.session.one("SELECT count(*) FROM content WHERE text='Ringe Ann om gjelden'") == (1,)
    with house.session.transaction():
        erasure.blank_subjects(house.session, [1])
    assert house.session.one("SELECT count(*) FROM content WHERE text='Ringe Ann om gjelden'") == (0,)
    assert house.case("1001")["tasks"][0]["text"] == ""


def test_a_question_can_be_taken_back_while_it_has_not_left(house: House):
    notice = begun(house)[1]
    house.reply(notice, f"/spør {CANON}\nHva betyr E-42?")
    house.reply(notice, "/angre")
    house.wait(seconds=120)
    assert "question" not in {letter.kind for letter in house.letters()}


def test_a_question_with_a_slip_is_kept_and_goes_with_the_corrected_line(house: House):
    house.reply(begun(house)[1], f"/tta\n/spør {CANON}\nHva betyr E-42?")
    (error,) = house.letters()
    house.reply(error, "/ta")
    house.wait(seconds=61)
    ask = next(letter for letter in house.letters() if letter.kind == "question")
    assert "Hva betyr E-42?" in ask.text
