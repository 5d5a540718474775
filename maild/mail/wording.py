"""wording: what a template may say of a letter, and plain words for when no template can.

values(letter, desk, links) -> the dictionary that templates/README.md explains, every text in it clean;
plain(name, values) -> Rendered.  A name is a template's: the kind, and for whom it is.
LIMITS  Texts are cut at 40 000 characters over all messages, with a mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    """The template of a letter."""
    if letter.kind == "ack":
        return letter.template or "ack" if letter.authenticated else "ack-unverified"
    if letter.kind in ("task", "supplier", "colleague"):
        return "news"
    if letter.kind == "update":
        return "update-handler" if handler_of(letter.party) else "update-customer"
    return letter.kind


def tag(letter: Letter) -> str:
    return f"[{encode.one_line(letter.number, 60)}]" if letter.number else ""


_LINKS = ("reply", "take", "note", "close", "wait", "send", "drop", "own_address", "yes", "no", "answer")


def values(
    letter: Letter, desk: Desk, subject: str, links: Mapping[str, str], left_out: Sequence[Attachment]
) -> dict[str, Any]:
    """Plain strings, numbers, booleans, lists and dictionaries; nothing that the sender wrote if he is not authenticated."""
    given = letter.values
    number = encode.one_line(letter.number, 60)
    base: dict[str, Any] = {
        "number": number,
        "tag": tag(letter),
        "marker": f"[maild:{number.lstrip('#')}:{links['marker']}]",
        "desk_name": encode.one_line(desk.name),
        "desk_address": desk.address,
        "signature": encode.lines(desk.signature).strip(),
        "reason": letter.reason,
        **{verb: links.get(verb, "") for verb in _LINKS},
        **{name: bool(given.get(name)) for name in ("forwarded", "called")},
        **{name: _line(given, name) for name in ("hours", "opens", "on_duty")},
        "asks": [fact["label"] for fact in _facts(given.get("asks"), letter.language)],
    }
    if name(letter) == "ack-unverified":
        return {**_NOTHING, **base}
    return {
        **base,
        "subject": subject,
        "to_name": encode.one_line(letter.to.name),
        "author": encode.one_line(letter.author),
        "handler_name": _line(given, "handler_name"),
        **_customer(given),
        "verified": bool(given.get("customer_verified")),
        "wrote": bool(given.get("customer_wrote")),
        "stranger": bool(given.get("stranger")),
        "priority": _line(given, "priority"),
        "status": _line(given, "status"),
        **_work(given, links),
        "linked": _line(given, "linked", 60),
        "also": _line(given, "also"),
        **{name: _line(given, name, limit) for name, limit in _AROUND.items()},
        **{name: _line(given, name) for name in ("because", "title", "promised", "kept_until", "closes", "starts")},
        "messages": _messages(letter.shown, desk, frozenset(left_out)),
        "left_out": _files(left_out),
        "lines": _lines(given.get("lines")),
        "words": encode.lines(str(given.get("words", ""))[:TEXT]).strip(),
        "mails": _mails(given.get("mails")),
        "alarm": _line(given, "alarm"),
        "over": bool(given.get("over")),
        "since": _line(given, "since"),
        "details": _line(given, "details", 500),
        **_asked(given, letter.language),
        **_outside(given, zone_of(desk)),
    }


def _outside(given: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """What concerns people who are none of us: how their cases stand, who was copied, what did not reach whom."""
    return {
        "status_code": _line(given, "status_code", 20),
        "bounced_name": _line(given, "bounced_name"),
        "bounced_kind": _line(given, "bounced_kind"),
        "bounced_at": _local(given.get("bounced_at"), zone),
        "unreached": _line(given, "unreached"),
        "copied": [encode.one_line(address, 320) for address in given.get("copied", ())][:_LINES],
        "standing": _standing(given.get("standing"), zone),
        "more": bool(given.get("more")),
        "organisation": _line(given, "organisation"),
    }


# What stands around a case: numbers of others, an incident's title, people by name.
_AROUND = {
    "related": 400,
    "incident": 60,
    "incident_title": 200,
    "merged": 60,
    "copies": 400,
    "type": 20,
    "category": 200,
}
_NOTHING: dict[str, Any] = {
    **dict.fromkeys(
        ("subject", "to_name", "author", "handler_name", "customer_name", "customer_address", "customer"), ""
    ),
    **dict.fromkeys(("priority", "status", "because", "words", "status_code", "bounced_name", "bounced_kind"), ""),
    **dict.fromkeys(
        ("linked", "also", "alarm", "since", "details", "promised", "absent", "until", "cover", *_AROUND), ""
    ),
    **dict.fromkeys(("organisation", "bounced_at", "unreached", "kept_until", "title", "closes", "starts"), ""),
    **dict.fromkeys(("news", "what", "amount", "who", "supplier", "back_to"), ""),
    **dict.fromkeys(("verified", "wrote", "stranger", "over", "more", "provisional", "inside", "acts", "dated"), False),
    **dict.fromkeys(("messages", "left_out", "lines", "standing", "copied", "others", "groups", "tasks", "duty"), ()),
    "facts": (),
    "approvers": "",
    "item": "",
    "carried": False,
    "mails": (),
}


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


def _work(given: Mapping[str, Any], links: Mapping[str, str]) -> dict[str, Any]:
    """What a handler's letters tell of his work, and of who is away."""
    return {
        "promised": _line(given, "promised", 40),
        "others": _others(given.get("others")),
        "groups": _groups(given.get("groups"), links),
        **{name: _line(given, name) for name in ("absent", "until", "cover")},
        "provisional": bool(given.get("provisional")),
        "duty": _duty(given.get("duty")),
    }


