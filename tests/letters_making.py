"""letters_making: letters of one case for tests, with the real texts, a fixed key and a fixed time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import making

from maild.mail import letters
from maild.mail.token import Keys
from maild.model.known import Shown
from maild.model.message import Address, Attachment
from maild.model.people import Desk
from maild.model.plan import Letter, Part, Written
from maild.model.policy import Policy
from maild.policy import texts

SHIPPED = Path(__file__).parent.parent / "templates"
KEYS = Keys("aa", {"aa": b"a key for tests, and nothing else"})
NOW = making.MONDAY + timedelta(hours=1)
LANGUAGES = ("en", "nb", "nn", "sl")
DESK = {
    "en": Desk("support", ("support@desk.example",), "Customer service", "en", "Europe/London"),
    "nb": Desk(
        "support",
        ("support@desk.example",),
        "Kundeservice",
        "nb",
        "Europe/Oslo",
        signature="Kundeservice\ntlf. 22 00 00 00",
    ),
    "nn": Desk("support", ("support@desk.example",), "Brukarstøtte", "nn", "Europe/Oslo"),
    "sl": Desk("support", ("support@desk.example",), "Podpora", "sl", "Europe/Ljubljana"),
}
SUBJECT = {
    "en": "The printer is on fire",
    "nb": "Skriveren på loftet virker ikke",
    "nn": "Skrivaren på loftet verkar ikkje",
    "sl": "Tiskalnik ne tiska več",
}
SAID = {
    "en": "Hello,\n\nThe printer prints nothing but blank pages.",
    "nb": "Hei,\n\nSkriveren skriver bare blanke sider.",
    "nn": "Hei,\n\nSkrivaren skriv berre blanke sider.",
    "sl": "Pozdravljeni,\n\ntiskalnik tiska samo prazne strani.",
}
ANSWER = {
    "en": "Hello Ann,\n\nplease turn it off and on again.",
    "nb": "Hei Ann,\n\nkan du slå den av og på?",
    "nn": "Hei Ann,\n\nkan du slå han av og på?",
    "sl": "Pozdravljeni,\n\nprosim, izklopite ga in ponovno vklopite.",
}
PICTURE = Attachment("bilde av skriver.png", "image/png", 348_160, "aa" * 32, False, 100, 200, "base64")
FILM = Attachment("film.mp4", "video/mp4", 52_000_000, "bb" * 32, False, 300, 400, "base64")
VALUES: dict[str, Any] = {
    "handler_name": "Kari Nordmann", "customer_name": "Ann Berg", "customer_address": "ann@kunde.example", "customer_verified": True,
    "customer_wrote": True,
    "priority": "high", "status": "open",
}  # fmt: skip
TO_ANN = Address("Ann Berg", "ann@kunde.example")
TO_KARI = Address("Kari Nordmann", "kari@staff.example")


@lru_cache(1)
def shipped() -> texts.Templates:
    return texts.load(SHIPPED / "none", SHIPPED)


def policy(language: str = "nb", using: texts.Templates | None = None) -> Policy:
    return replace(making.policy(), desks={"support": DESK[language]}, texts=using or shipped())


def shown(language: str = "nb", *files: Attachment, text: str | None = None, after: int = 0) -> Shown:
    return Shown(
        1 + after,
        making.MONDAY + timedelta(minutes=14 + after),
        "Ann Berg",
        SAID[language] if text is None else text,
        5 + after,
        files,
    )


def to_customer(kind: str, language: str = "nb", **more: Any) -> Letter:
    base = Letter(
        1000, 7, "#1042", kind, "person:1", TO_ANN, "support", language, SUBJECT[language], "your-case", NOW, seq=3, values=VALUES,
        references=("<1@kunde.example>",), in_reply_to="<1@kunde.example>",
    )  # fmt: skip
    return replace(base, **more)


def to_handler(kind: str, language: str = "nb", **more: Any) -> Letter:
    usual = {
        "id": 1001,
        "party": "handler:kari",
        "to": TO_KARI,
        "reason": "you-handle-it",
        "automatic": "auto-generated",
    }
    return to_customer(kind, language, **{**usual, **more})


def write(letter: Letter, envelope: str = "signed", using: texts.Templates | None = None) -> Written:
    return letters.write(
        letter, policy(letter.language if letter.language in DESK else "nb", using), KEYS, NOW, envelope
    )


def mail(letter: Letter, using: texts.Templates | None = None) -> bytes:
    """The whole mail; every file holds the same few octets."""
    written = write(letter, using=using)
    raw = letters.assemble(written.head, written.text, [(part, file_octets(part)) for part in written.parts])
    assert letters.faults(raw, written) == []
    return raw


def file_octets(part: Part) -> bytes:
    return b"octets of " + part.attachment.sha256[:4].encode()


def read(raw: bytes) -> EmailMessage:
    """As Python's own mail package reads it: the oracle of these tests."""
    return cast(EmailMessage, BytesParser(policy=default).parsebytes(raw))


def text_of(raw: bytes) -> str:
    part = read(raw).get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")
