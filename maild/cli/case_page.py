"""case_page: a case as a person would want to read it.

page(case, look) -> styled lines: the head, then what was said and what happened, in that order.  case: what `show --json` prints.
New text is shown, quotes are folded to a line each (look.quotes: shown), letters of ours are a line each (look.letters: in full),
since most of them tell again what stands above them; events that changed something are a line each (look.events: all of them).
Every word is harmless to a terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from maild.cli.event_words import sentence
from maild.cli.terminal import harmless, one_line, size, wrapped
from maild.mail.folding import Piece, folded

View = Mapping[str, Any]
INDENT = "   "
_TAG = re.compile(r"\[#?[0-9A-Za-z][0-9A-Za-z-]{0,30}\]")
# Mails and letters stand here themselves, so that these say nothing new.
_SPOKEN_FOR = frozenset({"received", "replied", "noted", "filed", "told", "acknowledged"})
_LETTERS = {
    "person": "answer",
    "ack": "acknowledgement",
    "notice": "notice of the case",
    "update": "update",
    "closing": "closing letter",
    "facts": "question for facts",
    "decided": "outcome of a vote",
    "merged": "note of a merge",
    "promised": "note of a date",
    "planned": "note of what is planned",
    "reminder": "reminder",
    "unanswered": "note that nobody answered",
    "incident": "news of an incident",
    "forward": "the mail passed on",
    "closed": "answer that the case is closed",
    "receipt": "receipt for commands",
    "error": "error letter",
    "bounce": "note of a bounce",
    "warning": "warning",
    "warnings": "list of warnings",
    "unverified": "note of an unverified mail",
    "page": "page of a critical case",
    "paging": "note about a page",
    "postmaster": "mail to the postmaster passed on",
}
_STATES = {
    "ready": "not sent yet",
    "leased": "being sent",
    "deferred": "will be tried again",
    "done": "sent",
    "failed": "failed",
    "held": "held",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line and how it is to stand out: bold, dim or neither."""

    text: str
    style: str = ""


# What a date is called.
_DUE = {"first_response": "answer by", "next_update": "word by", "resolution": "solved by"}


@dataclass(frozen=True, slots=True)
class Look:
    """How to show it.  names: address -> name of those we know; zone_name stands in the head, all times are of that zone."""

    zone: tzinfo
    zone_name: str
    columns: int | None = None
    quotes: bool = False
    events: bool = False
    letters: bool = False
    names: Mapping[str, str] = field(default_factory=dict)


def page(case: View, look: Look) -> Iterator[Line]:
    """The whole case."""
    return _Page(case, look).lines()


