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
from maild.mail import words

LINES = 2000
WIDTH = 300
MARKER = "[maild:"

_DATE = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}[.:/]\d{2}\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{1,2}\. ?[a-zčšž]{3,}|\b(?:19|20)\d\d年",
    re.I,
)
_ADDRESS = re.compile(r"[^\s<>@\[\]]@[\w.-]+|<mailto:|\[mailto:")
_MAILBOX = re.compile(r"\S <(?:mailto:)?[^\s<>@]+@[\w.-]+>|\[mailto:")
# A reply, and on the same line the attribution of what is quoted below ("Fine. On Wed, Apr 4, 2012, Bob wrote:").
_SHARED = re.compile(r"(?<=\S) (?=(?:On|Den|Am|Le|El|Il|Op|Em|På|Dne|W dniu) [^>]{0,40}\d)")
_URL = re.compile(r"<[^<>]*>|\(?https?://\S+")
_WROTE = re.compile(r"(?<!\w)(?:" + "|".join(re.escape(w) for w in words.WROTE) + r")(?!\w)")
_BANNER = re.compile(r"[-_=*~—–]{2,} {0,9}([^-_=*~—–\s].{2,80}?) {0,9}[-_=*~—–]{2,}$")
_DASHES = "-_=*~—–"
_RULE = re.compile(r"[-_=*~—–]{5,}$")
_LABEL = re.compile(r"[\w'’ ./-]{1,25}$")
_FROM, _TO, _WHEN, _SUBJECT, _OTHER = "from", "to", "when", "subject", "other"
_LABELS: dict[str, str] = {}
for _kind, _table in (
    (_OTHER, words.OTHER), (_SUBJECT, words.SUBJECT), (_TO, words.TO), (_WHEN, words.SENT + words.DATE), (_FROM, words.FROM),
):  # fmt: skip
    _LABELS |= dict.fromkeys(_table, _kind)

_SIGNATURE_LINES = 12
_HINTS = (">", "@", ":", "--", "__", MARKER)


def own_text(text: str, html: str | None = None) -> str:
    """The author's words in a mail with a plain text; its HTML is asked when the text shows no quote and the HTML has one."""
    own, quoted = _own(text.split("\n", LINES))
    if quoted or not html or not page.has_container(html):
        return own
    return of_page(page.lines(html)) or own


def of_page(lines: list[page.Line]) -> str:
    """The author's words in the marked lines of a page."""
    flat: list[str] = []
    for mark, line in lines:
        if mark == page.REST and any(one.strip() and not one.startswith(">") for one in flat):
            break
        if mark == page.SIGNATURE:
            continue
        flat.append(f"> {line}" if mark == page.QUOTE or (mark == page.MAYBE and _after_attribution(flat)) else line)
    own = _own(flat)[0]
    return own if any(not one.startswith(">") for one in flat) else _own([line for _, line in lines])[0]


def _after_attribution(flat: list[str]) -> bool:
    """Whether an unmarked block quote follows somebody's "wrote:" or what it began as a quote."""
    above = next((i for i in range(len(flat) - 1, max(-1, len(flat) - 4), -1) if flat[i].strip()), -1)
    return above >= 0 and (flat[above].startswith(">") or _attribution(flat, above, loose=True) >= 0)


def _own(lines: list[str]) -> tuple[str, bool]:
    """(own text, whether any quote was found)."""
    looked, beyond = [line[:WIDTH] for line in lines[:LINES]], lines[LINES:]
    if not any(hint in line for line in looked for hint in _HINTS):
        return _joined(lines, _without_footers(looked, [True] * len(looked)) + [True] * len(beyond)), False
    keep, quoted, open_end = _walk(looked)
    keep = _without_footers(looked, keep)
    shown = [cut if len(cut) < min(len(full), WIDTH) else full for cut, full in zip(looked, lines, strict=False)]
    own = _joined([*shown, *beyond], keep + [not open_end] * len(beyond))
    return own or "\n".join(lines).strip(), quoted


def _walk(lines: list[str]) -> tuple[list[bool], bool, bool]:
    """Which lines are the author's; whether a quote was found; whether one runs on to the end."""
    keep = [True] * len(lines)
    quoted, at = False, 0
    while at < len(lines):
        line = lines[at].strip()
        if not line:
            at += 1
        elif line[0] == ">":
            quoted, at = True, _quote_run(lines, keep, at)
        elif _ends_here(lines, keep, at) or _footer_above(lines, keep, at):
            _drop(keep, at, len(lines))
            _drop_rules(lines, keep, at)
            if MARKER in line:
                _drop_attribution(lines, keep, at)
            return keep, True, True
        elif line[0] in _DASHES and _is_delimiter(lines, at):
            at = _signature(lines, keep, at)
        else:
            at += 1
    return keep, quoted, False


def _is_delimiter(lines: list[str], at: int) -> bool:
    """The line above a signature ("-- ", which clients bend), or above a list's footer."""
    return lines[at].rstrip("\r") in ("--", "-- ", "—", "– ") or _list_footer(lines, at)


