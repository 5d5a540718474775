"""body: a scanned mail -> its text, its HTML, its attachments.

gather(scanned, charset) -> Body.  Pure, linear, never raises on what scan gives.  Which part is the text: RFC 2046 section 5.1;
of alternatives the plain one, or the HTML where the plain one is empty or a stub; parts side by side are joined.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from maild.mail import charset as sets
from maild.mail import html as page
from maild.mail.headers import file_name, ids
from maild.mail.payload import octets, uuencoded
from maild.mail.scan import Part, Scan
from maild.model.message import Attachment

STUB = 200
_TEXTS = ("text/plain", "text/html", "text/enriched", "text/richtext")
_IGNORED = ("text/x-amp-html", "text/watch-html")
_NAMES = {
    "message/rfc822": "message.eml",
    "message/global": "message.eml",
    "text/rfc822-headers": "headers.txt",
    "message/delivery-status": "delivery-status.txt",
    "message/disposition-notification": "receipt.txt",
    "message/feedback-report": "feedback.txt",
    "text/calendar": "invitation.ics",
    "application/ics": "invitation.ics",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "application/pgp-signature": "signature.asc",
    "application/pgp-encrypted": "encrypted.txt",
    "application/ms-tnef": "winmail.dat",
    "text/x-vcard": "card.vcf",
    "text/vcard": "card.vcf",
}
_OPAQUE = {
    "application/pkcs7-mime": "S/MIME: cannot be read here",
    "application/x-pkcs7-mime": "S/MIME: cannot be read here",
    "application/pgp-encrypted": "PGP: encrypted, cannot be read here",
    "application/ms-tnef": "winmail.dat: its files are not unpacked",
}


@dataclass(frozen=True, slots=True)
class _Block:
    """What is said once: as plain text, as HTML, or both."""

    plain: str | None = None
    html: str | None = None


@dataclass(slots=True)
class Body:
    """lines: the marked lines of a text that was made from HTML alone.  types: the media type of each part; leaves: parts without
    children."""

    text: str = ""
    html: str | None = None
    lines: list[page.Line] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    leaves: list[Part] = field(default_factory=list)
    method: str = ""
    defects: list[str] = field(default_factory=list)


class _Gathering:
    def __init__(self, scanned: Scan, charset: str) -> None:
        self.raw = scanned.octets
        self.charset = charset
        self.body = Body()
        self.files: list[tuple[Part, str]] = []


def gather(scanned: Scan, charset: str) -> Body:
    """The body of a mail."""
    work = _Gathering(scanned, charset)
    body = work.body
    blocks = _blocks(work, scanned.root, root=True)
    htmls = [block.html for block in blocks if block.html is not None]
    body.html = "\n".join(htmls) if htmls else None
    chosen = [_said(block) for block in blocks]
    body.text = "\n".join(said for said, _ in chosen if said.strip()).strip("\n")
    if htmls and all(lines or not said.strip() for said, lines in chosen):
        body.lines = [line for _, lines in chosen for line in lines]
    if not body.text:
        body.text = _inline_file(work)
    for part, name in work.files:
        body.attachments.append(_attachment(work, part, name))
    body.attachments.sort(key=lambda a: a.start)
    return body


def _inline_file(work: _Gathering) -> str:
    """A mail that says nothing but in a text file shown inline: that is its text too."""
    shown = next((p for p, _ in work.files if p.type == "text/plain" and p.disposition == "inline"), None)
    if shown is None:
        return ""
    said = _text(work, shown)
    return (said[0].plain or "").strip("\n")


def _said(block: _Block) -> tuple[str, list[page.Line]]:
    """The text of a block, and its marked lines when it was made from HTML: there is no plain text, or only a stub."""
    plain = (block.plain or "").strip()
    if block.html is None or (plain and not (len(plain) < STUB and len(block.html) > 5 * STUB)):
        return block.plain or "", []
    lines = page.lines(block.html)
    full = page.as_text(lines)
    if plain and len(full) <= 5 * len(plain):
        return block.plain or "", []
    return full, lines


def _blocks(work: _Gathering, part: Part, *, root: bool = False) -> list[_Block]:
    """The blocks of a part, in order; its files go to work.files."""
    work.body.types.append(part.type)
    if part.children:
        inner = [block for child in part.children for block in _blocks(work, child)]
        return [_one(inner)] if part.type == "multipart/alternative" and inner else inner
    work.body.leaves.append(part)
    if part.type in _IGNORED:
        return []
    name = file_name(part.file, part.params, work.charset)
    if part.type in _TEXTS and part.disposition != "attachment" and (root or not name):
        return _text(work, part)
    if part.type == "text/calendar" and not work.body.method:
        work.body.method = part.params.get("method", "").strip().lower() or _method(work, part)
    if part.type in _OPAQUE:
        work.body.defects.append(_OPAQUE[part.type])
    if part.end > part.start or name:
        work.files.append((part, name or _NAMES.get(part.type) or _named(part.type)))
    return []


def _one(inner: list[_Block]) -> _Block:
    """Alternatives say the same thing: the first plain text that says anything, the last HTML; several plain ones in a row are one."""
    plain = next((block.plain for block in inner if block.plain is not None and block.plain.strip()), None)
    html = next((block.html for block in reversed(inner) if block.html is not None), None)
    if plain is None:
        plain = next((block.plain for block in inner if block.plain is not None), None)
    return _Block(plain, html)


def _named(kind: str) -> str:
    """A name for a part that has none, so that people can save it."""
    major, _, minor = kind.partition("/")
    return f"{major}.{minor}" if major in ("image", "audio", "video") and minor.isalnum() else "attachment"


def _method(work: _Gathering, part: Part) -> str:
    start = octets(work.raw, part.start, min(part.end, part.start + 4000), part.encoding)
    found = start.upper().partition(b"METHOD:")[2]
    return found.split(b"\n", 1)[0].strip().decode("latin-1").lower()[:20]


def _text(work: _Gathering, part: Part) -> list[_Block]:
    raw = octets(work.raw, part.start, part.end, part.encoding)
    if b"begin" in raw and part.type == "text/plain":
        raw = _without_uu(work, part, raw)
    declared = part.params.get("charset", "")
    if not declared and part.type == "text/html":
        declared = _meta_charset(raw)
    text, note = sets.decode(raw, declared, work.charset)
    if note:
        work.body.defects.append(note)
    if part.type == "text/html":
        return [_Block(html=sets.page(text))]
    text = sets.body(text)
    if part.params.get("format", "").lower() == "flowed" and text.count(" \n") > text.count("\n-- \n"):
        text = unflow(text, delsp=part.params.get("delsp", "").lower() == "yes")
    return [_Block(plain=text)]


def _meta_charset(raw: bytes) -> str:
    """The charset that a page names itself, for a part that names none."""
    after = raw[:2000].lower().partition(b"charset=")[2][:60].lstrip(b"\"' ")
    return after.replace(b"'", b'"').partition(b'"')[0].partition(b">")[0].strip(b" ;/").decode("latin-1")


def _without_uu(work: _Gathering, part: Part, raw: bytes) -> bytes:
    """The text without the files uuencoded in it, which become attachments; only where offsets in the mail still hold."""
    found = uuencoded(raw)
    if not found or part.encoding in ("base64", "quoted-printable"):
        return raw
    pieces, at = [], 0
    for one in found:
        pieces.append(raw[at : one.start])
        at = one.end
        digest = hashlib.sha256(one.octets).hexdigest()
        start, end = part.start + one.start, part.start + one.end
        name = sets.shown(one.name)
        work.body.attachments.append(
            Attachment(name, "application/octet-stream", len(one.octets), digest, False, start, end, "x-uuencode")
        )
    return b"".join((*pieces, raw[at:]))


def unflow(text: str, *, delsp: bool) -> str:
    """Lines that were wrapped softly, joined again (RFC 3676): those that end with a blank run on, within their quote depth."""
    out: list[list[str]] = []
    open_depth = -1
    for line in text.split("\n"):
        bare = line.lstrip(">")
        depth = len(line) - len(bare)
        bare = bare.removeprefix(" ") if depth else line.removeprefix(" ")
        soft = bare.endswith(" ") and bare != "-- "
        piece = bare[:-1] if soft and delsp else bare
        if open_depth == depth and bare != "-- ":
            out[-1].append(piece)
        else:
            out.append([">" * depth + " " if depth else "", piece])
        open_depth = depth if soft else -1
    return "\n".join("".join(pieces) for pieces in out)


def _attachment(work: _Gathering, part: Part, name: str) -> Attachment:
    decoded = octets(work.raw, part.start, part.end, part.encoding)
    cid = next(iter(ids(part.field("content-id").decode("latin-1"))), "").strip("<>")
    referred = bool(cid) and work.body.html is not None and f"cid:{cid}" in work.body.html
    inline = referred or (part.disposition == "inline" and part.type.startswith("image/"))
    kind = "application/octet-stream" if part.opaque else part.type
    return Attachment(
        name, kind, len(decoded), hashlib.sha256(decoded).hexdigest(), inline, part.start, part.end, part.encoding, cid
    )
