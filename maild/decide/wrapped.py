"""wrapped: a command line that a mail program broke in two.

Gmail and others break the lines of plain text at 72 to 78 characters, and say nowhere that they did (format=flowed says it, and is read
by mail/readable.py).  A line that is so long that the next one's first word did not fit on it runs on there, if no empty line parts them.

That may take a sentence to the customer into the command, and never the other way round: what was meant for colleagues would go out.
The receipt shows the whole line as it was understood; an empty line below the commands says where they end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

_SHORTEST, _LONGEST = 60, 78
# The narrowest width at which programs break lines.
_WIDTH = 72
_MOST = 20


def joined(rows: Sequence[str], at: int, is_command: Callable[[str], bool]) -> tuple[str, int]:
    """The line that begins in row `at`, and how many rows it has."""
    count = 1
    while count < _MOST and at + count < len(rows) and _runs_on(rows[at + count - 1], rows[at + count], is_command):
        count += 1
    return " ".join(row.strip() for row in rows[at : at + count]), count


def _runs_on(row: str, below: str, is_command: Callable[[str], bool]) -> bool:
    width, words = len(row.rstrip()), below.split()
    if not words or not _SHORTEST <= width <= _LONGEST:
        return False
    return width + 1 + len(words[0]) > _WIDTH and not is_command(below)
