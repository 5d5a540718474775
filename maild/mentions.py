"""mentions: where somebody stands in what other people wrote, row by row, and how he is masked there.

scan(session, table, after, seek) -> (hits, next after or None): a few rows at a time, reading only;
mask(session, hit, seek) -> Changed: what the row must become, reading only; write(session, changed): in a transaction.
Tables: incoming (the mail and what was noted of it), message (content, file names), cases (the subject), phrase (words of tasks, offers
and requests), outbox (letters), person (others' display names), reference (message ids), policy (the stored files of earlier rules),
draft (handlers' mails that are kept).

LIMITS  As mail/masking.py.  Mails that are being settled at this moment are new mail.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from maild.mail import masking
from maild.mail.headers import addresses, octets_to_text
from maild.mail.masking import Sought
from maild.mail.payload import payload
from maild.mail.scan import scan_head
from maild.model.message import Attachment
from maild.store import erasure, incoming
from maild.store.database import Session
from maild.store.incoming import IS_MAIL
from maild.store.outbox import attachment, attachment_row
from maild.store.text import dumps

TABLES = ("incoming", "message", "cases", "phrase", "outbox", "person", "reference", "policy", "draft")
_STEP = {"incoming": 20}
_ROWS = 200
_COLUMNS = ("sender", "client", "message_id", "trust", "trace", "error")
_NAMES = ", ".join(_COLUMNS)


@dataclass(frozen=True, slots=True)
class Seek:
    """Who is sought.

    far      address, names and words, in everything; close: also his lines and message ids, in the cases in which he wrote
    cases    those; own: rows that are his own, by table, which are not masked but blanked; until: rows up to this instant
    """

    addresses: tuple[str, ...]
    far: Sought
    close: Sought
    bare: Sought
    cases: frozenset[int]
    own: Mapping[str, frozenset[int]]
    until: int

    def of(self, case: int | None) -> Sought:
        return self.close if case in self.cases else self.far


@dataclass(frozen=True, slots=True)
class Hit:
    """A row of a table that names him.  his: it is his own mail after all (he is its author); key: of rows without an id."""

    table: str
    row: int
    case: int | None = None
    his: bool = False
    key: str = ""
    closed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    """What a row is to become: its columns, a mail's octets, a content, the files of messages."""

    hit: Hit
    columns: Mapping[str, Any] = field(default_factory=dict)
    raw: bytes = b""
    text: str | None = None
    files: Mapping[int, str] = field(default_factory=dict)


Found = tuple[list[Hit], int | None]


def scan(session: Session, table: str, after: int, seek: Seek) -> Found:
    """The next rows that name him."""
    return _SCAN[table](session, after, seek)


def mask(session: Session, hit: Hit, seek: Seek) -> Changed:
    return _MASK[hit.table](session, hit, seek)


def write(session: Session, changed: Changed) -> None:
    """What he was named in, without him."""
    hit = changed.hit
    if changed.raw:
        erasure.rewrite_raw(session, hit.row, changed.raw)
    if changed.text is not None and hit.table == "message":
        erasure.rewrite_message(session, hit.row, changed.text)
    if changed.text is not None and hit.table in ("cases", "phrase", "draft"):
        erasure.rewrite_content(session, hit.key, changed.text)
    if changed.text is not None and hit.table == "policy":
        session.execute("UPDATE policy SET files=? WHERE hash=?", (changed.text, hit.key))
    if hit.table == "reference":
        session.execute("DELETE FROM reference WHERE message_id=?", (hit.key,))
    if changed.columns:
        erasure.set_columns(session, hit.table, hit.row, dict(changed.columns))
    for message, files in changed.files.items():
        session.execute("UPDATE message SET attachments=? WHERE id=?", (files, message))
    for message in (*changed.files, *([hit.row] if hit.table == "message" else ())):
        erasure.reindex(session, message)


def _next(rows: list[Any], limit: int) -> int | None:
    return int(rows[-1][0]) if len(rows) == limit else None


