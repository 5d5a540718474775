"""headers: header values -> words, addresses, ids, dates, file names.

text(value) decodes encoded words (RFC 2047) as they are found in the wild; addresses(value) reads an address list (RFC 5322
section 3.4) as it is found in the wild; ids(value) the message ids; moment(value) a date; file_name(part) a name (RFC 2231).
Never raises, linear, pure.  An address never comes out of an encoded word, so that what we read is what an authenticator read.

LIMITS  1000 addresses a field, 1000 ids, comments nested as deep as they like (they are counted, not called).
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from maild.mail.charset import decode, shown
from maild.model.message import Address

ADDRESSES = 1000
IDS = 1000

_WORD_HEAD = re.compile(r"=\?[ \t]?([^\s?]{1,60})[ \t]?\?[ \t]?([bBqQ])[ \t]?\?")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_TOKEN = re.compile(
    r"""(?P<word>=\?[^\s?]{1,60}\?[bBqQ]\?[^?]*+\?=)|(?P<angle><[^<>]*+>)|(?P<quote>")|(?P<open>\()|(?P<stop>[,;:])|(?P<atom>[^"(),;:<=]++|.)""",
    re.S,
)
_ID = re.compile(r"<([^<>]{1,998})>")
_SPACE = re.compile(r"\s+")
_BARE = re.compile(r"[^\s<>@,;:\"()]+@[^\s<>@,;:\"()]+")
_RUN = re.compile(r"[^\s<>()\[\],;:\"\\@]+@[^\s<>()\[\],;:\"\\]*")
_ASIDE = re.compile(r"""=\?[^\s?]{1,60}\?[bBqQ]\?[^?]*+\?=|"(?:[^"\\]|\\.)*+"|\([^()]*+\)""", re.S)
_PAREN = re.compile(r"\\.|[()]", re.S)
_PATH = re.compile(r"^.*[/\\]", re.S)
_PIECE = re.compile(r"^(?:file)?name\*(\d{1,4})?(\*)?$")


def octets_to_text(value: bytes, fallback: str = "cp1252") -> str:
    """A raw field as characters: ASCII, else UTF-8 strictly, else the desk's charset."""
    return value.decode("ascii") if value.isascii() else decode(value, "", fallback)[0]


def text(value: str) -> str:
    """An unstructured value for people: encoded words decoded, one line, no controls."""
    return shown(decoded(value)).strip()


def decoded(value: str) -> str:
    """Encoded words decoded; blanks between two of them vanish (RFC 2047 section 6.2), and octets of neighbours join."""
    if "=?" not in value:
        return value
    out: list[str] = []
    at, pending, charset = 0, b"", ""
    while True:
        match = _WORD_HEAD.search(value, at)
        if match is None:
            break
        end, after = _word_end(value, match.end())
        between = value[at : match.start()]
        octets = _word_octets(match[2], value[match.end() : end])
        name = match[1].partition("*")[0]
        joins = bool(charset) and not between.strip()
        if not (joins and name.lower() == charset.lower()):
            out.append(decode(pending, charset)[0])
            pending = b""
        out.append("" if joins else between)
        pending, charset, at = pending + octets if len(pending) < 998 else octets, name, after
        if len(pending) >= 998:
            out.append(decode(pending, charset)[0])
            pending = b""
    return "".join((*out, decode(pending, charset)[0], value[at:]))


def _word_end(value: str, at: int) -> tuple[int, int]:
    """Where the letters of a word end, and the word; one that was cut off on its way ends at the next word, a blank, or the end."""
    end = value.find("?=", at)
    if end >= 0 and value.find("=?", at, end) < 0:
        return end, end + 2
    stop = value.find("=?", at)
    stop = stop if stop >= 0 and _WORD_HEAD.match(value, stop) else -1
    if stop < 0 and end >= 0:
        return end, end + 2
    blank = _SPACE.search(value, at, stop if stop >= 0 else len(value))
    after = blank.start() if blank else stop if stop >= 0 else len(value)
    return at + len(value[at:after].rstrip("?")), after


def _word_octets(how: str, written: str) -> bytes:
    # Raw octets within an encoded word were read with the 8-bit charset; this gives them back.
    raw = written.encode("cp1252", "replace")
    if how in "qQ":
        return binascii.a2b_qp(raw.replace(b" ", b"_"), header=True)
    return base64(raw)


