"""samples: what a template may use, by example.  One dictionary names every value; templates/README.md explains them.

full() has everything a letter can have, bare() as little as it can: a template that renders with both renders with any.
LIMITS  tests/mail/test_letters.py holds these names against what mail/letters really gives.
"""

from __future__ import annotations

from typing import Any

# The letters we send; each is a file of this name with .txt in every language's folder.
NAMES = (
    "ack",
    "ack-unverified",
    "facts",
    "decided",
    "notice",
    "update-customer",
    "update-handler",
    "woken",
    "warning",
    "warnings",
    "status",
    "closing",
    "merged",
    "promised",
    "planned",
    "reminder",
    "unanswered",
    "incident",
    "receipt",
    "error",
    "confirm",
    "bounce",
    "unverified",
    "postmaster",
    "alarm",
    "canary",
    "digest",
    "absence",
    "news",
    "question",
    "forward",
    "closed",
    "offer",
    "offer-again",
    "approval",
    "vote",
    "swap",
    "page",
    "paging",
)


_ALARM = {
    "alarm": "imap:support",
    "over": True,
    "since": "2026-03-02T10:14:00+01:00",
    "details": "127.0.0.1:25 takes no letters: SMTPConnectError",
}

_KEPT = {
    "title": "Ny skriver i 2. etasje",
    "promised": "2026-03-06T12:00:00+01:00",
    "closes": "2026-03-16T08:00:00+01:00",
    "starts": "2026-09-01T08:00:00+02:00",
    "kept_until": "2026-03-09T10:14:00+01:00",
    "send": "mailto:support+r1aa@desk.example?body=%2Fsend",
    "drop": "mailto:support+r1aa@desk.example?body=%2Fdrop",
}
_OUTSIDE: dict[str, Any] = {
    "standing": [
        {
            "number": "#1042",
            "subject": "Skriver virker ikke",
            "status": "waiting",
            "who": "Ola Hansen",
            "whose": "Kari Nordmann",
            "promised": "2026-03-05T12:00:00+01:00",
            "answer_by": "2026-03-03T12:00:00+01:00",
            "update_by": "2026-03-03T12:00:00+01:00",
            "solved_by": "2026-03-04T12:00:00+01:00",
            **dict.fromkeys(
                ("promised_late", "answer_by_late", "update_by_late", "solved_by_late"), "2026-03-02T09:00:00+01:00"
            ),
            "last_at": "2026-03-02T10:14:00+01:00",
            "last_by": "Ola Hansen",
            "you": False,
        }
    ],
    "more": True,
    "organisation": "Kunde AS",
    "status_code": "5.1.1",
    "bounced_name": "Kari Nordmann",
    "bounced_kind": "update",
    "bounced_at": "2026-03-02T10:14:00+01:00",
    "unreached": "Ola Hansen",
    "copied": ["bo@kunde.example"],
    "forwarded": True,
    "called": True,
}


# Opening hours and duty.
_HOURS = {
    "hours": "closed",
    "opens": "2026-03-03T08:00:00+01:00",
    "on_duty": "Ola Hansen",
    "early": True,
    "answer_by": "2026-03-03T12:00:00+01:00",
    "update_by": "2026-03-03T12:00:00+01:00",
    "solved_by": "2026-03-04T12:00:00+01:00",
    "duty": [
        {
            "rota": "Driftsvakt",
            "since": "2026-03-02T15:30:00+01:00",
            "until": "2026-03-03T08:00:00+01:00",
            "instead": "Ola Hansen",
        }
    ],
}


_LINKS = {
    name: f"mailto:support+{name[0]}1aa@desk.example?body=%2F{name}" for name in ("take", "wait", "close", "note")
}
_SLIP = {
    "target": "first_response",
    "due": "2026-03-02T12:00:00+01:00",
    "late": True,
    "span": 135,
    "hours": True,
    "step": "+2h",
    "who": "lead",
    "name": "",
}
_CASE = {
    "number": "#1007",
    "days": 3,
    "customer": "Bo Li",
    "subject": "Nettet er nede",
    "status": "open",
    "handler": "Ola Hansen",
    "due": "2026-03-03T12:00:00+01:00",
    "slips": [_SLIP],
    "closes": "2026-03-16T08:00:00+01:00",
    **_LINKS,
}
# A critical case.
_PAGE = {
    "phone": "55 00 00 00",
    "urgent": True,
    "numbers": "#1042, #1043",
    "count": "2",
    "minutes": "10",
    "again": True,
    "later": True,
}
# What a handler's letters tell of his work.
_WORK = {
    "promised": "2026-03-04T12:00:00+01:00",
    "others": [{"number": "#1007", "subject": "Nettet er nede"}],
    "groups": [
        {"key": "waiting", "count": 2, "more": 1, "cases": [_CASE]},
        {"key": "unassigned", "count": 1, "more": 0, "cases": [_CASE]},
    ],
    "slips": [_SLIP, {**_SLIP, "late": False, "who": "", "name": "Ola Hansen"}],
    "absent": "Ola Hansen",
    "until": "2026-03-05T08:00:00+01:00",
    "provisional": True,
    "cover": "Kari Nordmann",
    "reply": "mailto:support+r1aa@desk.example",
    "own_address": "support+s1aa@desk.example",
    **_LINKS,
    **_HOURS,
    **_PAGE,
}


