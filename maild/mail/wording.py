"""wording: what a template may say of a letter, and plain words for when no template can.

values(letter, desk, links) -> the dictionary that templates/README.md explains, every text in it clean;
plain(name, values) -> Rendered.  A name is a template's: the kind, and for whom it is.
LIMITS  Texts are cut at 40 000 characters over all messages, with a mark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from maild.mail import encode
from maild.model.fact import Fact
from maild.model.known import Shown
from maild.model.message import Attachment, named
from maild.model.people import Desk, handler_of
from maild.model.plan import Letter
from maild.model.policy import Rendered

TEXT = 40_000
SUBJECT = 200
_OTHERS = 10
_LINES = 80


def name(letter: Letter) -> str:
    """The template of a letter, the site's own where a rule names one."""
    if letter.kind == "ack" and letter.authenticated and letter.template:
        return letter.template
    return usual(letter)


def usual(letter: Letter) -> str:
    if letter.kind == "ack":
        return "ack" if letter.authenticated else "ack-unverified"
    if letter.kind in ("task", "supplier", "colleague"):
        return "news"
    if letter.kind == "update":
        return "update-handler" if handler_of(letter.party) else "update-customer"
    return letter.kind


def tag(letter: Letter) -> str:
    return f"[{encode.one_line(letter.number, 60)}]" if letter.number else ""


_LINKS = ("reply", "take", "note", "close", "wait", "send", "drop", "own_address", "yes", "no", "answer")
# What judgement says of a letter in one line, and how long it may be; what is so or not, by the name that templates know.
_SHORT = {
    **dict.fromkeys(("handler_name", "priority", "status", "also", "because", "title", "promised", "kept_until"), 200),
    **dict.fromkeys(("alarm", "since", "absent", "until", "cover", "hours", "opens", "on_duty", "organisation"), 200),
    **dict.fromkeys(("bounced_name", "bounced_kind", "unreached", "item", "amount", "who", "supplier", "back_to"), 200),
    **dict.fromkeys(("incident_title", "category", "response", "closes", "starts"), 200),
    **dict.fromkeys(("answer_by", "update_by", "solved_by", "phone", "count", "minutes", "alarms"), 200),
    "numbers": 2000,
    **dict.fromkeys(("linked", "incident", "merged"), 60),
    **dict.fromkeys(("related", "copies", "approvers"), 400),
    **dict.fromkeys(("type", "status_code"), 20),
    "details": 500,
}
_FLAGS = {
    **{key: key for key in ("forwarded", "called", "stranger", "over", "more", "provisional", "carried", "inside")},
    **{key: key for key in ("acts", "dated", "early", "urgent", "again", "later")},
    "customer_verified": "verified",
    "customer_wrote": "wrote",
}
# All that is said to somebody who may not be who he says.
_TO_ANYBODY = frozenset(
    {
        "forwarded",
        "called",
        "hours",
        "opens",
        "on_duty",
        "asks",
        "early",
        "answer_by",
        "update_by",
        "solved_by",
        "phone",
    }
)


@dataclass(frozen=True, slots=True)
class _Reader:
    """His language, his desk's clock, and what he can do with one touch."""

    language: str
    zone: ZoneInfo
    links: Mapping[str, str]


def values(
    letter: Letter, desk: Desk, subject: str, links: Mapping[str, str], left_out: Sequence[Attachment]
) -> dict[str, Any]:
    """Plain strings, numbers, booleans, lists and dictionaries; nothing that the sender wrote if he is not authenticated."""
    anybody = name(letter) == "ack-unverified"
    number, reader = encode.one_line(letter.number, 60), _Reader(letter.language, zone_of(desk), links)
    found = {
        **_NOTHING,
        **_said(letter.values, reader, anybody=anybody),
        **{verb: links.get(verb, "") for verb in _LINKS},
        "number": number,
        "tag": tag(letter),
        "marker": f"[maild:{number.lstrip('#')}:{links['marker']}]",
        "desk_name": encode.one_line(desk.name),
        "desk_address": desk.address,
        "signature": encode.lines(desk.signature).strip(),
        "reason": letter.reason,
    }
    if anybody:
        return found
    return found | {
        "subject": subject,
        "to_name": encode.one_line(letter.to.name),
        "author": encode.one_line(letter.author),
        **_customer(letter.values),
        "messages": _messages(letter.shown, desk, frozenset(left_out)),
        "left_out": _files(left_out),
    }


