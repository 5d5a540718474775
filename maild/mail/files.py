"""files: parts that are no text -> attachments, each with a name and its place in the mail.

attachment(raw, part, name, html) -> Attachment; winmail(...) -> what a winmail.dat holds, as attachments and text;
from_text(raw, part, text) -> (the text without what is uuencoded in it, those files).  Pure, linear, never raises.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from maild.mail import rtf, tnef
from maild.mail.charset import decode
from maild.mail.headers import clean_name, ids, octets_to_text, text
from maild.mail.payload import octets, uuencoded, within
from maild.mail.scan import Part, scan_head
from maild.model.message import Attachment

_NAMES = {
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
_MAILS = ("message/rfc822", "message/global")
_WINMAIL = ("application/ms-tnef", "application/vnd.ms-tnef")
_KINDS = {
    "pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "txt": "text/plain",
    "htm": "text/html", "html": "text/html", "csv": "text/csv", "zip": "application/zip", "ics": "text/calendar",
    "doc": "application/msword", "xls": "application/vnd.ms-excel", "eml": "message/rfc822",
}  # fmt: skip
# What a winmail.dat may say of a file; letters write it into a header.
_KIND = re.compile(r"(?:application|image|text|audio|video|font|model)/[a-z0-9][a-z0-9.+_-]{0,80}")
_NOT_IN_NAMES = dict.fromkeys(map(ord, '/\\:*?"<>|'), " ")


@dataclass(frozen=True, slots=True)
class Winmail:
    """The content of a winmail.dat, which stands in its place."""

    attachments: list[Attachment]
    text: str
    html: str
    defects: list[str]


def named(raw: bytes, part: Part, charset: str) -> str:
    """A name for a part that has none, so that people know it and can save it; "" when its type says nothing either."""
    if part.type in _MAILS:
        return _subject(raw, part, charset) + ".eml"
    major, _, minor = part.type.partition("/")
    pictured = f"{major}.{minor}" if major in ("image", "audio", "video") and minor.isalnum() else ""
    return _NAMES.get(part.type, pictured)


def _subject(raw: bytes, part: Part, charset: str) -> str:
    """What a mail within a mail is about."""
    start = octets(raw, part.start, min(part.end, part.start + 20_000), part.encoding)
    subject = text(octets_to_text(scan_head(start).root.field("subject"), charset))
    return " ".join(subject.translate(_NOT_IN_NAMES).split())[:80].strip(" .") or "message"


def attachment(raw: bytes, part: Part, name: str, html: str | None) -> Attachment:
    """A part as an attachment; inline when the page shows it."""
    decoded = octets(raw, part.start, part.end, part.encoding)
    cid = next(iter(ids(part.field("content-id").decode("latin-1"))), "").strip("<>")
    inline = _shown(cid, html) or (part.disposition == "inline" and part.type.startswith("image/"))
    kind = "application/octet-stream" if part.opaque else part.type
    return Attachment(name, kind, len(decoded), _digest(decoded), inline, part.start, part.end, part.encoding, cid)


def _shown(cid: str, html: str | None) -> bool:
    return bool(cid) and html is not None and f"cid:{cid}" in html


def _digest(decoded: bytes) -> str:
    return hashlib.sha256(decoded).hexdigest()


def is_winmail(part: Part, name: str) -> bool:
    """Whether Outlook wrote it; relays that do not know the type leave only the name."""
    return part.type in _WINMAIL or name.lower() in ("winmail.dat", "win.dat")


def winmail(raw: bytes, part: Part) -> Winmail | None:
    """What is in a winmail.dat; None when it cannot be read."""
    decoded = octets(raw, part.start, part.end, part.encoding)
    found = tnef.unpack(decoded)
    if found is None:
        return None
    said, html = found.text, found.html
    if not said.strip() and not html.strip() and found.rtf:
        said, html = rtf.read(rtf.expand(found.rtf))
    if found.defects and not found.files and not said.strip() and not html.strip():
        return None
    inner = [_inner(part, decoded, one, html) for one in found.files]
    return Winmail(inner, said, html, list(dict.fromkeys(found.defects)))


def _inner(part: Part, decoded: bytes, one: tnef.File, html: str) -> Attachment:
    subject = one.name.translate(_NOT_IN_NAMES) if one.type in _WINMAIL else one.name
    file, name = decoded[one.start : one.end], clean_name(subject)
    kind = (
        one.type
        if _KIND.fullmatch(one.type)
        else _KINDS.get(name.rpartition(".")[2].lower(), "application/octet-stream")
    )
    place = within(part.encoding, one.start, one.end)
    inline = _shown(one.content_id, html)
    return Attachment(name, kind, len(file), _digest(file), inline, part.start, part.end, place, one.content_id)


def from_text(part: Part, decoded: bytes, charset: str) -> tuple[bytes, list[Attachment]]:
    """A text without the files uuencoded in it, and those files."""
    found = uuencoded(decoded)
    pieces, files, at = [], [], 0
    for one in found:
        pieces.append(decoded[at : one.start])
        at = one.end
        name = clean_name(decode(one.name.encode("latin-1"), "", charset)[0])
        kind, size, digest = "application/octet-stream", len(one.octets), _digest(one.octets)
        if part.encoding in ("base64", "quoted-printable"):
            start, end, place = part.start, part.end, within(part.encoding, one.start, one.end, "x-uuencode")
        else:
            start, end, place = part.start + one.start, part.start + one.end, "x-uuencode"
        files.append(Attachment(name, kind, size, digest, False, start, end, place))
    return b"".join((*pieces, decoded[at:])), files
