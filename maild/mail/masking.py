"""masking: a person's address and name taken out of what other people wrote, in place.

sought(addresses, names, words) -> Sought        what must not be found any more
occurs(raw, sought) -> bool                      in a whole mail: headers, texts, what is encoded, mails within mails
mask(raw, sought) -> Masked | None               the same mail, octet for octet as long, with asterisks; None: nothing was found
text(value, sought) -> str                       plain text, masked
closed(raw) -> names of the files that cannot be looked into (PDF, archives, pictures ...)

As long as before, because attachments are known by their offsets.  base64 and quoted-printable are decoded, masked and encoded
again; encoded words and parameters of a header field are overwritten whole.  After masking it is looked again: what is still found
(a charset that spells it in its own way) is overwritten with the whole part.
An address is found in any case, with entities (&#64;) and percents (%40); a name as its words, whatever stands between them.
Pure; never raises.

LIMITS  Not found: within compressed files and pictures, spelled with tags or blanks inside an address, in a mail past the limits of
scan.py.  A name of one word is not sought: it would hit others.
"""

from __future__ import annotations

import binascii
import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html.entities import codepoint2name
from urllib.parse import unquote

from maild.mail.charset import decode
from maild.mail.headers import decoded as decoded_words
from maild.mail.headers import octets_to_text
from maild.mail.payload import octets
from maild.mail.scan import Part, scan

MARK = "***"
_STAR = b"*"
DEPTH = 5
_SHORTEST_NAME, _SHORTEST_WORDS, _MOST = 6, 20, 400
_GAP = r"(?:[\s>|*_.,-]|&nbsp;|<[^<>]{0,200}>)+"
_WORD = re.compile(rb"=\?[^?\s]{1,60}\?[bBqQ]\?[^?\r\n]*\?=")
_EXTENDED = re.compile(rb"(\*[0-9]{0,4}\*?=)([^;\r\n]+)")
_ALPHABET = re.compile(rb"[A-Za-z0-9+/]+")
_QP = re.compile(rb"=[0-9A-Fa-f]{2}|=[ \t]*\r?\n|.", re.S)
_FIELD = re.compile(rb"[^\n]*(?:\n[ \t][^\n]*)*(?:\n|$)")
_SOLID = re.compile(rb"[^\s<>]")
# What a program can look into: everything else is a file that only its own program understands.
_OPEN = re.compile(
    r"(?:text|message|multipart)/.*|application/(?:json|xml|rtf|ics|.*\+(?:xml|json)|pgp-.*|pkcs7-signature|x-pkcs7-signature)"
)


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: quick pieces to begin with, then patterns for folded text, for text and for octets as they stand."""

    cores: tuple[str, ...]
    folded: re.Pattern[str]
    written: re.Pattern[str]
    octets: re.Pattern[bytes]
    wide: tuple[re.Pattern[bytes], ...]


@dataclass(frozen=True, slots=True)
class Masked:
    """The mail as it is now, and the spans of the parts that changed."""

    raw: bytes
    spans: tuple[tuple[int, int], ...]


# --- what is sought -----------------------------------------------------------------------------------------------------------


def sought(addresses: Iterable[str], names: Iterable[str] = (), words: Iterable[str] = ()) -> Sought:
    """words: further texts that must go, as they are (lines that he wrote, a telephone number, message ids)."""
    addresses = [a for a in dict.fromkeys(a.lower() for a in addresses) if a]
    # A list's bounce address has it in this form: bounces+ann=acme.example@list.example.
    needles = [(form, False) for a in addresses for form in (a, "=".join(a.rsplit("@", 1)))]
    needles += [(form, True) for name in dict.fromkeys(names) for form in _orders(name)]
    needles += [(word.strip(), True) for word in dict.fromkeys(words) if word.strip()]
    needles = [(_fold(needle), gaps) for needle, gaps in needles][:_MOST]
    if not needles:
        needles = [("\ue000" * 8, False)]
    return Sought(
        tuple(dict.fromkeys(needle.split()[0] if gaps else needle for needle, gaps in needles)),
        re.compile("|".join(_bounded(_pattern(n, gaps, re.escape), n) for n, gaps in needles)),
        re.compile("|".join(_bounded(_pattern(n, gaps, _any_text), n) for n, gaps in needles), re.I),
        re.compile(b"|".join(_octets(n, gaps) for n, gaps in needles), re.I),
        tuple(re.compile(b"|".join(_wide(n, codec) for n, _ in needles)) for codec in ("utf-16-le", "utf-16-be")),
    )


def is_name(name: str) -> bool:
    """Whether a name is sought in others' mails: two words, not too short."""
    return len(name.split()) >= 2 and len(name) >= _SHORTEST_NAME


