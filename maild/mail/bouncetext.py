"""bouncetext: what mail systems write to people when a mail did not arrive -> who, and for good or not yet.

read_prose(...) -> Told.  Pure, linear.  No table of products: a report names the recipient on a line of its own, after a colon,
in angle brackets, in an SMTP dialogue, or in the returned mail; the strongest such place wins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

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
_LATER = (
    "delayed", "will be retried", "will continue", "not yet been delivered", "still being retried",
    "has not been delivered yet", "warning only", "you do not need to resend", "do not need to send",
    "no action is required", "could not be delivered for", "will keep trying", "not been able to deliver",
    "retry timeout not", "still trying", "temporarily unable", "transient", "try again later automatically",
    "queued for",
)  # fmt: skip
_FINAL = (
    "permanent", "giving up", "gave up", "failed", "fatal", "returned to", "user unknown", "unknown user",
    "does not exist", "no such", "rejected", "undeliverable", "has been returned", "could not be delivered to",
)  # fmt: skip
_STATUS = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.])([45])\d\d(?=[ -])")


def read_prose(failed: str, body: str, returned: str, subject: str, ours: frozenset[str]) -> Told:
    """failed: X-Failed-Recipients; body: the report; returned: the mail that came back; ours: addresses that are not meant."""
    told = Told()
    found = [a.address.lower() for a in addresses(failed)]
    report, tail = _split(body)
    if not found:
        found = _named(report, ours)
    if not found:
        found = _recipients_of(returned or tail, ours)
    into = told.delayed if _is_later(subject, report) else told.failed
    into += dict.fromkeys(found)
    add_status(told, report)
    return told


def add_status(told: Told, report: list[str]) -> None:
    """Give each recipient without a status the one that the report's text tells."""
    for address in (*told.failed, *told.delayed):
        code = told.status.get(address) or _status_near(report, address)
        if code:
            told.status[address] = code


def _split(body: str) -> tuple[list[str], str]:
    """The report's own lines, and what it returns of the mail below them."""
    lines = body.split("\n")[:LINES]
    for at, line in enumerate(lines):
        if at and _RETURNED.match(line[:250]) and any("@" in above for above in lines[:at]):
            return lines[:at], "\n".join(lines[at + 1 :])
    return lines, ""


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


def _is_later(subject: str, report: list[str]) -> bool:
    """Whether the mail system is still trying."""
    text = " ".join("\n".join(report[:80]).lower().split())[:6000]
    low = subject.lower()
    if "delay" in low or low.startswith("warning"):
        return True
    later = any(phrase in text for phrase in _LATER)
    return later and not any(phrase in text for phrase in _FINAL)


def _status_near(report: list[str], address: str) -> str:
    """The status code of RFC 3463 on the lines about an address, else the first of the report, else of its SMTP code."""
    at = next((i for i, line in enumerate(report) if address in line.lower()), 0)
    for text in ("\n".join(report[at : at + 6]), "\n".join(report)):
        found = _STATUS.search(text)
        if found:
            return found[1]
    code = _CODE.search("\n".join(report))
    return f"{code[1]}.0.0" if code else ""