def _duty(given: object) -> list[dict[str, str]]:
    """Stretches of duty."""
    listed = [part for part in given if isinstance(part, Mapping)] if isinstance(given, list | tuple) else []
    return [{key: _line(part, key) for key in ("rota", "since", "until", "instead")} for part in listed[:_OTHERS]]


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
    limits = {"number": 60, "customer": 40, "subject": 60, "status": 20, "handler": 40, "closes": 40}
    told: dict[str, Any] = {name: _line(case, name, limit) for name, limit in limits.items()}
    found = {name: links.get(f"{told['number']} {name}", "") for name in ("take", "wait", "close")}
    return {**told, "days": case.get("days", 0), **found}


def _lines(given: object) -> list[dict[str, Any]]:
    if not isinstance(given, list | tuple):
        return []
    return [_told(line) for line in given[:_LINES]]


def _told(line: object) -> dict[str, Any]:
    if not isinstance(line, Mapping):
        return {"ok": True, "written": "", "key": encode.one_line(line), "value": "", "was": "", "at": ""}
    words = {key: _line(line, key) for key in ("written", "key", "value", "was", "at")}
    return {"ok": bool(line.get("ok")), **words}


def _asked(given: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Tasks, offers, requests and suppliers; what rules want to be known, or approved."""
    return {
        "facts": _facts(given.get("facts"), language),
        "approvers": _line(given, "approvers", 400),
        "item": _line(given, "item"),
        "carried": bool(given.get("carried")),
        "tasks": _tasks(given.get("tasks")),
        "news": _told(given["news"]) if given.get("news") else "",
        "what": encode.lines(str(given.get("what", ""))[:TEXT]).strip(),
        "inside": bool(given.get("inside")),
        "acts": bool(given.get("acts")),
        "dated": bool(given.get("dated")),
        **{key: _line(given, key) for key in ("amount", "who", "supplier", "back_to")},
    }


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


def _facts(given: object, language: str) -> list[dict[str, str]]:
    """Facts of the case, called as the reader's language has it; an empty value: nobody has said it."""
    found = [one for one in given if isinstance(one, Fact | tuple)] if isinstance(given, list | tuple) else []
    pairs = [one if isinstance(one, tuple) else (one, "") for one in found[:_LINES]]
    return [{"label": encode.one_line(fact.called(language)), "value": encode.one_line(text)} for fact, text in pairs]


def _standing(given: object, zone: ZoneInfo) -> list[dict[str, Any]]:
    """How cases stand, each with its times on the desk's clock."""
    return [_stands(case, zone) for case in given[:_LINES]] if isinstance(given, list | tuple) else []


def _stands(case: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    words = {key: _line(case, key) for key in ("number", "subject", "status", "who", "whose", "last_by")}
    times = {key: _local(case.get(key), zone) for key in ("promised", "last_at")}
    return {**words, **times, "you": bool(case.get("you"))}


def _local(at: object, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat() if isinstance(at, datetime) else ""


# --- without a template -----------------------------------------------------------------------------------------------

_SENTENCES = {
    "ack": "We have received your message. Its case number is {number}.",
    "ack-unverified": "We have received your message. Its case number is {number}.",
    "notice": "Case {number} is for you. From: {customer}. Just reply: your text goes to the customer.",
    "update-handler": "There is more in case {number}. Just reply: your text goes to the customer.",
    "promised": "There is a new date in case {number}.",
    "planned": "We have planned something with you. Its case number is {number}.",
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
