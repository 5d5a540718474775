"""mailbox: mails as mailboxes and programs keep them, and as the doors would have them.

crlf(raw)                    line ends as SMTP has them
from_line(line)              what an mbox separator says: sender and time; None for a line that is none
unquoted(raw), quoted(raw)   mboxrd: a body line "From ", behind any number of ">", bears one more ">" in the file
dated(raw, fallback, now)    when a mail of the past was written: Date, else the topmost Received, else what the mailbox knows
label, labelled              the first line of a mail that maild exported: which case it was in, which way it went

Pure; never raises; linear.
LIMITS  mboxo cannot be told from mboxrd: of its ">>From " one ">" is lost.  Dates are looked for in the first 64 kB.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from maild.mail.headers import moment, octets_to_text

HEAD = 64 * 1024
_BARE_LF = re.compile(rb"(?<!\r)\n")
# "From ann@x Mon Jan  5 09:00:00 2026", with a zone before or after the year, or "-" for the sender (Thunderbird).
_FROM_LINE = re.compile(
    rb"From (?P<sender>\S*|\"[^\"]*\"@\S+) +(?:[A-Z][a-z]{2},? +)?"
    rb"(?:(?P<month>[A-Z][a-z]{2}) +(?P<day>\d{1,2})|(?P<day2>\d{1,2}) (?P<month2>[A-Z][a-z]{2}) \d{4}) +"
    rb"(?P<time>\d{1,2}:\d\d(?::\d\d)?)(?P<rest>.{0,60})"
)
_YEAR = re.compile(rb"(?<![+\-:\d])((?:19|20)\d\d)(?![:\d])")
_ZONE = re.compile(rb"[+-]\d{4}\b")
_QUOTED = re.compile(rb"^>(?=>*From )", re.M)
_TO_QUOTE = re.compile(rb"^(?=>*From )", re.M)
_END = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(rb"^(date|received)[ \t]*:((?:[^\n]*)(?:\n[ \t][^\n]*)*)", re.I | re.M)
# Nobody had mail as we read it before; a clock that says so was never set.
_FIRST = datetime(1980, 2, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)
_LABEL_NAME = "X-Maild-Exported"
_LABEL = re.compile(
    rb"X-Maild-Exported: case=(?P<case>[0-9A-Za-z-]{1,40}); site=(?P<site>[0-9a-f]{16}); way=(?P<way>in|out);"
    rb" internal=(?P<internal>yes|no)\r?\n"
)


@dataclass(frozen=True, slots=True)
class FromLine:
    """An mbox separator: sender "" for nobody (MAILER-DAEMON, "-"), at None when it cannot be read."""

    sender: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Label:
    """Where a mail stood when maild exported it.  site: the fingerprint of the keys, so that two sites' case 1001 are two."""

    case: str
    site: str
    way: str
    internal: bool

    @property
    def key(self) -> str:
        """The case among message ids: no mail can bear such an id, for it has no angle brackets."""
        return f"case:{self.case}@{self.site}"


def crlf(raw: bytes) -> bytes:
    """Every line feed behind a carriage return, one at the end; a bare carriage return is content."""
    ended = _BARE_LF.sub(b"\r\n", raw)
    return ended if ended.endswith(b"\r\n") or not ended else ended + b"\r\n"


def from_line(line: bytes) -> FromLine | None:
    """The separator, without its line end."""
    match = _FROM_LINE.match(line)
    if match is None or not (_YEAR.search(match["rest"]) or match["day2"]):
        return None
    sender = match["sender"].decode("utf-8", "replace")
    return FromLine("" if sender in ("-", "MAILER-DAEMON") or "@" not in sender else sender, _from_time(match))


def _from_time(match: re.Match[bytes]) -> datetime | None:
    year = _YEAR.search(match["rest"]) or _YEAR.search(match[0])
    zone = _ZONE.search(match["rest"])
    if year is None:
        return None
    words = (match["day"] or match["day2"], match["month"] or match["month2"], year[1], match["time"])
    return moment(b" ".join((*words, zone[0] if zone else b"+0000")).decode("ascii"))


def unquoted(raw: bytes) -> bytes:
    """A mail out of an mbox, as it was."""
    return _QUOTED.sub(b"", raw) if b"From " in raw else raw


def quoted(raw: bytes) -> bytes:
    """A mail as an mbox may hold it."""
    return _TO_QUOTE.sub(b">", raw) if b"From " in raw else raw


def dated(raw: bytes, fallback: datetime | None, now: datetime) -> datetime:
    """When it was written, to the second; never in the future, where a wrong clock would put it."""
    end = _END.search(raw, 0, HEAD)
    fields = [(m[1].lower(), m[2]) for m in _FIELD.finditer(raw, 0, end.start() + 1 if end else min(len(raw), HEAD))]
    written = next((moment(_text(value)) for name, value in fields if name == b"date"), None)
    received = next((moment(_text(value.rpartition(b";")[2])) for name, value in fields if name == b"received"), None)
    found = next((at for at in (written, received, fallback) if at and _FIRST <= at <= now + _AHEAD), now)
    return min(found, now).astimezone(UTC).replace(microsecond=0)


def _text(value: bytes) -> str:
    return " ".join(octets_to_text(value).split())


def label(raw: bytes) -> tuple[Label | None, bytes]:
    """The label of an exported mail and the mail without it.

    Only the very first line counts: whatever a stranger writes into his mail, his reader's own server writes something above it.
    """
    match = _LABEL.match(raw)
    if match is None:
        return None, raw
    case, site, way = (match[name].decode("ascii") for name in ("case", "site", "way"))
    return Label(case, site, way, match["internal"] == b"yes"), raw[match.end() :]


def labelled(raw: bytes, it: Label) -> bytes:
    """The mail with its label on top."""
    line = f"{_LABEL_NAME}: case={it.case}; site={it.site}; way={it.way}; internal={'yes' if it.internal else 'no'}\r\n"
    return line.encode("ascii") + raw


def separator(sender: str, at: datetime) -> bytes:
    """An mbox separator line (RFC 4155 appendix A)."""
    who = sender if sender and sender.isascii() and not re.search(r"\s", sender) else "MAILER-DAEMON"
    return f"From {who} {at.astimezone(UTC):%a %b %e %H:%M:%S %Y}\n".encode("ascii")
