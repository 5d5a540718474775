"""naming: what a text names: case numbers, ours and other systems', addresses, telephone numbers.  Bounded and linear.  Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from maild.model.plan import Prepared

TEXT = 64 * 1024
# How other ticket systems write theirs in a subject.
_FOREIGN = re.compile(
    r"[\[(]#?([A-Z][A-Z0-9]{1,9}-\d{1,9})[\])]"  # [SUP-77]
    r"|\b((?:INC|REQ|RITM|CHG|CS|TASK|SCTASK|PRB)\d{5,12})\b"  # INC0012345
    r"|\b(?:ticket|case|incident|request|saksnr\.?|saksnummer|sak|zahtevek|ärende|vorgang)(?: ?(?:id|no\.?|nr\.?|number))?"
    r"[ :#]{1,3}(\d{4,12})\b",  # Ticket ID: 20260302
    re.I,
)
_MOST_FOREIGN = 3
# A line that may be a command, with its sign or without; the first of them are looked at.
_COMMAND = re.compile(r"^(.{3,200})$", re.M)
_MOST_LINES, _MOST_NUMBERS = 50, 60
# A number that begins a line, as in "1042 close"; the first of them are looked up.
_LEADING = re.compile(r"^[\s\-*•·–]*#?((?=\S*\d)[0-9A-Za-z][0-9A-Za-z-]{0,30})[:.)]?[^\S\n]+\S", re.M)
_MOST_LEADING = 100
# What a command may name; commands stand at the top, ten lines of them.
_ATOM, _LABEL = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+", r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ADDRESS = re.compile(rf"(?<![\w.@+-])(?=[^\s@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+(?![\w@-])", re.I)
PHONE = re.compile(r"(?<![\w@.+-])(?:\+|00)?\(?\d(?:[ ()./-]{0,2}\d){4,15}(?![\w@])")
_NAMING, _MOST_NAMED = 40_000, 120
# A number that ends a line behind a word, as in "show 1042".
_TRAILING = re.compile(r"^\W*[^\W\d]+[^\S\n]+#?((?=\S*\d)[0-9A-Za-z][0-9A-Za-z-]{0,30})[.\s]*$", re.M)
# A number as our letters write it, behind a hash.
_NUMBER = re.compile(r"#([0-9A-Za-z][0-9A-Za-z-]{0,30})")


def foreign_numbers(prepared: Prepared) -> tuple[str, ...]:
    """Other systems' case numbers in the subject, as keys among the message ids: "SUP-77@supplier.example", no brackets.

    Only in the forms that ticket systems write; a word with digits in a sentence is none.
    """
    author = prepared.message.author
    if author is None:
        return ()
    return _foreign(prepared.message.subject[:500], author.address.rpartition("@")[2].lower())


# For a mail that is asked about, joined and filed it is wanted three times.
@lru_cache(16)
def _foreign(subject: str, domain: str) -> tuple[str, ...]:
    found = [match[match.lastindex or 0] for match in _FOREIGN.finditer(subject)]
    return tuple(dict.fromkeys(f"{number.upper()}@{domain}" for number in found))[:_MOST_FOREIGN]


def numbers_in(subject: str) -> tuple[str, ...]:
    """Case numbers that a subject may name, in order."""
    found = [match[1] for match in _NUMBER.finditer(subject[:1000])]
    return tuple(dict.fromkeys([*found, *(number.upper() for number in found)]))


def commanded_numbers(own_text: str) -> tuple[str, ...]:
    """Case numbers in a handler's text; in short lines without a hash, too."""
    words = [word for line in _COMMAND.findall(own_text[:TEXT])[:_MOST_LINES] for word in line.split()[:5]]
    bare = [word.strip(".,;:") for word in words if any(map(str.isdigit, word)) and not word.startswith("#")]
    named = [number for word in bare[:_MOST_NUMBERS] for number in numbers_in(f"#{word}")]
    return tuple(dict.fromkeys([*numbers_in(own_text), *named]))


def leading_numbers(text: str) -> tuple[str, ...]:
    """Case numbers that lines of a text may begin with, or end with behind a word."""
    found = [
        match[1]
        for form in (_LEADING, _TRAILING)
        for match, _ in zip(form.finditer(text[:TEXT]), range(_MOST_LEADING), strict=False)
    ]
    return tuple(dict.fromkeys([*found, *(number.upper() for number in found)]))


def addresses_in(text: str) -> tuple[str, ...]:
    """Addresses that a handler's commands may name, in order."""
    return tuple(dict.fromkeys(match[0].lower() for match in _ADDRESS.finditer(text[:_NAMING])))[:_MOST_NAMED]


def phones_in(text: str) -> tuple[str, ...]:
    """Telephone numbers, as they are kept: digits, and a + where the country stands in front (ITU-T E.164: at most 15)."""
    found = (telephone(match[0]) for match in PHONE.finditer(text[:_NAMING]))
    return tuple(dict.fromkeys(number for number in found if number))[:_MOST_NAMED]


def telephone(written: str) -> str:
    """+47 912 34 567 as +4791234567; "" for what is none."""
    digits = "".join(c for c in written if c in "0123456789")
    plus = written.lstrip().startswith("+") or digits.startswith("00")
    digits = digits.removeprefix("00") if digits.startswith("00") else digits
    return f"{'+' if plus else ''}{digits}" if 5 <= len(digits) <= 15 else ""
