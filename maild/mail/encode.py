"""encode: words to the octets of a mail.  By hand, since email.message takes ten times as long; the tests hold it against that.

header(name, value), mailbox(name, display, address), ids(name, values) -> one folded header field with CRLF.
text_part(text, language) -> Content-* fields, an empty line, the encoded text.
one_line(value), lines(text) -> what may stand in a header, in a text: no control or direction characters, no lone surrogates.
Pure and total: whatever the value, a field is one field (RFC 5322), its words are at most 75 characters (RFC 2047).
LIMITS  Values are cut by the caller; a single ASCII word is never folded, so it must stay well below 998 octets.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Sequence

FOLD = 76
_CRLF = "\r\n"
# C0 and C1 controls, line and paragraph separators, direction overrides (RFC 8264 calls them a spoofing risk), surrogates.
_BAD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_CONTROLS = bytes([*range(9), *range(11, 32), 127])
_BAD_OCTETS = re.compile(rb"\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]|\xe2\x81[\xa6-\xa9]")
_BREAKS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_DOT_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+")
_HOST = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*|\[[A-Za-z0-9.:]+\]")


# --- clean words ------------------------------------------------------------------------------------------------------


def one_line(value: object, limit: int = 200) -> str:
    """The value as one line of at most `limit` characters, every run of white space one space."""
    text = str(value)
    if text.isprintable():
        if len(text) <= limit and "  " not in text and text == text.strip():
            return text
    else:
        text = _BAD.sub(" ", text)
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def lines(text: str) -> str:
    """The text with LF line ends and nothing invisible that could deceive."""
    if _is_clean(text):
        return text
    text = _BREAKS.sub("\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _BAD.sub("", text)


def _is_clean(text: str) -> bool:
    """Whether _BAD would find nothing, by octets: five times as fast as asking each character of 10 kB."""
    try:
        octets = text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    if len(octets.translate(None, _CONTROLS)) < len(octets):
        return False
    return not ((b"\xc2" in octets or b"\xe2" in octets) and _BAD_OCTETS.search(octets))


# --- header fields ----------------------------------------------------------------------------------------------------


def header(name: str, value: str) -> bytes:
    """An unstructured field; value must be one_line's."""
    return _fold(name, list(_atoms(value.split(), len(name) + 2)))


def mailbox(name: str, display: str, address: str) -> bytes:
    """A field with one mailbox; display must be one_line's and address clean_address's."""
    words = _phrase(display, len(name) + 2) if display else []
    return _fold(name, [*words, f"<{address}>" if words else address])


def ids(name: str, values: Sequence[str]) -> bytes:
    """A field of message ids, one on a line."""
    return _fold(name, values, 1)


def _fold(name: str, atoms: Sequence[str], width: int = FOLD) -> bytes:
    """The atoms with single spaces, a line end before the one that would not fit; the first stays beside the name."""
    rows: list[str] = []
    row = f"{name}:"
    for number, atom in enumerate(atoms):
        if number and len(row) + 1 + len(atom) > width:
            rows.append(row)
            row = ""
        row += f" {atom}"
    rows.append(row)
    return (_CRLF.join(rows) + _CRLF).encode("utf-8", "replace")


def _phrase(display: str, column: int) -> list[str]:
    """A display name (RFC 5322 section 3.2.5): atoms, a quoted string, or encoded words."""
    if not _is_plain(display):
        return list(_encoded(display, column))
    if _ATOMS.fullmatch(display):
        return [display]
    escaped = display.replace("\\", "\\\\").replace('"', '\\"')
    return [f'"{escaped}"']


def _is_plain(word: str) -> bool:
    # What looks like an encoded word is encoded, so that nobody decodes it a second time.
    return word.isascii() and "=?" not in word


def _atoms(words: Sequence[str], column: int) -> Iterator[str]:
    """Plain words as they are; from the first to the last that is not plain, encoded words."""
    odd = [number for number, word in enumerate(words) if not _is_plain(word)]
    if not odd:
        yield from words
        return
    before, after = words[: odd[0]], words[odd[-1] + 1 :]
    yield from before
    column += sum(len(word) + 1 for word in before)
    yield from _encoded(" ".join(words[odd[0] : odd[-1] + 1]), column % FOLD)
    yield from after


class _Quoted(dict[str, str]):
    """A character in the Q encoding, of the set that is safe in phrases too (RFC 2047 section 5)."""

    def __missing__(self, char: str) -> str:
        safe = char.isascii() and (char.isalnum() or char in "!*+-/")
        word = (
            "_"
            if char == " "
            else char
            if safe
            else "".join(f"={octet:02X}" for octet in char.encode("utf-8", "replace"))
        )
        if len(self) < 4096:
            self[char] = word
        return word


_QUOTED = _Quoted()


