"""bounce: what a delivery report says: who did not get the mail, for good or not yet, and which mail it was.

bounce(mail) -> Bounce | None.  Never raises.  In this order: the fields of RFC 3464; flufl.bounce, wrapped, where the mail looks
like a bounce; our own reading of what mail systems write to people.  The returned mail gives the original Message-ID.

LIMITS  64 kB of a report's text, 1000 recipients.  flufl.bounce sees 64 kB of a mail of at most 50 parts, for it parses anew.
"""

from __future__ import annotations

import email
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass

from maild.mail.bouncesigns import is_forward, looks
from maild.mail.bouncetext import LINES, Told, add_status, code_of, is_promise, read_prose
from maild.mail.headers import addresses, ids
from maild.mail.kind import Header
from maild.model.message import Bounce

TEXT = 64_000
RECIPIENTS = 1000

_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_GOOD = ("delivered", "relayed", "expanded", "deliverable")
_MESSAGE_ID = re.compile(
    r"^[ \t>|*]{0,8}(?:x-original-|original-|original )?message[- ]id[ \t]{0,4}:[ \t]*(?:\r?\n[ \t]+)?(\S[^\r\n]{0,998})",
    re.I | re.M,
)


@dataclass(frozen=True, slots=True)
class Mail:
    """What a bounce is judged by.

    statuses   decoded text of message/delivery-status parts
    returned   decoded head (and body) of the returned mail, if it is a part of its own
    body       the text for people; sender: raw From; subject: decoded; raw: the mail itself, small: flufl may look at it
    """

    header: Header
    report: str
    statuses: Sequence[str]
    returned: str
    body: str
    sender: str
    subject: str
    raw: bytes
    small: bool


def bounce(mail: Mail) -> Bounce | None:
    """The report, or None when this is none."""
    gate = looks(mail.report, mail.header, mail.sender, mail.subject, mail.body, bool(mail.returned))
    if not gate and (not mail.statuses or is_forward(mail.subject)):
        return None
    told = _from_fields(mail.statuses or _in_text(mail.body))
    if mail.statuses and told.good and not told.failed and not told.delayed:
        return Bounce((), (), tuple(told.status.items()), _original(mail))
    if not told.failed and not told.delayed and gate:
        told = _from_prose(mail, told)
    else:
        add_status(told, mail.body[:TEXT].split("\n")[:LINES])
    if not told.failed and not told.delayed and not mail.statuses and mail.report != "delivery-status":
        return None
    failed = dict.fromkeys(a for a in told.failed if a)
    delayed = dict.fromkeys(a for a in told.delayed if a and a not in failed)
    return Bounce(
        tuple(failed)[:RECIPIENTS],
        tuple(delayed)[:RECIPIENTS],
        tuple(told.status.items())[:RECIPIENTS],
        _original(mail),
    )


def _in_text(body: str) -> Sequence[str]:
    """The fields of a report whose MIME structure was lost on the way."""
    return (body,) if "final-recipient:" in body[:TEXT].lower() else ()


def _from_fields(statuses: Sequence[str]) -> Told:
    """RFC 3464 section 2.3: one group of fields for each recipient."""
    told = Told()
    for text in statuses:
        for group in re.split(r"\n[ \t]*\n", text[:TEXT].replace("\r\n", "\n").strip())[:RECIPIENTS]:
            _one_recipient(told, _fields(group))
    return told


def _fields(group: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in group.split("\n"):
        if line[:1] in " \t" and name:
            fields[name] += " " + line.strip()
            continue
        head, colon, value = line.partition(":")
        if colon and " " not in head.strip():
            name = head.strip().lower()
            fields.setdefault(name, value.strip())
    return fields


def _one_recipient(told: Told, fields: dict[str, str]) -> None:
    address = _recipient(fields)
    if not address:
        return
    action = fields.get("action", "").partition("(")[0].partition(";")[0].strip().lower()
    status = _status(fields)
    if status:
        told.status.setdefault(address, status)
    if action in _GOOD or (not action and status.startswith("2")):
        told.good.append(address)
    elif action == "delayed" or (action != "failed" and status.startswith("4")):
        told.delayed.append(address)
    else:
        told.failed.append(address)


def _status(fields: dict[str, str]) -> str:
    """Status, unless it names only a class (x.0.0) and the diagnostic says more of the same class; without it the diagnostic."""
    stated = _STATUS.search(fields.get("status", ""))
    said = code_of(fields.get("diagnostic-code", "")[:TEXT])
    if stated and not (stated[1].endswith(".0.0") and said[:1] == stated[1][:1]):
        return stated[1]
    return said


def _recipient(fields: dict[str, str]) -> str:
    """Final-Recipient, else Original-Recipient, else X-Actual-Recipient: "rfc822; user@host"."""
    for name in ("original-recipient", "final-recipient", "x-actual-recipient"):
        kind, semicolon, value = fields.get(name, "").partition(";")
        written = (value if semicolon else kind).strip()
        found = addresses(written) or addresses(written.replace(" ", ""))
        if found:
            return found[0].address.lower()
    return ""


def _from_prose(mail: Mail, told: Told) -> Told:
    """What the report's text says; a second opinion by flufl.bounce first."""
    told = _ask_flufl(mail, told)
    if told.failed or told.delayed:
        add_status(told, mail.body[:TEXT].split("\n")[:LINES])
        return told
    return read_prose(
        mail.header("x-failed-recipients") or "", mail.body[:TEXT], mail.returned[:TEXT], mail.subject, _ours(mail)
    )


def _ours(mail: Mail) -> frozenset[str]:
    """Addresses that a report may name without meaning them: its own sender, and the one it was sent to."""
    written = (mail.sender, mail.header("to") or "", mail.header("reply-to") or "", mail.header("delivered-to") or "")
    return frozenset(a.address.lower() for value in written for a in addresses(value[:2000]))


def _ask_flufl(mail: Mail, told: Told) -> Told:
    if not mail.small:
        return told
    # It writes a traceback for each detector that hostile mail has tripped: anybody could fill our log, with addresses.
    logging.getLogger("flufl.bounce").disabled = True
    from flufl.bounce import all_failures  # its sixteen detectors are loaded at the first bounce, not at start

    try:
        temporary, permanent = all_failures(email.message_from_bytes(mail.raw[:TEXT]))
    except Exception:  # a foreign parser on hostile mail may raise anything; then it has no opinion
        return told
    others = _ours(mail) | {(_original(mail) or "").strip("<>").lower()}
    # A promise to try again is plainer than what a detector makes of its product.
    promised = is_promise(mail.body[:TEXT])
    for found, into in ((permanent, told.delayed if promised else told.failed), (temporary, told.delayed)):
        named = {a.address.lower() for octets in found for a in addresses(octets.decode("utf-8", "replace"))}
        into += sorted(named - others or named)
    return told


def _original(mail: Mail) -> str | None:
    """The Message-ID of the mail that came back: where it stands, else where the report names it, else what the report answers to."""
    for text in (mail.returned, *mail.statuses, mail.body[:TEXT]):
        match = _MESSAGE_ID.search(text[:TEXT])
        found = ids(match[1]) if match else ()
        if found:
            return found[0]
    answered = ids((mail.header("in-reply-to") or "")[:2000])
    return answered[0] if answered else None
