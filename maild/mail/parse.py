"""parse: raw mail -> Message.

read(raw, charset) -> Message; unreadable(raw) -> Message of its head only.  Pure; never raises, on any octets; linear.
charset: the desk's 8-bit charset, for octets that declare none ("cp1250" where a desk writes Slovenian); a sender whose country or
language has Central Europe's letters brings cp1250 with him.

The order: scan the tree, read the head, gather the body's text and attachments, judge bounce and kind, cut the own text.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from maild.mail import kind as kinds
from maild.mail.body import Body, gather
from maild.mail.bounce import Mail, bounce
from maild.mail.charset import decode
from maild.mail.forwarded import of_mail, original
from maild.mail.headers import addresses, ids, moment, octets_to_text, readings, text
from maild.mail.language import language
from maild.mail.owntext import of_page, own_text
from maild.mail.payload import octets
from maild.mail.scan import Part, Scan, scan, scan_head
from maild.model.message import Address, Attachment, Bounce, Forwarded, Kind, Message
from maild.model.subject import is_forward

_CENTRAL = re.compile(rb"@[a-z0-9.-]{1,250}\.(?:si|hr|ba|rs|cz|sk|pl|hu)\b", re.I)
_NAME = re.compile(r"[^\W\d_]{2,40}")
_CENTRAL_LANGUAGE = re.compile(rb"\s*(?:sl|hr|bs|cs|sk|pl|hu)\b", re.I)

ADDRESSES = 1000
STATUSES = 20
SMALL = 256_000
# So much of a mail that is attached is read as one.
_WHOLE = 2_000_000
_MAILS = ("message/rfc822", "message/global")
_RETURNED = (
    "message/rfc822",
    "text/rfc822-headers",
    "message/global",
    "message/global-headers",
    "message/rfc822-headers",
)
_STATUS = (
    "message/delivery-status",
    "message/global-delivery-status",
    "message/xdelivery-status",
    "text/delivery-status",
)


def read(raw: bytes, charset: str = "cp1252") -> Message:
    """The mail as read."""
    try:
        return _read(raw, charset)
    except (
        Exception
    ):  # a bug of ours must not lose a mail that is stored already: it becomes one that nobody could read
        return unreadable(raw)


def unreadable(raw: bytes) -> Message:
    """A mail of which only the head is read; the whole is one attachment, so that nothing is lost."""
    try:
        head = _Head(scan_head(raw), "cp1252")
    except Exception:
        head = _Head(scan_head(b""), "cp1252")
    whole = Attachment("mail.eml", "message/rfc822", len(raw), hashlib.sha256(raw).hexdigest(), False, 0, len(raw), "")
    signs = kinds.Signs(
        head.header, (head.part.type,), "", "", head.author.address if head.author else "", head.subject, "", None
    )
    return _message(head, kinds.kind(signs), "", None, "", (whole,), None, ("unreadable",))


class _Head:
    """The header fields as words."""

    def __init__(self, scanned: Scan, charset: str) -> None:
        self.part = scanned.root
        self.defects = scanned.defects
        self.raw_fields = [(name, octets_to_text(value, charset)) for name, value in scanned.root.fields]
        self.fields = tuple((name, text(value)) for name, value in self.raw_fields)
        self._first: dict[str, str] = {}
        for name, value in self.fields:
            self._first.setdefault(name, value)
        self.subject = self._first.get("subject", "")
        writers = self.people("from")
        # What was cut away might have named somebody else, and another program might read another name: then nobody is believed.
        read = sum(readings(value) for key, value in self.raw_fields if key == "from")
        self.authors = 0 if scanned.cut else max(len(writers), read) if writers else 0
        self.author = writers[0] if writers else None

    def header(self, name: str) -> str | None:
        return self._first.get(name)

    def raw(self, name: str) -> str:
        return next((value for key, value in self.raw_fields if key == name), "")

    def people(self, name: str) -> tuple[Address, ...]:
        """All mailboxes of all fields of that name."""
        values = [value for key, value in self.raw_fields if key == name]
        found = addresses(values[0]) if len(values) == 1 else tuple(a for value in values for a in addresses(value))
        if len(found) >= ADDRESSES:
            self.defects = tuple(dict.fromkeys((*self.defects, f"1000 addresses or more in {name}: cut")))
        return found[:ADDRESSES]


def _read(raw: bytes, charset: str) -> Message:
    scanned = scan(raw)
    charset = _eight_bits(scanned, charset)
    head = _Head(scanned, charset)
    body = gather(scanned, charset)
    report = _bounce(scanned, head, body, charset)
    opening = body.text[:500]
    author = head.author.address if head.author else ""
    report_type = _report_type(scanned.root)
    judged = kinds.kind(
        kinds.Signs(head.header, body.types, report_type, body.method, author, head.subject, opening, report)
    )
    own = of_page(body.lines) if body.lines else own_text(body.text, body.html)
    passed = None if report else _forwarded(scanned, head, body, charset)
    return _message(
        head, judged, body.text, body.html, own, tuple(body.attachments), report, tuple(body.defects), passed
    )


def _forwarded(scanned: Scan, head: _Head, body: Body, charset: str) -> Forwarded | None:
    """The mail that this one passes on: one that is attached, else what stands below its topmost header block."""
    inner = next((part for part in body.leaves if part.type in _MAILS), None)
    quoted = original(body.text) if is_forward(head.subject) else None
    if inner is None or _report_type(scanned.root):
        return quoted
    raw = octets(scanned.octets, inner.start, min(inner.end, inner.start + _WHOLE), inner.encoding)
    mail = scan(raw)
    said = gather(mail, charset)
    own = of_page(said.lines) if said.lines else own_text(said.text, said.html)
    judged = kinds.Judged(Kind.PERSON, False, ())
    whole = _message(_Head(mail, charset), judged, said.text, said.html, own, (), None, ())
    above = quoted.above if quoted else body.text
    return replace(of_mail(whole), above=above.strip())


def _eight_bits(scanned: Scan, charset: str) -> str:
    """What octets of no declared charset are: the desk's, but a Slovenian's č is not Western Europe's è."""
    if charset != "cp1252" or scanned.octets.isascii():
        return charset
    part = scanned.root
    central = _CENTRAL.search(part.field("from")) or _CENTRAL_LANGUAGE.match(part.field("content-language"))
    return "cp1250" if central else charset


