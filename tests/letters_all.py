"""letters_all: one letter of each sort, in a language: what golden files and the browser look at."""

from __future__ import annotations

from typing import Any

from letters_making import ANSWER, FILM, NOW, PICTURE, SUBJECT, TO_ANN, VALUES, shown, to_customer, to_handler
from letters_slips import slipping
from parts.facts_of import FACTS, compiled

from maild.model.known import Shown
from maild.model.message import Address
from maild.model.plan import Letter

PARTNER: dict[str, Any] = {
    "to": Address("", "help@canon.example"),
    "party": "person:7",
    "subject": "",
    "automatic": "auto-generated",
}
KEPT = {"kept_until": "2026-03-09T10:14+01:00", "sends": True}
OPENS = "2026-03-09T08:00:00+01:00"
TOLD = {"answer_by": "2026-03-09T12:00:00+01:00", "solved_by": "2026-03-11T12:00:00+01:00"}
NIGHT = {"hours": "closed", "opens": "2026-03-10T08:00:00+01:00", "early": True}
OURS: dict[str, Any] = {"case": None, "number": "", "subject": "", "references": (), "in_reply_to": ""}


def alarm(language: str, part: str, *, over: bool = False) -> Letter:
    details = "127.0.0.1:25 takes letters" if over else "127.0.0.1:25 takes no letters: ConnectionRefusedError"
    values = {"alarm": part, "over": over, "since": "2026-03-02T10:14+01:00", "details": details}
    return to_handler("alarm", language, values=values, reason="you-are-admin", **OURS)


def day_of(language: str) -> list[dict[str, Any]]:
    """What a morning's letter lists."""
    return [
        {"key": "overdue", "count": 1, "more": 0, "cases": [line("#1042", 3, SUBJECT[language], "open")]},
        {"key": "wakes", "count": 1, "more": 0, "cases": [line("#1051", 1, SUBJECT[language], "on_hold")]},
        {
            "key": "waiting",
            "count": 23,
            "more": 22,
            "cases": [line("#1050", 2, SUBJECT[language], "open", "Ola Hansen")],
        },
        {
            "key": "ends",
            "count": 1,
            "more": 0,
            "cases": [{**line("#1055", 14, SUBJECT[language], "waiting"), "closes": "2026-03-02T12:00:00+01:00"}],
        },
        {"key": "unassigned", "count": 1, "more": 0, "cases": [line("#1060", 0, SUBJECT[language], "new")]},
    ]


def work_of(language: str) -> dict[str, Letter]:
    """Letters of no one case: the morning's, those about who is away, alarms; a bounce."""
    groups = day_of(language)
    away = {"absent": "Ola Hansen", "until": "2026-03-05T08:00:00+01:00", "cover": "Kari Nordmann"}
    bounced = {"status_code": "5.1.1", "bounced_name": "Ann Berg", "bounced_kind": "update", "bounced_at": NOW}
    asked = {**away, "absent": "", "cover": "Ola Hansen", "provisional": True}
    duty = {
        "rota": "Driftsvakt",
        "since": "2026-03-02T15:30:00+01:00",
        "until": "2026-03-03T08:00:00+01:00",
        "instead": "",
    }
    stands = {
        **duty,
        "since": "2026-03-06T15:30:00+01:00",
        "until": "2026-03-09T08:00:00+01:00",
        "instead": "Ola Hansen",
    }
    return {
        "digest": to_handler("digest", language, values={"groups": groups}, reason="your-digest", **OURS),
        "digest-duty": to_handler("digest", language, values={"groups": groups[:1], "duty": [duty, stands]}, reason="your-digest", **OURS),
        "digest-only-duty": to_handler("digest", language, values={"groups": [], "duty": [duty]}, reason="your-digest", **OURS),
        "swap": swap(language, "duty_asked", asks=True),
        "swap-agreed": swap(language, "duty_was_agreed"),
        "swap-refused": swap(language, "duty_was_refused", lines=[]),
        "swap-returned": swap(language, "duty_was_returned", lines=[]),
        "swap-given": swap(language, "duty_given"),
        "alarm": alarm(language, "relay"),
        "alarm-imap": alarm(language, "imap:support"),
        "alarm-over": alarm(language, "relay", over=True),
        "canary": to_handler("canary", language, reason="other", values={}, **OURS),
        "bounce": to_handler("bounce", language, values={**VALUES, **bounced}, reason="your-letter-bounced"),
        "unverified": unverified(language),
        "unverified-many": unverified(
            language,
            kept_until="2026-03-09T10:00:00+01:00",
            sends=True,
            words="",
            more=True,
            mails=[{"number": "#1042", "words": "/close"}, {"number": "#1043", "words": ANSWER[language]}],
        ),
        "unverified-kept": unverified(language, kept_until="2026-03-09T10:00:00+01:00", sends=True),
        "absence": to_handler("absence", language, values=away, reason="you-stand-in", **OURS),
        "absence-robot": to_handler("absence", language, values={**away, "provisional": True}, reason="you-stand-in", **OURS),
        "absence-asked": to_handler("absence", language, values=asked, reason="you-are-away", **OURS),
    }  # fmt: skip


