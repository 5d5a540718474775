"""A mail that is turned down is kept, and a short reply finishes it."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime

import pytest
from parts.house import Got, House
from parts.mails import AUTHSERV, authenticated
from parts.mails import mail as written

ANN = "Ann Berg <ann@kunde.example>"
KARI, OLA = "Kari Nordmann <kari@staff.example>", "Ola Hansen <ola@staff.example>"


def begun(house: House) -> Got:
    """A case; its notice to the handler."""
    house.mail(ANN, "Skriver", "Den står.")
    _, notice = house.letters()
    return notice


def turned_down(house: House, text: str) -> Got:
    """A handler's mail that was not understood; the letter that says so."""
    house.reply(begun(house), text)
    (error,) = house.letters()
    assert error.kind == "error"
    return error


def after(house: House) -> dict[str, Got]:
    """The letters of the next minute, by kind."""
    house.wait(seconds=61)
    return {letter.kind: letter for letter in house.letters()}


def test_only_the_corrected_line_finishes_the_mail(house: House):
    error = turned_down(house, "/prioritet høy\n/tildle ola\nHei Ann, vi ser på det.")
    house.reply(error, "/tildel ola")
    got = after(house)
    assert "Hei Ann, vi ser på det." in got["update"].text
    assert got["update"].to == "ann@kunde.example"
    assert "/prioritet høy: prioritet: høy" in got["receipt"].text
    case = house.case("1001")
    assert (case["priority"], case["handler"]) == ("high", "ola@staff.example")


def test_corrections_take_the_wrong_lines_places_in_order(house: House):
    error = turned_down(house, "/prioritett lilla\n/ta\n/tildle ola\n/vennt kunde")
    house.reply(error, "/prioritet lav\n/tildel ola\n/vent kunde")
    case = house.case("1001")
    assert (case["priority"], case["handler"], case["status"]) == ("low", "ola@staff.example", "waiting")
    (receipt,) = [letter for letter in house.letters() if letter.kind == "receipt"]
    order = [receipt.text.index(word) for word in ("/prioritet lav", "/ta:", "/tildel ola", "/vent kunde")]
    assert order == sorted(order)


def test_a_correction_that_is_wrong_again_is_told_again_and_nothing_is_lost(house: House):
    error = turned_down(house, "/tildle ola\nHei Ann!")
    house.reply(error, "/tildel per")
    (again,) = house.letters()
    assert again.kind == "error"
    assert "Hei Ann!" in again.text
    assert house.case("1001")["handler"] == "kari@staff.example"
    house.reply(again, "/tildel ola")
    assert "Hei Ann!" in after(house)["update"].text
    assert house.case("1001")["handler"] == "ola@staff.example"


def test_fewer_corrections_than_wrong_lines_leave_the_rest_wrong(house: House):
    error = turned_down(house, "/tildle ola\n/prioritett lav")
    house.reply(error, "/tildel ola")
    (again,) = house.letters()
    assert "/tildel ola: forstått" in again.text
    assert "✗ /prioritett lav" in again.text
    house.reply(again, "/prioritet lav")
    case = house.case("1001")
    assert (case["priority"], case["handler"]) == ("low", "ola@staff.example")


@pytest.mark.parametrize("word", ["/send", "send", "/pošlji", "Pošlji."])
def test_the_text_goes_out_without_the_commands(house: House, word: str):
    error = turned_down(house, "/tildle ola\nHei Ann, vi ser på det.")
    house.reply(error, word)
    got = after(house)
    assert "Hei Ann, vi ser på det." in got["update"].text
    assert "tildle" not in got["update"].text
    assert house.case("1001")["handler"] == "kari@staff.example"
    assert "teksten din går til Ann Berg mandag 2. mars 2026 kl. 10:01" in got["receipt"].text


@pytest.mark.parametrize("word", ["/drop", "/forkast", "zavrzi"])
def test_a_dropped_mail_goes_nowhere(house: House, word: str):
    error = turned_down(house, "/tildle ola\nHei Ann, vi ser på det.")
    house.reply(error, word)
    assert list(after(house)) == ["receipt"]
    house.reply(error, "/send")
    (told,) = house.letters()
    assert (told.kind, "den e-posten er forkastet" in told.text) == ("error", True)


def test_a_draft_is_finished_once(house: House):
    error = turned_down(house, "/tildle ola\nHei Ann!")
    house.reply(error, "/send")
    assert "update" in after(house)
    house.reply(error, "/send")
    assert list(after(house)) == ["error"], "no second letter to the customer"
    house.reply(error, "/tildel ola")
    assert "update" not in after(house), "the line is a mail of its own by now"
    assert house.case("1001")["handler"] == "ola@staff.example"


def test_what_was_meant_for_inside_stays_inside(house: House):
    error = turned_down(house, "/notatt\n/tildle ola\nHun er alltid sur.")
    house.reply(error, "/send")
    assert list(after(house)) == ["receipt"]
    assert "noted" in house.kinds("1001")


def test_a_mail_without_text_has_nothing_to_send(house: House):
    error = turned_down(house, "/tildle ola")
    assert "/send" not in error.text
    house.reply(error, "/send")
    (told,) = house.letters()
    assert "den e-posten hadde ingen tekst" in told.text
    house.reply(error, "/tildel ola")
    assert house.case("1001")["handler"] == "ola@staff.example", "it is kept all the same"


