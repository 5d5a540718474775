"""assembly: the whole mail from its pieces, and the oracle that reads it back.

assemble(head, text, parts) -> mail, the same octets at every attempt; faults(mail, meant) -> what is wrong with it, [] if nothing.
The boundary comes from the head, which holds signed words of ours: nobody can have written it into the text.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import getaddresses
from itertools import pairwise
from urllib.parse import quote

from maild.mail import dress, encode
from maild.model.message import Attachment
from maild.model.plan import Part, Written

LONGEST_LINE = 998
_NAME = 150
_SEGMENT = 60
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,80}")
_CONTENT_ID = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.@-]{1,200}")
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_TOKEN = re.compile(r"[A-Za-z0-9_.-]+")
_SPEC = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+"
# RFC 5322 section 3.4 in its plainest: an addr-spec, or a phrase of atoms or one quoted string and an addr-spec in brackets.
_ONE_ADDRESS = re.compile(rf'(?:"[^"\\]*"|[A-Za-z0-9!#$%&\'*+/=?^_`{{|}}~ -]+) <({_SPEC})>|({_SPEC})')
_ONCE = ("from", "to", "reply-to", "subject", "date", "message-id", "mime-version", "content-type")
_MAY = frozenset(
    {
        *_ONCE, "in-reply-to", "references", "thread-topic", "thread-index", "auto-submitted", "x-auto-response-suppress", "x-maild-case",
        "x-maild-kind", "x-maild-reason", "content-transfer-encoding", "content-language", "importance", "x-priority",
    }
)  # fmt: skip
_PART_MAY = frozenset(
    {"content-type", "content-transfer-encoding", "content-disposition", "content-id", "content-language"}
)
_BOUNDARY = re.compile(rb'^Content-Type: multipart/mixed; boundary="([^"\r\n]+)"', re.M)
_EMPTY_LINE = b"\r\n\r\n"
_ALTERNATIVE = re.compile(rb'^Content-Type: multipart/alternative; boundary="([^"\r\n]+)"', re.M)


def alternatives(head: bytes, plain: bytes, page: bytes) -> bytes:
    """The first part of a letter that says the same twice (RFC 2046 section 5.1.4): the plainest first.  Each with its Content-* fields."""
    boundary = _alternative(head)
    pieces = [b'Content-Type: multipart/alternative; boundary="', boundary, b'"\r\n\r\n']
    for piece in (plain, page):
        pieces += [b"--", boundary, b"\r\n", piece, b"\r\n"]
    return b"".join([*pieces, b"--", boundary, b"--\r\n"])


def _alternative(head: bytes) -> bytes:
    return b"=_" + hashlib.sha256(b"alternative" + head).hexdigest()[:32].encode("ascii")


@dataclass(frozen=True, slots=True)
class AsSent:
    """A file in clean base64 lines, as mail/payload.as_sent found it: megabytes that need not be decoded and encoded again."""

    base64: bytes


def assemble(written_head: bytes, text: bytes, parts: Sequence[tuple[Part, bytes | AsSent]]) -> bytes:
    """The letter: a text, or multipart/mixed with its files.  parts: each with its decoded octets, or in base64 as it came."""
    if not parts:
        return written_head + text
    boundary = b"=_" + hashlib.sha256(written_head).hexdigest()[:32].encode("ascii")
    pieces = [
        written_head,
        b'Content-Type: multipart/mixed; boundary="',
        boundary,
        b'"\r\n\r\n--',
        boundary,
        b"\r\n",
        text,
    ]
    for part, given in parts:
        octets = b"" if isinstance(given, AsSent) else given
        lines = given.base64 + b"\r\n" if isinstance(given, AsSent) else encode.base64_lines(octets)
        pieces += (b"\r\n--", boundary, b"\r\n", _part_head(part.attachment, octets), lines)
    return b"".join([*pieces, b"\r\n--", boundary, b"--\r\n"])


def _part_head(attachment: Attachment, octets: bytes) -> bytes:
    kind = _type(attachment.type.lower())
    # The part's own charset is not known; a text that is UTF-8 is very likely meant so.
    charset = "; charset=utf-8" if kind.startswith("text/") and _is_utf8(octets) else ""
    rows = [f"Content-Type: {kind}{charset}", "Content-Transfer-Encoding: base64", _disposition(attachment)]
    content_id = attachment.content_id.strip("<> ")
    if _CONTENT_ID.fullmatch(content_id):
        rows.append(f"Content-ID: <{content_id}>")
    return ("\r\n".join(rows) + "\r\n\r\n").encode("ascii")


def _type(kind: str) -> str:
    # RFC 2046 section 5.2.1 and 5.1: message and multipart may not be base64; as octets under its name it arrives unharmed.
    if not _TYPE.fullmatch(kind) or kind.startswith(("message/", "multipart/")):
        return "application/octet-stream"
    return kind


def _is_utf8(octets: bytes) -> bool:
    try:
        return bool(octets.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _disposition(attachment: Attachment) -> str:
    """The file's name in ASCII, else by RFC 2231: percent encoded, in segments where it is long."""
    name = file_name(attachment.name)
    how = "inline" if attachment.inline else "attachment"
    if not name:
        return f"Content-Disposition: {how}"
    if _TOKEN.fullmatch(name) and len(name) <= _SEGMENT:
        return f'Content-Disposition: {how}; filename="{name}"'
    segments = _segments(name)
    if len(segments) == 1:
        return f"Content-Disposition: {how};\r\n filename*={segments[0]}"
    return ";\r\n ".join(
        [f"Content-Disposition: {how}", *(f"filename*{n}*={segment}" for n, segment in enumerate(segments))]
    )


