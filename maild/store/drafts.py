"""drafts: handlers' mails that wait for their word (model/draft.py).

by_letters(session, letters) -> letter -> drafts; keep(session, plan) writes new ones and ends others; expired, forget: what time takes.
A draft's words stand in content, as JSON; a draft that has ended has none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from maild.model.content import Content
from maild.model.draft import Draft, load_kept
from maild.model.plan import Plan
from maild.store.database import Session, moment, stamp
from maild.store.lists import marks
from maild.store.outbox import attachment, attachment_row
from maild.store.text import dumps

_COLUMNS = "id, letter, case_id, party, incoming, message, reason, purpose, answers, made_at, expires_at, state, files"


def by_letters(session: Session, letters: Sequence[int]) -> dict[int, tuple[Draft, ...]]:
    """Those of which these letters told, also what has ended since."""
    if not letters:
        return {}
    names = ", ".join(f"d.{name}" for name in _COLUMNS.split(", "))
    rows = session.all(
        f"SELECT {names}, c.text FROM draft d LEFT JOIN content c ON c.commitment=d.content"
        f" WHERE d.letter IN {marks(letters)} ORDER BY d.id",
        letters,
    )
    found: dict[int, tuple[Draft, ...]] = {}
    for row in rows:
        found[row[1]] = (*found.get(row[1], ()), _draft(row))
    return found


def untold(session: Session, party: str) -> tuple[Draft, ...]:
    """Those that no letter has told of yet: it asks this party whether they are his, and waits for its hour."""
    letters = session.all(
        "SELECT id FROM outbox WHERE state NOT IN ('done', 'cancelled') AND state='ready' AND attempts=0 AND party=?"
        " AND kind='unverified' ORDER BY id",
        (party,),
    )
    return tuple(d for some in by_letters(session, [row[0] for row in letters]).values() for d in some)


def _draft(row: Sequence[Any]) -> Draft:
    said = json.loads(row[13]) if row[13] else {}
    text, named = said.get("own_text", ""), tuple(said.get("named", ()))
    kept = load_kept(said["mail"]) if "mail" in said else None
    files = tuple(attachment(a) for a in json.loads(row[12]))
    id, letter, case, party, arrival, message, reason, purpose, answers = row[:9]
    when = moment(row[9]), moment(row[10])
    return Draft(
        *(id, letter, case, party, arrival, message, reason, purpose, answers),
        *when,
        text,
        files,
        row[11],
        named,
        kept,
    )


def next_id(session: Session) -> int:
    row = session.one("SELECT coalesce(max(id), 0) + 1 FROM draft")
    assert row is not None
    return int(row[0])


def keep(session: Session, plan: Plan) -> None:
    """End what has ended, and keep what is new."""
    for draft, state in plan.finished.items():
        _blank(session, [draft])
        session.execute("UPDATE draft SET state=? WHERE id=?", (state, draft))
    session.executemany("UPDATE draft SET letter=? WHERE id=?", [(to, draft) for draft, to in plan.retold.items()])
    for draft_, content in plan.drafts:
        _add(session, draft_, content)


def _add(session: Session, draft: Draft, content: Content) -> None:
    session.execute(
        f"INSERT INTO draft({_COLUMNS}, content) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            *(draft.id, draft.letter, draft.case, draft.party, draft.incoming, draft.message, draft.reason),
            *(draft.purpose, draft.answers, stamp(draft.made_at), stamp(draft.expires_at), draft.state),
            *(dumps([attachment_row(file) for file in draft.files]), content.commitment),
        ),
    )
    session.insert(
        "content(commitment, salt, text)", [(content.commitment, content.salt, content.text)], "ON CONFLICT DO NOTHING"
    )


def _blank(session: Session, ids: Sequence[int]) -> None:
    """What was said goes; that there was a draft stays."""
    session.execute(
        f"DELETE FROM content WHERE commitment IN (SELECT content FROM draft WHERE id IN {marks(ids)})", ids
    )
    session.execute(f"UPDATE draft SET content=NULL, files='[]' WHERE id IN {marks(ids)}", ids)


def blank_of_messages(session: Session, messages: Iterable[int]) -> None:
    """The drafts of mails whose words are gone."""
    rows = list(messages)
    if not rows:
        return
    found = session.all(f"SELECT id FROM draft WHERE message IN {marks(rows)}", rows)
    if found:
        _blank(session, [row[0] for row in found])


def expired(session: Session, before: int, after: int, limit: int) -> list[int]:
    """Drafts whose time has passed, also those that ended before."""
    rows = session.all("SELECT id FROM draft WHERE expires_at<=? AND id>? ORDER BY id LIMIT ?", (before, after, limit))
    return [row[0] for row in rows]


def forget(session: Session, ids: Sequence[int]) -> int:
    """Words, files and row.  How many."""
    _blank(session, ids)
    return int(session.execute(f"DELETE FROM draft WHERE id IN {marks(ids)}", ids).rowcount)
