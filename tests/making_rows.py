"""making_rows: rows for tests of the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from maild.model.message import Address, Attachment
from maild.model.plan import Letter, Part, Written
from maild.store.incoming import Taken
from maild.store.outbox import Posted

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_SERIAL = iter(range(1, 100_000))


def taken(
    digest: str = "d1",
    *recipients: str,
    at: datetime = NOW,
    weak: bool = False,
    raw: bytes = b"mail",
    kept: bool = False,
) -> Taken:
    to = recipients or ("support@desk.example",)
    raw_id = next(_SERIAL)
    return Taken(digest, weak, raw_id, raw, "smtp", "ann@kunde.example", to, "127.0.0.1", "ESMTP", at, kept)


def posted(
    letter: int, case: int | None = 7, party: str = "handler:kari", wait: int = 0, *, first: bool = False
) -> Posted:
    due = NOW + timedelta(seconds=wait)
    to = Address("Kari", "kari@staff.example")
    meant = Letter(letter, case, "1042", "update", party, to, "support", "nb", "Skriver", "your-case", due, first=first)
    file = Part(3, Attachment("a.txt", "text/plain", 2, "00", False, 10, 14, "base64"))
    name = f"<m{letter}@desk.example>"
    return Posted(meant, Written(letter, name, "b@desk.example", to.address, b"From: x\r\n", b"text", (file,)), None)
