"""bouncetext: what mail systems write to people when a mail did not arrive -> who, for good or not yet, and why.

read_prose(...) -> Told; is_later(subject, report); code_of(text) -> RFC 3463 code.  Pure, linear.  No table of products: a report
names the recipient on a line of its own, after a colon, in angle brackets, in an SMTP dialogue, or in the returned mail; the
strongest such place wins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from maild.mail import bouncewords, words
from maild.mail.headers import addresses

LINES = 1000


@dataclass(slots=True)
class Told:
    """What was read so far: addresses in lower case; good: delivered after all."""

    failed: list[str] = field(default_factory=list)
    delayed: list[str] = field(default_factory=list)
    good: list[str] = field(default_factory=list)
    status: dict[str, str] = field(default_factory=dict)


_SPEC = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})+"
_ADDRESS = re.compile(_SPEC)
# A line that is about one recipient: "<a@b>: reason", "a@b", "To: a@b", "Recipient: a@b", "550 <a@b>...".
_ALONE = re.compile(
    rf"^[\s>*•-]{{0,9}}(?:<|\(|\"|')?(?:smtp:|rfc822;\s*)?({_SPEC})(?:>|\)|\"|')?(?:[\s:;,.(-]|$)", re.I
)
_LABELLED = re.compile(
    r"^[\s*-]{0,9}(?:to|recipient[^:\n]{0,30}|address[^:\n]{0,20}|user|mailbox|failed recipient|e-?mail[^:\n]{0,20}|addressee"
    r"|rcpt to|destinat[^:\n]{0,20}|original-recipient|final-recipient|mottaker|prejemnik)\s*:\s*"
    rf"[^@\n]{{0,60}}?({_SPEC})",
    re.I,
)
_DIALOGUE = re.compile(rf"(?:rcpt to|5\d\d[ -][^@\n]{{0,80}}?|4\d\d[ -][^@\n]{{0,80}}?)\s*:?\s*<({_SPEC})>", re.I)
_SPOKEN = re.compile(
    rf"(?:recipients?|address(?:es)?|user|mailbox|deliver(?:ed|y)? to|account|addressee|to)\s[^@\n]{{0,60}}?[<(\"'\[]?({_SPEC})",
    re.I,
)
_RETURNED = re.compile(
    r"^[\s>|*]{0,5}(?:-{2,}.{0,60}(?:original|returned|message|copy|mail|header|below|unsent).{0,60}"
    r"|.{0,60}\b(?:copy of (?:the|your) (?:message|mail|original)|message headers?\b|headers? of the (?:original|message)"
    r"|original message|your original|returned message|message text follows|unsent message|text of your message"
    r"|message follows|included below|mail header|contents? of the mail|the first \d+ lines).{0,60}"
    r"|(?:return-path|received|x-envelope-from):\s.{0,200})$",
    re.I,
)
_CODE = re.compile(r"(?<![\w.])([45])\.([0-7])\.(\d{1,3})(?![\d.])")
# A reply code, not a size or a time ("550 kB", "450 seconds").
_REPLY = re.compile(
    r"(?<![\w.,])([45])[0-57]\d(?=[ -](?!(?:[kmg]i?b|bytes|seconds|minutes|hours|days|attempts|messages)\b))", re.I
)
_NEAR = 8


def read_prose(failed: str, body: str, returned: str, subject: str, ours: frozenset[str]) -> Told:
    """failed: X-Failed-Recipients; body: the report; returned: the mail that came back; ours: addresses that are not meant."""
    told = Told()
    found = [a.address.lower() for a in addresses(failed)]
    report, tail = _split(body)
    if not found:
        found = _named(report, ours)
    if not found:
        found = _recipients_of(returned or tail, ours)
    into = told.delayed if is_later(subject, report) else told.failed
    into += dict.fromkeys(found)
    add_status(told, report)
    return told


def add_status(told: Told, report: list[str]) -> None:
    """Give each recipient without a status the one that the lines about it tell, else the one of the whole report."""
    without = {a for a in (*told.failed, *told.delayed) if not told.status.get(a)}
    if not without:
        return
    about = _lines_about(report, without)
    overall = code_of("\n".join(report))
    for address in sorted(without):
        code = code_of("\n".join(about.get(address, ()))) or overall
        if code:
            told.status[address] = code


def _lines_about(report: list[str], among: set[str]) -> dict[str, list[str]]:
    """For each address the line that names it first and those below, until the next address has its turn."""
    about: dict[str, list[str]] = {}
    current: list[str] = []
    for line in report:
        named = [a for a in (m.group().lower() for m in _ADDRESS.finditer(line[:500])) if a in among and a not in about]
        if named:
            current = []
            about.update(dict.fromkeys(named, current))
        if len(current) < _NEAR:
            current.append(line)
    return about


def code_of(text: str) -> str:
    """The code of RFC 3463 that a text tells: written out; else an SMTP reply's class with its words; else the words alone."""
    written = _CODE.search(text)
    if written:
        return written.group()
    reply = _REPLY.search(text)
    reason = reason_of(text)
    if reply and reason[:1] != reply[1]:
        return f"{reply[1]}.0.0"
    return reason