def lines_of(value: str, most: int = 100) -> list[str]:
    """The lines of a text that are long enough to be nobody else's."""
    lines = (line.strip(" \t>|") for line in value.split("\n"))
    return list(dict.fromkeys(line[:400] for line in lines if len(line) >= _SHORTEST_WORDS and len(line.split()) >= 3))[
        :most
    ]


def _orders(name: str) -> Iterator[str]:
    parts = name.replace(",", " ").split()
    if is_name(" ".join(parts)):
        yield " ".join(parts)
        yield " ".join([parts[-1], *parts[:-1]])


def _fold(value: str) -> str:
    return unicodedata.normalize("NFC", value.casefold())


def _pattern(needle: str, gaps: bool, spell: Callable[[str], str]) -> str:
    words = needle.split() if gaps else [needle]
    return _GAP.join("".join(map(spell, word)) for word in words)


def _bounded(pattern: str, needle: str) -> str:
    """Not within a longer word or address: joann@acme.example is somebody else."""
    before = "" if "@" not in needle else r"(?<![^\W_][.+-])"
    return rf"(?<![^\W_]){before}{pattern}(?![^\W_]|-[^\W_])"


def _entities(c: str) -> list[str]:
    named = codepoint2name.get(ord(c))
    percents = "".join(f"%{octet:02x}" for octet in c.encode("utf-8"))
    return [f"&#0*{ord(c)};", f"&#x0*{ord(c):x};", *([f"&{named};"] if named else []), percents]


def _any_text(c: str) -> str:
    both = dict.fromkeys((c, c.upper(), unicodedata.normalize("NFD", c)))
    return "(?:" + "|".join([*(re.escape(x) for x in both), *_entities(c)]) + ")"


def _octets(needle: str, gaps: bool) -> bytes:
    gap = rb"(?:[\s>|*_.,-]|\xa0|\xc2\xa0|&nbsp;|&#160;|<[^<>]{0,200}>)+"
    words = needle.split() if gaps else [needle]
    found = gap.join(b"".join(map(_any_octets, word)) for word in words)
    # Letters beyond ASCII are octets from 0x80 on, in whatever charset.
    before = rb"(?<![A-Za-z0-9])" + (rb"(?<![A-Za-z0-9][.+-])" if "@" in needle else b"")
    return before + found + rb"(?![A-Za-z0-9]|-[A-Za-z0-9])"


def _any_octets(c: str) -> bytes:
    if c.isascii() and c.isalpha():
        return f"(?:{c}|&#0*{ord(c)};|&#x0*{ord(c):x};)".encode()
    forms: dict[bytes, None] = {}
    for letter in dict.fromkeys((c, c.upper(), unicodedata.normalize("NFD", c))):
        for codec in ("utf-8", "cp1252", "cp1250", "iso8859_2", "mac_roman", "cp865"):
            try:
                forms[re.escape(letter.encode(codec))] = None
            except UnicodeEncodeError:
                continue
    return b"(?:" + b"|".join([*forms, *(e.encode() for e in _entities(c))]) + b")"