def _encoded(text: str, column: int) -> Iterator[str]:
    """Encoded words of whole characters (RFC 2047 section 2: at most 75 characters a word, 76 a line)."""
    pieces = [_QUOTED[char] for char in text]
    if sum(map(len, pieces)) > 2.5 * len(text.encode("utf-8", "replace")):
        yield from _in_base64(text, column)
        return
    row, room = "", _room(column)
    for piece in pieces:
        if len(row) + len(piece) > room:
            yield f"=?utf-8?q?{row}?="
            row, room = "", _room(0)
        row += piece
    yield f"=?utf-8?q?{row}?="


def _in_base64(text: str, column: int) -> Iterator[str]:
    row, room = b"", _room(column) // 4 * 3
    for char in text:
        octets = char.encode("utf-8", "replace")
        if len(row) + len(octets) > room:
            yield _base64_word(row)
            row, room = b"", _room(0) // 4 * 3
        row += octets
    yield _base64_word(row)


def _base64_word(octets: bytes) -> str:
    return f"=?utf-8?b?{binascii.b2a_base64(octets, newline=False).decode('ascii')}?="


def _room(column: int) -> int:
    """Characters left for an encoded word's text on a line of which `column` are taken."""
    left = FOLD - 1 - len("=?utf-8?q??=") - column
    return left if left >= 16 else FOLD - 1 - len("=?utf-8?q??=")


# --- addresses --------------------------------------------------------------------------------------------------------


def clean_address(value: str) -> str:
    """An addr-spec that can stand between angle brackets and in an envelope; "" when nothing can be made of it."""
    local, at, host = one_line(value, 320).rpartition("@")
    host = host if host.isascii() else _a_labels(host)
    if not at or not local or not _HOST.fullmatch(host):
        return ""
    bare = (
        local[1:-1].replace('\\"', '"').replace("\\\\", "\\")
        if local[0] == local[-1] == '"' and len(local) > 2
        else local
    )
    if _DOT_ATOM.fullmatch(bare):
        return f"{bare}@{host}"
    if not bare.isascii():
        # SMTPUTF8 (RFC 6531).  Never mended by leaving something out: that would be another mailbox.
        return "" if set(bare) & _SPECIALS else f"{bare}@{host}"
    escaped = bare.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"@{host}'


# Letters that people write with here; a Cyrillic a in a domain is another domain that looks the same (RFC 5890 section 4.4).
_FAMILIAR = re.compile(r"[!-~À-ÖØ-öø-İĲ-ľŁ-ňŊ-ž]*")


def legible(address: str) -> str:
    """An address for people to read: a domain that could be taken for another one as DNS knows it.  A name stays as it is."""
    local, at, host = address.rpartition("@")
    return address if not at or _FAMILIAR.fullmatch(host) else f"{local}@{_a_labels(host) or '?'}"


_SPECIALS = frozenset('<>()[]\\,;:@" ')


def _a_labels(host: str) -> str:
    """The domain as DNS knows it (RFC 5890)."""
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


# --- the text ---------------------------------------------------------------------------------------------------------


def text_part(text: str, language: str, kind: str = "plain") -> bytes:
    """A part of words: its Content-* fields, an empty line and the encoded text, CRLF throughout."""
    # The C function takes the line ends of its soft breaks from the first line end it sees: there must be one.
    text = text if text.endswith("\n") else text + "\n"
    octets = text.replace("\n", _CRLF).encode("utf-8", "replace")
    encoding, body = _transfer(octets)
    head = f'Content-Type: text/{kind}; charset="utf-8"' + _CRLF + f"Content-Transfer-Encoding: {encoding}" + _CRLF
    if language.isascii() and language.isalpha():
        head += f"Content-Language: {language}" + _CRLF
    return head.encode("ascii") + b"\r\n" + body


def _transfer(octets: bytes) -> tuple[str, bytes]:
    """As it is where it is plain; else quoted-printable, which people can read in the source, or base64 where that is shorter."""
    from_line = b"\nFrom " in octets or octets.startswith(b"From ")
    if octets.isascii() and not from_line and max(map(len, octets.split(b"\r\n"))) <= 998:
        return "7bit", octets
    quoted = binascii.b2a_qp(octets, istext=True)
    if len(quoted) > 1.5 * len(octets) + 100:
        return "base64", base64_lines(octets)
    # A mailbox file would put ">" before it.
    quoted = quoted.replace(b"\nFrom ", b"\n=46rom ") if from_line else quoted
    return "quoted-printable", b"=46" + quoted[1:] if quoted.startswith(b"From ") else quoted


def base64_lines(octets: bytes) -> bytes:
    """Base64 in lines of 76 characters (RFC 2045 section 6.8), each with its CRLF."""
    whole = binascii.b2a_base64(octets, newline=False)
    rows = [whole[at : at + FOLD] for at in range(0, len(whole), FOLD)]
    return b"\r\n".join([*rows, b""])
