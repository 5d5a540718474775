"""dress: a handler's letter as a page, made of the very text that stands beside it.

page(text, language, links) -> HTML.  The words are the plain part's, in their order; what is added is only how they look: lines of
nothing but our own links become buttons, `== Words ==` a heading, what others said stands in a box, the marker and the reason are
small.  So a site's own templates need no HTML, and a quoted copy reads like the text.

No style sheet, since mail programs drop it; nothing is fetched; colours leave ground and letters to the reader's own light or dark.
Everything is escaped; a link is a button only when it is one of ours: nobody's text can become one.  says_the_same(page, text) is the
oracle that reads it back.  Pure, linear.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from html import escape, unescape
from itertools import groupby

_LINK = re.compile(r"(\S.*?):? <(mailto:[^<>\s]+)>(?:  +|$)")
_TITLE = re.compile(r"== (.+) ==")
_TAG = re.compile(r"<[^<>]*>")
_MAILTO = re.compile(r"<mailto:[^<>\s]*>")
_NO_WORD = re.compile(r"[\W_]+")
# Our rows of buttons have one.
_HARD_SPACE = "\u00a0"
# (label, link), and a line with its buttons.
Button = tuple[str, str]
Row = tuple[str, list[Button]]
_MARKS = bytes(octet for octet in range(128) if not chr(octet).isalnum())

_HEAD = (
    '<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"></head>\n'
    '<body style="margin:0;padding:12px">\n<div style="max-width:600px;font-family:Helvetica,Arial,sans-serif;font-size:16px;'
    'line-height:1.45;overflow-wrap:anywhere;word-break:break-word">\n'
)
_TAIL = "</div>\n</body></html>\n"
_SMALL = '<p style="margin:0 0 14px;font-size:12px;color:#767676">{}</p>\n'
_FIRST = '<p style="margin:0 0 14px;font-size:17px;font-weight:bold">{}</p>\n'
_HEADING = '<p style="margin:22px 0 10px;padding-top:8px;border-top:1px solid #8aa4c8;font-weight:bold">{}</p>\n'
_PLAIN = '<p style="margin:0 0 14px">{}</p>\n'
_BOX = '<div dir="auto" style="margin:0 0 14px;padding:2px 0 2px 12px;border-left:4px solid #8aa4c8">{}</div>\n'
_ROW = '<div>{}<br></div>\n<div style="clear:both;font-size:6px;line-height:6px">&nbsp;</div>\n'
# A table of one cell stands in a row in every mail program, Outlook's too, and wraps where the screen ends.
_BUTTON = (
    '<table role="presentation" align="left" cellpadding="0" cellspacing="0" border="0" style="margin:0 8px 8px 0"><tr>'
    '<td bgcolor="#1f5fa8" style="background-color:#1f5fa8;border-radius:6px">'
    '<a href="{}" style="display:inline-block;padding:11px 16px;font-size:15px;font-weight:bold;color:#ffffff;'
    'text-decoration:none">{}</a></td></tr></table>\n'
)


def page(text: str, language: str, links: Collection[str]) -> str:
    """The page of a letter's text.  links: the addresses that may be buttons."""
    # Of three line ends in a row the last stays before the next block.
    blocks = [block.lstrip("\n") for block in text.strip("\n").split("\n\n") if block.strip()]
    shown = [_block(block, _style(at, len(blocks)), links) for at, block in enumerate(blocks)]
    safe = language if language.isascii() and language.isalpha() else "en"
    return _HEAD.format(language=safe) + "".join(shown) + _TAIL


def _style(at: int, count: int) -> str:
    """The marker above all and the reason below all are small; what follows the marker is what the letter is about."""
    if at in (0, count - 1) and count > 1:
        return _SMALL
    return _FIRST if at == 1 else _PLAIN


def _block(block: str, style: str, links: Collection[str]) -> str:
    lines = block.split("\n")
    if len(lines) == 1 and (heading := _TITLE.fullmatch(block)):
        return _HEADING.format(escape(heading[1]))
    # Most blocks are of one sort, and hold nothing that could be another; only others are sorted line by line.
    bars = block.startswith("|") + block.count("\n|")
    if bars == len(lines):
        return _box(lines)
    if not bars and "<mailto:" not in block:
        return _text(lines, style)
    # Each line with its buttons, which are looked for once.
    rows = [(line, _buttons(line, links) if "<mailto:" in line else []) for line in lines]
    return "".join([_SORTS[sort](list(alike), style) for sort, alike in groupby(rows, _sort)])


def _sort(row: Row) -> str:
    line, buttons = row
    if line[:1] == "|":
        return "box"
    return "row" if buttons else "text"


def _buttons(line: str, links: Collection[str]) -> list[Button]:
    """Where the line holds nothing else."""
    if not line.startswith("  "):
        return []
    line = line.strip()
    found = list(_LINK.finditer(line))
    whole = "".join([match[0] for match in found]) == line
    return [(m[1], m[2]) for m in found] if whole and all(m[2] in links for m in found) else []


def _box(lines: Iterable[str]) -> str:
    return _BOX.format(_lines([line[1:].removeprefix(" ") for line in lines]))


def _row(buttons: Iterable[Button]) -> str:
    return _ROW.format("".join([_BUTTON.format(escape(link), escape(label)) for label, link in buttons]))


def _text(lines: Iterable[str], style: str) -> str:
    return style.format(_lines([line.strip() for line in lines]))


def _lines(rows: list[str]) -> str:
    """Escaped in one go: a letter has hundreds of lines."""
    return escape("\n".join(rows)).replace("\n", "<br>\n")


_SORTS: dict[str, Callable[[Sequence[Row], str], str]] = {
    "box": lambda rows, style: _box(line for line, _ in rows),
    "row": lambda rows, style: _row(button for _, buttons in rows for button in buttons),
    "text": lambda rows, style: _text((line for line, _ in rows), style),
}


def says_the_same(html: str, text: str) -> bool:
    """Whether the page says what the text says, word for word, as far as letters and digits go."""
    shown, written = _MAILTO.sub(" ", unescape(_TAG.sub(" ", html))), _MAILTO.sub(" ", text)
    # What is the same without ASCII's marks is so without all marks; only of what is not must each character be asked.
    return _without_marks(shown) == _without_marks(written) or _NO_WORD.sub("", shown) == _NO_WORD.sub("", written)


def _without_marks(said: str) -> bytes:
    """In octets, which can be left out ten times as fast."""
    return said.replace(_HARD_SPACE, "").encode("utf-8", "surrogatepass").translate(None, _MARKS)