def swap(language: str, key: str, *, asks: bool = False, **more: Any) -> Letter:
    """Duty that is asked for, or changes hands."""
    yours, free = ("duty_gets", "duty_gives") if asks else ("duty_yours", "duty_free")
    parts = [
        {"ok": True, "written": "", "key": said, "value": f"2026-03-{day}T15:30:00+01:00", "at": f"2026-03-{after}T08:00:00+01:00"}
        for said, day, after in ((yours, "06", "07"), (free, "13", "14"))
    ]  # fmt: skip
    news = {"ok": True, "key": key, "value": "Ola Hansen"}
    values = {"news": news, "what": "Driftsvakt", "who": "Ola Hansen", "lines": parts, "asks": asks, **more}
    return to_handler(
        "swap", language, values=values, reason="your-duty", automatic="" if asks else "auto-generated", **OURS
    )


def line(number: str, days: int, subject: str, status: str, handler: str = "") -> dict[str, object]:
    told = {"number": number, "days": days, "customer": "Ann Berg", "subject": subject}
    return {**told, "status": status, "handler": handler}


WHAT = {
    "en": "Order a new printer",
    "nb": "Bestille ny skriver",
    "nn": "Tinge ny skrivar",
    "sl": "Naročiti nov tiskalnik",
}


def news(language: str, kind: str, key: str, value: str, shown: tuple[Shown, ...] = (), **values: Any) -> Letter:
    given = {**VALUES, "acts": True, "news": {"ok": True, "key": key, "value": value}, **values}
    return to_handler(kind, language, shown=shown, values=given, reason="your-question")


