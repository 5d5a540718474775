"""search: the index of words, in both databases alike.

add(session, words)            message row -> its words (model/search.document): a line of what it is about, a line of its text
forget(session, messages)      these messages are found no more
question(session, asked)       the search as the database's own language has it
optimize(session)              what was forgotten leaves the index's pages; step(session) -> whether there is more to do

SQLite: FTS5 with its own copy of the folded words, so that a row can be taken out whatever became of the text since: an index
without contents wants to be told the very words again, and one wrong word would stay for ever.  PostgreSQL: a tsvector written
out here, for its own parser sees hosts, numbers and tags where we see words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from maild.model.search import Asked, Term
from maild.store.database import Session

# Pages of the index that one step of optimize rewrites: a step holds up the mail that waits for some milliseconds.
_PAGES = 500
_SOME = 500


def add(session: Session, words: Mapping[int, str]) -> None:
    """Index messages; each once."""
    if session.sqlite:
        rows = [(row, *text.split("\n", 1)) for row, text in words.items()]
        session.insert("word_index(rowid, head, text)", rows)
        return
    for row, text in words.items():
        session.execute("INSERT INTO word_index(id, words) VALUES (?, ?::tsvector)", (row, vector(text)))


def vector(text: str) -> str:
    """A tsvector as PostgreSQL reads it: 'word':1,7A.  What the message is about weighs more; no phrase goes over the line's end."""
    places: dict[str, str] = {}
    head, _, body = text.partition("\n")
    for start, weight, line in ((1, "A", head), (head.count(" ") + 3, "", body)):
        for place, word in enumerate(line.split(), start):
            known = places.get(word)
            places[word] = f"{known},{place}{weight}" if known else f"'{word}':{place}{weight}"
    return " ".join(places.values())


def forget(session: Session, messages: Sequence[int]) -> None:
    """Take messages out of the index.  Their bytes leave the file with optimize and VACUUM."""
    for start in range(0, len(messages), _SOME):
        some = messages[start : start + _SOME]
        key = "rowid" if session.sqlite else "id"
        session.execute(f"DELETE FROM word_index WHERE {key} IN ({','.join('?' * len(some))})", some)


def optimize(session: Session) -> None:
    """Rewrite the whole index without what was forgotten; on PostgreSQL that is VACUUM FULL's work.

    A statement of half a minute for a million messages, and no mail is settled meanwhile: beside a running daemon take steps.
    """
    if session.sqlite:
        session.execute("INSERT INTO word_index(word_index) VALUES ('optimize')")


def step(session: Session, *, first: bool) -> bool:
    """A part of optimize, in milliseconds; whether there is more.  first: begin with all that is there now."""
    if not session.sqlite:
        return False
    before = _changes(session)
    session.execute("INSERT INTO word_index(word_index, rank) VALUES ('merge', ?)", (-_PAGES if first else _PAGES,))
    # https://www.sqlite.org/fts5.html#the_merge_command: fewer than two changes mean that nothing was left to do.
    return _changes(session) - before >= 2


def _changes(session: Session) -> int:
    row = session.one("SELECT total_changes()")
    return int(row[0]) if row else 0


# --- asking ---------------------------------------------------------------------------------------------------------------------


def question(session: Session, asked: Asked) -> str:
    """A query of FTS5, or a tsquery.  Tokens have no sign in them that either would obey."""
    if session.sqlite:
        wanted = " AND ".join(map(_fts, asked.wanted))
        return f"({wanted})" + "".join(f" NOT {_fts(term)}" for term in asked.unwanted)
    return " & ".join([*map(_tsquery, asked.wanted), *(f"!{_tsquery(term)}" for term in asked.unwanted)])


def _fts(term: Term) -> str:
    return f'"{" ".join(term.words)}"' + (" *" if term.beginning else "")


def _tsquery(term: Term) -> str:
    words = [f"'{word}'" for word in term.words]
    if term.beginning:
        words[-1] += ":*"
    return f"({' <-> '.join(words)})"
