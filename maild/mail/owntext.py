"""owntext: what the sender wrote himself: no quotes, no forwarded mail, no signature, no phone's footer.

own_text(text, html) -> str; of_page(lines) -> str for a mail that has HTML only.  Pure, linear; never raises.

Structure first, for it works in every language: ">" runs, attribution lines with a date and an address or a verb, header
blocks, banners, client containers, our own marker line; word tables only support it.  Replies below and between quotes
survive.  When nothing would be left, the whole text is the answer: a doubt shows too much, never too little.

LIMITS  2 000 lines are looked at, 300 characters of each; what stands after them is kept unless a quote was running.
"""

from __future__ import annotations

import re

from maild.mail import html as page
from maild.mail import quoting
from maild.model.message import MARKER

LINES = 2000

# A reply, and on the same line the attribution of what is quoted below ("Fine. On Wed, Apr 4, 2012, Bob wrote:").
_SHARED = re.compile(r"(?<=\S) (?=(?:On|Den|Am|Le|El|Il|Op|Em|På|Dne|W dniu) [^>]{0,40}\d)")
_POSTSCRIPT = re.compile(r"p\.? ?s\.?[:. ]", re.I)
_SIGNATURE_LINES = 12
_HINTS = (">", "@", ":", "--", "__", "==", MARKER)


def own_text(text: str, html: str | None = None) -> str:
    """The author's words in a mail with a plain text; its HTML is asked when the text shows no quote and the HTML has one."""
    lines = text.split("\n", LINES)
    own, quoted = _own(lines)
    if not quoted and html and page.has_container(html):
        return of_page(page.lines(html)) or own
    return text.strip("\n") if quoted and quoting.answers_within(own) and not any(map(quoting.is_quote, lines)) else own


def of_page(lines: list[page.Line]) -> str:
    """The author's words in the marked lines of a page."""
    flat: list[str] = []
    said, began = False, -1
    for mark, line in lines:
        # A client that marks the header block alone leaves what it quotes unmarked below.
        block = mark == page.OWN and began >= 0 and quoting.only_a_block([one[2:] for one in flat[began:]])
        if said and (block or mark == page.REST):
            break
        if mark == page.SIGNATURE:
            continue
        if mark != page.QUOTE:
            began = -1
        elif began < 0:
            began = len(flat)
        quoted = mark == page.QUOTE or (mark == page.MAYBE and _after_attribution(flat))
        flat.append(f"> {line}" if quoted else line)
        said = said or (mark != page.REST and not quoted and line.strip() != "" and line[0] != ">")
    own = _own(flat)[0]
    if quoting.answers_within(own) and own.count("\n") + 1 < len(flat):
        return "\n".join(line for _, line in lines).strip("\n")
    return own if any(not one.startswith(">") for one in flat) else _own([line for _, line in lines])[0]


def _after_attribution(flat: list[str]) -> bool:
    """Whether an unmarked block quote follows somebody's "wrote:" or what it began as a quote."""
    above = next((i for i in range(len(flat) - 1, max(-1, len(flat) - 4), -1) if flat[i].strip()), -1)
    return above >= 0 and (flat[above].startswith(">") or quoting.attribution(flat, above, loose=True) >= 0)


def _own(lines: list[str]) -> tuple[str, bool]:
    """(own text, whether any quote was found)."""
    if any(MARKER in line for line in lines):
        lines = _marker_apart(lines)
    looked, beyond = [line[: quoting.WIDTH] for line in lines[:LINES]], lines[LINES:]
    if not any(hint in line for line in looked for hint in _HINTS) and not _footer_inside(looked):
        return _joined(lines, _without_footers(looked, [True] * len(looked)) + [True] * len(beyond)), False
    keep, quoted, open_end = _walk(looked)
    keep = _without_footers(looked, keep)
    shown = [
        cut if len(cut) < min(len(full), quoting.WIDTH) else full for cut, full in zip(looked, lines, strict=False)
    ]
    own = _joined([*shown, *beyond], keep + [not open_end] * len(beyond))
    return own or "\n".join(lines).strip(), quoted


def _marker_apart(lines: list[str]) -> list[str]:
    """Our marker begins a line of its own where a client has put it behind other words."""
    apart: list[str] = []
    for line in lines[:LINES]:
        before, found, after = line.partition(MARKER)
        if found and not quoting.is_quote(line) and any(map(str.isalnum, before)):
            apart.append(before)
            line = found + after
        apart.append(line)
    return apart + lines[LINES:]


def _footer_inside(lines: list[str]) -> bool:
    """Whether a phone's footer stands alone between empty lines."""
    three = zip(lines, lines[1:], lines[2:], strict=False)
    return any(
        line and not above.strip() and not below.strip() and quoting.is_footer(line.strip())
        for above, line, below in three
    )


