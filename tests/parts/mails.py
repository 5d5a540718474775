"""mails: letters that people write to a desk, ready for the wire."""

from __future__ import annotations

import itertools
import smtplib
from email import policy
from email.message import EmailMessage
from email.utils import formatdate, parseaddr

AUTHSERV = "mx.desk.example"
_SERIAL = itertools.count(1)


def mail(sender: str, subject: str, text: str, to: str = "support@desk.example", **headers: str) -> EmailMessage:
    """An ordinary mail.  headers: In_Reply_To=..., Message_ID=..., Auto_Submitted=..."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, to, subject
    made["Date"] = headers.pop("Date", formatdate())
    made["Message-ID"] = headers.pop("Message_ID", f"<story.{next(_SERIAL)}@{parseaddr(sender)[1].split('@')[-1]}>")
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


def wire(made: EmailMessage) -> bytes:
    """With CRLF, as SMTP wants it; smtplib leaves bytes as they are."""
    return made.as_bytes(policy=policy.SMTP)


def authenticated(made: EmailMessage, authserv_id: str = AUTHSERV) -> bytes:
    """The mail as the site's MTA passes it on: on top, the proof that its From holds."""
    domain = parseaddr(str(made["From"]))[1].split("@")[-1]
    return f"Authentication-Results: {authserv_id}; dmarc=pass header.from={domain}\r\n".encode() + wire(made)


def send(port: int, raw: bytes, to: str = "support@desk.example", sender: str = "ann@kunde.example") -> None:
    """By SMTP to 127.0.0.1; raises as smtplib does when it is not taken."""
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as door:
        door.sendmail(sender, [to], raw)
