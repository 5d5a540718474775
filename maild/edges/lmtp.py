"""lmtp: the door for a mail server on the same machine (RFC 2033).

The session of SMTP, but it begins with LHLO, and after the final dot comes one reply for each recipient that was taken,
in order.
"""

from __future__ import annotations

from maild.edges.smtp_session import Session
from maild.errors import SmtpError


class LmtpSession(Session):
    """A mail server that hands mail over."""

    word = "LMTP"

    def _refuses(self, recipient: str, size: int) -> SmtpError | None:
        """The mail server has taken it already: to refuse it now would send a bounce to whoever stands in From."""
        return None

    def _replies(self) -> int:
        return len(self._recipients)


def lhlo(session: Session, argument: bytes) -> None:
    session.ehlo(argument)
    session.protocol = "LMTP"


# Section 4.1: HELO and EHLO are not to be answered with 250.
LmtpSession.steps = {verb: step for verb, step in Session.steps.items() if verb not in (b"EHLO", b"HELO")} | {
    b"LHLO": lhlo
}
