"""keyboards: what happens to a command line between the handler's fingers and the mail: autocorrection, lists, bold, links.

TYPING: name -> function (line) -> line.  A link within a line is LINK.format(label, address); the program says how it writes one.
"""

from __future__ import annotations

import re
from collections.abc import Callable

LINK = "\x02{}\x03{}\x04"
LINKED = re.compile("\x02(.*?)\x03(.*?)\x04")
BOLD = "\x05{}\x06"
NBSP, ZERO_WIDTH, BOM = "\u00a0", "\u200b", "\ufeff"
_ADDRESS = re.compile(r"[\w.]+@[\w.]+\w")


def _capital(line: str) -> str:
    return line[0] + line[1:2].upper() + line[2:]


def _linked(line: str) -> str:
    """Programs make a link of an address as soon as it is typed."""
    return _ADDRESS.sub(lambda found: LINK.format(found[0], f"mailto:{found[0]}"), line)


def _plain(line: str) -> str:
    return line


TYPING: dict[str, Callable[[str], str]] = {
    "as it is": _plain,
    "capital letter": _capital,
    "full stop": lambda line: f"{line}.",
    "capital and full stop": lambda line: f"{_capital(line)}.",
    "two blanks at the end": lambda line: f"{line}  ",
    "blank after the sign": lambda line: f"/ {line[1:]}",
    "no-break spaces": lambda line: line.replace(" ", NBSP),
    "no-break space at the end": lambda line: line + NBSP,
    "zero width in front": lambda line: ZERO_WIDTH + line,
    "byte order mark in front": lambda line: BOM + line,
    "all capitals": lambda line: line.upper(),
    "bold": lambda line: BOLD.format(line),
    "dash as a bullet": lambda line: f"- {line}",
    "dash made long": lambda line: f"– {line}",
    "round bullet": lambda line: f"• {line}",
    "numbered": lambda line: f"1. {line}",
    "exclamation sign": lambda line: f"!{line[1:]}",
    "hash": lambda line: f"#{line[1:]}",
    "wide slash": lambda line: f"／{line[1:]}",
    "ellipsis": lambda line: f"{line}…",
    "comma": lambda line: f"{line},",
    "exclamation at the end": lambda line: f"{line}!",
    "colon after the verb": lambda line: f"{line}:" if " " not in line else line,
    "curly quotes": lambda line: line.replace("'", "’").replace('"', "”"),
    "blank line above": lambda line: f"\n{line}",
    "list": _plain,
    "numbered list": _plain,
    "link": _linked,
    "mention": _plain,
}
LISTS = {"list": "ul", "numbered list": "ol"}