class _Page:
    """The case, how to show it, and the day that was named last: of what follows on that day the hour is enough."""

    def __init__(self, case: View, look: Look) -> None:
        self._case, self._look, self._day = case, look, ""
        self._names = {**{m["from"]: m["from_name"] for m in case["messages"] if m.get("from_name")}, **look.names}
        self._spaced = False

    def lines(self) -> Iterator[Line]:
        yield from self._head()
        messages = self._case["messages"]
        told = {message["event"]: message for message in reversed(messages) if message["event"] is not None}
        for event in self._case["events"]:
            if event["seq"] in told:
                yield from self._said(told[event["seq"]])
            if self._look.events or event["kind"] not in _SPOKEN_FOR:
                yield from self._happened(event)
        for message in messages:
            if told.get(message["event"]) is not message:
                yield from self._said(message)

    # --- the head -----------------------------------------------------------------------------------------------------

    def _head(self) -> Iterator[Line]:
        case = self._case
        yield from self._bold(f"#{one_line(case['number']).lstrip('#')}  {one_line(case['subject']) or '(no subject)'}")
        rows = [
            ("status", f"{case['status'].replace('_', ' ')}, {case['priority']} priority"),
            ("desk", one_line(case["desk"])),
            ("handler", self._who(case["handler"]) if case["handler"] else "nobody"),
            ("customer", self._who(case["customer"]) if case["customer"] else "nobody to whom one could write"),
            ("copies", ", ".join(map(self._who, case.get("watchers", ())))),
            *self._tied(),
            ("follows", ", ".join(map(self._who, case.get("followers", ())))),
            ("type", one_line(case.get("type", ""))),
            ("category", one_line(case.get("category", ""))),
            ("agreed", one_line(case.get("response", ""))),
            ("alarms", f"said to be down {case['alarms']} times" if case.get("alarms", 0) > 1 else ""),
            ("labels", ", ".join(map(one_line, case.get("labels", ())))),
            ("opened", f"{' '.join(self._when(case['opened_at']))} ({self._look.zone_name})"),
            ("updated", " ".join(self._when(case["updated_at"]))),
            *self._dates(),
        ]
        for name, value in rows:
            if value:
                yield Line(f"{INDENT}{name:<9} {value}")

    def _dates(self) -> Iterator[tuple[str, str]]:
        """When what is promised is due, and what its customer was told of that last."""
        told = {one["target"]: one["due_at"] for one in self._case.get("told", ())}
        for target, at in self._case.get("due", {}).items():
            if at:
                said = " ".join(self._when(told[target])) if target in told and told[target] != at else ""
                yield _DUE[target], " ".join(self._when(at)) + (f" (told: {said})" if said else "")

    def _tied(self) -> Iterator[tuple[str, str]]:
        """The cases that this one is tied to."""
        case = self._case
        if case.get("incident") is not None:
            yield "incident", one_line(case["incident"]) or "yes"
        for key, name in (("children", "its cases"), ("links", "linked"), ("merged", "merged")):
            yield name, ", ".join(f"#{one_line(number)}" for number in case.get(key, ()))
        for key, name in (("parent", "part of"), ("merged_into", "goes on")):
            yield name, f"#{one_line(case[key])}" if case.get(key) else ""

    def _who(self, address: str) -> str:
        name = one_line(self._names.get(address, ""))
        return f"{name} <{one_line(address)}>" if name and name != address else one_line(address)

    def _short(self, party: str) -> str:
        address = self._case.get("parties", {}).get(party, party)
        return one_line(self._names.get(address) or address)

    def _when(self, iso: str) -> tuple[str, str]:
        """Day and hour in the desk's zone."""
        at = datetime.fromisoformat(iso).astimezone(self._look.zone)
        return at.date().isoformat(), at.strftime("%H:%M")

    def _bold(self, text: str) -> Iterator[Line]:
        return (Line(row, "bold") for row in wrapped(text, self._look.columns, "", INDENT))

    # --- what was said ------------------------------------------------------------------------------------------------

    def _said(self, message: View) -> Iterator[Line]:
        # An imported answer stands nowhere else; what a letter of ours says stands above it.
        if "letter" in message and not self._look.letters:
            yield from self._letter(message)
            return
        self._spaced = False
        self._day = self._when(message["at"])[0]
        yield Line("")
        yield from self._bold(f"[{message['seq']}] {', '.join(self._title(message))}")
        if not _same(message["subject"], self._case["subject"]):
            yield from self._dim(f"Subject: {one_line(message['subject'])}")
        yield from self._text(message)
        yield from _files(message)

    def _title(self, message: View) -> Iterator[str]:
        """Who, when, and what a reader must know before he believes it."""
        at = " ".join(self._when(message["at"]))
        if message["direction"] == "out":
            yield f"{_kind_of_letter(message)} to {', '.join(map(self._who, message['to']))}"
            yield at
            yield _state(message)
            return
        yield self._who(message["from"])
        yield at
        yield "verified" if message["verified"] else "not verified"
        if message["kind"] != "person":
            yield one_line(message["kind"])
        if message["standing"] == "stranger":
            yield "a stranger to the case"
        if message["internal"]:
            yield "internal"

    def _text(self, message: View) -> Iterator[Line]:
        pieces = [p for p in folded(message["text"], message["own_text"]) if p.text.strip()]
        for piece in pieces:
            yield Line("")
            if piece.own or self._look.quotes:
                style = "" if piece.own else "dim"
                body = harmless(piece.text).strip("\n")
                yield from (Line(row, style) for row in wrapped(body, self._look.columns, INDENT))
            else:
                yield Line(f"{INDENT}{_fold(piece)}", "dim")
        if not pieces:
            yield Line("")
            yield Line(f"{INDENT}(no text)", "dim")

    # --- what happened ------------------------------------------------------------------------------------------------

    def _letter(self, message: View) -> Iterator[Line]:
        to = ", ".join(map(self._who, message["to"]))
        files = f" with {_count(len(message['attachments']), 'file')}" if message["attachments"] else ""
        text = f"[{message['seq']}] {_kind_of_letter(message)} to {to}{files} ({_state(message)})"
        yield from self._small(message["at"], text)

    def _happened(self, event: View) -> Iterator[Line]:
        number = f"event {event['seq']}: " if self._look.events else ""
        yield from self._small(event["at"], number + one_line(sentence(event, self._short, self._look.zone)))

    def _small(self, at: str, text: str) -> Iterator[Line]:
        day, hour = self._when(at)
        if not self._spaced:
            yield Line("")
        yield from self._dim(f"{hour if day == self._day else f'{day} {hour}'}  {text}")
        self._day, self._spaced = day, True

    def _dim(self, text: str) -> Iterator[Line]:
        return (Line(row, "dim") for row in wrapped(text, self._look.columns, INDENT, "       "))


def _kind_of_letter(message: View) -> str:
    return _LETTERS.get(message["kind"], one_line(message["kind"]))


def _state(message: View) -> str:
    return _STATES.get(message["state"], str(message["state"]))


def _same(subject: str, before: str) -> bool:
    """Whether a subject is the case's own, with nothing but the tag and marks of a reply around it."""
    bare = " ".join(_TAG.sub(" ", subject).split())
    return bare.endswith(" ".join(_TAG.sub(" ", before).split()) or "\n")


def _fold(piece: Piece) -> str:
    what = "of signature" if piece.text.lstrip().startswith("-- \n") else "quoted"
    return f"[{_count(piece.lines, 'line')} {what}; --quotes shows {'it' if piece.lines == 1 else 'them'}]"


def _files(message: View) -> Iterator[Line]:
    if message["attachments"]:
        yield Line("")
    for file in message["attachments"]:
        name = one_line(file["name"]) or "(no name)"
        where = ", in the text" if file["inline"] else ""
        yield Line(f"{INDENT}file {file['number']}: {name} ({one_line(file['type'])}, {size(file['size'])}{where})")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
