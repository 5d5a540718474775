"""body: a scanned mail -> its text, its HTML, its attachments.

gather(scanned, charset) -> Body.  Pure, linear, never raises on what scan gives.  Which part is the text: RFC 2046 section 5.1;
of alternatives the plain one, or the HTML where the plain one is empty or a stub; parts side by side are joined.  Where none of them
says anything, what else can be read speaks: a winmail.dat, a text shown inline, an invitation, a rich text document.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from maild.mail import calendar, rtf
from maild.mail import charset as sets
from maild.mail import html as page
from maild.mail.files import Winmail, attachment, from_text, is_winmail, named, winmail
from maild.mail.headers import file_name
from maild.mail.payload import octets
from maild.mail.readable import enriched, unflow
from maild.mail.scan import Part, Scan
from maild.model.message import Attachment

STUB = 200
_ENRICHED = ("text/enriched", "text/richtext")
_TEXTS = ("text/plain", "text/html", *_ENRICHED)
_RICH = ("text/rtf", "application/rtf", "text/x-rtf")
_CALENDARS = ("text/calendar", "application/ics")
# Alternatives for other programs, and texts that are for machines.
_IGNORED = ("text/x-amp-html", "text/watch-html")
_NO_PROSE = (
    "text/vcard", "text/x-vcard", "text/directory", "text/csv", "text/css", "text/javascript", "text/rfc822-headers",
    "text/delivery-status", "text/vnd.google.email-reaction+json",
)  # fmt: skip
_SIGNATURES = (
    "application/pgp-signature",
    "application/x-pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
)
_OPAQUE = {
    "application/pkcs7-mime": "S/MIME: cannot be read here",
    "application/x-pkcs7-mime": "S/MIME: cannot be read here",
    "application/pgp-encrypted": "PGP: encrypted, cannot be read here",
    "message/partial": "a piece of a larger mail: the rest is not here",
    "message/external-body": "a file stands elsewhere: it is not fetched",
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
        self.opened: dict[int, Winmail] = {}


def gather(scanned: Scan, charset: str) -> Body:
    """The body of a mail."""
    work = _Gathering(scanned, charset)
    body = work.body
    _choose(work, _blocks(work, scanned.root, root=True))
    _open(work)
    if not body.text:
        _choose(work, next((found for found in _others(work) if _says(found)), []))
    for part, name in work.files:
        opened = work.opened.get(part.start)
        body.attachments += opened.attachments if opened else [attachment(work.raw, part, name, body.html)]
    body.attachments.sort(key=lambda a: a.start)
    nameless = count(1)
    body.attachments = [a if a.name else replace(a, name=f"noname{next(nameless)}") for a in body.attachments]
    return body


def _choose(work: _Gathering, blocks: Sequence[_Block]) -> None:
    """Make these blocks the mail's text and page."""
    body = work.body
    htmls = [block.html for block in blocks if block.html is not None]
    if htmls:
        body.html = "\n".join(htmls)
    chosen = [_said(block) for block in blocks]
    if any(lines and len(block.html or "") > page.LIMIT for block, (_, lines) in zip(blocks, chosen, strict=True)):
        body.defects.append("a page over 2 MB: the rest is not in the text")
    body.text = "\n".join(said for said, _ in chosen if said.strip()).strip("\n")
    if htmls and all(lines or not said.strip() for said, lines in chosen):
        body.lines = [line for _, lines in chosen for line in lines]
    if "-----BEGIN PGP MESSAGE-----" in body.text:
        body.defects.append(_OPAQUE["application/pgp-encrypted"])


def _says(blocks: Sequence[_Block]) -> bool:
    return any((block.plain or "").strip() or (block.html or "").strip() for block in blocks)


def _open(work: _Gathering) -> None:
    """Look into each winmail.dat."""
    for part, name in work.files:
        if not is_winmail(part, name):
            continue
        found = winmail(work.raw, part)
        if found is None:
            work.body.defects.append("winmail.dat: cannot be read")
            continue
        work.opened[part.start] = found
        work.body.defects += found.defects


def _others(work: _Gathering) -> Iterator[list[_Block]]:
    """What else may be read where no part is the text, the likeliest first."""
    yield from ([_Block(found.text or None, found.html or None)] for found in work.opened.values())
    shown = [part for part, _ in work.files if part.disposition != "attachment"]
    yield from (_text(work, part) for part in shown if part.type in _TEXTS)
    for part, _ in work.files:
        if part.type in _CALENDARS:
            yield [_Block(calendar.said(_decoded(work, part)))]
        elif part.type in _RICH:
            plain, html = rtf.read(octets(work.raw, part.start, part.end, part.encoding))
            yield [_Block(plain or None, html or None)]
    # RFC 2046 section 4.1.4: a text of an unknown kind is shown as plain text.
    yield from (
        [_Block(_decoded(work, part))]
        for part in shown
        if part.type.startswith("text/") and part.type not in (*_TEXTS, *_CALENDARS, *_RICH, *_NO_PROSE)
    )


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


