"""A letter that did not arrive: whose turn it is now, and who hears of it."""

from __future__ import annotations

import pytest
from parts.house import Got, House

ANN = "Ann Berg <ann@kunde.example>"
KARI, OLA = "kari@staff.example", "ola@staff.example"


def report(to: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: support@desk.example\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {to}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n--b--\r\n"
    ).encode()


def comes_back(house: House, letter: Got, **how: str) -> None:
    """The report about that letter, to the address that signed its envelope."""
    row = house.session.one("SELECT sender FROM outbox WHERE message_id=?", (str(letter.mail["Message-ID"]),))
    assert row is not None
    house.arrives(report(letter.to, **how), row[0], "")


def answered(house: House, text: str) -> Got:
    """What the handler's answer became."""
    house.mail(ANN, "Skriver", "Den står.")
    _, notice = house.letters()
    house.wait(minutes=14)
    house.reply(notice, text)
    house.wait(seconds=61)
    (letter,) = [one for one in house.letters() if one.kind in ("update", "closing")]
    return letter


def test_the_handler_is_told_at_once_in_one_line_what_did_not_arrive_and_why(house: House):
    comes_back(house, answered(house, "Hei Ann, prøv nå."))
    (note,) = house.letters()
    assert (note.kind, note.to) == ("bounce", KARI)
    assert "Ann Berg fikk ikke svaret fra mandag 2. mars 2026 kl. 10:14: 5.1.1 adressen finnes ikke." in note.text


@pytest.mark.parametrize("words", ["/vent kunde\nHva står det på lappen?", "/lukk\nNå skal den virke."])
def test_a_case_whose_answer_did_not_arrive_is_its_handlers_again(house: House, words: str):
    comes_back(house, answered(house, words))
    assert house.case("1001")["status"] == "open"
    assert house.case("1001")["handler"] == KARI
    assert [letter.kind for letter in house.letters()] == ["bounce"], "one letter says it all"


def test_a_case_closed_without_a_word_stays_closed(house: House):
    comes_back(house, answered(house, "/lukk"))
    assert house.case("1001")["status"] == "solved"


def test_a_case_that_rests_until_a_day_goes_on_resting(house: House):
    comes_back(house, answered(house, "/vent 3d\nVi venter på en del."))
    assert house.case("1001")["status"] == "on_hold"
    assert [letter.kind for letter in house.letters()] == ["bounce"]


def test_a_delay_is_news_to_nobody(house: House):
    comes_back(house, answered(house, "/vent kunde\nHva står det?"), status="4.4.1", action="delayed")
    assert house.letters() == []
    assert house.case("1001")["status"] == "waiting"


def test_what_a_handler_could_not_be_told_his_colleagues_are(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    _, notice = house.letters()
    comes_back(house, notice)
    (told,) = house.letters()
    assert (told.kind, told.to) == ("notice", OLA)
    assert "E-post til Kari Nordmann, som har saken, kommer tilbake (5.1.1 adressen finnes ikke)." in told.text
    assert "Den står." in told.text
    house.reply(told, "/ta")
    assert house.case("1001")["handler"] == OLA


def test_that_his_colleague_cannot_be_told_either_goes_no_further(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    _, notice = house.letters()
    comes_back(house, notice)
    (told,) = house.letters()
    comes_back(house, told)
    assert house.letters() == []


def test_a_receipt_that_comes_back_is_told_to_nobody(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    _, notice = house.letters()
    house.reply(notice, "/ta")
    (receipt,) = house.letters()
    comes_back(house, receipt)
    assert house.letters() == []


def test_an_answer_about_the_status_that_comes_back_troubles_no_handler(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    house.letters()
    house.mail(ANN, "status", "")
    (answer,) = house.letters()
    comes_back(house, answer, status="5.2.2")
    assert house.letters() == []


@pytest.mark.parametrize(
    ("words", "kind", "said"),
    [
        ("/spør hjelp@leverandor.example Deler\nHar dere deler?", "question", "spørsmålet vårt"),
        ("/tilbud 900 kr Ny skuff", "offer", "tilbudet"),
        ("/innhent sjef@kunde.example Kjøpe skuff", "approval", "spørsmålet om godkjenning"),
        ("/oppgave Sjekk skuffen; ola", "task", "oppgaven"),
    ],
)
def test_what_a_case_asked_of_somebody_and_never_arrived_is_told(house: House, words: str, kind: str, said: str):
    house.mail(ANN, "Skriver", "Den står.")
    _, notice = house.letters()
    house.reply(notice, words)
    house.wait(minutes=2)
    comes_back(house, next(letter for letter in house.letters() if letter.kind == kind))
    (note,) = house.letters("bounce")
    assert note.to == KARI
    assert said in note.text
