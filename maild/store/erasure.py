"""erasure: taking personal text out of rows.  Judges nothing: who, what and whether is decided above (erasing.py, retention).

Rows stay, since ids, counts and the hash chain of events hang on them; what they say of a person goes:

    blank_messages   content, words in the index, references, file names
    blank_letters    head, text, recipient, and what waits is cancelled
    blank_arrivals   the mail itself, envelope, trust, trace, traceback
    blank_person     name, language, addresses

Marks of what is done: message.standing and incoming.trust say "erased", outbox.recipient is "".  Each is idempotent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from maild.model.people import person_party
from maild.model.search import document
from maild.store import drafts, search
from maild.store.database import Session
from maild.store.lists import marks
from maild.store.text import dumps

ERASED = "erased"
_TRUST = '{"authentication":"none","erased":true}'
_MOST = 500


def overwrite(session: Session) -> None:
    """From now on this connection overwrites what it deletes (SQLite); what lay free before is a matter of compact.py."""
    if session.sqlite:
        session.one("PRAGMA secure_delete=ON")


# --- blanking -----------------------------------------------------------------------------------------------------------------


def blank_messages(session: Session, ids: Sequence[int]) -> int:
    """What was said, and whatever finds it.  How many were not blank yet."""
    rows = session.all(
        f"SELECT id, content FROM message WHERE id IN {marks(ids)} AND standing<>?",
        (*ids, ERASED),
    )
    search.forget(session, [row[0] for row in rows])
    session.executemany("DELETE FROM content WHERE commitment=?", [(row[1],) for row in rows])
    drafts.blank_of_messages(session, [row[0] for row in rows])
    session.executemany("DELETE FROM reference WHERE message=?", [(row[0],) for row in rows])
    session.executemany(
        "UPDATE message SET standing=?, message_id=NULL, attachments='[]' WHERE id=?",
        [(ERASED, row[0]) for row in rows],
    )
    return len(rows)


def blank_arrivals(session: Session, ids: Sequence[int]) -> int:
    """The mails as they came.  The keyed digest stays, so that none of them comes in a second time; what was to be settled is not."""
    rows = session.all(
        f"SELECT id, raw FROM incoming WHERE id IN {marks(ids)} AND (trust IS NULL OR trust<>?)", (*ids, _TRUST)
    )
    session.executemany("DELETE FROM chunk WHERE raw=?", [(row[1],) for row in rows])
    session.executemany("DELETE FROM delivery WHERE incoming=?", [(row[0],) for row in rows])
    session.executemany(
        "UPDATE incoming SET sender='', client='', message_id=NULL, trace=NULL, error=NULL, trust=?, state='done' WHERE id=?",
        [(_TRUST, row[0]) for row in rows],
    )
    return len(rows)


def drop_bytes(session: Session, ids: Sequence[int]) -> int:
    """The mails as they came, and nothing else: what was said stays in the case."""
    rows = session.all(f"SELECT raw FROM incoming WHERE id IN {marks(ids)}", ids)
    session.executemany("DELETE FROM chunk WHERE raw=?", rows)
    return len(rows)


def blank_letters(session: Session, ids: Sequence[int]) -> int:
    """Letters that left, without what they said; those that wait do not leave any more."""
    cursor = session.execute(
        "UPDATE outbox SET recipient='', sender='', head=?, text=?, parts='[]', error=NULL,"
        " state=CASE WHEN state IN ('done', 'failed') THEN state ELSE 'cancelled' END"
        f" WHERE id IN {marks(ids)} AND recipient<>''",
        (b"", b"", *ids),
    )
    return int(cursor.rowcount)


def blank_subjects(session: Session, cases: Sequence[int]) -> None:
    """What the cases are and were called, also as incidents, and the words of their tasks, offers and requests."""
    for named in (
        f"subject FROM cases WHERE id IN {marks(cases)}",
        f"commitment FROM phrase WHERE case_id IN {marks(cases)}",
    ):
        session.execute(f"DELETE FROM content WHERE commitment IN (SELECT {named})", cases)
    rows = [(commitment,) for _, commitment in titles(session, f"case_id IN {marks(cases)}", cases)]
    session.executemany("DELETE FROM content WHERE commitment=?", rows)


def titles(session: Session, where: str, values: Sequence[Any]) -> list[tuple[int, str]]:
    """(case, commitment) of every title that these cases ever had, also as incidents."""
    rows = session.all(
        f"SELECT case_id, data FROM event WHERE kind IN ('titled', 'declared') AND {where} ORDER BY id", values
    )
    return [(case, title) for case, text in rows if (title := json.loads(text)["title"])]


def watched_by(session: Session, person: int) -> list[int]:
    """The cases of which he gets copies."""
    return [row[0] for row in session.all("SELECT case_id FROM watcher WHERE person=? ORDER BY case_id", (person,))]


def blank_person(session: Session, person: int) -> None:
    """The row stays, so that its number never means somebody else; it watches no case."""
    session.execute("DELETE FROM watcher WHERE person=?", (person,))
    session.execute("DELETE FROM address WHERE person=?", (person,))
    session.execute("UPDATE person SET name='', language=NULL, muted=0, spam=0 WHERE id=?", (person,))


def forget_budgets(session: Session, keys: Iterable[str]) -> None:
    session.executemany("DELETE FROM budget WHERE key=?", [(key,) for key in keys])


# --- the index ----------------------------------------------------------------------------------------------------------------


def reindex(session: Session, row: int) -> None:
    """A message's words in the index as they are now."""
    found = session.one(
        "SELECT k.number, c.text, m.attachments, m.incoming FROM message m JOIN cases k ON k.id=m.case_id"
        " JOIN content c ON c.commitment=m.content WHERE m.id=?",
        (row,),
    )
    search.forget(session, [row])
    if found is None:
        return
    number, text, files, arrival = found
    ours = session.all("SELECT recipient FROM delivery WHERE incoming=?", (arrival or 0,))
    names = [file[0] for file in json.loads(files)]
    search.add(session, {row: document(number, json.loads(text), names, [recipient for (recipient,) in ours])})