# What a rule wants to be known, or approved.
_FACTS: dict[str, Any] = {
    "approvers": "Bo Li, leder@kunde.example",
    "unasked": {"ok": True, "written": "", "key": "unasked_unproven", "value": ""},
    "item": "Ny skjerm",
    "carried": True,
    "asks": ["Brukernavn", "Datamaskin"],
    "facts": [
        {"label": "Brukernavn", "value": "ann01", "unproven": True},
        {"label": "Datamaskin", "value": "", "unproven": False},
    ],
}
_ASKED: dict[str, Any] = {
    **_FACTS,
    "tasks": [{"number": "1", "text": "Bestille skjerm", "who": "Ola Hansen", "due": "2026-03-06T08:00:00+01:00"}],
    "news": {"ok": True, "written": "", "key": "task_due", "value": "1"},
    "what": "Bestille skjerm",
    "amount": "1500 kr",
    "who": "Ola Hansen",
    "supplier": "support@skriver.example",
    "back_to": "Ola Hansen",
    "inside": True,
    "acts": True,
    "dated": True,
    "mails": [{"number": "#1042", "words": "/close"}, {"number": "#1043", "words": "/take\nHei Ann."}],
    "yes": "mailto:support+y1aa@desk.example?body=ja",
    "no": "mailto:support+x1aa@desk.example?body=nei",
    "answer": "mailto:support+p1aa@desk.example?subject=%5B%231042%5D",
}


# What stands around a case.
_AROUND = {
    "also": "Drift",
    "related": "#1050, #1051",
    "incident": "#1060",
    "incident_title": "Nettet er nede",
    "merged": "#1043",
    "copies": "Bo Li",
    "type": "fault",
    "category": "printers",
    "response": "within one hour, day and night",
    "alarms": "4",
}


def full() -> dict[str, Any]:
    """A case with a customer, a handler, two messages, files, lines and every kind of remark."""
    file = {"name": "bilde.png", "size": 348_160}
    message = {
        "author": "Kari Nordmann",
        "at": "2026-03-02T10:14:00+01:00",
        "text": "Hei.\n\nSkriveren virker ikke.",
        "cut": True,
        "attachments": [file],
    }
    return {
        "number": "#1042",
        "tag": "[#1042]",
        "marker": "[maild:1042:7]",
        "subject": "Skriver virker ikke",
        "desk_name": "Kundeservice",
        "desk_address": "support@desk.example",
        "signature": "Kundeservice\ntlf. 22 00 00 00",
        "to_name": "Kari Nordmann",
        "author": "Ola Hansen",
        "handler_name": "Ola Hansen",
        "customer": "Kari Nordmann",
        "customer_name": "Kari Nordmann",
        "customer_address": "kari@kunde.example",
        "verified": True,
        "wrote": True,
        "stranger": True,
        "priority": "high",
        "status": "open",
        "because": "skriver",
        "linked": "#1007",
        **_AROUND,
        "reason": "you-handle-it",
        "messages": [message, message],
        "left_out": [file],
        "lines": [
            {"ok": True, "written": "/take", "key": "taken", "value": "", "was": "", "at": ""},
            {"ok": True, "written": "/prio høy", "key": "prioritised", "value": "high", "was": "low", "at": ""},
            {"ok": False, "written": "/asign ola", "key": "not_understood", "value": "assign", "was": "", "at": ""},
        ],
        "words": "/asign ola\nHei.",
        **_KEPT,
        **_OUTSIDE,
        "status_code": "5.1.1",
        "bounced_name": "Kari Nordmann",
        "bounced_kind": "update",
        **_ALARM,
        **_ASKED,
        **_WORK,
    }


def bare() -> dict[str, Any]:
    """An unknown sender, nobody in charge, nothing but the number."""
    return {
        name: [] if isinstance(value, list) else False if isinstance(value, bool) else ""
        for name, value in full().items()
    } | {
        "number": "#1042",
        "tag": "[#1042]",
        "marker": "[maild:1042:7]",
        "desk_name": "Kundeservice",
        "priority": "medium",
        "status": "new",
        "desk_address": "support@desk.example",
        "reason": "something-new",
    }


VALUES = frozenset(full())