def _walk(lines: list[str]) -> tuple[list[bool], bool, bool]:
    """Which lines are the author's; whether a quote was found; whether one runs on to the end."""
    keep = [True] * len(lines)
    quoted, at, said = False, 0, [0]
    while at < len(lines):
        line = lines[at].strip()
        if not line:
            at += 1
        elif line[0] == ">" and quoting.is_quote(line) and quoting.closes(lines, at) < 0:
            quoted, at = True, _quote_run(lines, keep, at)
        elif _ends_here(lines, keep, at, said) or _footer_above(lines, keep, at, said):
            _drop(keep, at, len(lines))
            _drop_rules(lines, keep, at)
            if MARKER in line:
                _drop_marker_line(lines, keep, at)
            return keep, True, True
        elif line[0] in quoting.DASHES and _is_delimiter(lines, at):
            at = _signature(lines, keep, at)
        else:
            # A header block that begins a mail is passed as one, so that its second line does not end it.
            begins = ":" in line and not _any_above(lines, keep, at, said)
            at += quoting.block_length(lines, at) if begins else 1
    return keep, quoted, False


def _is_delimiter(lines: list[str], at: int) -> bool:
    """The line above a signature ("-- ", which clients bend), or above a list's footer."""
    return lines[at].rstrip("\r") in ("--", "-- ", "—", "– ") or quoting.list_footer(lines, at)


def _ends_here(lines: list[str], keep: list[bool], at: int, said: list[int]) -> bool:
    """Whether the author's words end above this line; asked of few lines only."""
    line = lines[at]
    may = ":" in line or line.lstrip()[0] in quoting.DASHES or line.lstrip()[:3] == ">>>"
    return may and _any_above(lines, keep, at, said) and _ends_all(lines, keep, at)


def _any_above(lines: list[str], keep: list[bool], at: int, said: list[int]) -> bool:
    """Whether the author has said anything above.  A header block that begins a mail ends nothing: it was pasted or forwarded.

    said[0] goes on to the first such line and never back, for a dropped line is not taken up again.
    """
    while said[0] < at:
        i = said[0]
        if keep[i] and lines[i].strip() and not _only_introduces(lines, i):
            return True
        said[0] += 1
    return False


def _only_introduces(lines: list[str], at: int) -> bool:
    """A rule or a banner is nobody's word."""
    line = lines[at].strip()
    return quoting.begins(line) or (
        line[0] in quoting.DASHES and (quoting.RULE.match(line) is not None or quoting.is_banner(lines, at))
    )


def _drop(keep: list[bool], start: int, end: int) -> None:
    keep[start:end] = [False] * (end - start)


def _quote_run(lines: list[str], keep: list[bool], start: int) -> int:
    """Drop the quoted lines from here, and the attribution above them; returns where the run ends."""
    end = start
    while end < len(lines) and (quoting.is_quote(lines[end]) or _is_wrapped_piece(lines, end)):
        end += 1
    # An interpreter's prompts, pasted: nothing shallower is quoted there, and nobody is said to have written it.
    pasted = start > 0 and all(line.lstrip().startswith(">>> ") for line in lines[start:end])
    if _drop_attribution(lines, keep, start) or not pasted:
        _drop(keep, start, end)
    return end


def _above(lines: list[str], at: int) -> int:
    """The next line above that says something, with at most two empty lines between; or -1."""
    above = at - 1
    while above >= 0 and at - above <= 3 and not lines[above].strip():
        above -= 1
    return above if above >= 0 and lines[above].strip() else -1


def _drop_attribution(lines: list[str], keep: list[bool], start: int) -> bool:
    """Drop who wrote what is quoted from here on: an attribution or a banner, at most two empty lines above."""
    above = _above(lines, start)
    if above < 0 or not keep[above]:
        return False
    began = quoting.block_above(lines, above) if quoting.is_label(lines[above]) else -1
    if began < 0:
        began = quoting.attribution(lines, above, loose=True)
    if began < 0 and (quoting.is_banner(lines, above) or quoting.begins(lines[above])):
        began = above
    if began >= 0:
        _drop(keep, began, start)
        keep[above] = _unshare(lines, above) if began == above else False
    return began >= 0


def _drop_marker_line(lines: list[str], keep: list[bool], at: int) -> None:
    """Our marker is certain, so the line above it that ends in a colon is the client's, whatever its language."""
    above = _above(lines, at)
    if not _drop_attribution(lines, keep, at) and above >= 0 and lines[above].rstrip(" *_")[-1:] == ":":
        keep[above] = False


def _unshare(lines: list[str], at: int) -> bool:
    """Cut an attribution off the line that it shares with the reply; False when the line has no reply."""
    match = None if quoting.opens(lines[at].strip().lower()) else _SHARED.search(lines[at])
    if match is None or not any(map(str.isalnum, lines[at][: match.start()])):
        return False
    lines[at] = lines[at][: match.start()]
    return True


