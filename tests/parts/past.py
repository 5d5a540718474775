"""past: old mails, and the mailboxes they lie in.

old(sender, to, subject, text, "2024-03-02 09:00", Message_ID=...) -> a mail of that day
mbox(path, mails) -> the file that a careful program makes of them (mboxrd)
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from maild.mail import mailbox

DESK = "Kundeservice <support@desk.example>"
_SERIAL = itertools.count(1)


def old(sender: str, to: str, subject: str, text: str, day: str, **headers: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, to, subject
    made["Date"] = format_datetime(datetime.fromisoformat(day).replace(tzinfo=UTC))
    made["Message-ID"] = headers.pop("Message_ID", f"<old.{next(_SERIAL)}@kunde.example>")
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


def mbox(path: Path, mails: Iterable[EmailMessage | bytes]) -> Path:
    with path.open("wb") as file:
        for made in mails:
            raw = made if isinstance(made, bytes) else made.as_bytes()
            file.write(mailbox.separator("ann@kunde.example", datetime(2024, 1, 1, tzinfo=UTC)))
            file.write(mailbox.quoted(raw) + (b"\n" if raw.endswith(b"\n") else b"\n\n"))
    return path