def file_name(value: str) -> str:
    """One line of at most 150 characters that is no path; a long name keeps its ending, which says what opens it."""
    name = encode.one_line(value, 1000).replace("/", "_").replace("\\", "_")
    if len(name) <= _NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    tail = f"…{dot}{ending}" if stem and len(ending) <= 10 else "…"
    return name[: _NAME - len(tail)].rstrip() + tail


def _segments(name: str) -> list[str]:
    """RFC 2231 section 4.1; a character's octets stay together, for readers that decode each segment by itself."""
    segments = ["utf-8''"]
    for char in name:
        coded = quote(char, safe="", errors="replace")
        if len(segments[-1]) + len(coded) > _SEGMENT:
            segments.append("")
        segments[-1] += coded
    return segments


# --- the oracle -------------------------------------------------------------------------------------------------------


def faults(raw: bytes, meant: Written) -> list[str]:
    """What is wrong with a letter as another program reads it; [] when it says what was meant and nothing else."""
    return [*_line_faults(raw), *_header_faults(raw, meant), *_part_faults(raw, meant), *_alternative_faults(raw)]


def _line_faults(raw: bytes) -> Iterator[str]:
    rows = raw.split(b"\r\n")
    if len(rows) - 1 != raw.count(b"\n") or len(rows) - 1 != raw.count(b"\r"):
        yield "a bare CR or LF"
    if b"\0" in raw:
        yield "a NUL"
    if max(map(len, rows)) > LONGEST_LINE:
        yield "a line of more than 998 octets"


def _header_faults(raw: bytes, meant: Written) -> Iterator[str]:
    fields, unreadable = _fields(raw.partition(b"\r\n\r\n")[0])
    if unreadable:
        yield "a header that cannot be read"
    names = [name for name, _ in fields]
    if len(set(names)) < len(names) or not _MAY.issuperset(names):
        odd = {encode.one_line(name, 60) for name in names if name not in _MAY or names.count(name) > 1}
        yield f"a header too many: {', '.join(sorted(odd))}"
    values = dict(fields)
    yield from (f"no {name}" for name in _ONCE if name not in values)
    for name in ("from", "to", "reply-to"):
        found = _addresses(values.get(name, ""))
        if len(found) != 1 or not found[0]:
            yield f"{name} is not one address"
        elif name == "to" and found[0] != meant.recipient:
            yield "to is another than the recipient"
    if values.get("message-id") != meant.message_id:
        yield "another message-id"