# --- masking in place ---------------------------------------------------------------------------------------------------------


def rewrite_raw(session: Session, row: int, raw: bytes) -> None:
    """A mail's bytes, as long as before, into the chunks that they stand in."""
    found = session.one("SELECT raw FROM incoming WHERE id=?", (row,))
    at = 0
    for n, size in (
        session.all("SELECT n, length(bytes) FROM chunk WHERE raw=? ORDER BY n", (found[0],)) if found else []
    ):
        session.execute(
            "UPDATE chunk SET bytes=? WHERE raw=? AND n=?", (raw[at : at + size], found[0] if found else 0, n)
        )
        at += size


def rewrite_content(session: Session, commitment: str, text: str) -> None:
    """An altered text under its old name; without its salt, which says that it is not what was committed to."""
    session.execute("UPDATE content SET text=?, salt=? WHERE commitment=?", (text, b"", commitment))


def rewrite_message(session: Session, row: int, text: str) -> None:
    """The same for a message's content."""
    session.execute(
        "UPDATE content SET text=?, salt=? WHERE commitment=(SELECT content FROM message WHERE id=?)", (text, b"", row)
    )


def set_columns(session: Session, table: str, row: int, values: dict[str, Any]) -> None:
    """Columns of one row; names come from this program only."""
    names = ", ".join(f"{name}=?" for name in values)
    session.execute(f"UPDATE {table} SET {names} WHERE id=?", (*values.values(), row))


# --- what is a person's own -----------------------------------------------------------------------------------------------------


def cases_of(session: Session, person: int) -> list[tuple[int, str, str, str]]:
    """(id, number, desk, status) of the cases whose customer he is."""
    return session.all(
        "SELECT id, number, desk, status FROM cases WHERE customer=? ORDER BY id", (person_party(person),)
    )


def own_messages(session: Session, person: int, until: int, limit: int = _MOST) -> list[int]:
    """What he wrote, and what handlers and maild wrote in his cases; what other people wrote there is theirs."""
    party = person_party(person)
    rows = session.all(
        "SELECT id FROM message WHERE standing<>? AND at<=? AND (author=? OR (case_id IN (SELECT id FROM cases WHERE customer=?)"
        " AND author NOT LIKE 'person:%')) ORDER BY id LIMIT ?",
        (ERASED, until, party, party, limit),
    )
    return [row[0] for row in rows]


def arrivals_of(session: Session, messages: Sequence[int]) -> list[int]:
    if not messages:
        return []
    rows = session.all(
        "SELECT DISTINCT i.id FROM message m JOIN incoming i ON i.id=m.incoming"
        f" WHERE m.id IN {marks(messages)} AND (i.trust IS NULL OR i.trust<>?)",
        (*messages, _TRUST),
    )
    return [row[0] for row in rows]


def other_arrivals(session: Session, addresses: Sequence[str], until: int, limit: int = _MOST) -> list[int]:
    """Mails that he sent and that are in no case: ignored, held, discarded or still waiting."""
    if not addresses:
        return []
    rows = session.all(
        f"SELECT i.id FROM incoming i WHERE lower(i.sender) IN {marks(addresses)} AND i.received_at<=?"
        " AND NOT EXISTS (SELECT 1 FROM message m WHERE m.incoming=i.id) ORDER BY i.id LIMIT ?",
        (*addresses, until, limit),
    )
    return [row[0] for row in rows]


def letters_of(
    session: Session, person: int | None, addresses: Sequence[str], until: int, most: int = _MOST
) -> list[int]:
    """Letters to him, and all letters of his cases."""
    party = person_party(person) if person else "-"
    rows = session.all(
        "SELECT id FROM outbox WHERE recipient<>'' AND created_at<=? AND (party=? OR case_id IN"
        f" (SELECT id FROM cases WHERE customer=?) OR lower(recipient) IN {marks(addresses)}) ORDER BY id LIMIT ?",
        (until, party, party, *addresses, most),
    )
    return [row[0] for row in rows]


def letters_that_show(session: Session, messages: Sequence[int]) -> list[int]:
    """Letters of any case that tell of these messages."""
    shown = set(messages)
    cases = (
        [row[0] for row in session.all(f"SELECT DISTINCT case_id FROM message WHERE id IN {marks(messages)}", messages)]
        if messages
        else []
    )
    rows = (
        session.all(
            "SELECT l.id, l.messages FROM letter l JOIN outbox o ON o.id=l.id"
            f" WHERE o.case_id IN {marks(cases)} AND o.recipient<>''",
            cases,
        )
        if cases
        else []
    )
    return [row[0] for row in rows if shown & set(json.loads(row[1]))]


def mask_json(text: str, mask: Any) -> str:
    """JSON with every string masked."""
    return dumps(_masked(json.loads(text), mask))


def _masked(value: Any, mask: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, list):
        return [_masked(item, mask) for item in value]
    if isinstance(value, dict):
        return {mask(key): _masked(item, mask) for key, item in value.items()}
    return value