def _wide(needle: str, codec: str) -> bytes:
    return b"".join(
        b"(?:" + b"|".join(re.escape(x.encode(codec)) for x in dict.fromkeys((c, c.upper()))) + b")" for c in needle
    )


# --- looking and masking texts --------------------------------------------------------------------------------------------------


def says(value: str, what: Sought) -> bool:
    """Whether a text holds it, however it is spelled."""
    folded = _fold(value)
    if _hit(folded, what):
        return True
    if "&" in folded and _hit(_fold(html.unescape(folded)), what):
        return True
    return "%" in folded and _hit(_fold(unquote(folded)), what)


def _hit(folded: str, what: Sought) -> bool:
    return any(core in folded for core in what.cores) and what.folded.search(folded) is not None


def text(value: str, what: Sought) -> str:
    """A text with marks in the place of what is sought; all of it a mark if that does not help."""
    if not says(value, what):
        return value
    masked = what.written.sub(MARK, unicodedata.normalize("NFC", value))
    return MARK if says(masked, what) else masked


def occurs(raw: bytes, what: Sought) -> bool:
    """Whether a mail holds it anywhere that we can look."""
    return any(True for _ in _found(raw, what, 0))


def _found(raw: bytes, what: Sought, depth: int) -> Iterator[Part | tuple[int, int]]:
    """The leaves and the spans between them in which it is."""
    seen = scan(raw)
    leaves = list(_leaves(seen.root))
    for start, end in _between(leaves, len(raw)):
        if _in_fields(raw[start:end], what):
            yield start, end
    for leaf in leaves:
        if _in_octets(octets(seen.octets, leaf.start, leaf.end, leaf.encoding), leaf, what, depth):
            yield leaf


def _leaves(part: Part) -> Iterator[Part]:
    if part.children:
        for child in part.children:
            yield from _leaves(child)
        return
    yield part


def _between(leaves: Sequence[Part], size: int) -> Iterator[tuple[int, int]]:
    """Headers, delimiters, and what stands before the first and behind the last part."""
    at = 0
    for leaf in sorted(leaves, key=lambda leaf: leaf.start):
        if leaf.start > at:
            yield at, leaf.start
        at = max(at, leaf.end)
    if at < size:
        yield at, size


def _in_fields(block: bytes, what: Sought) -> bool:
    return any(_in_field(match[0], what) for match in _FIELD.finditer(block) if match[0])


def _in_field(field: bytes, what: Sought) -> bool:
    shown = octets_to_text(field.replace(b"\r", b"").replace(b"\n", b""))
    if says(shown, what) or ("=?" in shown and says(decoded_words(shown), what)):
        return True
    # A value in numbered pieces (RFC 2231 section 3): name*0*=...; name*1*=...
    return "*" in shown and says(
        unquote("".join(piece for _, piece in re.findall(r"(\*\d{0,4}\*?=)([^;]+);?\s*", shown))), what
    )


def _in_octets(found: bytes, leaf: Part, what: Sought, depth: int) -> bool:
    if _is_mail(leaf) and depth < DEPTH:
        return any(True for _ in _found(found, what, depth + 1))
    if leaf.type.startswith("text/") and says(decode(found, leaf.params.get("charset", ""))[0], what):
        return True
    if says(found.decode("latin-1"), what):
        return True
    return b"\0" in found and any(wide.search(found) for wide in what.wide)


def _is_mail(leaf: Part) -> bool:
    return leaf.type in ("message/rfc822", "message/global", "text/rfc822-headers", "message/partial")


# --- masking a mail -------------------------------------------------------------------------------------------------------------


def mask(raw: bytes, what: Sought) -> Masked | None:
    """The mail without it."""
    return _mask(raw, what, 0)


def _mask(raw: bytes, what: Sought, depth: int) -> Masked | None:
    found = list(_found(raw, what, depth))
    if not found:
        return None
    made, spans = bytearray(raw), []
    for place in found:
        if isinstance(place, tuple):
            start, end = place
            made[start:end] = b"".join(_field(match[0], what) for match in _FIELD.finditer(raw[start:end]))
        else:
            start, end = place.start, place.end
            made[start:end] = _body(raw[start:end], place, what, depth)
        spans.append((start, end))
    return Masked(bytes(made), tuple(spans))