def _is_wrapped_piece(lines: list[str], at: int) -> bool:
    """The end of a quoted line that a client broke: one short line, or nothing but a link, squeezed between two quoted ones."""
    if not (0 < at < len(lines) - 1 and quoting.is_quote(lines[at - 1]) and quoting.is_quote(lines[at + 1])):
        return False
    above = lines[at - 1]
    if quoting.is_link(lines[at]):
        return True
    broken = len(above) > 60 or above.count("(") > above.count(")")
    return broken and 0 < len(lines[at].strip()) <= 20


def _ends_all(lines: list[str], keep: list[bool], at: int) -> bool:
    """Whether all from here on is somebody else's: our marker, a banner, a header block, or an attribution without ">" below."""
    line = lines[at]
    if MARKER in line:
        return True
    low = line.strip()
    if low[0] in quoting.DASHES and quoting.is_banner(lines, at):
        return not _next_is_quote(lines, at)
    if low[0] == ">" and quoting.between_arrows(low):
        return not _next_is_quote(lines, at)
    if ":" not in line:
        return False
    if quoting.begins(line) or (quoting.header_block(lines, at) and not _is_shown(lines, keep, at)):
        return not _next_is_quote(lines, at)
    if low.rstrip(" *_\u00a0")[-1:] in (":", "："):
        began = quoting.attribution(lines, at, loose=False)
        if began >= 0 and not _next_is_quote(lines, at):
            _drop(keep, began, at)
            return True
    return False


def _is_shown(lines: list[str], keep: list[bool], at: int) -> bool:
    """Whether the author shows these header lines: what he says above them ends in a colon ("This is in the log:")."""
    top = at
    while top > 0 and at - top < 14 and lines[top - 1].strip() and quoting.is_label(lines[top - 1]):
        top -= 1
    above = _above(lines, top)
    if above < 0 or not keep[above] or lines[above].rstrip()[-1] != ":" or quoting.begins(lines[above]):
        return False
    return quoting.attribution(lines, above, loose=True) < 0


def _next_is_quote(lines: list[str], at: int) -> bool:
    """Whether the next line with anything on it is a quoted one, so that the ">" tell where the quote ends."""
    below = next((line for line in lines[at + 1 : at + 5] if line.strip()), "")
    return quoting.is_quote(below)


def _signature(lines: list[str], keep: list[bool], at: int) -> int:
    """Drop a signature, which ends where a quote or a postscript begins or at the end; returns where the reading goes on.

    A long one is text under a dash and stays.  A "--" that stands again does not sign, it separates: what is between them stays.
    """
    end, filled, again = at + 1, 0, 0
    separates = "" if lines[at].rstrip("\r") == "-- " else lines[at].strip()
    while end < len(lines) and filled <= _SIGNATURE_LINES:
        line = lines[end].strip()
        if line and (line[0] == ">" or _ends_all(lines, keep[:], end) or _next_opens_quote(lines, end)):
            break
        if _POSTSCRIPT.match(line):
            break
        filled += bool(line)
        end += 1
        if line and line == separates:
            again, filled = end, 0
    if again or filled > _SIGNATURE_LINES:
        return again or at + 1
    _drop(keep, at, end)
    return end


def _next_opens_quote(lines: list[str], at: int) -> bool:
    """Whether an attribution of a quote begins on this line."""
    return any(
        quoting.attribution(lines, i, loose=True) == at
        for i in range(at, min(at + 3, len(lines)))
        if _next_is_quote(lines, i)
    )


def _drop_rules(lines: list[str], keep: list[bool], at: int) -> None:
    """Rules of dashes right above what was cut belong to it."""
    above = at - 1
    while above >= 0 and at - above < 4 and (not lines[above].strip() or quoting.RULE.match(lines[above].strip())):
        keep[above] = False
        above -= 1


def _without_footers(lines: list[str], keep: list[bool]) -> list[bool]:
    """A phone's footer is the last line of what stands together."""
    last = True
    for at in range(len(lines) - 1, -1, -1):
        line = lines[at].strip()
        if not keep[at]:
            last = True
        elif line:
            footer = last and quoting.is_footer(line)
            keep[at] = not footer
            last = footer
    return keep


def _footer_above(lines: list[str], keep: list[bool], at: int, said: list[int]) -> bool:
    """A phone's footer ends what its user wrote: what follows an empty line below it is what the phone quotes unmarked."""
    above = at - 1
    if lines[above].strip():
        return False
    while above >= 0 and at - above < 4 and not lines[above].strip():
        above -= 1
    footer = (
        0 < above < at - 1
        and keep[above]
        and quoting.is_footer(lines[above].strip())
        and _any_above(lines, keep, above, said)
    )
    return footer and not any(quoting.is_quote(line) for line in lines[at:])


def _joined(lines: list[str], keep: list[bool]) -> str:
    """The kept lines, without empty ones at the ends, at most two empty lines together."""
    out: list[str] = []
    empty = 2
    for line, kept in zip(lines, keep, strict=True):
        if not kept:
            continue
        line = line.rstrip()
        empty = 0 if line else empty + 1
        if empty < 2:
            out.append(line)
    return "\n".join(out).strip("\n")