def _ends_here(lines: list[str], keep: list[bool], at: int) -> bool:
    """Whether the author's words end above this line; asked of few lines only."""
    line = lines[at]
    may = ":" in line or line.lstrip()[0] in _DASHES
    return may and _any_above(lines, keep, at) and _ends_all(lines, keep, at)


def _any_above(lines: list[str], keep: list[bool], at: int) -> bool:
    """Whether the author has said anything yet.  A header block that begins a mail ends nothing: somebody pasted or forwarded."""
    return any(keep[i] and lines[i].strip() for i in range(at))


def _drop(keep: list[bool], start: int, end: int) -> None:
    keep[start:end] = [False] * (end - start)


def _quote_run(lines: list[str], keep: list[bool], start: int) -> int:
    """Drop the quoted lines from here, and the attribution above them; returns where the run ends."""
    end = start
    while end < len(lines) and (_is_quote(lines[end]) or _is_wrapped_piece(lines, end)):
        end += 1
    _drop(keep, start, end)
    _drop_attribution(lines, keep, start)
    return end


def _drop_attribution(lines: list[str], keep: list[bool], start: int) -> None:
    """Drop who wrote what is quoted from here on: an attribution or a banner, at most two empty lines above."""
    above = start - 1
    while above >= 0 and start - above <= 3 and not lines[above].strip():
        above -= 1
    if above < 0 or not keep[above] or not lines[above].strip():
        return
    began = _attribution(lines, above, loose=True)
    if began < 0 and (_is_banner(lines, above) or _begins(lines[above])):
        began = above
    if began >= 0:
        _drop(keep, began, start)
        keep[above] = _unshare(lines, above) if began == above else False


def _unshare(lines: list[str], at: int) -> bool:
    """Cut an attribution off the line that it shares with the reply; False when the line has no reply."""
    match = None if _opens(lines[at].strip().lower()) else _SHARED.search(lines[at])
    if match is None:
        return False
    lines[at] = lines[at][: match.start()]
    return True


def _is_quote(line: str) -> bool:
    return line.lstrip()[:1] == ">"


def _is_wrapped_piece(lines: list[str], at: int) -> bool:
    """The end of a quoted line that a client broke: one short line squeezed between two quoted ones."""
    if not (0 < at < len(lines) - 1 and _is_quote(lines[at - 1]) and _is_quote(lines[at + 1])):
        return False
    above = lines[at - 1]
    broken = len(above) > 60 or above.count("(") > above.count(")")
    return broken and 0 < len(lines[at].strip()) <= 20


def _ends_all(lines: list[str], keep: list[bool], at: int) -> bool:
    """Whether all from here on is somebody else's: our marker, a banner, a header block, or an attribution without ">" below."""
    line = lines[at]
    if MARKER in line:
        return True
    low = line.strip()
    if low[0] in _DASHES and _is_banner(lines, at):
        return not _next_is_quote(lines, at)
    if ":" not in line:
        return False
    if _begins(line) or _header_block(lines, at):
        return not _next_is_quote(lines, at)
    if low.rstrip(" *_\u00a0")[-1:] in (":", "："):
        began = _attribution(lines, at, loose=False)
        if began >= 0 and not _next_is_quote(lines, at):
            _drop(keep, began, at)
            return True
    return False


def _next_is_quote(lines: list[str], at: int) -> bool:
    """Whether the next line with anything on it is a quoted one, so that the ">" tell where the quote ends."""
    below = next((line for line in lines[at + 1 : at + 5] if line.strip()), "")
    return _is_quote(below)


def _attribution(lines: list[str], at: int, *, loose: bool) -> int:
    """Where the attribution that ends on this line begins (a client may have wrapped it twice), or -1.

    loose: quoted lines follow, so that a name and a verb, or a date and an address, are enough.
    """
    start = _beginning(lines, at)
    low = " ".join(line.strip() for line in lines[start : at + 1]).lower()
    if len(low) > WIDTH:
        return -1
    ends = low.rstrip(" *_\u00a0>")[-1:] in (":", "：")
    date, address, verb = _DATE.search(low), _ADDRESS.search(low), _WROTE.search(low)
    if ends and ((date and (verb or address)) or (verb and address)):
        return start
    if not loose:
        return -1
    if (ends and verb and len(low) < 120) or (date and address):
        return start
    return start if ends and date and _opens(low) else -1


def _beginning(lines: list[str], at: int) -> int:
    """The line on which an attribution that ends here began: the one with its date, or with the word that opens it."""
    line = lines[at].strip().lower()
    dated = _DATE.search(line) is not None
    start = at
    if dated and _opens(line):
        return at
    for above in range(at - 1, max(-1, at - 4), -1):
        line = lines[above].strip().lower()
        if not line or line[0] == ">" or len(line) > 200 or line[-1] in ".!?":
            break
        has_date, opens = _DATE.search(line) is not None, _opens(line)
        if opens and (dated or has_date):
            return above
        if has_date and not dated:
            start, dated = above, True
    return start