def _said(given: Mapping[str, Any], reader: _Reader, *, anybody: bool) -> dict[str, Any]:
    """What judgement says, made clean.  Most letters say little of all that could be said: only that is looked at."""
    said: dict[str, Any] = {}
    for key, value in given.items():
        if not value or (anybody and key not in _TO_ANYBODY):
            continue
        if key in _SHORT:
            said[key] = encode.one_line(value, _SHORT[key])
        elif key in _FLAGS:
            said[_FLAGS[key]] = True
        elif key in _LONG:
            said[key] = _LONG[key](value, reader)
    return said


def _customer(given: Mapping[str, Any]) -> dict[str, str]:
    """Who he is, in a form that cannot be taken for somebody else."""
    address = _line(given, "customer_address", 320)
    shown, called = encode.legible(address), named(_line(given, "customer_name"), address)
    name = "" if called == address else called
    return {"customer_name": name, "customer_address": shown, "customer": name or shown}


def _line(given: Mapping[str, Any], key: str, limit: int = 200) -> str:
    value = given.get(key)
    return encode.one_line(value, limit) if value else ""


def _messages(shown: Iterable[Shown], desk: Desk, left_out: frozenset[Attachment]) -> list[dict[str, Any]]:
    zone, room = zone_of(desk), TEXT
    told = []
    for message in shown:
        text = encode.lines(message.text[:room]).strip("\n")
        told.append(
            {
                "author": encode.legible(encode.one_line(message.author)),
                "at": message.at.astimezone(zone).isoformat(),
                "text": text,
                "cut": len(message.text) > room,
                "attachments": _files(a for a in message.attachments if a not in left_out),
            }
        )
        room -= len(text)
    return told


