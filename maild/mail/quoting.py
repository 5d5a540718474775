"""quoting: what a line of a reply is: an attribution, a header block of a quoted mail, a banner, a footer.

Each function looks at one place in a list of lines and answers for itself; owntext puts the answers together.  Pure, linear: lines
are at most 300 characters, blocks at most 14 lines.  Structure first (a date, an address, a colon), word tables second.
"""

from __future__ import annotations

import re

from maild.mail import words

WIDTH = 300

_DATE = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d(?!\d)|\d{1,2}[.:/]\d{2}(?!\d)|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d)|\d{1,2}\. ?[a-zčšž]{3,})",
    re.I,
)
_ADDRESS = re.compile(r"[^\s<>@\[\]]@[\w.-]+|<mailto:|\[mailto:")
_MAILBOX = re.compile(r"\S <(?:mailto:)?[^\s<>@]+@[\w.-]+>|\[mailto:")
_ONLY_LINK = re.compile(r"[(<\[]{0,2}https?://\S+(?: ?>)?")
_CLOCK = re.compile(r"(?<!\d)(?:\d{1,2}[.:]\d{2}|(?:19|20)\d\d)(?!\d)")
_STAMP = re.compile(r"\d\d:\d\d:\d\d [+-]\d{4}\b")
_PHONE_OUTLOOK = re.compile(r"\boutlook \w{2,5} (?:ios|android)\b")
_TOLD = re.compile(r"(?<!\w)(?:" + "|".join(re.escape(w) for w in words.TOLD) + r")(?= ?[:,])")
_WITHIN = re.compile(r"(?<!\w)(?:" + "|".join(re.escape(w) for w in words.WITHIN) + r")(?!\w)")
_URL = re.compile(r"<[^<>]*>|\(?https?://\S+")
_WROTE = re.compile(r"(?<!\w)(?:" + "|".join(re.escape(w) for w in words.WROTE) + r")(?!\w)")
_BANNER = re.compile(r"[-_=*~—–]{2,} {0,9}([^-_=*~—–\s].{2,80}?) {0,9}[-_=*~—–]{2,}$")
DASHES = "-_=*~—–"
RULE = re.compile(r"[-_=*~—–]{5,}$")
_LABEL = re.compile(r"[\w'’ ./-]{1,25}$")
_FROM, _TO, _WHEN, _SUBJECT, _OTHER = "from", "to", "when", "subject", "other"
_LABELS: dict[str, str] = {}
for _kind, _table in (
    (_OTHER, words.OTHER), (_SUBJECT, words.SUBJECT), (_TO, words.TO), (_WHEN, words.SENT + words.DATE), (_FROM, words.FROM),
):  # fmt: skip
    _LABELS |= dict.fromkeys(_table, _kind)


def is_quote(line: str) -> bool:
    """A quoted line; one between arrows (">>> here <<<") is an ornament."""
    line = line.strip()
    return line[:1] == ">" and line[-1] != "<" and not (line[-3:] == ">>>" and between_arrows(line))


def closes(lines: list[str], at: int) -> int:
    """Where an attribution begins whose last line is the end of a wrapped address ("> wrote:", no quote mark); or -1."""
    line = lines[at].strip().lower()
    if line[:1] != ">" or line[-1] != ":" or len(line) > 40 or not _WROTE.search(line):
        return -1
    above = range(at - 1, max(-1, at - 6), -1)
    if not any(lines[i].count("<") > lines[i].count(">") for i in above):
        return -1
    return next((i for i in above if _DATE.search(lines[i]) and opens(lines[i].lower())), -1)


def between_arrows(line: str) -> bool:
    """How GroupWise introduces what it quotes unmarked: ">>> Name <address> date >>>"."""
    line = line.strip()
    inner = line[3:-3]
    return line[:3] == ">>>" == line[-3:] and bool(_ADDRESS.search(inner) or _DATE.search(inner))


def is_link(line: str) -> bool:
    """A line of nothing but a link, with what a client puts around one."""
    return _ONLY_LINK.fullmatch(line.strip()) is not None


def attribution(lines: list[str], at: int, *, loose: bool) -> int:
    """Where the attribution that ends on this line begins (a client may have wrapped it twice), or -1.

    loose: quoted lines follow, so that a name and a verb, or a date and an address, are enough.  Where nothing marks a quote, a
    date without year and hour is prose ("On 3 March the printer wrote:"), and so is "you wrote", which no client says.
    """
    if lines[at].lstrip()[:1] == ">":
        return closes(lines, at)
    start = _beginning(lines, at)
    low = " ".join(line.strip() for line in lines[start : at + 1]).lower()
    if len(low) > WIDTH:
        return -1
    ends = low.rstrip(" *_\u00a0>")[-1:] in (":", "：")
    date, address, verb = _DATE.search(low), _ADDRESS.search(low), _WROTE.search(low)
    if ends and not _TOLD.search(low) and ((date and (address or (verb and _CLOCK.search(low)))) or (verb and address)):
        return start
    if not loose:
        return -1
    if (ends and (verb or address) and len(low) < 120) or (date and address):
        return start
    return start if ends and date and opens(low) else -1