def asked_of(language: str) -> dict[str, Letter]:
    """What a case asks of people, and what they answer."""
    what, until, answer = WHAT[language], "2026-03-16T10:14+01:00", shown(language, text=ANSWER[language], after=60)
    task = {"number": "1", "text": what, "who": "Ola Hansen", "due": until}
    outside: dict[str, Any] = {"to": Address("", "help@canon.example"), "party": "person:7", "subject": ""}
    yours = {"what": what, "until": until, "who": "Kari Nordmann", "inside": True, "tasks": [task]}
    return {
        "news-task": news(language, "task", "task_due", "1", **yours),
        "news-task-elsewhere": news(language, "task", "task_yours", "1", **{**yours, "acts": False}),
        "news-offer": news(language, "news", "offer_accepted", "1500 kr", (answer,), what=what),
        "news-supplier": news(
            language, "supplier", "supplier_answered", "help@canon.example", (answer,), supplier="help@canon.example"
        ),
        "news-colleague": news(
            language, "colleague", "colleague_words", "Ola Hansen", (answer,), what=what, inside=True, back_to="Ola Hansen"
        ),
        "notice-colleague": to_handler(
            "notice", language, values={**VALUES, "news": {"ok": True, "key": "by_solved", "value": "Ola Hansen"}}
        ),
        "receipt-inside": to_handler(
            "receipt", language, reason="your-command",
            values={**VALUES, "lines": [{"ok": True, "written": "/take", "key": "taken"}], "inside": True},
        ),
        "error-supplier": to_handler(
            "error", language, reason="your-command",
            values={**VALUES, "lines": [{"ok": False, "key": "text_for_whom", "value": "help@canon.example"}],
                    "supplier": "help@canon.example", "kept_until": "2026-03-09T10:14:00+01:00", "words": "/close"},
        ),
        "offer-again": to_customer("offer-again", language, values={"what": what, "amount": "1500 kr", "until": until}),
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


def waits(language: str) -> dict[str, Letter]:
    """About work that begins later; to a customer for whom a case waits."""
    last = {**VALUES, "status": "waiting", "closes": "2026-03-16T10:00:00+01:00"}
    return {
        "planned": to_customer(
            "planned",
            language,
            values={**VALUES, "starts": "2026-09-01T08:00:00+02:00"},
            reason="registered-for-you",
            automatic="auto-generated",
        ),
        "planned-later": to_customer(
            "planned",
            language,
            values={
                **VALUES,
                "starts": "2026-03-13T08:00:00+01:00",
                "answer_by": "2026-03-13T12:00:00+01:00",
                "later": True,
            },
        ),
        "woken-planned": to_handler("woken", language, values={**VALUES, "news": {"ok": True, "key": "work_begins"}}),
        "reminder": to_customer("reminder", language, values={**last, "closes": ""}, automatic="auto-generated"),
        "reminder-last": to_customer("reminder", language, values=last, automatic="auto-generated"),
        "unanswered": to_customer(
            "unanswered", language, values={**VALUES, "status": "solved"}, automatic="auto-generated"
        ),
    }


def promised(language: str, until: str) -> Letter:
    return to_customer("promised", language, values={**VALUES, "promised": until}, automatic="auto-generated")


def unverified(language: str, **more: object) -> Letter:
    values = {**VALUES, "words": "/close", **more}
    return to_handler("unverified", language, values=values, reason="mail-in-your-name")


def outside(language: str) -> dict[str, Letter]:
    """What customers ask for, and what concerns people who take no part yet."""
    case = {
        "number": "#1042",
        "subject": "Skriver",
        "status": "waiting",
        "who": "Kari Nordmann",
        "last_by": "Kari Nordmann",
    }
    other = {"number": "#1050", "subject": "", "status": "new", "who": "Kundeservice", "whose": "Bo Li", "you": True}
    cases = [{**case, "last_at": NOW}, {**other, "last_at": NOW}]
    asked = {"reason": "you-asked", "automatic": "auto-replied"}
    ack = {"reason": "you-wrote-to-us", "automatic": "auto-replied"}
    said = shown(language)
    return {
        "status": to_customer("status", language, values={"standing": cases[:1]}, **asked),
        "status-all": to_customer("status", language, values={"standing": cases, "organisation": "Kunde AS", "more": True}, **asked),
        "status-none": to_customer("status", language, values={"standing": []}, **{**asked, **OURS}),
        "ack-closed": to_customer("ack", language, values={**VALUES, "hours": "closed", "opens": OPENS}, **ack),
        "ack-unverified-closed": to_customer(
            "ack", language, values={"hours": "holiday", "opens": OPENS}, authenticated=False, subject="", **ack
        ),
        "ack-told": to_customer("ack", language, values={**VALUES, **TOLD}, **ack),
        "ack-told-closed": to_customer("ack", language, values={**VALUES, **TOLD, "hours": "closed", "opens": OPENS}, **ack),
        "ack-told-on-duty": to_customer("ack", language, values={**VALUES, **TOLD, **NIGHT, "on_duty": "Kari Nordmann"}, **ack),
        "ack-unverified-told": to_customer("ack", language, values={**TOLD, **NIGHT}, authenticated=False, subject="", **ack),
        "update-told": to_customer(
            "update", language, shown=(shown(language, text=ANSWER[language]),), author="Kari Nordmann",
            values={**VALUES, "update_by": TOLD["solved_by"]},
        ),
        "ack-forwarded": to_customer(
            "ack", language, values={"forwarded": True}, authenticated=False, subject="", to=Address("", TO_ANN.address), **ack
        ),
        "ack-called": to_customer(
            "ack", language, values={"called": True}, authenticated=False, subject="", to=Address("", TO_ANN.address),
            **{**ack, "reason": "registered-for-you"},
        ),
        "notice-copied": to_handler("notice", language, shown=(said,), values={**VALUES, "status": "new", "copied": ["bo@kunde.example"]}),
        "notice-unreached": to_handler(
            "notice", language, shown=(said,), values={**VALUES, "unreached": "Kari Nordmann", "status_code": "5.1.1"},
            reason="colleague-not-reached",
        ),
    }  # fmt: skip


def around(language: str) -> dict[str, Letter]:
    """Letters about whoever and whatever else there is around a case."""
    said = shown(language)
    answer = shown(language, text=ANSWER[language], after=60)
    return {
        "notice-merged": to_handler("notice", language, shown=(said,), values={**VALUES, "merged": "#1043", "related": "#1050, #1051"}),
        "update-handler-around": to_handler(
            "update", language, shown=(said,), values={**VALUES, "incident": "#1060", "copies": "Bo Moe, li@kunde.example"}
        ),
        "update-copies": to_customer("update", language, shown=(answer,), author="Kari Nordmann", values={**VALUES, "copies": "Bo Moe"}),
        "update-in-copy": to_customer(
            "update", language, shown=(answer,), author="Kari Nordmann", reason="in-copy", values={**VALUES, "copies": "Ann Berg"}
        ),
        "forward": to_customer("forward", language, reason="you-are-forwarded", shown=(shown(language, PICTURE),), values={}, **PARTNER),
        "notice-sorted": to_handler(
            "notice", language, shown=(said,), values={**VALUES, "type": "order", "category": "printers"}, reason="you-read-along"
        ),
        "closed": to_customer("closed", language, reason="case-is-closed", automatic="auto-replied", values={}),
        **waits(language),
        "promised": promised(language, "2026-03-06T12:00:00+01:00"),
        "promised-no-more": promised(language, ""),
        "merged": to_customer("merged", language, values={**VALUES, "merged": "#1050"}, automatic="auto-generated"),
        "incident": to_customer(
            "incident", language, shown=(answer,), author="Kari Nordmann", values={**VALUES, "incident_title": SUBJECT[language]}
        ),
    }  # fmt: skip


def ruled(language: str) -> dict[str, Letter]:
    """What rules begin: facts that they want."""
    name, computer, _ = compiled(FACTS).values()
    ack = {"reason": "you-wrote-to-us", "automatic": "auto-replied"}
    asks = {"asks": [name, computer]}
    facts = {**VALUES, "facts": [(name, "ann01", True), (computer, "")]}
    return {
        **paged(language),
        "ack-asks": to_customer("ack", language, values={**VALUES, **asks}, **ack),
        "ack-unverified-asks": to_customer(
            "ack", language, values=asks, authenticated=False, subject="", to=Address("", TO_ANN.address), **ack
        ),
        "ack-item": to_customer("ack", language, values={**VALUES, "item": "Ny skjerm"}, **ack),
        "ack-approvers": to_customer("ack", language, values={**VALUES, "approvers": "leder@kunde.example"}, **ack),
        "decided": to_customer("decided", language, values={**VALUES, "carried": True}, automatic="auto-generated"),
        "decided-no": to_customer("decided", language, values=VALUES, automatic="auto-generated"),
        "notice-approvers": to_handler(
            "notice", language, shown=(shown(language),), values={**VALUES, "status": "on_hold", "approvers": "Bo Li"}
        ),
        "notice-unasked": to_handler(
            "notice", language, shown=(shown(language),), values={**VALUES, "status": "on_hold", "unasked": "too_few"}
        ),
        "facts": to_customer("facts", language, values={**VALUES, "asks": [computer]}, automatic="auto-generated"),
        "notice-facts": to_handler("notice", language, shown=(shown(language),), values={**facts, "status": "new"}),
        "update-handler-facts": to_handler("update", language, shown=(shown(language),), values=facts),
    }


def letters_of(language: str) -> dict[str, Letter]:
    said, files = shown(language), shown(language, PICTURE, FILM)
    answer = shown(language, text=ANSWER[language], after=60)
    nobody = {**VALUES, "handler_name": ""}
    ack = {"reason": "you-wrote-to-us", "automatic": "auto-replied"}
    lines = [
        {"ok": True, "written": "/take", "key": "taken", "value": ""},
        {"ok": True, "written": "/priority high", "key": "prioritised", "value": "high", "was": "low"},
        {"ok": True, "written": "", "key": "reply_leaves_at", "value": "Ann Berg", "at": "2026-03-02T10:15+01:00"},
    ]
    wrong = [lines[0], {"ok": False, "written": "/asign ola", "key": "not_understood", "value": "assign"}]
    many = [
        {"ok": True, "written": f"{n} close quiet", "key": "solved_quietly", "value": ""} for n in range(1042, 1048)
    ]
    command = {"reason": "your-command", "automatic": "auto-replied"}
    return {
        **work_of(language), **asked_of(language), **outside(language), **around(language), **ruled(language), **slipping(language),
        "ack": to_customer("ack", language, values=VALUES, **ack),
        "ack-team": to_customer("ack", language, values=nobody, **ack),
        "ack-unverified": to_customer(
            "ack", language, values={}, authenticated=False, subject="", to=Address("", TO_ANN.address), **ack
        ),
        "notice": to_handler(
            "notice", language, shown=(files,),
            values={**VALUES, "status": "new", "because": "vip", "promised": "2026-03-03T12:00+01:00",
                    "others": [{"number": "#1007", "subject": "Wi-Fi"}, {"number": "#1012", "subject": ""}]},
        ),
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
        "confirm": to_handler(
            "confirm", language, values={**KEPT, "lines": many}, **{**command, **OURS, "subject": "Oppdrag"}
        ),
        "postmaster": to_handler("postmaster", language, shown=(said,), reason="other"),
    }  # fmt: skip


def paged(language: str) -> dict[str, Letter]:
    """A critical case that calls somebody; what becomes of it."""
    critical = {**VALUES, "priority": "critical", "status": "new", "handler_name": "", "minutes": "10", "count": "1"}
    several = {**critical, "count": "3", "numbers": "#1042, #1043, #1044"}
    ack = {"reason": "you-wrote-to-us", "automatic": "auto-replied"}
    urgent = {"urgent": True, "on_duty": "Ola Hansen", "hours": "closed", "opens": OPENS, "phone": "55 00 00 00"}
    return {
        "page": to_handler("page", language, shown=(shown(language),), values=critical, reason="you-are-paged"),
        "page-again": to_handler(
            "page", language, values={**critical, "again": True, "handler_name": "Ola Hansen"}, reason="you-are-paged"
        ),
        "page-several": to_handler("page", language, values=several, reason="you-are-paged"),
        **{
            f"paging-{key}": to_handler(
                "paging", language, values={**critical, "news": {"ok": True, "key": f"page_{key}", "value": value}},
                reason="you-were-paged",
            )
            for key, value in (("has_it", "Ola Hansen"), *((key, "") for key in ("yours", "over", "nobody", "closed", "merged", "lowered")))
        },
        "ack-urgent": to_customer("ack", language, values={**VALUES, **urgent}, **ack),
        "ack-unverified-phone": to_customer(
            "ack", language, values={"phone": "55 00 00 00"}, authenticated=False, subject="", to=Address("", TO_ANN.address), **ack
        ),
    }  # fmt: skip
