"""readable: texts that are neither plain nor HTML -> plain ones.

unflow(text, delsp) -> lines that were wrapped softly, joined (RFC 3676); enriched(text) -> without its marks (RFC 1896).
Pure, linear, never raises.  LIMITS  the first 100 000 lines are unflowed, 500 kB freed of marks; the rest stays as it stands.
"""

from __future__ import annotations

import re

LINES = 100_000
MARKED = 500_000

_PARAM = re.compile(r"<param>[^<]*+</param>", re.I)
_NO_FILL = re.compile(r"(<nofill>|</nofill>)", re.I)
_MARK = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9-]{0,60}|<)>?")
_BREAKS = re.compile(r"\n+")


def unflow(text: str, *, delsp: bool) -> str:
    """Lines that end with a blank run on, within their quote depth; with delsp that blank is none of the text."""
    out: list[str] = []
    line: list[str] = []
    open_depth = -1
    *lines, rest = text.split("\n", LINES)
    for one in lines if len(lines) == LINES else (*lines, rest):
        bare = one.lstrip(">")
        depth = len(one) - len(bare)
        bare = bare.removeprefix(" ")
        soft = bare.endswith(" ") and bare != "-- "
        if open_depth != depth or bare == "-- ":
            out.append("".join(line))
            line = [">" * depth + " " if depth else ""]
        line.append(bare[:-1] if soft and delsp else bare)
        open_depth = depth if soft else -1
    out.append("".join(line))
    return "\n".join((*out[1:], rest) if len(lines) == LINES else out[1:])


def enriched(text: str) -> str:
    """A run of n line ends is n - 1 of them, one alone is a blank, but for what must not be filled."""
    found, fills = [], True
    for piece in _NO_FILL.split(_PARAM.sub("", text[:MARKED])):
        if piece[:1] == "<" and piece.lower() in ("<nofill>", "</nofill>"):
            fills = piece[1] == "/"
            continue
        piece = _BREAKS.sub(lambda run: "\n" * (len(run.group()) - 1) or " ", piece) if fills else piece
        found.append(_MARK.sub(_sign, piece))
    return ("".join(found) + text[MARKED:]).strip()


def _sign(mark: re.Match[str]) -> str:
    """ "<<" is the sign itself; <nl> is the line end of the older text/richtext (RFC 1341)."""
    return "<" if mark[1] == "<" else "\n" if mark[1].lower() in ("nl", "paragraph") else ""