# --- mails ------------------------------------------------------------------------------------------------------------------------


def _incoming(session: Session, after: int, seek: Seek) -> Found:
    rows = session.all(
        f"SELECT id, raw, case_id, {_NAMES} FROM incoming WHERE id>? AND received_at<=?"
        f" AND {IS_MAIL} AND state IN ('done', 'held') ORDER BY id LIMIT ?",
        (after, seek.until, _STEP["incoming"]),
    )
    hits = []
    for row in rows:
        if row[0] in seek.own["incoming"]:
            continue
        raw, what = incoming.raw(session, row[1]), seek.of(row[2])
        if masking.occurs(raw, what) or any(masking.says(value, what) for value in row[3:] if value):
            hits.append(Hit("incoming", row[0], row[2], _his(raw, row[2], seek), closed=masking.closed(raw)))
    return hits, _next(rows, _STEP["incoming"])


def _his(raw: bytes, case: int | None, seek: Seek) -> bool:
    """A mail of no case whose author he is: what is in a case is told by its message."""
    if case is not None:
        return False
    written = addresses(octets_to_text(scan_head(raw).root.field("from")))
    return any(found.address.lower() in seek.addresses for found in written)


def _mask_incoming(session: Session, hit: Hit, seek: Seek) -> Changed:
    what = seek.of(hit.case)
    raw = incoming.raw_of(session, hit.row)
    masked = masking.mask(raw, what)
    row = session.one(f"SELECT {_NAMES} FROM incoming WHERE id=?", (hit.row,)) or ()
    columns = {
        name: _column(value, what)
        for name, value in zip(_COLUMNS, row, strict=False)
        if value and masking.says(value, what)
    }
    files = _files(session, hit.row, masked, what) if masked else {}
    return Changed(hit, columns, masked.raw if masked else b"", files=files)


def _column(value: str, what: Sought) -> str:
    """Trust and trace are JSON, the others text."""
    if value.startswith("{"):
        return erasure.mask_json(value, lambda text: masking.text(text, what))
    return masking.text(value, what)


def _files(session: Session, row: int, masked: masking.Masked, what: Sought) -> dict[int, str]:
    """The file lists of a mail's messages: names and checksums as they are now."""
    found = {}
    for message, files in session.all("SELECT id, attachments FROM message WHERE incoming=?", (row,)):
        shown = [attachment(file) for file in json.loads(files)]
        changed = [_file(file, masked, what) for file in shown]
        if changed != shown:
            found[message] = dumps([attachment_row(file) for file in changed])
    return found


def _file(file: Attachment, masked: masking.Masked, what: Sought) -> Attachment:
    named = replace(file, name=masking.text(file.name, what))
    if not any(start < file.end and file.start < end for start, end in masked.spans):
        return named
    return replace(named, sha256=hashlib.sha256(payload(masked.raw, file)).hexdigest())


# --- what was said --------------------------------------------------------------------------------------------------------------


