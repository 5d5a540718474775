"""A handler's mail without proof waits, and a word from his own mailbox carries it out."""

from __future__ import annotations

import pytest
from parts.house import Got, House

from maild.mail import token

ANN, EVE = "Ann Berg <ann@kunde.example>", "Eve <eve@evil.example>"
KARI, OLA = "Kari Nordmann <kari@staff.example>", "Ola Hansen <ola@staff.example>"


def begun(house: House) -> Got:
    house.mail(ANN, "Skriver", "Den står.")
    return house.letters("notice")[0]


def asked(house: House, text: str, notice: Got | None = None) -> Got:
    """Her mail without proof; the letter that asks whether it was she."""
    house.reply(notice or begun(house), text, proven=False)
    (letter,) = house.letters()
    assert (letter.kind, letter.to) == ("unverified", "kari@staff.example")
    return letter


def link(letter: Got, word: str) -> str:
    """The address behind the letter's link with this body."""
    return next(r for r in letter.text.splitlines() if word in r).partition("mailto:")[2].partition("?")[0]


def status(house: House) -> str:
    return str(house.case("1001")["status"])


@pytest.mark.parametrize("words", ["/lukk", "/close", "/zapri", "/lukk stille"])
def test_her_word_from_her_own_mailbox_carries_it_out_once(house: House, words: str):
    letter = asked(house, words)
    assert (status(house), f"| {words}" in letter.text) == ("new", True)
    house.reply(letter, "", to=link(letter, "body=%2Fsend"), proven=False)
    assert status(house) == "solved"
    assert [got.kind for got in house.letters() if got.to == letter.to] == ["receipt"]
    house.reply(letter, "/gjenåpne")
    house.letters()
    house.reply(letter, "", to=link(letter, "body=%2Fsend"), proven=False)
    assert status(house) == "open", "a word counts once"


@pytest.mark.parametrize("word", ["/send", "/pošlji"])
def test_so_does_the_word_in_a_reply_and_her_text_goes_to_the_customer(house: House, word: str):
    letter = asked(house, "/prioritet høy\nHei Ann!")
    house.reply(letter, word, proven=False)
    house.wait(minutes=2)
    (update,) = [got for got in house.letters() if got.to == "ann@kunde.example"]
    assert ("Hei Ann!" in update.text, house.case("1001")["priority"]) == (True, "high")


@pytest.mark.parametrize("word", ["/forkast", "/drop", "/zavrzi"])
def test_what_is_dropped_is_gone(house: House, word: str):
    letter = asked(house, "/lukk")
    house.reply(letter, word, proven=False)
    house.reply(letter, "/send", proven=False)
    assert status(house) == "new"


def test_who_cannot_read_her_mailbox_can_do_nothing(house: House):
    notice = begun(house)
    letter = asked(house, "/lukk", notice)
    to, address = notice.reply_to, link(letter, "body=%2Fsend")
    for sender, where in ((KARI, to), (EVE, to), (EVE, address), (ANN, address), (OLA, address)):
        house.reply(letter, "/send", sender, to=where, proven=sender == EVE, In_Reply_To="")
    off = address.partition("+v")
    forged = f"{off[0]}+v{token.sign('r', 1, token.parse(token.fresh(b'x' * 32, 'aa')))[1:]}@desk.example"
    house.reply(letter, "/send", to=forged, proven=False, In_Reply_To="")
    house.wait(minutes=5)
    assert status(house) == "new"
    assert not [got for got in house.letters() if got.to == "ann@kunde.example"]


def test_a_no_is_no_yes(house: House):
    letter = asked(house, "/lukk")
    house.reply(letter, "Det var ikke meg!", to=link(letter, "body=%2Fsend"), proven=False)
    assert status(house) == "new"


def test_the_letter_confirms_what_it_shows_and_nothing_that_came_after(house: House):
    notice = begun(house)
    letter = asked(house, "/prioritet høy", notice)
    house.reply(notice, "/lukk\nHa det, din idiot.", proven=False)
    assert house.letters() == [], "one letter an hour"
    house.reply(letter, "/send", proven=False)
    house.wait(minutes=5)
    assert (house.case("1001")["priority"], status(house)) == ("high", "new")
    assert not [got for got in house.letters() if got.to == "ann@kunde.example"]


def test_a_mail_that_went_to_the_plain_desk_waits_for_her_word_too(house: House):
    notice = begun(house)
    house.reply(notice, "/lukk", to="support@desk.example")
    (letter,) = house.letters()
    assert (letter.kind, status(house)) == ("unverified", "new")
    house.reply(letter, "", to=link(letter, "body=%2Fsend"))
    assert status(house) == "solved"


