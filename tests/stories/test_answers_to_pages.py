"""Handlers answer our pages from programs that quote HTML in their own ways: their words go out, ours never, and nothing acts."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

import pytest
from parts.house import Got, House
from parts.mails import AUTHSERV, authenticated, mail

from maild.mail import html as reading

ANN = "Ann Berg <ann@kunde.example>"
WORDS = "Slå den av og på.\n\nRing meg hvis det ikke hjelper."
SAID = "/lukk\nDen står.\n#lukk\n/ta"
HEAD = ("Kundeservice <support@desk.example>", "Kari Nordmann <kari@staff.example>", "[#1001] Skriver")


def body(letter: Got) -> str:
    """What stands between the body's tags of our page."""
    part = letter.mail.get_body(("html",))
    assert part is not None
    return re.sub(r"(?s).*<body[^>]*>|</body>.*", "", str(part.get_content()))


def own(words: str) -> str:
    return "".join(f"<div>{escape(row) or '<br>'}</div>" for row in words.split("\n"))


def block(*, bold: str = "b") -> str:
    sender, to, subject = map(escape, HEAD)
    rows = (("Fra", sender), ("Sendt", "mandag 2. mars 2026 10:00"), ("Til", to), ("Emne", subject))
    return "<br>".join(f"<{bold}>{name}:</{bold}> {value}" for name, value in rows)


def gmail(letter: Got, words: str) -> tuple[str | None, str]:
    said = "\n".join(f"> {row}".rstrip() for row in reading.text(body(letter)).split("\n"))
    intro = "man. 2. mars 2026 kl. 10:00 skrev Kundeservice <support@desk.example>:"
    quote = f'<div class="gmail_quote"><div dir="ltr" class="gmail_attr">{escape(intro)}<br></div>'
    quote += f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex">{body(letter)}</blockquote></div>'
    return f"{words}\n\n{intro}\n\n{said}\n", f'<div dir="ltr">{own(words)}</div><br>{quote}'


def gmail_page_only(letter: Got, words: str) -> tuple[str | None, str]:
    return None, gmail(letter, words)[1]


def outlook(letter: Got, words: str) -> tuple[str | None, str]:
    """The desktop's: a plain part without any mark, its header block between."""
    sender, to, subject = HEAD
    plain = f"{words}\n\nFra: {sender}\nSendt: mandag 2. mars 2026 10:00\nTil: {to}\nEmne: {subject}\n\n"
    page = (
        '<div class="WordSection1">' + own(words) + '<div style="border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal">'
    )
    return plain + reading.text(body(letter)), f"{page}{block()}</p></div>{body(letter)}</div>"


def outlook_on_the_web(letter: Got, words: str) -> tuple[str | None, str]:
    page = f'<div class="elementToProof">{own(words)}</div><div id="appendonsend"></div><hr>'
    return None, f'{page}<div id="divRplyFwdMsg" dir="ltr"><font>{block()}</font><div>&nbsp;</div></div>{body(letter)}'


def iphone(letter: Got, words: str) -> tuple[str | None, str]:
    intro = "2. mars 2026 kl. 10:00 skrev Kundeservice &lt;support@desk.example&gt;:"
    page = f"<html><body dir=auto>{own(words)}<br><div dir=ltr>Sendt fra min iPhone</div><div dir=ltr><br>"
    return (
        None,
        f"{page}<blockquote type=cite>{intro}<br><br></blockquote></div><blockquote type=cite>{body(letter)}</blockquote>",
    )


def nothing_marked(letter: Got, words: str) -> tuple[str | None, str]:
    """A program that puts our page below his words as it is."""
    return None, f"<html><body>{own(words)}{body(letter)}</body></html>"


def plain_without_a_mark(letter: Got, words: str) -> tuple[str | None, str]:
    return f"{words}\n\n{reading.text(body(letter))}", f"<p>{own(words)}</p>{body(letter)}"


PROGRAMS: list[Callable[[Got, str], tuple[str | None, str]]] = [
    gmail, gmail_page_only, outlook, outlook_on_the_web, iphone, nothing_marked, plain_without_a_mark,
]  # fmt: skip


def answers(house: House, letter: Got, plain: str | None, page: str) -> None:
    made = mail(
        letter.to,
        f"Re: {letter.subject}",
        plain or "",
        letter.reply_to,
        In_Reply_To=str(letter.mail["Message-ID"]),
        Date=format_datetime(house.now),
    )
    if plain is None:
        made.set_content(page, subtype="html")
    else:
        made.add_alternative(page, subtype="html")
    assert isinstance(made, EmailMessage)
    house.arrives(authenticated(made, AUTHSERV), letter.reply_to, letter.to)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_an_answer_to_the_page_is_his_words_and_nothing_of_ours(
    house: House, program: Callable[[Got, str], tuple[str | None, str]]
) -> None:
    house.mail(ANN, "Skriver", SAID)
    (letter,) = house.letters("notice")
    answers(house, letter, *program(letter, WORDS))
    case = house.case("1001")
    (_, mine) = [message for message in case["messages"] if message["direction"] == "in"]
    assert mine["own_text"].strip() == WORDS
    assert case["status"] == "open"
    house.wait(seconds=61)
    (update,) = house.letters()
    assert update.to == "ann@kunde.example"
    assert "mailto:" not in update.text
    assert "har saken" not in update.text


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_a_page_that_is_sent_back_without_a_word_does_nothing(
    house: House, program: Callable[[Got, str], tuple[str | None, str]]
) -> None:
    house.mail(ANN, "Skriver", SAID)
    (letter,) = house.letters("notice")
    answers(house, letter, *program(letter, ""))
    assert house.case("1001")["status"] == "new"
    house.wait(seconds=61)
    assert [found.to for found in house.letters() if found.kind != "error"] == []