def _strings(value: Any) -> str:
    """All texts of a JSON value, one below the other."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "\n\0\n".join(map(_strings, value.values()))
    return "\n\0\n".join(map(_strings, value)) if isinstance(value, list) else ""


def _message(session: Session, after: int, seek: Seek) -> Found:
    rows = session.all(
        "SELECT m.id, m.case_id, m.attachments, m.message_id, c.text FROM message m LEFT JOIN content c ON c.commitment=m.content"
        " WHERE m.id>? AND m.at<=? ORDER BY m.id LIMIT ?",
        (after, seek.until, _ROWS),
    )
    hits = []
    for row in rows:
        said = f"{_strings(json.loads(row[4] or '{}'))}\n{_strings(json.loads(row[2]))}\n{row[3] or ''}"
        if row[0] not in seek.own["message"] and masking.says(said, seek.of(row[1])):
            hits.append(Hit("message", row[0], row[1]))
    return hits, _next(rows, _ROWS)


def _mask_message(session: Session, hit: Hit, seek: Seek) -> Changed:
    what = seek.of(hit.case)
    row = session.one(
        "SELECT m.attachments, m.message_id, c.text FROM message m LEFT JOIN content c ON c.commitment=m.content WHERE m.id=?",
        (hit.row,),
    )
    files, message_id, said = row or ("[]", None, None)
    columns = {
        "attachments": erasure.mask_json(files, _named(what)),
        "message_id": message_id and masking.text(message_id, what),
    }
    return Changed(hit, columns, text=erasure.mask_json(said, lambda text: masking.text(text, what)) if said else None)


def _named(what: Sought) -> Callable[[str], str]:
    return lambda text: masking.text(text, what)


def _subject(session: Session, after: int, seek: Seek) -> Found:
    rows = session.all(
        "SELECT c.id, c.subject, t.text FROM cases c LEFT JOIN content t ON t.commitment=c.subject"
        " WHERE c.id>? AND c.opened_at<=? ORDER BY c.id LIMIT ?",
        (after, seek.until, _ROWS),
    )
    hits = [
        Hit("cases", row[0], row[0], key=row[1])
        for row in rows
        if row[2] and row[0] not in seek.own["cases"] and masking.says(row[2], seek.of(row[0]))
    ]
    for case, title in erasure.titles(session, "case_id>? AND case_id<=?", (after, rows[-1][0])) if rows else ():
        said = session.one("SELECT text FROM content WHERE commitment=?", (title,))
        if said and case not in seek.own["cases"] and masking.says(said[0], seek.of(case)):
            hits.append(Hit("cases", case, case, key=title))
    return hits, _next(rows, _ROWS)


def _mask_subject(session: Session, hit: Hit, seek: Seek) -> Changed:
    row = session.one("SELECT text FROM content WHERE commitment=?", (hit.key,))
    return Changed(hit, text=masking.text(row[0], seek.of(hit.case)) if row else None)


def _phrase(session: Session, after: int, seek: Seek) -> Found:
    """The words of tasks, offers and requests, all cases of a step at once."""
    rows = session.all(
        "SELECT p.case_id, p.commitment, t.text FROM phrase p JOIN content t ON t.commitment=p.commitment WHERE p.case_id>?"
        " AND p.case_id<=? ORDER BY p.case_id",
        (after, after + _ROWS),
    )
    hits = [
        Hit("phrase", row[0], row[0], key=row[1])
        for row in rows
        if row[0] not in seek.own["cases"] and masking.says(row[2], seek.of(row[0]))
    ]
    last = session.one("SELECT max(case_id) FROM phrase") or (None,)
    return hits, after + _ROWS if (last[0] or 0) > after + _ROWS else None


# --- letters --------------------------------------------------------------------------------------------------------------------


def _letter(session: Session, after: int, seek: Seek) -> Found:
    rows = session.all(
        "SELECT id, case_id, head, text, recipient, error, parts FROM outbox WHERE id>? AND created_at<=? AND recipient<>''"
        " ORDER BY id LIMIT ?",
        (after, seek.until, _ROWS),
    )
    hits = [
        Hit("outbox", row[0], row[1])
        for row in rows
        if row[0] not in seek.own["outbox"] and _in_letter(row, seek.of(row[1]))
    ]
    return hits, _next(rows, _ROWS)


def _in_letter(row: Any, what: Sought) -> bool:
    plain = f"{row[4]}\n{row[5] or ''}\n{_strings(json.loads(row[6]))}"
    return masking.says(plain, what) or masking.occurs(bytes(row[2]), what) or masking.occurs(bytes(row[3]), what)


def _mask_letter(session: Session, hit: Hit, seek: Seek) -> Changed:
    row = session.one("SELECT head, text, error, parts FROM outbox WHERE id=?", (hit.row,))
    if row is None:
        return Changed(hit)
    what = seek.of(hit.case)
    head, text = (masking.mask(bytes(value), what) for value in row[:2])
    return Changed(
        hit,
        {
            "head": head.raw if head else bytes(row[0]),
            "text": text.raw if text else bytes(row[1]),
            "error": row[2] and masking.text(row[2], what),
            "parts": erasure.mask_json(row[3], lambda name: masking.text(name, what)),
        },
    )


# --- the rest -------------------------------------------------------------------------------------------------------------------


def _person(session: Session, after: int, seek: Seek) -> Found:
    """Others' display names: by address only, for a namesake is somebody else."""
    rows = session.all("SELECT id, name FROM person WHERE id>? ORDER BY id LIMIT ?", (after, 5 * _ROWS))
    hits = [
        Hit("person", row[0]) for row in rows if row[0] not in seek.own["person"] and masking.says(row[1], seek.bare)
    ]
    return hits, _next(rows, 5 * _ROWS)