def zone_of(desk: Desk) -> ZoneInfo:
    try:
        return ZoneInfo(desk.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _files(attachments: Iterable[Attachment]) -> list[dict[str, Any]]:
    return [{"name": encode.one_line(a.name, 100) or a.type, "size": a.size} for a in list(attachments)[:100]]


def _duty(given: object) -> list[dict[str, str]]:
    """Stretches of duty."""
    listed = [part for part in given if isinstance(part, Mapping)] if isinstance(given, list | tuple) else []
    return [{key: _line(part, key) for key in ("rota", "since", "until", "instead")} for part in listed[:_OTHERS]]


def _slips(given: object) -> list[dict[str, Any]]:
    """What slips, or soon will (decide/slips.said)."""
    listed = [slip for slip in given if isinstance(slip, Mapping)] if isinstance(given, list | tuple) else []
    return [
        {
            **{key: _line(slip, key, 60) for key in ("target", "due", "step", "who", "name")},
            **{key: bool(slip.get(key)) for key in ("late", "hours")},
            "span": int(slip.get("span", 0)),
        }
        for slip in listed[:_OTHERS]
    ]


def _others(given: object) -> list[dict[str, str]]:
    """Cases, each by its number and subject."""
    cases = [case for case in given[:_OTHERS] if isinstance(case, Mapping)] if isinstance(given, list | tuple) else []
    return [{"number": _line(case, "number", 60), "subject": _line(case, "subject", 60)} for case in cases]


def _groups(given: object, links: Mapping[str, str]) -> list[dict[str, Any]]:
    """A digest's groups of cases, each case with its links."""
    groups = [group for group in given if isinstance(group, Mapping)] if isinstance(given, list | tuple) else []
    return [
        {
            **{name: group.get(name, 0) for name in ("count", "more")},
            "key": _line(group, "key"),
            "cases": [_case(case, links) for case in group.get("cases", ())],
        }
        for group in groups
    ]


def _case(case: Mapping[str, Any], links: Mapping[str, str]) -> dict[str, Any]:
    limits = {"number": 60, "customer": 40, "subject": 60, "status": 20, "handler": 40, "due": 40, "closes": 40}
    told: dict[str, Any] = {name: _line(case, name, limit) for name, limit in limits.items()}
    found = {name: links.get(f"{told['number']} {name}", "") for name in ("take", "wait", "close")}
    return {**told, "days": case.get("days", 0), "slips": _slips(case.get("slips")), **found}


def _lines(given: object) -> list[dict[str, Any]]:
    if not isinstance(given, list | tuple):
        return []
    return [_told(line) for line in given[:_LINES]]


def _told(line: object) -> dict[str, Any]:
    if not isinstance(line, Mapping):
        return {"ok": True, "written": "", "key": encode.one_line(line), "value": "", "was": "", "at": ""}
    words = {key: _line(line, key) for key in ("written", "key", "value", "was", "at")}
    return {"ok": bool(line.get("ok")), **words}


def _mails(given: object) -> list[dict[str, str]]:
    """Mails in a handler's name: the number of each one's case, and its words."""
    found = [mail for mail in given if isinstance(mail, Mapping)] if isinstance(given, list | tuple) else []
    room = TEXT // max(1, len(found))
    return [
        {"number": _line(mail, "number", 60), "words": encode.lines(str(mail.get("words", ""))[:room]).strip()}
        for mail in found[:_LINES]
    ]


def _tasks(given: object) -> list[dict[str, str]]:
    """The case's open tasks."""
    listed = [task for task in given if isinstance(task, Mapping)] if isinstance(given, list | tuple) else []
    return [{key: _line(task, key) for key in ("number", "text", "who", "due")} for task in listed[:_LINES]]


def _facts(given: object, language: str) -> list[dict[str, Any]]:
    """Facts of the case, called as the reader's language has it; an empty value: nobody has said it.

    unproven: it is not proven who said it.
    """
    found = [one for one in given if isinstance(one, Fact | tuple)] if isinstance(given, list | tuple) else []
    rows = [(*one, False) if isinstance(one, tuple) else (one, "", False) for one in found[:_LINES]]
    return [
        {
            "label": encode.one_line(fact.called(language)),
            "value": encode.one_line(text),
            "unproven": bool(text and doubt),
        }
        for fact, text, doubt, *_ in rows
    ]


def _standing(given: object, zone: ZoneInfo) -> list[dict[str, Any]]:
    """How cases stand, each with its times on the desk's clock."""
    return [_stands(case, zone) for case in given[:_LINES]] if isinstance(given, list | tuple) else []


def _stands(case: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    words = {key: _line(case, key) for key in ("number", "subject", "status", "who", "whose", "last_by")}
    dates = ("promised", "answer_by", "update_by", "solved_by")
    times = {key: _local(case.get(key), zone) for key in ("last_at", *dates, *(f"{one}_late" for one in dates))}
    return {**words, **times, "you": bool(case.get("you"))}


def _local(at: object, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat() if isinstance(at, datetime) else ""


def _text(given: object) -> str:
    return encode.lines(str(given)[:TEXT]).strip()


# What judgement says at length.
_LONG: dict[str, Callable[[Any, _Reader], Any]] = {
    "lines": lambda given, _: _lines(given),
    "words": lambda given, _: _text(given),
    "what": lambda given, _: _text(given),
    "news": lambda given, _: _told(given),
    "unasked": lambda given, _: _told({"key": f"unasked_{given}"}),
    "mails": lambda given, _: _mails(given),
    "tasks": lambda given, _: _tasks(given),
    "others": lambda given, _: _others(given),
    "duty": lambda given, _: _duty(given),
    "slips": lambda given, _: _slips(given),
    "copied": lambda given, _: [encode.one_line(address, 320) for address in given][:_LINES],
    "facts": lambda given, reader: _facts(given, reader.language),
    "asks": lambda given, reader: [fact["label"] for fact in _facts(given, reader.language)],
    "groups": lambda given, reader: _groups(given, reader.links),
    "standing": lambda given, reader: _standing(given, reader.zone),
    "bounced_at": lambda given, reader: _local(given, reader.zone),
}
# As it is for a letter of which nothing is said.
_NOTHING: dict[str, Any] = {
    **dict.fromkeys(_SHORT, ""),
    **dict.fromkeys(_FLAGS.values(), False),
    **dict.fromkeys(_LONG, ()),
    **dict.fromkeys(("words", "what", "news", "bounced_at", "unasked"), ""),
    **dict.fromkeys(("subject", "to_name", "author", "customer_name", "customer_address", "customer"), ""),
    **dict.fromkeys(("messages", "left_out"), ()),
}


# --- without a template -----------------------------------------------------------------------------------------------

_SENTENCES = {
    "ack": "We have received your message. Its case number is {number}.",
    "ack-unverified": "We have received your message. Its case number is {number}.",
    "notice": "Case {number} is for you. From: {customer}. Just reply: your text goes to the customer.",
    "warning": "Something that was promised in case {number} slips, or soon will. Just reply: your text goes to the customer.",
    "update-handler": "There is more in case {number}. Just reply: your text goes to the customer.",
    "promised": "There is a new date in case {number}.",
    "reminder": "We are waiting for your answer in case {number}: please reply.",
    "unanswered": "Case {number} is closed, for we have not heard from you. Just reply to go on with it.",
    "merged": "Case {number} goes on together with case {merged}. Just reply to go on with it.",
    "incident": "News of {incident_title}. Your case is {number}.",
    "facts": "We need to know more of case {number}: please reply.",
    "decided": "Case {number} was voted on.",
    "closing": "Case {number} is solved. If it is not, just reply to this mail.",
    "status": "These are your open cases:",
    "receipt": "Done in case {number}:",
    "error": "Nothing was done in case {number}, and nothing was sent.",
    "confirm": "Nothing was done yet. Reply /send, and all of it is done; reply /drop, and nothing is.",
    "bounce": "A letter in case {number} did not arrive: {status_code} {bounced_name}",
    "alarm": "maild is not well: {alarm}. {details}",
    "canary": "A mail of maild to itself, to see whether mail goes out and comes in.",
    "news": "There is news in case {number}: {news}",
    "question": "{desk_name} asks:",
    "forward": "A mail to us goes on to you, as the file mail.eml. Its case is {number} here. What you reply comes to us.",
    "closed": "Case {number} is closed. Please write a new mail to {desk_address}.",
    "offer": "An estimate in case {number}: {amount}. Reply with just yes to accept it, or no to decline it.",
    "offer-again": "An answer to our estimate in case {number} came in your name: {amount}. Reply with just yes to accept it, or no.",
    "approval": "{who} asks you to approve this. Reply with just yes or no.",
    "swap": "{who}: duty changes hands, or is asked for. Reply with just yes or no where you are asked.",
    "vote": "Your answer in case {number} has come.",
    "page": "Case {number} is critical. Reply to this mail, with any words or none, if you come; else another is called.",
    "paging": "The critical case {number}: {news}",
    "unverified": "A mail in your name has come to case {number}; it is not proven that you wrote it. Nothing was done.",
}


def plain(template: str, given: Mapping[str, Any]) -> Rendered:
    """The letter in our own words, when no template could be rendered: short, but whole."""
    sentence = _SENTENCES.get(template, "")
    for key in (
        *("number", "customer", "status_code", "bounced_name", "alarm", "details", "merged", "incident_title"),
        *("desk_name", "desk_address", "amount", "who"),
    ):
        sentence = sentence.replace(f"{{{key}}}", str(given[key]))
    news = given["news"]
    sentence = sentence.replace("{news}", f"{news['key']} {news['value']}".strip() if news else "")
    marks = [
        f"  {'✓' if line['ok'] else '✗'} {line['written'] or line['key']} {line['value']}".rstrip()
        for line in given["lines"]
    ]
    prefix = "" if template in ("update-customer", "closing", "question", "incident") else "| "
    texts = [
        *([given["what"]] if given["what"] else []),
        *(message["text"] for message in given["messages"]),
        *([given["words"]] if given["words"] else []),
    ]
    quoted = ["\n".join(prefix + row for row in text.split("\n")) for text in texts]
    cases = [f"  {case['number']} {case['subject']}: {case['status']}" for case in given["standing"]]
    pieces = [
        given["marker"],
        sentence,
        "\n".join(marks),
        "\n".join(cases),
        *quoted,
        given["signature"] or given["desk_name"],
    ]
    return Rendered(f"{given['subject']} {given['tag']}".strip(), "\n\n".join(filter(None, pieces)) + "\n", "en")
