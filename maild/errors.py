"""errors: sorted by who must act.

RuleError   the admin: a file of the policy or the configuration is wrong (exit 78, or 1 from `check`)
Refused     the peer, for good: a 5xx, with its enhanced code
TryLater    the peer, later: a 4xx, with its enhanced code
Conflict    us: somebody else was quicker (a lost claim, a moved row); roll back and go on

A bug is none of these: it is any other exception, and it holds its arrival.
"""

from __future__ import annotations

from dataclasses import dataclass

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing an admin must mend: where it stands, what is wrong, and the cure.  line and column count from 1; 0 = the file.

    severity: an error, or a warning, for which nothing is refused.
    """

    file: str
    line: int
    column: int
    what: str
    cure: str = ""
    severity: str = ERROR

    @property
    def warning(self) -> bool:
        return self.severity == WARNING

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{where}: {'warning: ' if self.warning else ''}{self.what}" + (f" ({self.cure})" if self.cure else "")


class RuleError(Exception):
    """The policy or the configuration cannot be used.  `problems` holds all of them, in file order."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


class SmtpError(Exception):
    """An answer for an SMTP or LMTP peer: code and enhanced status (RFC 5321, RFC 3463), without any detail of ours."""

    def __init__(self, code: int, status: str, text: str) -> None:
        self.code, self.status, self.text = code, status, text
        super().__init__(f"{code} {status} {text}")


class Refused(SmtpError):
    """Never: 5xx."""


class TryLater(SmtpError):
    """Not now: 4xx."""


class Conflict(Exception):
    """Somebody else was quicker; nothing was done."""