def test_anything_else_in_reply_is_a_note_of_its_own(house: House):
    error = turned_down(house, "/tildle ola\nHei Ann, det første.")
    house.reply(error, "Hei Ann, noe helt annet.")
    assert list(after(house)) == ["receipt"]
    house.reply(error, "/send")
    assert "Hei Ann, det første." in after(house)["update"].text


def test_a_question_is_no_correction(house: House):
    error = turned_down(house, "/tildle ola\nHei Ann!")
    house.reply(error, "/hjelp")
    assert list(after(house)) == ["receipt"]


def test_more_lines_than_were_wrong_are_a_mail_of_their_own(house: House):
    error = turned_down(house, "/tildle ola\nHei Ann!")
    house.reply(error, "/ta\n/prioritet lav")
    assert "update" not in after(house)
    assert house.case("1001")["priority"] == "low"


def test_after_a_week_it_is_gone_and_says_so(house: House):
    error = turned_down(house, "/tildle ola\nHei Ann!")
    assert "tatt vare på til mandag 9. mars 2026" in error.text
    house.wait(days=7)
    house.letters()
    house.reply(error, "/send")
    (told,) = house.letters()
    assert "den e-posten er ikke tatt vare på lenger" in told.text


def test_nobody_elses_word_finishes_it(house: House):
    error = turned_down(house, "/tildle ola\nHei Ann!")
    house.reply(error, "/send", OLA)
    house.reply(error, "/send", proven=False)
    assert "update" not in {letter.kind for letter in house.letters() if letter.to == "ann@kunde.example"}
    house.reply(error, "/send")
    assert after(house)["update"].to == "ann@kunde.example"


def test_its_files_go_along(house: House):
    notice = begun(house)
    heads = {"Message_ID": "<f@staff.example>", "Date": format_datetime(house.now)}
    mail = written(KARI, "Re: Skriver", "/tildle ola\nSe vedlegget.", notice.reply_to, **heads)
    assert isinstance(mail, EmailMessage)
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="veiledning.pdf")
    house.arrives(authenticated(mail, AUTHSERV), notice.reply_to, "kari@staff.example")
    (error,) = house.letters()
    house.reply(error, "/send")
    (file,) = after(house)["update"].mail.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("veiledning.pdf", b"%PDF-1.4")


def test_a_case_that_the_kept_line_names_is_known(house: House):
    notice = begun(house)
    house.mail("Bo Li <bo@kunde.example>", "Nettet", "Nede.")
    house.letters()
    house.reply(notice, "/vent #1002\n/prioritett lav")
    (error,) = house.letters()
    house.reply(error, "/prioritet lav")
    case = house.case("1001")
    assert (case["status"], case["priority"]) == ("on_hold", "low")


def test_the_link_of_the_letter_drops_it(house: House):
    error = turned_down(house, "/tildle ola\nHei Ann!")
    assert "/forkast, og ingenting blir tatt vare på: <mailto:" in error.text
    assert "&body=%2Fforkast%0D%0A>" in error.text


def test_nothing_of_a_finished_draft_is_left_and_a_night_forgets_the_rest(house: House):
    from maild.erasing import drive
    from maild.expiring import expire

    error = turned_down(house, "/tildle ola\nHei Ann!")
    house.reply(error, "/drop")
    assert house.session.all("SELECT content, files, state FROM draft") == [(None, "[]", "dropped")]
    house.reply(error, "/tildle ola\nEn til!")
    assert len(house.session.all("SELECT d.id FROM draft d JOIN content c ON c.commitment=d.content")) == 1
    house.wait(days=8)
    assert drive(house.session, expire(house.policy, house.now)).drafts == 2
    assert house.session.all("SELECT id FROM draft") == []
    assert house.session.all("SELECT 1 FROM content WHERE text LIKE '{\"own_text\"%'") == []


def test_an_erased_customer_is_in_no_draft(house: House):
    from maild.erasing import drive, erase
    from maild.tracing import Request

    turned_down(house, "/tildle ola\nHei Ann Berg!")
    drive(house.session, erase(Request("ann@kunde.example", "admin:root", house.now, force=True), house.policy, None))
    assert house.session.all("SELECT 1 FROM content WHERE text LIKE '%Berg%'") == []


def test_one_who_is_only_named_in_a_draft_is_masked_in_it(house: House):
    from maild.erasing import drive, erase
    from maild.tracing import Request

    house.mail("Bo Li <bo@kunde.example>", "Nettet", "Nede.")
    house.letters()
    error = turned_down_in(house, "1002", "/tildle ola\nHar du hørt fra bo@kunde.example?")
    drive(house.session, erase(Request("bo@kunde.example", "admin:root", house.now, force=True), house.policy, None))
    assert house.session.all("SELECT 1 FROM content WHERE text LIKE '%bo@kunde%'") == []
    house.reply(error, "/send")
    update = after(house)["update"]
    assert "Har du hørt fra " in update.text
    assert "bo@kunde" not in update.text


def turned_down_in(house: House, number: str, text: str) -> Got:
    house.mail(ANN, "Skriver", "Den står.")
    notice = next(letter for letter in house.letters() if letter.kind == "notice" and number in letter.subject)
    house.reply(notice, text)
    (error,) = house.letters()
    return error