def _report_type(root: Part) -> str:
    return root.params.get("report-type", "").strip().lower() if root.type == "multipart/report" else ""


def _nameless(text: str, author: Address | None) -> str:
    """Without the author's own names: "Bo" and "Per" are small words of other languages."""
    if author is None:
        return text
    local = author.address.partition("@")[0][:64]
    names = [*_NAME.findall(author.name[:200]), *(name.title() for name in _NAME.findall(local))]
    for name in dict.fromkeys(names):
        text = _without(text, name)
    return text


def _without(text: str, name: str) -> str:
    """By str.find: a pattern of each sender's own would be compiled for each mail, which costs as much as the rest of its head."""
    kept: list[str] = []
    start, at = 0, text.find(name)
    while at >= 0:
        end = at + len(name)
        if not (_is_of_word(text[at - 1 : at]) or _is_of_word(text[end : end + 1])):
            kept += (text[start:at], " ")
            start = end
        at = text.find(name, end)
    return "".join((*kept, text[start:])) if kept else text


def _is_of_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


def _message(
    head: _Head, judged: kinds.Judged, text_: str, html: str | None, own: str, attachments: tuple[Attachment, ...],
    report: Bounce | None, defects: tuple[str, ...], passed: Forwarded | None = None,
) -> Message:  # fmt: skip
    to, cc, reply_to = (head.people(name) for name in ("to", "cc", "reply-to"))
    defects = tuple(dict.fromkeys((*head.defects, *defects)))
    references = dict.fromkeys((*ids(head.raw("in-reply-to")), *ids(head.raw("references"))))
    message_id = next(iter(ids(head.raw("message-id"))), None)
    spoken = language(_nameless(own, head.author))
    return Message(
        subject=head.subject, author=head.author, authors=head.authors, to=to, cc=cc,
        reply_to=reply_to, date=moment(head.header("date") or ""), message_id=message_id, references=tuple(references),
        text=text_, html=html, own_text=own, attachments=attachments, kind=judged.kind, automatic=judged.automatic, why=judged.why,
        bounce=report if judged.kind is Kind.BOUNCE else None, language=spoken, defects=defects, headers=head.fields,
        forwarded=passed,
    )  # fmt: skip


def _bounce(scanned: Scan, head: _Head, body: Body, charset: str) -> Bounce | None:
    """The delivery report in this mail, if it is one."""
    statuses = [_text_of(scanned, part, charset) for part in body.leaves if part.type in _STATUS][:STATUSES]
    returned = next((part for part in body.leaves if part.type in _RETURNED), None)
    mail = Mail(
        header=head.header, report=_report_type(scanned.root), statuses=statuses,
        returned=_text_of(scanned, returned, charset) if returned and (statuses or _might(head)) else "",
        body=body.text, sender=head.raw("from"), subject=head.subject, raw=scanned.octets,
        small=len(scanned.octets) <= SMALL and len(body.leaves) <= 50 and not scanned.defects,
    )  # fmt: skip
    return bounce(mail)


def _might(head: _Head) -> bool:
    """A returned mail is only looked into where nobody replies to anything: bounces start a thread of their own."""
    return True if head.header("return-path") == "<>" else not head.header("in-reply-to")


def _text_of(scanned: Scan, part: Part, charset: str) -> str:
    """The first 64 kB of a part, decoded."""
    raw = octets(scanned.octets, part.start, min(part.end, part.start + 64_000), part.encoding)
    return decode(raw, part.params.get("charset", ""), charset)[0].replace("\r\n", "\n")