def test_the_link_that_it_was_sent_to_is_shown_and_carried_out(house: House):
    notice = begun(house)
    close = next(row for row in notice.text.splitlines() if "+c" in row).partition("mailto:")[2].partition("?")[0]
    house.reply(notice, "", to=close, proven=False)
    (letter,) = house.letters()
    assert "| /close" in letter.text
    house.reply(letter, "/send", proven=False)
    assert status(house) == "solved"


def test_after_a_week_it_is_too_late(house: House):
    letter = asked(house, "/lukk")
    house.wait(days=8)
    house.reply(letter, "/send", proven=False)
    assert status(house) == "new"


def test_a_mail_that_comes_again_is_nothing_to_confirm(house: House):
    notice = begun(house)
    house.reply(notice, "/ta", Message_ID="<once@staff.example>")
    house.letters()
    house.reply(notice, "/lukk", Message_ID="<once@staff.example>")
    (letter,) = house.letters()
    assert (letter.kind, "body=%2Fsend" in letter.text) == ("unverified", False)
    house.reply(letter, "/send", proven=False)
    assert status(house) == "new"


# --- more of them within the hour -------------------------------------------------------------------------------------------------


def later(house: House, *mails: tuple[Got, str]) -> Got:
    """What comes in her name after the first letter; the letter that asks about it when the hour is over."""
    for notice, text in mails:
        house.reply(notice, text, proven=False)
    assert house.letters("unverified") == [], "one letter an hour"
    house.wait(minutes=61)
    (letter,) = house.letters("unverified")
    assert letter.to == "kari@staff.example"
    return letter


def test_the_next_letter_names_all_that_came_within_the_hour_and_confirms_just_that(house: House):
    notice = begun(house)
    first = asked(house, "/prioritet høy", notice)
    letter = later(house, (notice, "/tittel Papirstopp"), (notice, "Hei Ann!"))
    assert [word for word in ("/tittel Papirstopp", "Hei Ann!") if f"| {word}" not in letter.text] == []
    assert ("2 e-poster i ditt navn" in letter.text, "/prioritet" in letter.text) == (True, False)
    house.reply(letter, "", to=link(letter, "body=%2Fsend"), proven=False)
    house.wait(minutes=2)
    assert [got.to for got in house.letters() if "Hei Ann!" in got.text] == ["ann@kunde.example"]
    assert ("titled" in house.kinds("1001"), house.case("1001")["priority"]) == (True, "medium")
    house.reply(first, "/send", proven=False)
    assert house.case("1001")["priority"] == "high"


@pytest.mark.parametrize("word", ["/send", "/pošlji"])
def test_mails_to_several_cases_stand_in_one_letter_with_their_numbers(house: House, word: str):
    one, _ = begun(house), begun(house)
    house.reply(one, "/prioritet lav", KARI, proven=False)
    other = house.newest("1002", "handler:%")
    house.letters()
    mine = house.newest("1001", "handler:kari")
    house.reply(other, "/tildel kari", OLA)
    other = house.newest("1002", "handler:kari")
    house.letters()
    letter = later(house, (mine, "/tittel En"), (other, "/tittel To"))
    assert ("I sak #1001:" in letter.text, "I sak #1002:" in letter.text) == (True, True)
    house.reply(letter, word, proven=False)
    assert ["titled" in house.kinds(number) for number in ("1001", "1002")] == [True, True]


@pytest.mark.parametrize("word", ["/forkast", "/drop", "/zavrzi"])
def test_all_that_it_names_is_dropped_at_once(house: House, word: str):
    notice = begun(house)
    asked(house, "/ta", notice)
    letter = later(house, (notice, "/lukk"), (notice, "/prioritet høy"))
    house.reply(letter, word, proven=False)
    house.reply(letter, "/send", proven=False)
    assert (status(house), house.case("1001")["priority"]) == ("new", "medium")


def test_one_more_mail_in_the_hour_is_asked_about_as_the_first(house: House):
    notice = begun(house)
    asked(house, "/ta", notice)
    letter = later(house, (notice, "/lukk"))
    assert ("til sak #1001" in letter.text, "| /lukk" in letter.text) == (True, True)
    house.reply(letter, "/send", proven=False)
    assert status(house) == "solved"


def test_that_letter_is_the_one_of_the_next_hour(house: House):
    notice = begun(house)
    asked(house, "/ta", notice)
    second = later(house, (notice, "/prioritet høy"))
    third = later(house, (notice, "/lukk"))
    assert ("/lukk" in second.text, "/prioritet" in third.text) == (False, False)
    house.reply(third, "/send", proven=False)
    assert (status(house), house.case("1001")["priority"]) == ("solved", "medium")


def test_a_flood_fills_one_letter_which_says_so(house: House):
    notice = begun(house)
    asked(house, "/ta", notice)
    letter = later(house, *((notice, f"/tittel Nummer {at}") for at in range(14)))
    assert (letter.text.count("/tittel"), "kom det flere" in letter.text) == (10, True)
    house.wait(hours=5)
    assert house.letters("unverified") == []