def _blocks(work: _Gathering, part: Part, *, root: bool = False, within: str = "") -> list[_Block]:
    """The blocks of a part, in order; its files go to work.files."""
    work.body.types.append(part.type)
    if part.children:
        inner = [_blocks(work, child, within=part.type) for child in _in_order(part)]
        return [_one(inner)] if part.type == "multipart/alternative" else [block for some in inner for block in some]
    work.body.leaves.append(part)
    if part.type in _IGNORED:
        return []
    name = file_name(part.file, part.params, work.charset)
    if part.type in _TEXTS and part.disposition != "attachment" and (root or not name):
        return _text(work, part)
    if _is_machinery(work, part, name, within):
        return []
    if part.type == "text/calendar" and not work.body.method:
        work.body.method = part.params.get("method", "").strip().lower() or _method(work, part)
    if part.type in _OPAQUE or name.lower().endswith(".p7m"):
        work.body.defects.append(_OPAQUE.get(part.type, _OPAQUE["application/pkcs7-mime"]))
    if part.end > part.start or name:
        unnamed = "encrypted.asc" if within == "multipart/encrypted" else ""
        work.files.append((part, name or named(work.raw, part, work.charset) or unnamed))
    return []


def _in_order(part: Part) -> tuple[Part, ...]:
    """The children, the root of a compound first, which need not stand there (RFC 2387 section 3.2)."""
    start = part.params.get("start", "").strip("<> ")
    if not start or part.type != "multipart/related":
        return part.children
    return tuple(
        sorted(part.children, key=lambda one: start.encode("latin-1", "replace") not in one.field("content-id"))
    )


def _is_machinery(work: _Gathering, part: Part, name: str, within: str) -> bool:
    """A part that its multipart needs and nobody attached: a signature without a name (RFC 1847), a Macintosh's resource fork."""
    if within == "multipart/appledouble" and part.type == "application/applefile":
        work.body.defects.append("AppleDouble: the resource fork is left out")
        return True
    return within == "multipart/signed" and part.type in _SIGNATURES and not name


def _one(inner: Sequence[Sequence[_Block]]) -> _Block:
    """Alternatives say the same thing: the first plain text that says anything, the last HTML; what stands side by side within one of
    them is one, as where a client writes HTML before and after a file."""
    plains = ["\n".join(block.plain for block in some if block.plain is not None) for some in inner]
    htmls = ["\n".join(block.html for block in some if block.html is not None) for some in inner]
    has_html = any(block.html is not None for some in inner for block in some)
    return _Block(
        next((plain for plain in plains if plain.strip()), ""),
        next((html for html in reversed(htmls) if html), "") if has_html else None,
    )


def _method(work: _Gathering, part: Part) -> str:
    start = octets(work.raw, part.start, min(part.end, part.start + 4000), part.encoding)
    found = start.upper().partition(b"METHOD:")[2]
    return found.split(b"\n", 1)[0].strip().decode("latin-1").lower()[:20]


def _text(work: _Gathering, part: Part) -> list[_Block]:
    raw = octets(work.raw, part.start, part.end, part.encoding)
    if b"begin" in raw and part.type == "text/plain":
        raw, files = from_text(part, raw, work.charset)
        work.body.attachments += files
    is_page = part.type == "text/html" or (part.type == "text/plain" and _is_page(raw))
    text = _decoded(work, part, raw, is_page=is_page)
    if is_page:
        return [_Block(html=sets.page(text))]
    if part.type in _ENRICHED:
        text = enriched(text)
    elif part.params.get("format", "").lower() == "flowed" and text.count(" \n") > text.count("\n-- \n"):
        text = unflow(text, delsp=part.params.get("delsp", "").lower() == "yes")
    return [_Block(plain=text)]


def _is_page(raw: bytes) -> bool:
    """A plain text that begins as an HTML document is one, whatever it was called."""
    return raw[:200].lstrip()[:14].lower().startswith((b"<!doctype html", b"<html"))


def _decoded(work: _Gathering, part: Part, raw: bytes | None = None, *, is_page: bool = False) -> str:
    """A part's characters; a guess is a defect."""
    raw = octets(work.raw, part.start, part.end, part.encoding) if raw is None else raw
    declared = part.params.get("charset", "") or (_meta_charset(raw) if is_page else "")
    text, note = sets.decode(raw, declared, work.charset)
    if note:
        work.body.defects.append(note)
    return text if is_page else sets.body(text)


def _meta_charset(raw: bytes) -> str:
    """The charset that a page names itself, for a part that names none."""
    after = raw[:2000].lower().partition(b"charset=")[2][:60].lstrip(b"\"' ")
    return after.replace(b"'", b'"').partition(b'"')[0].partition(b">")[0].strip(b" ;/").decode("latin-1")
