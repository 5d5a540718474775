"""Whose mail it is that a person passes on: tests/corpus/forwards/<language>_<client>.eml, as each client writes it.

In each the forwarder names another address first, and below the customer's words an older mail is quoted.
"""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from maild.mail.forwarded import original
from maild.mail.parse import read
from maild.model.message import Address
from maild.model.subject import is_forward, unforwarded

FORWARDS = sorted((Path(__file__).parents[1] / "corpus" / "forwards").glob("*.eml"))
KARI = Address("Kari Nordmann", "kari@kunde.example")
SUBJECTS = {
    "nb": ("Skriver virker ikke", "Kan noen ta denne?", "skriveren i 2. etasje"),
    "nn": ("Skrivaren verkar ikkje", "Kan nokon ta denne?", "skrivaren i 2. etasje"),
    "sl": ("Tiskalnik ne deluje", "Lahko kdo prevzame?", "tiskalnik v 2. nadstropju"),
    "en": ("The printer does not work", "Can somebody take this one?", "the printer on the second floor"),
}


def mail(text: str, subject: str = "Fwd: Skriver") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "ola@staff.example", "support@desk.example", subject
    made.set_content(text)
    return made


def test_there_are_five_clients_in_four_languages():
    assert len(FORWARDS) == 20


@pytest.mark.parametrize("file", FORWARDS, ids=lambda file: file.stem)
def test_the_topmost_header_block_names_the_sender(file: Path):
    subject, above, text = SUBJECTS[file.stem.partition("_")[0]]
    found = read(file.read_bytes()).forwarded
    assert found is not None
    assert (found.author, found.subject) == (KARI, subject)
    assert found.above.startswith(above)
    assert text in found.text
    assert not any(row.startswith(("Fra:", "Frå:", "Od:", "From:")) for row in found.text.split("\n")[:3])
    assert text not in found.above


def test_a_mail_that_is_attached_whole_wins_over_the_text():
    inner = EmailMessage()
    inner["From"], inner["To"], inner["Subject"] = "Kari Nordmann <kari@kunde.example>", "ola@staff.example", "Skriver"
    inner["Message-ID"], inner["References"] = "<kari.1@kunde.example>", "<kari.0@kunde.example>"
    inner.set_content("Den står.\n-- \nKari")
    outer = mail("Se vedlagt.\n\nFra: Per <per@annen.example>\nSendt: 2. mars 2026\nTil: Ola\nEmne: Noe\n\nHei.")
    outer.add_attachment(inner)
    found = read(outer.as_bytes()).forwarded
    assert found is not None
    assert (found.author, found.subject, found.text, found.attached) == (KARI, "Skriver", "Den står.", True)
    assert (found.message_id, found.references) == ("<kari.1@kunde.example>", ("<kari.0@kunde.example>",))
    assert found.above == "Se vedlagt."


def test_the_attached_mails_own_attachment_is_not_asked():
    innermost, inner, outer = mail("Innerst.", "Tre"), mail("Midt i.", "To"), mail("", "Fwd: En")
    innermost.replace_header("From", "per@annen.example")
    inner.replace_header("From", "Kari Nordmann <kari@kunde.example>")
    inner.add_attachment(innermost)
    outer.add_attachment(inner)
    found = read(outer.as_bytes()).forwarded
    assert found is not None
    assert found.author == KARI


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("Fra: Kari Nordmann <kari@kunde.example>", KARI),
        ("Fra: Kari Nordmann [mailto:kari@kunde.example]", KARI),
        ("*Fra:* Kari Nordmann <kari@kunde.example <mailto:kari@kunde.example>>", KARI),
        ('Fra: "Kari Nordmann" <kari@Kunde.Example>', KARI),
        ("Fra: Kari Nordmann\n <kari@kunde.example>", KARI),
        ("Fra: kari@kunde.example", Address("", "kari@kunde.example")),
        ("Fra: kari@kunde.example <kari@kunde.example>", Address("", "kari@kunde.example")),
        ("Fra: boss@kunde.example <eve@evil.example>", Address("", "eve@evil.example")),
        ("Fra: Nordmann, Kari", None),
    ],
)
def test_a_sender_is_written_in_many_ways(line: str, author: Address | None):
    found = original(
        f"{line}\nSendt: mandag 2. mars 2026 10:14\nTil: Ola Hansen <ola@staff.example>\nEmne: Skriver\n\nHei."
    )
    assert found is not None
    assert found.author == author
    assert found.text == "Hei."


def test_a_text_without_a_header_block_names_nobody():
    assert original("Ring kari@kunde.example, hun venter.\n\nHilsen Per <per@annen.example>") is None


def test_a_mail_that_is_no_forward_is_not_looked_into():
    text = "Fra: Kari <kari@kunde.example>\nSendt: 2. mars 2026\nTil: Ola\nEmne: Noe\n\nHei."
    assert read(mail(text, "Skriver").as_bytes()).forwarded is None


@pytest.mark.parametrize(
    "subject",
    [
        "Fwd: x",
        "FW: x",
        "VS: x",
        "Vs: x",
        "WG: x",
        "Videresendt: x",
        "Vidaresendt: x",
        "Posredovano: x",
        "TR: x",
        "Fwd : x",
    ],
)
def test_a_subject_says_that_it_is_passed_on(subject: str):
    assert is_forward(subject)
    assert unforwarded(f"Fwd: {subject}") == "x"


@pytest.mark.parametrize("subject", ["Re: Fwd: x", "Sv: x", "Forward: the new printer", "vsx: y", ""])
def test_a_subject_that_only_begins_so_does_not(subject: str):
    assert not is_forward(subject)