def reason_of(text: str) -> str:
    """The code of the first reason that the words give."""
    low = " ".join(text[:20_000].lower().split())
    return next((code for code, phrases in bouncewords.REASONS if any(phrase in low for phrase in phrases)), "")


def names_a_line(text: str) -> bool:
    """Whether a line of the text is about one recipient."""
    return any(_ALONE.match(line[:500]) or _LABELLED.match(line[:500]) for line in text.split("\n")[:LINES])


def _split(body: str) -> tuple[list[str], str]:
    """The report's own lines, and what it returns of the mail below them."""
    lines = body.split("\n")[:LINES]
    named = False
    for at, line in enumerate(lines):
        if named and _is_banner(line[:250]):
            return lines[:at], "\n".join(lines[at + 1 :])
        named = named or "@" in line
    return lines, ""


def _is_banner(line: str) -> bool:
    """Whether the returned mail begins below this line."""
    if _RETURNED.match(line):
        return True
    low = line.lower()
    return (
        "@" not in line
        and len(line) < 120
        and _has(low, (*bouncewords.RETURNED, *(words.BANNERS if "--" in low else ())))
    )


def _named(report: list[str], ours: frozenset[str]) -> list[str]:
    """Recipients that the report names, by the strongest kind of place that names any."""
    for pattern in (_ALONE, _LABELLED, _DIALOGUE, _SPOKEN, _ADDRESS):
        found: dict[str, None] = {}
        for line in report:
            match = (pattern.match if pattern in (_ALONE, _LABELLED) else pattern.search)(line[:500])
            address = match[match.lastindex or 0].lower().strip(".'") if match else ""
            # Two dots together: shortened by an archive, nobody's address.
            if address and ".." not in address and address not in ours and not _is_service(address):
                found[address] = None
        if found:
            return list(found)
    return []


def _is_service(address: str) -> bool:
    local = address.rpartition("@")[0]
    return local in ("postmaster", "mailer-daemon", "abuse", "hostmaster", "support", "helpdesk", "webmaster")


def _recipients_of(returned: str, ours: frozenset[str]) -> list[str]:
    """To of the returned mail's head."""
    match = re.search(r"^[ >|]{0,4}to:[ \t]*([^\n]{1,500})", returned, re.I | re.M)
    return [a.address.lower() for a in addresses(match[1])][:50] if match else []


def is_later(subject: str, report: list[str]) -> bool:
    """Whether somebody still tries: a promise says so, then a word of giving up, then the first word of the subject, then the tone."""
    text = _opening(report)
    if _has(text, bouncewords.PROMISES):
        return True
    if _has(text, bouncewords.GIVEN_UP):
        return False
    low = subject[:1000].lower()
    slow, lost = _first(low, (*bouncewords.SLOW, "delay", "warning")), _first(low, bouncewords.LOST)
    # The mail system's words stand before the subject that it repeats: "Undeliverable: my delayed order" has failed.
    if slow != lost:
        return slow < lost
    return _has(text, bouncewords.SLOW) and not _has(text, bouncewords.LOST)


def is_promise(body: str) -> bool:
    """Whether the report says that somebody will try again."""
    return _has(_opening(_split(body)[0]), bouncewords.PROMISES)


def _opening(report: list[str]) -> str:
    return " ".join("\n".join(report[:80]).lower().split())[:6000]


def _has(text: str, phrases: tuple[str, ...]) -> bool:
    return any(phrase in text for phrase in phrases)


def _first(text: str, phrases: tuple[str, ...]) -> int:
    """Where the first of them stands, else the end."""
    return min((at for phrase in phrases if (at := text.find(phrase)) >= 0), default=len(text))