def _mask_person(session: Session, hit: Hit, seek: Seek) -> Changed:
    row = session.one("SELECT name FROM person WHERE id=?", (hit.row,))
    return Changed(hit, {"name": masking.text(row[0], seek.bare)} if row else {})


def _reference(session: Session, after: int, seek: Seek) -> Found:
    """Message ids that are made of his address."""
    like = "lower(message_id) LIKE ? ESCAPE '!'"
    values = ["%" + _escaped(address) + "%" for address in seek.addresses]
    rows = session.all(f"SELECT DISTINCT message_id FROM reference WHERE {' OR '.join([like] * len(values))}", values)
    return [Hit("reference", 0, key=row[0]) for row in rows if masking.says(row[0], seek.bare)], None


def _escaped(value: str) -> str:
    return value.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _draft(session: Session, after: int, seek: Seek) -> Found:
    """Handlers' mails that are kept."""
    rows = session.all(
        "SELECT d.id, d.case_id, d.content, d.files, c.text FROM draft d JOIN content c ON c.commitment=d.content"
        " WHERE d.id>? AND d.made_at<=? ORDER BY d.id LIMIT ?",
        (after, seek.until, _ROWS),
    )
    hits = [
        Hit("draft", row[0], row[1], key=row[2])
        for row in rows
        if masking.says(f"{_strings(json.loads(row[4]))}\n{_strings(json.loads(row[3]))}", seek.of(row[1]))
    ]
    return hits, _next(rows, _ROWS)


def _mask_draft(session: Session, hit: Hit, seek: Seek) -> Changed:
    row = session.one(
        "SELECT d.files, c.text FROM draft d JOIN content c ON c.commitment=d.content WHERE d.id=?", (hit.row,)
    )
    if row is None:
        return Changed(hit)
    named = _named(seek.of(hit.case))
    return Changed(hit, {"files": erasure.mask_json(row[0], named)}, text=erasure.mask_json(row[1], named))


def _policy(session: Session, after: int, seek: Seek) -> Found:
    rows = session.all("SELECT hash, files FROM policy")
    return [Hit("policy", 0, key=row[0]) for row in rows if masking.says(_strings(json.loads(row[1])), seek.bare)], None


def _mask_policy(session: Session, hit: Hit, seek: Seek) -> Changed:
    row = session.one("SELECT files FROM policy WHERE hash=?", (hit.key,))
    return Changed(hit, text=erasure.mask_json(row[0], lambda text: masking.text(text, seek.bare)) if row else None)


_SCAN: dict[str, Callable[[Session, int, Seek], Found]] = {
    "incoming": _incoming,
    "message": _message,
    "cases": _subject,
    "phrase": _phrase,
    "outbox": _letter,
    "person": _person,
    "reference": _reference,
    "policy": _policy,
    "draft": _draft,
}
_MASK: dict[str, Callable[[Session, Hit, Seek], Changed]] = {
    "incoming": _mask_incoming,
    "message": _mask_message,
    "cases": _mask_subject,
    "phrase": _mask_subject,
    "outbox": _mask_letter,
    "person": _mask_person,
    "reference": lambda session, hit, seek: Changed(hit),
    "policy": _mask_policy,
    "draft": _mask_draft,
}