def _beginning(lines: list[str], at: int) -> int:
    """The line on which an attribution that ends here began: the one with its date, or with the word that opens it."""
    line = lines[at].strip().lower()
    dated = _DATE.search(line) is not None
    start = at
    if dated and opens(line):
        return at
    for above in range(at - 1, max(-1, at - 4), -1):
        line = lines[above].strip().lower()
        if not line or line[0] == ">" or len(line) > 200 or line[-1] in ".!?":
            break
        has_date = _DATE.search(line) is not None
        if opens(line) and (dated or has_date):
            return above
        if has_date and not dated:
            start, dated = above, True
    return start


def opens(low: str) -> bool:
    return low.lstrip("*_ ").startswith(words.OPENERS)


def is_banner(lines: list[str], at: int) -> bool:
    """A line of dashes around a known phrase, or around a few words of any language above `Word:` lines."""
    match = _BANNER.match(lines[at].strip())
    if match is None:
        return False
    inside = match[1].strip().lower().rstrip(":")
    if inside.startswith(words.BANNERS) or _WROTE.search(inside[-12:]):
        return True
    below = [line for line in lines[at + 1 : at + 4] if line.strip()]
    return len(inside.split()) <= 5 and sum(_label(line) != "" for line in below) >= 2


def begins(line: str) -> bool:
    low = line.strip().lower()
    return low[-1:] == ":" and low.rstrip(":").strip() in words.BEGINS


def _label(line: str) -> str:
    """What a `Word: value` line names: from, to, when, subject, other; "?" for an unknown word; "" when it is no such line."""
    head, colon, _ = line.partition(":")
    name = head.strip(" \t*_|\u00a0")
    if not colon or not name or not _LABEL.match(name):
        return ""
    return _LABELS.get(name.lower(), "?")


def header_block(lines: list[str], at: int) -> bool:
    """Three or more header lines of a quoted mail from here: a sender, and a subject or an address.

    A form has such lines too ("From: Oslo, To: Bergen, Date: 3 May"), hence the address, or a subject and a date with year or hour.
    Two lines are enough when the date is written as only mail headers write it, with seconds and zone.  Words of a language that
    we do not know count with a date, under a rule of dashes or when the first names somebody as "Name <address>".
    """
    first = _label(lines[at])
    if not first or first == _OTHER:
        return False
    if first == "?" and not (_MAILBOX.search(lines[at]) or (at and RULE.match(lines[at - 1].strip()))):
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
        return address or (_SUBJECT in known and (_WHEN not in known or _CLOCK.search(text) is not None))
    if seen[:2] == [_FROM, _WHEN] and _ADDRESS.search(lines[at]) and date:
        return True
    if seen[:2] == [_WHEN, _TO] and address and _STAMP.search(lines[at]):
        return True
    return first == "?" and len(seen) >= 3 and address and date


def label(line: str) -> str:
    """What a `Word: value` line names: from, to, when, subject, other; "?" for an unknown word; "" for another line."""
    return _label(line)


def is_label(line: str) -> bool:
    """A `Word: value` line, with its value."""
    return _label(line) != "" and line.rstrip()[-1:] != ":"


def answers_within(own: str) -> bool:
    """Whether a short reply says that its answers stand within the quote, where only a colour tells them."""
    return len(own) <= WIDTH and _WITHIN.search(own.lower()) is not None


def block_length(lines: list[str], at: int) -> int:
    """How many lines the header block has that begins here; 1 without one."""
    if not header_block(lines, at):
        return 1
    return next((i for i, line in enumerate(lines[at : at + 14]) if not is_label(line)), 0) or 1


def block_above(lines: list[str], at: int) -> int:
    """Where the header block begins of which this is the last line, with a rule or banner above it; or -1."""
    top = at
    while top > 0 and at - top < 13 and is_label(lines[top - 1]):
        top -= 1
    if at - top < 2 or not header_block(lines, top):
        return -1
    above = top - 1
    return above if top and (RULE.match(lines[above].strip()) or is_banner(lines, above)) else top


def is_footer(line: str) -> bool:
    """A client's own line: short, and no sentence ("Sent from my desk, which is easier" is one)."""
    if len(line) > 200:
        return False
    low = line.lower().lstrip("-–—_*[( ")
    low = " ".join(_URL.sub(" ", low).split()) if "<" in low or "://" in low else low
    if not (low.startswith(words.FOOTERS) or _PHONE_OUTLOOK.search(low)):
        return False
    bare = low.strip(" .)]*_")
    return len(bare) <= 60 and "," not in bare and ". " not in bare


def only_introduces(line: str) -> bool:
    """A client's own line about what it quotes, or below it, by itself: an attribution, a header with an address, a footer."""
    line = line[:WIDTH]
    named = _label(line) not in ("", "?") and _ADDRESS.search(line) is not None
    return named or is_footer(line.strip()) or attribution([line], 0, loose=True) >= 0


def only_a_block(lines: list[str]) -> bool:
    """Whether these lines are a header block and nothing else."""
    said = [line for line in lines if line.strip()]
    return 3 <= len(said) <= 14 and all(map(is_label, said)) and header_block(said, 0)


def list_footer(lines: list[str], at: int) -> bool:
    """A rule of underscores above a mailing list's few last lines."""
    if not lines[at].startswith("__________"):
        return False
    below = [line for line in lines[at + 1 : at + 8] if line.strip()]
    return len(lines) - at <= 8 and any("mailing list" in line.lower() or "/listinfo" in line for line in below)