def _stars(match: re.Match[bytes]) -> bytes:
    return _SOLID.sub(_STAR, match[0])


def _field(field: bytes, what: Sought) -> bytes:
    """A header field (or any line): what stands openly first, then the encoded words, at last the whole value."""
    if not _in_field(field, what):
        return field
    name, colon, value = field.partition(b":")
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: what.octets.sub(_stars, field),
        lambda: _WORD.sub(lambda m: _STAR * len(m[0]), what.octets.sub(_stars, field)),
        lambda: _EXTENDED.sub(lambda m: m[1] + _SOLID.sub(_STAR, m[2]), _WORD.sub(_stars, field)),
        lambda: name + colon + _SOLID.sub(_STAR, value) if colon else _SOLID.sub(_STAR, field),
    )
    masked = (way() for way in ways)
    return next((one for one in masked if not _in_field(one, what)), _SOLID.sub(_STAR, field))


def _body(body: bytes, leaf: Part, what: Sought, depth: int) -> bytes:
    """A part's body as long as before."""
    found = octets(body, 0, len(body), leaf.encoding)
    made = _inner(found, leaf, what, depth)
    again = _encode(body, found, made, leaf.encoding)
    if again is not None:
        return again
    return _SOLID.sub(_STAR, body)


def _inner(found: bytes, leaf: Part, what: Sought, depth: int) -> bytes:
    """The decoded octets without it."""
    if _is_mail(leaf) and depth < DEPTH:
        masked = _mask(found, what, depth + 1)
        return masked.raw if masked else found
    made = what.octets.sub(_stars, found)
    for wide in what.wide if b"\0" in made else ():
        made = wide.sub(lambda m: bytes(0x2A if octet else 0 for octet in m[0]), made)
    return _SOLID.sub(_STAR, found) if _in_octets(made, leaf, what, depth) else made


def _encode(body: bytes, before: bytes, after: bytes, encoding: str) -> bytes | None:
    """The octets encoded into the place they came from; None when that cannot be done."""
    if before == body:
        return after
    if encoding == "base64":
        made = _base64(body, after)
    elif encoding == "quoted-printable":
        made = _quoted(body, before, after)
    else:
        return None
    return made if made is not None and octets(made, 0, len(made), encoding) == after else None


def _base64(body: bytes, after: bytes) -> bytes | None:
    letters = binascii.b2a_base64(after, newline=False).rstrip(b"=")
    at = 0

    def next_letters(match: re.Match[bytes]) -> bytes:
        nonlocal at
        at += len(match[0])
        return letters[at - len(match[0]) : at]

    made = _ALPHABET.sub(next_letters, body)
    return made if at == len(letters) and len(made) == len(body) else None


def _quoted(body: bytes, before: bytes, after: bytes) -> bytes | None:
    """Each octet where it was: written as =XX where it was written so."""
    made: list[bytes] = []
    at = 0
    for match in _QP.finditer(body):
        piece = match[0]
        if piece[:1] == b"=" and len(piece) > 1 and piece[-1:] == b"\n":
            made.append(piece)
            continue
        if at >= len(before):
            made.append(piece)  # blanks at a line's end, which decoding drops
            continue
        changed = before[at] != after[at]
        made.append(piece if not changed else after[at : at + 1] if len(piece) == 1 else b"=%02X" % after[at])
        at += 1
    return b"".join(made) if at == len(before) else None


# --- what cannot be looked into -------------------------------------------------------------------------------------------------


def closed(raw: bytes) -> tuple[str, ...]:
    """The types of the parts that nobody can search for a name but in their own program."""
    return tuple(leaf.type for leaf in _leaves(scan(raw).root) if not _OPEN.fullmatch(leaf.type))
