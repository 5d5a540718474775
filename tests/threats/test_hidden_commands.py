"""A command acts only where the handler wrote it himself: not in what he quotes, forwards or signs with, in any mail program."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from parts.house import House
from parts.mails import AUTHSERV, authenticated

KARI = "Kari Nordmann <kari@staff.example>"
PLANTED = "/close\n/priority critical\n/assign ola\nHilsen Ann"
ANSWER = "Prøv nå."
BLOCK = "Fra: Ann <ann@kunde.example>\nSendt: mandag 2. mars 2026 10:00\nTil: support@desk.example\nEmne: Skriver\n\n{planted}"
SHAPES = {
    "thunderbird": "Den 02.03.2026 10:00, skrev Ann:\n{quoted}",
    "gmail": "man. 2. mars 2026 kl. 10:00 skrev Ann <ann@kunde.example>:\n\n{quoted}",
    "gmail in two lines": "On Mon, Mar 2, 2026 at 10:00 AM Ann Berg\n<ann@kunde.example> wrote:\n\n{quoted}",
    "apple mail": "2. mars 2026 kl. 10:00 skrev Ann <ann@kunde.example>:\n\n{quoted}",
    "iphone": "Sendt fra min iPhone\n\n2. mars 2026 kl. 10:00 skrev Ann <ann@kunde.example>:\n\n{quoted}",
    "outlook": "________________________________\n" + BLOCK,
    "outlook in english": "From: Ann <ann@kunde.example>\nSent: Monday, March 2, 2026 10:00 AM\nTo: support@desk.example\n\n{planted}",
    "outlook, original message": "-----Opprinnelig melding-----\n" + BLOCK,
    "outlook on a phone": "Skaff deg Outlook for iOS\n________________________________\n" + BLOCK,
    "mutt": "On Mon, Mar 02, 2026 at 10:00:00AM +0100, Ann wrote:\n{quoted}",
    "k9": "Den 2. mars 2026 10:00:00 CET skrev Ann <ann@kunde.example>:\n{quoted}",
    "roundcube": "Ann skrev den 2026-03-02 10:00:\n{quoted}",
    "slovenian": "V pon., 2. mar. 2026 ob 10:00 je oseba Ann <ann@kunde.example> napisala:\n\n{quoted}",
    "forwarded": "---------- Forwarded message ---------\n" + BLOCK,
    "a signature": "-- \nKari\n/close",
    "our letter without marks": "{letter}",
}


def page(plain: str, hidden: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["Message-ID"], made["Date"] = KARI, "<page@staff.example>", "Mon, 02 Mar 2026 10:00:00 +0100"
    made.set_content(
        f"<html><body><p>{plain}</p><div class='gmail_quote'><blockquote type='cite'>{hidden}</blockquote></div></body></html>",
        subtype="html",
    )
    return made


@pytest.mark.parametrize("shape", SHAPES)
def test_threat_40_a_command_that_the_customer_planted_is_only_quoted(house: House, shape: str):
    house.mail("Ann <ann@kunde.example>", "Skriver", PLANTED)
    notice = next(letter for letter in house.letters() if letter.kind == "notice")
    quoted = "\n".join(f"> {row}" for row in PLANTED.splitlines())
    below = SHAPES[shape].format(quoted=quoted, planted=PLANTED, letter=notice.text)
    house.reply(notice, f"{ANSWER}\n\n{below}\n")
    case = house.case("1001")
    assert (case["status"], case["priority"], case["handler"]) == ("open", "medium", "kari@staff.example")
    assert "replied" in house.kinds("1001")
    house.wait(minutes=2)
    (update,) = house.letters("update")
    assert ANSWER in update.text


@pytest.mark.parametrize(
    "hiding", ["<div>{}</div>", "<div style='display:none'>{}</div>", "<pre>\n{}\n</pre>", "<!-- {} -->"]
)
def test_threat_40_a_command_in_a_quoted_page_is_only_quoted(house: House, hiding: str):
    house.mail("Ann <ann@kunde.example>", "Skriver", PLANTED)
    notice = next(letter for letter in house.letters() if letter.kind == "notice")
    made = page(ANSWER, hiding.format(PLANTED.replace("\n", "<br>\n")))
    made["Subject"], made["In-Reply-To"] = notice.subject, str(notice.mail["Message-ID"])
    house.arrives(authenticated(made, AUTHSERV), notice.reply_to, "kari@staff.example")
    case = house.case("1001")
    assert (case["status"], case["priority"], case["handler"]) == ("open", "medium", "kari@staff.example")
    assert "replied" in house.kinds("1001")


def test_threat_40_a_command_on_top_acts_as_the_others_would(house: House):
    """What the tests above rest on."""
    house.mail("Ann <ann@kunde.example>", "Skriver", "Den står.")
    notice = next(letter for letter in house.letters() if letter.kind == "notice")
    house.reply(notice, f"{PLANTED.replace('Hilsen Ann', '')}\n{ANSWER}\n")
    case = house.case("1001")
    assert (case["status"], case["priority"], case["handler"]) == ("solved", "critical", "ola@staff.example")
