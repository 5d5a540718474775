"""Every letter in every language, octet for octet: what people get is changed on purpose or not at all.

After a change of a text: MAILD_GOLDEN=write python -m pytest tests/mail/test_letters_golden.py, then read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from letters_making import ANSWER, FILM, LANGUAGES, PICTURE, TO_ANN, VALUES, mail, shown, to_customer, to_handler

from maild.model.message import Address
from maild.model.plan import Letter, Shown

OURS: dict[str, Any] = {"case": None, "number": "", "subject": "", "references": (), "in_reply_to": ""}
KEPT = {"kept_until": "2026-03-09T10:14+01:00", "sends": True}
GOLDEN = Path(__file__).parent.parent / "golden" / "letters"


def alarm(language: str, part: str, *, over: bool = False) -> Letter:
    details = "127.0.0.1:25 takes letters" if over else "127.0.0.1:25 takes no letters: ConnectionRefusedError"
    values = {"alarm": part, "over": over, "since": "2026-03-02T10:14+01:00", "details": details}
    return to_handler("alarm", language, values=values, reason="you-are-admin", **OURS)


WHAT = {
    "en": "Order a new printer",
    "nb": "Bestille ny skriver",
    "nn": "Tinge ny skrivar",
    "sl": "Naročiti nov tiskalnik",
}


def news(language: str, kind: str, key: str, value: str, shown: tuple[Shown, ...] = (), **values: Any) -> Letter:
    given = {**VALUES, "news": {"ok": True, "key": key, "value": value}, **values}
    return to_handler(kind, language, shown=shown, values=given, reason="you-asked")


def asked_of(language: str) -> dict[str, Letter]:
    """What a case asks of people, and what they answer."""
    what, until, answer = WHAT[language], "2026-03-16T10:14+01:00", shown(language, text=ANSWER[language], after=60)
    task = {"number": "1", "text": what, "who": "Ola Hansen", "due": until}
    outside: dict[str, Any] = {"to": Address("", "help@canon.example"), "party": "person:7", "subject": ""}
    yours = {"what": what, "until": until, "who": "Kari Nordmann", "inside": True, "tasks": [task]}
    return {
        "news-task": news(language, "task", "task_due", "1", **yours),
        "news-offer": news(language, "news", "offer_accepted", "1500 kr", (answer,), what=what),
        "news-supplier": news(
            language, "supplier", "supplier_answered", "help@canon.example", (answer,), supplier="help@canon.example"
        ),
        "question": to_customer("question", language, shown=(answer,), author="Kari Nordmann", reason="you-are-asked", **outside),
        "offer": to_customer(
            "offer", language, values={"what": what, "amount": "1500 kr", "until": until}, author="Kari Nordmann"
        ),
        "approval": to_customer(
            "approval", language, values={"what": what, "who": "Kari Nordmann", "until": until}, reason="your-approval", **outside
        ),
        "vote": to_customer(
            "vote", language, values={"news": {"ok": True, "key": "vote_yes", "value": ""}}, reason="your-approval", **outside
        ),
    }  # fmt: skip


def letters_of(language: str) -> dict[str, Letter]:
    said, files = shown(language), shown(language, PICTURE, FILM)
    answer = shown(language, text=ANSWER[language], after=60)
    nobody = {**VALUES, "handler_name": ""}
    ack = {"reason": "you-wrote-to-us", "automatic": "auto-replied"}
    lines = [
        {"ok": True, "written": "/take", "key": "taken", "value": ""},
        {"ok": True, "written": "/priority high", "key": "prioritised", "value": "high"},
        {"ok": True, "written": "", "key": "reply_leaves", "value": ""},
    ]
    wrong = [lines[0], {"ok": False, "written": "/asign ola", "key": "not_understood", "value": "assign"}]
    many = [
        {"ok": True, "written": f"{n} close quiet", "key": "solved_quietly", "value": ""} for n in range(1042, 1048)
    ]
    command = {"reason": "your-command", "automatic": "auto-replied"}
    bounced = {"status_code": "5.1.1", "bounced_name": "Ann Berg", "bounced_kind": "update"}
    return {
        "ack": to_customer("ack", language, values=VALUES, **ack),
        "ack-team": to_customer("ack", language, values=nobody, **ack),
        "ack-unverified": to_customer(
            "ack", language, values={}, authenticated=False, subject="", to=Address("", TO_ANN.address), **ack
        ),
        "notice": to_handler("notice", language, shown=(files,), values={**VALUES, "status": "new", "because": "vip"}),
        "notice-team": to_handler(
            "notice", language, shown=(said,), values={**nobody, "status": "new", "customer_verified": False}, reason="your-desk"
        ),
        "update-customer": to_customer("update", language, shown=(answer,), author="Kari Nordmann"),
        "update-handler": to_handler("update", language, shown=(files, answer)),
        "stranger": to_handler("update", language, shown=(said,), values={**VALUES, "stranger": True}),
        "closing": to_customer("closing", language, automatic="auto-generated"),
        "closing-words": to_customer("closing", language, shown=(answer,), author="Kari Nordmann"),
        "receipt": to_handler("receipt", language, values={**VALUES, "lines": lines}, **command),
        "error": to_handler(
            "error", language, values={**VALUES, "lines": wrong, "words": f"/take\n/asign ola\n{ANSWER[language]}"}, **command
        ),
        "error-kept": to_handler(
            "error",
            language,
            values={**VALUES, "lines": wrong, "words": f"/take\n/asign ola\n{ANSWER[language]}", **KEPT},
            **command,
        ),
        "confirm": to_handler("confirm", language, values={**KEPT, "lines": many}, **{**command, **OURS, "subject": "Oppdrag"}),
        "bounce": to_handler("bounce", language, values={**VALUES, **bounced}, reason="your-letter-bounced"),
        "unverified": to_handler("unverified", language, values={**VALUES, "words": "/close"}, reason="mail-in-your-name"),
        "alarm": alarm(language, "relay"),
        "alarm-imap": alarm(language, "imap:support"),
        "alarm-over": alarm(language, "relay", over=True),
        "canary": to_handler("canary", language, reason="other", values={}, **OURS),
        "postmaster": to_handler("postmaster", language, shown=(said,), reason="other"),
    }  # fmt: skip


def all_letters(language: str) -> dict[str, Letter]:
    return {**letters_of(language), **asked_of(language)}


CASES = [(language, name) for language in LANGUAGES for name in all_letters(language)]


@pytest.mark.parametrize(("language", "name"), CASES)
def test_a_letter_is_what_it_was(language: str, name: str) -> None:
    raw = mail(all_letters(language)[name])
    file = GOLDEN / f"{name}.{language}.eml"
    if os.environ.get("MAILD_GOLDEN") == "write":
        file.write_bytes(raw)
    assert raw == file.read_bytes(), f"{file.name} differs: if that is meant, write it anew with MAILD_GOLDEN=write"


def test_no_golden_letter_is_left_over() -> None:
    assert sorted(p.name for p in GOLDEN.glob("*.eml")) == sorted(f"{name}.{language}.eml" for language, name in CASES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_acknowledgement_is_small(language: str) -> None:
    for name in ("ack", "ack-team", "ack-unverified"):
        assert len(mail(letters_of(language)[name])) <= 2048