def _opens(low: str) -> bool:
    return low.lstrip("*_ ").startswith(words.OPENERS)


def _is_banner(lines: list[str], at: int) -> bool:
    """A line of dashes around a known phrase, or around a few words of any language above `Word:` lines."""
    match = _BANNER.match(lines[at].strip())
    if match is None:
        return False
    inside = match[1].strip().lower().rstrip(":")
    if inside.startswith(words.BANNERS) or _WROTE.search(inside[-12:]):
        return True
    below = [line for line in lines[at + 1 : at + 4] if line.strip()]
    return len(inside.split()) <= 5 and sum(_label(line) != "" for line in below) >= 2


def _begins(line: str) -> bool:
    low = line.strip().lower()
    return low[-1:] == ":" and low.rstrip(":").strip() in words.BEGINS


def _label(line: str) -> str:
    """What a `Word: value` line names: from, to, when, subject, other; "?" for an unknown word; "" when it is no such line."""
    head, colon, _ = line.partition(":")
    name = head.strip(" \t*_|\u00a0")
    if not colon or not name or not _LABEL.match(name):
        return ""
    return _LABELS.get(name.lower(), "?")


def _header_block(lines: list[str], at: int) -> bool:
    """Three or more header lines of a quoted mail from here: a sender, and a subject or an address.

    A form has such lines too ("From: Oslo, To: Bergen, Date: ..."), hence the subject or address.  Words of a language that
    we do not know count with a date, under a rule of dashes or when the first names somebody as "Name <address>".
    """
    first = _label(lines[at])
    if not first or first == _OTHER:
        return False
    if first == "?" and not (_MAILBOX.search(lines[at]) or (at and _RULE.match(lines[at - 1].strip()))):
        return False
    seen: list[str] = []
    values: list[str] = []
    gap = 0
    for line in lines[at : at + 14]:
        label = _label(line) if line.strip() else ""
        gap = 0 if label else gap + 1
        if gap > 2 or (gap and len(seen) >= 3 and not line.strip()):
            break
        if label:
            seen.append(label)
        values.append(line)
    known = {label for label in seen if label != "?"}
    text = " ".join(values)
    address, date = _ADDRESS.search(text) is not None, _DATE.search(text) is not None
    if len(known) >= 3 and _FROM in known and (_WHEN in known or _SUBJECT in known):
        return address or _SUBJECT in known
    if seen[:2] == [_FROM, _WHEN] and _ADDRESS.search(lines[at]) and date:
        return True
    return first == "?" and len(seen) >= 3 and address and date


def _signature(lines: list[str], keep: list[bool], at: int) -> int:
    """Drop a signature, which ends where a quote begins or at the end; a long one is text under a dash and stays."""
    end, filled = at + 1, 0
    while end < len(lines) and filled <= _SIGNATURE_LINES:
        line = lines[end].strip()
        if line and (line[0] == ">" or _ends_all(lines, keep[:], end) or _next_opens_quote(lines, end)):
            break
        filled += bool(line)
        end += 1
    if filled > _SIGNATURE_LINES:
        return at + 1
    _drop(keep, at, end)
    return end


def _list_footer(lines: list[str], at: int) -> bool:
    """A rule of underscores above a mailing list's few last lines."""
    if not lines[at].startswith("__________"):
        return False
    below = [line for line in lines[at + 1 : at + 8] if line.strip()]
    return len(lines) - at <= 8 and any("mailing list" in line.lower() or "/listinfo" in line for line in below)


def _next_opens_quote(lines: list[str], at: int) -> bool:
    """Whether an attribution of a quote begins on this line."""
    return any(
        _attribution(lines, i, loose=True) == at for i in range(at, min(at + 3, len(lines))) if _next_is_quote(lines, i)
    )


def _drop_rules(lines: list[str], keep: list[bool], at: int) -> None:
    """Rules of dashes right above what was cut belong to it."""
    above = at - 1
    while above >= 0 and at - above < 4 and (not lines[above].strip() or _RULE.match(lines[above].strip())):
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
            footer = last and _is_footer(line)
            keep[at] = not footer
            last = footer
    return keep


def _is_footer(line: str) -> bool:
    """A client's own line: short, and no sentence ("Sent from my desk, which is easier" is one)."""
    low = line.lower().lstrip("-–—_*[( ")
    if len(line) > 200 or not low.startswith(words.FOOTERS):
        return False
    bare = _URL.sub("", low).strip(" .)]*_")
    return len(bare) <= 60 and "," not in bare and ". " not in bare


def _footer_above(lines: list[str], keep: list[bool], at: int) -> bool:
    """A phone's footer ends what its user wrote: what follows an empty line below it is what the phone quotes unmarked."""
    above = at - 1
    if lines[above].strip():
        return False
    while above >= 0 and at - above < 4 and not lines[above].strip():
        above -= 1
    footer = 0 < above < at - 1 and keep[above] and _is_footer(lines[above].strip()) and _any_above(lines, keep, above)
    return footer and not any(_is_quote(line) for line in lines[at:])


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
