"""A command line that the mail program broke in two: no word of it goes to the customer, and none is lost."""

from __future__ import annotations

import textwrap

import pytest
from corpus.commands.keyboards import TYPING
from parts.house import Got, House
from parts.mails import authenticated, mail

ANN = "Ann Berg <ann@kunde.example>"
LONG = "Bestille ny trommel hos leverandøren og spørre hva de tar for å komme og bytte den, for kunden får ikke vite at hun betaler"
WIDTHS = (72, 76, 78)


def begun(house: House) -> Got:
    house.mail(ANN, "Skriver", "Den står.")
    return house.letters("notice")[0]


def broken(line: str, width: int) -> str:
    """As Gmail breaks it in a mail of plain text; Thunderbird and Outlook at other widths."""
    rows = textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)
    assert len(rows) > 1
    return "\n".join(rows)


def sent(house: House, text: str) -> list[Got]:
    """What leaves when the handler has written this."""
    house.reply(begun(house), text)
    house.wait(minutes=2)
    return house.letters()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("verb", ["/task", "/oppgave", "/oppgåve", "/naloga"])
def test_a_task_is_whole_and_the_customer_reads_nothing_of_it(house: House, verb: str, width: int):
    letters = sent(house, broken(f"{verb} {LONG}", width))
    assert [task["text"] for task in house.case("1001")["tasks"]] == [LONG]
    assert [letter.kind for letter in letters] == ["receipt"]
    assert LONG in letters[0].text.replace("\r\n", " "), "the receipt shows what was understood"


@pytest.mark.parametrize("verb", ["/title", "/tittel", "/naslov"])
def test_so_is_a_title(house: House, verb: str):
    letters = sent(house, broken(f"{verb} {LONG}", 76))
    assert [letter.kind for letter in letters] == ["receipt"]
    assert LONG in letters[0].text.replace("\r\n", " ")


@pytest.mark.parametrize("verb", ["/offer", "/tilbud", "/tilbod", "/ponudba"])
def test_so_is_an_offer(house: House, verb: str):
    letters = sent(house, broken(f"{verb} 1500 kr {LONG}", 76))
    (offer,) = [letter for letter in letters if letter.to == "ann@kunde.example"]
    assert (offer.kind, LONG in offer.text.replace("\r\n", " ")) == ("offer", True)


@pytest.mark.parametrize("verb", ["/note", "/notat", "/opomba"])
def test_a_note_stays_inside_however_it_is_broken(house: House, verb: str):
    letters = sent(house, broken(f"{verb} {LONG}", 76))
    assert [letter.kind for letter in letters] == ["receipt"]


def test_what_stands_below_an_empty_line_is_for_the_customer(house: House):
    letters = sent(house, f"{broken(f'/oppgave {LONG}', 76)}\n\nHei Ann, vi bestiller.")
    (update,) = [letter for letter in letters if letter.to == "ann@kunde.example"]
    assert ("Hei Ann, vi bestiller." in update.text, "trommel" in update.text, "betaler" in update.text) == (
        True,
        False,
        False,
    )


def test_the_next_command_ends_it(house: House):
    sent(house, f"{broken(f'/oppgave {LONG}', 76)}\n/prioritet høy\n{broken(f'/oppgave {LONG} igjen', 76)}")
    assert [task["text"] for task in house.case("1001")["tasks"]] == [LONG, f"{LONG} igjen"]
    assert house.case("1001")["priority"] == "high"


@pytest.mark.parametrize("line", ["/oppgave Ringe Ann", f"/oppgave {LONG[:52]}", "/prioritet høy", f"/oppgave {LONG}"])
def test_a_line_that_no_program_broke_ends_where_it_ends(house: House, line: str):
    letters = sent(house, f"{line}\nHei Ann, vi ser på det.")
    assert ["Hei Ann, vi ser på det." in letter.text for letter in letters if letter.to == "ann@kunde.example"] == [
        True
    ]


def test_a_misspelt_line_is_kept_and_mended_whole(house: House):
    house.reply(begun(house), f"{broken(f'/oppgvae {LONG}', 76)}\n\nHei Ann, vi bestiller.")
    (error,) = house.letters()
    assert error.kind == "error"
    house.reply(error, broken(f"/oppgave {LONG}", 76))
    house.wait(minutes=2)
    assert [task["text"] for task in house.case("1001")["tasks"]] == [LONG]
    (update,) = [letter for letter in house.letters() if letter.to == "ann@kunde.example"]
    assert "betaler" not in update.text


def test_in_a_list_of_cases_too(house: House):
    begun(house)
    house.mail(
        "Kari Nordmann <kari@staff.example>", "Liste", f"{broken(f'1001 oppgave {LONG}', 76)}\n1001 prioritet høy"
    )
    assert [task["text"] for task in house.case("1001")["tasks"]] == [LONG]
    assert (house.case("1001")["priority"], house.session.one("SELECT count(*) FROM cases")) == ("high", (1,))


@pytest.mark.parametrize("typing", ["dash as a bullet", "numbered", "hash", "wide slash", "blank after the sign"])
def test_however_it_was_typed(house: House, typing: str):
    letters = sent(house, broken(TYPING[typing](f"/oppgave {LONG}"), 76))
    assert [letter.kind for letter in letters] == ["receipt"]


def test_a_program_that_says_how_it_breaks_lines_is_believed(house: House):
    notice = begun(house)
    soft = broken(f"/oppgave {LONG}", 50).replace("\n", " \n")
    made = mail("Kari Nordmann <kari@staff.example>", f"Re: {notice.subject}", f"{soft}\nHei Ann!", notice.reply_to)
    made.set_param("format", "flowed")
    house.arrives(authenticated(made), notice.reply_to, "kari@staff.example")
    house.wait(minutes=2)
    assert [task["text"] for task in house.case("1001")["tasks"]] == [LONG]
    assert [letter.kind for letter in house.letters() if letter.to == "ann@kunde.example"] == ["update"]
