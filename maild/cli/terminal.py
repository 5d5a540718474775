"""terminal: strangers' words on a person's screen.

harmless(text) -> the text in which every control character shows as what it is and none takes effect; one_line(text) -> on a line;
wrapped(text, width) -> lines that fit; width() -> columns of the window, None where there is none (a pipe: nothing is wrapped);
bar(share, room) -> blocks; size(octets) -> "34 kB".  Colours are click's, which leaves them out of pipes.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator

WIDEST, NARROWEST = 100, 40
# C0 (but for tab and line feed), DEL and C1, which a terminal obeys; line separators; marks and overrides of direction, which make
# a text look like another one; lone surrogates, which no terminal can be sent.
_BAD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def harmless(text: str) -> str:
    """As caret notation (^[ for escape) or code point, so that one sees that there was something."""
    if text.isprintable():
        return text
    return _BAD.sub(lambda found: _name(found[0]), text.replace("\r\n", "\n")).expandtabs(8)


def _name(char: str) -> str:
    code = ord(char)
    if code < 0x20 or code == 0x7F:
        return "^" + chr(code ^ 0x40)
    return f"<{code:04X}>"


def one_line(text: object) -> str:
    """On one line, with single spaces."""
    return harmless(" ".join(str(text).split(" ")).replace("\r", " ").replace("\n", " ").replace("\t", " ")).strip()


_EIGHTHS = " ▏▎▍▌▋▊▉█"


def bar(share: float, room: int) -> str:
    """So much of the room, in eighths of a cell; something wherever there is anything."""
    eighths = max(1, round(share * room * 8)) if share > 0 and room > 0 else 0
    return _EIGHTHS[8] * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def width() -> int | None:
    """How wide a line may be."""
    if not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        return None
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size().columns))


def wrapped(text: str, columns: int | None, indent: str, hang: str = "") -> Iterator[str]:
    """The lines of a text, harmless and no wider than the window; what is carried over is indented by hang, if that is more."""
    for line in harmless(text).split("\n"):
        yield from _wrap(line.rstrip(), columns, indent, max(hang, indent, key=len))


def _wrap(line: str, columns: int | None, indent: str, hang: str) -> Iterator[str]:
    from rich.cells import cell_len

    room = columns - len(hang) if columns else len(line) * 2
    if len(line) * 2 <= room or cell_len(indent + line) <= (columns or 0):
        yield indent + line if line else ""
        return
    start = line[: len(line) - len(line.lstrip())][: room // 2]
    row, taken = "", 0
    for word in line.split():
        wide = cell_len(word)
        if taken and taken + 1 + wide > room - len(start):
            yield indent + start + row
            indent, row, taken = hang, "", 0
        row, taken = (f"{row} {word}", taken + 1 + wide) if taken else (word, wide)
    yield indent + start + row


def size(octets: int) -> str:
    """In the unit that a person would say it in; 1 kB is 1000 octets, as file managers count."""
    if octets < 1000:
        return f"{octets} B"
    for unit, whole in (("kB", 1000), ("MB", 1000**2), ("GB", 1000**3)):
        if octets < 999.5 * whole or unit == "GB":
            value = octets / whole
            return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"
    raise AssertionError
