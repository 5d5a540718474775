"""talk: what was said in a case, as commands show it: mails that came in, and letters of ours.

messages(session, case, name) -> views in the order in which things happened; file(session, case, number) -> a file, by the number
that it has in them.  Reading only; plain values out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser, BytesParser
from typing import Any

from maild.model.message import Attachment
from maild.model.plan import Part
from maild.store import outbox
from maild.store.database import Session, iso, moment
from maild.store.outbox import attachment

View = dict[str, Any]
_CAME = (
    "SELECT m.at, m.author, m.kind, m.message_id, m.internal, m.standing, m.attachments, t.text, m.incoming, i.trust, m.id,"
    " m.direction"
    " FROM message m LEFT JOIN content t ON t.commitment=m.content LEFT JOIN incoming i ON i.id=m.incoming"
    " WHERE m.case_id=? ORDER BY m.id"
)
_LEFT = (
    "SELECT created_at, kind, message_id, sender, recipient, party, head, text, parts, state, id FROM outbox"
    " WHERE case_id=? AND state<>'cancelled' ORDER BY id"
)


def messages(session: Session, case: int, name: Callable[[str], str]) -> list[View]:
    """Mails in and notes from `message`, letters out from the outbox.

    Each bears `event`, the seq of the event that speaks of it; what shares an instant stands in the order of these.  A file bears
    `number`, counted over the case: the same file, sent on in a letter, keeps its number.
    """
    spoken = _spoken(session, case)
    both = [(r[0], spoken.get(("message", r[10])), _in(r, name)) for r in session.all(_CAME, (case,))]
    both += [(r[0], spoken.get(("letter", r[10])), _out(r)) for r in session.all(_LEFT, (case,))]
    both.sort(key=lambda one: (one[0], one[1] or 0))
    views = [{"seq": seq, **view, "event": event} for seq, (_, event, view) in enumerate(both, 1)]
    numbers: dict[str, int] = {}
    for view in views:
        for file in view["attachments"]:
            file["number"] = numbers.setdefault(file["sha256"], len(numbers) + 1)
    return views


def _spoken(session: Session, case: int) -> dict[tuple[str, int], int]:
    """Which event first named a mail or a letter."""
    found: dict[tuple[str, int], int] = {}
    for seq, text in session.all("SELECT seq, data FROM event WHERE case_id=? ORDER BY seq", (case,)):
        facts = json.loads(text)
        for what in ("message", "letter"):
            # A bounce names the letter that came back, long after it left; the first name is the one that counts.
            if isinstance(facts.get(what), int):
                found.setdefault((what, facts[what]), seq)
    return found


def _in(row: Sequence[Any], name: Callable[[str], str]) -> View:
    body = json.loads(row[7]) if row[7] else {}
    trust = json.loads(row[9]) if row[9] else {}
    return {
        "at": iso(moment(row[0])),
        # What was imported may have been ours: it was sent long ago, by whatever sent it.
        "direction": row[11],
        **({"state": "done"} if row[11] == "out" else {}),
        "from": body.get("from") or name(row[1]),
        "from_name": body.get("from_name", ""),
        "to": body.get("to", []),
        "message_id": row[3],
        "kind": row[2],
        "subject": body.get("subject", ""),
        "text": body.get("text", ""),
        "own_text": body.get("own_text", ""),
        "internal": bool(row[4]),
        "attachments": [_file(attachment(a)) for a in json.loads(row[6])],
        "standing": row[5],
        "verified": trust.get("authentication", "none") != "none",
        "incoming": row[8],
    }


def _out(row: Sequence[Any]) -> View:
    head = BytesHeaderParser().parsebytes(bytes(row[6]) + b"\r\n\r\n")
    text = written(bytes(row[7]))
    return {
        "at": iso(moment(row[0])),
        "direction": "out",
        "from": str(head.get("From", row[3])),
        "to": [row[4]],
        "message_id": row[2],
        "kind": row[1],
        "subject": str(make_header(decode_header(str(head.get("Subject", ""))))),
        "text": text,
        "own_text": text,
        "internal": row[5].startswith("handler:"),
        "attachments": [_file(attachment(part[1])) for part in json.loads(row[8])],
        "state": row[9],
        "letter": row[10],
    }


def written(part: bytes) -> str:
    """The words of a letter of ours: the stored first part, with its own Content-* headers."""
    mail = BytesParser().parsebytes(part)
    # Of a letter that is a page too, the text says the same.
    payload = next((p for p in mail.walk() if not p.is_multipart()), mail).get_payload(decode=True)
    return payload.decode("utf-8", "replace").replace("\r\n", "\n") if isinstance(payload, bytes) else ""


def _file(value: Attachment) -> View:
    return {"name": value.name, "type": value.type, "size": value.size, "sha256": value.sha256, "inline": value.inline}


def file(session: Session, case: int, number: int) -> Part | None:
    """The file that the views number so, and the mail in which it stands."""
    view = next((f for m in messages(session, case, str) for f in m["attachments"] if f["number"] == number), None)
    return next((part for part in _files(session, case) if view and part.attachment.sha256 == view["sha256"]), None)


def _files(session: Session, case: int) -> Iterator[Part]:
    """The files of the case's mails; then those of its letters, which may have come from elsewhere."""
    for incoming, text in session.all("SELECT incoming, attachments FROM message WHERE case_id=? ORDER BY id", (case,)):
        yield from (Part(incoming or 0, attachment(row)) for row in json.loads(text))
    for row in session.all("SELECT id FROM outbox WHERE case_id=? AND parts<>'[]' ORDER BY id", (case,)):
        yield from outbox.written(session, row[0]).parts