def base64(raw: bytes) -> bytes:
    """Octets of base64 as found: foreign characters skipped, padding mended, an impossible last character dropped."""
    raw = _NOT_BASE64.sub(b"", raw)
    if len(raw) % 4 == 1:
        raw = raw[:-1]
    return binascii.a2b_base64(raw + b"=" * (-len(raw) % 4))


class _Item:
    """One mailbox while it is read."""

    __slots__ = ("angle", "comments", "words")

    def __init__(self) -> None:
        self.words: list[str] = []
        self.comments: list[str] = []
        self.angle: str | None = None


def addresses(value: str) -> tuple[Address, ...]:
    """The mailboxes of a list, groups opened, at most 1000.  What holds no address is left out."""
    if "(" not in value and '"' not in value and "," not in value:
        simple = _simple(value)
        if simple is not None:
            return (simple,)
    found: list[Address] = []
    item, before = _Item(), ""
    at, quotes, comments = 0, True, True
    while at < len(value) and len(found) < ADDRESSES:
        match = _TOKEN.match(value, at)
        if match is None:
            break
        kind, at = match.lastgroup, match.end()
        if kind == "quote" and quotes:
            inside, at = _quoted(value, at)
            quotes = inside is not None
            item.words.append('"' + inside + '"' if inside is not None else "")
        elif kind == "open" and comments:
            inside, at = _comment(value, at)
            comments = inside is not None
            item.comments.append(inside or "")
        elif kind == "angle":
            item.angle = match.group()[1:-1] if item.angle is None or "@" not in item.angle else item.angle
        elif kind == "stop":
            before = _flush(found, item, before, stop=match.group())
            item = _Item()
        else:
            item.words.append(match.group())
    _flush(found, item, before, stop="")
    return tuple(found[:ADDRESSES])


def readings(value: str) -> int:
    """How many different addresses a program might take for the one that is meant (CVE-2023-27043): what stands in quotes, comments
    and encoded words is none, all else is."""
    if value.count("@") < 2:
        return value.count("@")
    runs = _RUN.findall(_ASIDE.sub(" ", value))
    return len({run.lower() for run in runs}) + any(run.count("@") > 1 for run in runs)


def _simple(value: str) -> Address | None:
    """The usual form, Name <a@b>, without anything that needs the long way."""
    name, bracket, rest = value.partition("<")
    spec, closed, tail = rest.partition(">")
    if not bracket or not closed or tail.strip() or ":" in name or ";" in name or ">" in name:
        return None
    spec = _spec(spec)
    return Address(text(name), spec) if spec else None


def _quoted(value: str, at: int) -> tuple[str | None, int]:
    """What stands in quotes from here, unescaped, and where it ends; (None, same place) when they never close."""
    out: list[str] = []
    start = at
    while (end := value.find('"', at)) >= 0:
        slash = value.find("\\", at, end)
        if slash < 0:
            out.append(value[at:end])
            return "".join(out), end + 1
        out.append(value[at:slash] + value[slash + 1 : slash + 2])
        at = slash + 2
    return None, start


def _comment(value: str, at: int) -> tuple[str | None, int]:
    """The text of a comment from here (RFC 5322 section 3.2.2), nested ones in it; (None, same place) when it never closes."""
    depth = 1
    for match in _PAREN.finditer(value, at):
        depth += {"(": 1, ")": -1}.get(match.group(), 0)
        if depth == 0:
            return value[at : match.start()], match.end()
    return None, at


def _flush(found: list[Address], item: _Item, before: str, *, stop: str) -> str:
    """Add the mailbox that ends here.  Returns words that may belong to the next one: "Nordmann, Kari <k@x>" has one mailbox."""
    phrase = "".join(item.words)
    if stop == ":" and item.angle is None:
        return ""  # the name of a group
    if item.angle is not None:
        spec = _spec(item.angle)
        if spec:
            name = _name(phrase) or (text(item.comments[0]) if item.comments else "")
            found.append(Address(f"{before}, {name}" if before and name else name, spec))
        return ""
    bare = _bare(phrase)
    if bare:
        rest = _name(phrase.replace(bare, " ", 1)) or (text(item.comments[0]) if item.comments else "")
        spec = _spec(bare)
        if spec:
            found.append(Address(rest, spec))
        return ""
    return _name(phrase) if stop == "," and "=?" not in phrase else ""


def _bare(phrase: str) -> str:
    """The address in words without angle brackets; a quoted local part counts, quoted words do not."""
    if "@" not in phrase:
        return ""
    text_only = phrase.strip()
    if text_only.startswith('"') and '"@' in text_only and not _SPACE.search(text_only.rpartition('"@')[2]):
        return text_only
    outside = re.sub(r'"[^"]*+"', " ", phrase)
    match = _BARE.search(outside)
    return match.group() if match and "=?" not in match.group() else ""