def _part_faults(raw: bytes, meant: Written) -> Iterator[str]:
    """Whether the boundary cuts the letter into its text and its files, and each of these says only what it is."""
    head, _, body = raw.partition(b"\r\n\r\n")
    boundary = _BOUNDARY.search(head)
    if boundary is None:
        return
    pieces = body.split(b"--" + boundary[1])
    if len(pieces) != len(meant.parts) + 3 or pieces[0] or pieces[-1] != b"--\r\n":
        yield "a part too many or too few"
    for piece in pieces[1:-1]:
        fields, unreadable = _fields(piece[2:].partition(b"\r\n\r\n")[0])
        names = [name for name, _ in fields]
        if unreadable or len(set(names)) < len(names) or not _PART_MAY.issuperset(names):
            yield "a part with a header that is not its own"


def _alternative_faults(raw: bytes) -> Iterator[str]:
    """Whether the page beside the text is a part of its own and says the same words."""
    # Looked at where it lies: a letter's files may be many megabytes, and none of them is copied for this.
    end = raw.find(_EMPTY_LINE)
    head = raw[:end] if end >= 0 else raw
    # A letter has it as its only part, or as the first of a mixed one; elsewhere it would be somebody's words.
    body = end + len(_EMPTY_LINE) if end >= 0 else len(raw)
    stop = raw.find(_EMPTY_LINE, body)
    first = raw[body : stop if stop >= 0 else len(raw)] if _BOUNDARY.search(head) else head
    boundary = _ALTERNATIVE.search(first)
    if boundary is None:
        return
    mark = b"--" + boundary[1]
    at = list(_places(mark, raw))
    if len(at) != 3 or not raw.startswith(b"--\r\n", at[2] + len(mark)):
        yield "an alternative too many or too few"
        return
    pieces = (raw[start + len(mark) : stop] for start, stop in pairwise(at))
    plain, page = (_decoded(piece[2:].removesuffix(b"\r\n")) for piece in pieces)
    if not dress.says_the_same(page, plain):
        yield "a page that says other than its text"


def _places(mark: bytes, raw: bytes) -> Iterator[int]:
    """Where a letter has its boundary.  Each letter has one of its own, so a pattern would be compiled for each."""
    at = raw.find(mark)
    while at >= 0:
        yield at
        at = raw.find(mark, at + len(mark))


def _decoded(part: bytes) -> str:
    """The words of a part; the two encodings that encode.text_part uses beside none."""
    head, _, body = part.partition(b"\r\n\r\n")
    if b"Encoding: base64" in head:
        body = binascii.a2b_base64(body)
    elif b"Encoding: quoted-printable" in head:
        body = binascii.a2b_qp(body)
    return body.decode("utf-8", "replace")


def _addresses(value: str) -> list[str]:
    """The addr-specs of a field.  A value of the plain shape can be read in one way only; of others Python's parser judges."""
    plain = _ONE_ADDRESS.fullmatch(value)
    return [plain[1] or plain[2]] if plain else [address for _, address in getaddresses([value])]


def _fields(head: bytes) -> tuple[list[tuple[str, str]], bool]:
    """(lower-case name, unfolded value) of each field, and whether a line is none of them (RFC 5322 section 2.2)."""
    fields: list[tuple[str, str]] = []
    unreadable = False
    for row in head.decode("utf-8", "replace").split("\r\n"):
        if row[:1] in (" ", "\t") and fields and row.strip():
            name, value = fields[-1]
            fields[-1] = (name, f"{value} {row.strip()}")
            continue
        name, colon, value = row.partition(":")
        unreadable = unreadable or not colon or not _FIELD.fullmatch(name)
        fields.append((name.lower(), value.strip()))
    return fields, unreadable
