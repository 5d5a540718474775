"""A command that is not at the very top never reaches the customer: the mail is held, and a short reply finishes it."""

from __future__ import annotations

import pytest
from parts.house import Got, House

ANN = "Ann Berg <ann@kunde.example>"


def begun(house: House) -> Got:
    """A case; its notice to the handler."""
    house.mail(ANN, "Skriver", "Den står.")
    _, notice = house.letters()
    return notice


def after(house: House) -> dict[str, Got]:
    """The letters of the next minute, by kind."""
    house.wait(seconds=61)
    return {letter.kind: letter for letter in house.letters()}


@pytest.mark.parametrize(
    "text",
    [
        "Hei,\n/notat Hun er vanskelig",
        "Hei,\n/note Hun er vanskelig",
        "Hei,\n/opomba Hun er vanskelig",
        "Ekstern e-post: vær forsiktig\n/notat\nHun er vanskelig",
        "Hei Ann, den er klar.\n\n/lukk",
        "Hei Ann, den er klar.\n\n/lkuk",
        "Hei Ann, den er klar. /lukk",
        "Hei Ann, den er klar.\n\n#1001 lukk",
        "/ta\nHei Ann\n!lukk",
        "#1001 lukk",
        "1001 lukk",
        "//notat\nHun er vanskelig",
        "/notat/\nHun er vanskelig",
        "(/notat)\nHun er vanskelig",
        '"/notat"\nHun er vanskelig',
        "→ /notat\nHun er vanskelig",
        "-> /notat\nHun er vanskelig",
    ],
)
def test_a_command_below_other_text_holds_the_mail(house: House, text: str):
    house.reply(begun(house), text)
    got = after(house)
    assert list(got) == ["error"]
    assert "/send" in got["error"].text
    row = next(row for row in text.split("\n") if "not" in row or "opom" in row or "lukk" in row or "lkuk" in row)
    assert f"«{row}»" in got["error"].text


@pytest.mark.parametrize(
    "text",
    [
        "Filen ligger i /etc/hosts, og /tmp er tom.",
        "Se https://kunde.example/lukk og //server/notat",
        "Ta med kort og/eller kontanter, and/or cash.",
        "Det gjelder #1042",
        "Vi kommer 1/12 eller 2/12.",
        "> /lukk\n\nDet hjelper ikke å skrive det.",
        "1500 for skjermen",
        "1. Lukk programmet\n2. Vent litt",
        "Kl. 10 / 11 passer, ja / nei?",
    ],
)
def test_paths_links_dates_and_quotes_are_words(house: House, text: str):
    house.reply(begun(house), text)
    assert text.split("\n")[-1] in after(house)["update"].text


@pytest.mark.parametrize("slash", ["∕", "⧸", "/", "⁄"])
@pytest.mark.parametrize("word", ["note", "notat", "opomba"])
def test_every_slash_is_one(house: House, slash: str, word: str):
    house.reply(begun(house), f"{slash}{word}\nHun er vanskelig")
    assert "noted" in house.kinds("1001")
    assert "update" not in after(house)


@pytest.mark.parametrize(
    "banner",
    ["[EXTERNAL]", "[EKSTERN]", "Klassifisering: Intern", "Classification: Internal", "[ZUNANJE]\n", "TLP:AMBER"],
)
def test_a_banner_above_a_command_is_not_the_handlers(house: House, banner: str):
    house.reply(begun(house), f"{banner}\n/lukk stille")
    assert house.case("1001")["status"] == "solved"
    assert list(after(house)) == ["receipt"]


def test_a_banner_above_the_lines_of_a_new_mail_is_none_of_them(house: House):
    begun(house)
    house.mail("Kari Nordmann <kari@staff.example>", "Saker", "[EXTERNAL]\n1001 lukk stille")
    assert house.case("1001")["status"] == "solved"


def test_the_command_alone_in_reply_is_done_and_leaves_the_text(house: House):
    house.reply(begun(house), "Hei Ann, den er klar.\n\n/lukk")
    house.reply(house.letters()[0], "/lukk")
    got = after(house)
    assert house.case("1001")["status"] == "solved"
    assert "den er klar." in got["closing"].text
    assert "/lukk" not in got["closing"].text


def test_a_note_that_was_meant_stays_inside(house: House):
    house.reply(begun(house), "Hei,\n/notat Hun er vanskelig")
    house.reply(house.letters()[0], "/notat Hun er vanskelig")
    assert list(after(house)) == ["receipt"]
    assert "noted" in house.kinds("1001")


@pytest.mark.parametrize("send", ["/send", "/pošlji"])
def test_send_sends_it_as_it_is(house: House, send: str):
    house.reply(begun(house), "Hei Ann, skriv\n/status\ni et svar.")
    house.reply(house.letters()[0], send)
    assert "/status" in after(house)["update"].text


def test_a_phone_case_with_a_command_below_its_words_is_held(house: House):
    house.mail("Kari Nordmann <kari@staff.example>", "Ringte", "/for ann@kunde.example\nHei\n/lukk stille")
    assert [letter.kind for letter in house.letters()] == ["error"]


def test_a_text_full_of_signs_is_not_looked_at_word_by_word_and_is_held(house: House):
    house.reply(begun(house), "Hei\n" + "\n".join(f"/xyzzy{n} " * 20 for n in range(40)))
    assert list(after(house)) == ["error"]


def test_a_text_full_of_paths_goes_out(house: House):
    house.reply(begun(house), "Hei\n" + "\n".join(f"/var/log/messages.{n} /usr/bin/x" for n in range(400)))
    assert list(after(house)) == ["update"]