def _name(phrase: str) -> str:
    """A display name: quotes off, encoded words decoded."""
    name = phrase.replace('"', "") if '"' in phrase else phrase
    return _SPACE.sub(" ", text(name)).strip(" '<>") if name.strip() else ""


def _spec(written: str) -> str:
    """An addr-spec with its domain in lower case, "" when it is none: exactly what stands there, never decoded."""
    spec = written.strip()
    if spec[:7].lower() == "mailto:":
        spec = spec[7:]
    if spec.startswith("@") and ":" in spec:
        spec = spec.partition(":")[2]  # a source route (RFC 5321 appendix C)
    local, at, domain = spec.rpartition("@")
    if not at or not local.strip() or not domain.strip() or len(spec) > 998:
        return ""
    if not (local.startswith('"') and local.endswith('"') and len(local) > 1):
        local = _SPACE.sub("", local)
    local, domain = shown(local), _SPACE.sub("", shown(domain)).lower().strip(".")
    return f"{local}@{domain}" if local and domain and not any(c in domain for c in '<>()",;@') else ""


def ids(value: str) -> tuple[str, ...]:
    """Message ids with their brackets, in order, without doubles; a bare word with an @ is mended."""
    found = dict.fromkeys(f"<{_SPACE.sub('', shown(inside))}>" for inside in _ID.findall(value)[:IDS] if inside.strip())
    if found:
        return tuple(found)
    bare = value.strip().strip("<>")
    if bare and "@" in bare and not _SPACE.search(bare) and len(bare) <= 998:
        return (f"<{shown(bare)}>",)
    return ()


def moment(value: str) -> datetime | None:
    """A Date field (RFC 5322 section 3.3) or ISO 8601, aware; -0000 and no zone are UTC."""
    short = value[:100].strip()
    if not short:
        return None
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            found = read(short)
            found = found if found.tzinfo else found.replace(tzinfo=UTC)
            found.astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return found
    return None


def file_name(file: dict[str, str], params: dict[str, str], fallback: str = "cp1252") -> str:
    """The name of a part: Content-Disposition first, then Content-Type; RFC 2231, RFC 2047 or raw; no folder, one line."""
    name = (
        _parameter(file, "filename", fallback)
        or _parameter(params, "name", fallback)
        or _parameter(file, "name", fallback)
    )
    return clean_name(name)


def clean_name(name: str) -> str:
    """A file's name without folders, on one line, of at most 255 characters; "" for one that says nothing."""
    last = _PATH.sub("", shown(name).strip()).strip()[:255] if name else ""
    return last if last.strip(". ") else ""


def _parameter(values: dict[str, str], name: str, fallback: str) -> str:
    extended = values.get(f"{name}*")
    if extended is not None:
        return _extended(extended, fallback)
    pieces = [key for key in values if key.startswith(f"{name}*")]
    if pieces:
        return _joined(values, pieces, fallback)
    plain = values.get(name, "")
    raw = octets_to_text(plain.encode("latin-1", "replace"), fallback)
    return decoded(raw) if "=?" in raw else raw


def _extended(value: str, fallback: str) -> str:
    """charset'language'percent-octets (RFC 2231 section 4)."""
    charset, quote, rest = value.partition("'")
    _, second, written = rest.partition("'")
    if not quote or not second:
        charset, written = "", value
    found = decode(unquote_to_bytes(written.encode("latin-1", "replace")), charset, fallback)[0]
    return decoded(found) if "=?" in found else found


def _joined(values: dict[str, str], pieces: Sequence[str], fallback: str) -> str:
    """Continuations (RFC 2231 section 3), in the order of their numbers."""
    numbered = sorted((int(m[1]), bool(m[2]), key) for key in pieces if (m := _PIECE.match(key)) and m[1])
    if not numbered:
        return ""
    charset, octets = "", b""
    chunks: list[bytes] = []
    for index, (_, starred, key) in enumerate(numbered):
        written = values[key]
        if index == 0 and starred and written.count("'") >= 2:
            charset, _, rest = written.partition("'")
            written = rest.partition("'")[2]
        raw = written.encode("latin-1", "replace")
        chunks.append(unquote_to_bytes(raw) if starred else raw)
    octets = b"".join(chunks)
    found = decode(octets, charset, fallback)[0]
    return decoded(found) if "=?" in found else found
