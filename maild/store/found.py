"""found: what a search shows of the cases that finding.find names.  Reading only; plain values out, ready for JSON.

search(session, words, handlers, filters, limit, best=False) -> views: the fields of `case list`, and hits, each with its message, at,
from, the text around the words as it was written (snippet) and where they stand in it (marks: [start, end] in characters)
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from maild.model.search import WIDTH, Snippet, Term, asked, snippet
from maild.store import views
from maild.store.database import Session, iso, moment
from maild.store.filters import Filters
from maild.store.finding import find
from maild.store.lists import places
from maild.store.views import Names, View

_HIT = (
    "SELECT m.id, m.message_id, m.at, m.author, t.text, m.attachments FROM message m"
    " LEFT JOIN content t ON t.commitment=m.content WHERE m.id IN"
)


def search(
    session: Session,
    words: str,
    handlers: Names,
    filters: Filters,
    limit: int,
    *,
    best: bool = False,
    width: int = WIDTH,
) -> list[View]:
    """Cases one of whose messages has all the words, as `find` orders them; snippets as wide as this."""
    terms = asked(words)
    found = find(session, terms, filters, limit, best=best)
    shown = {view["number"]: view for view in _cases(session, [one.case for one in found], handlers)}
    numbers = _numbers(session, [one.case for one in found])
    hits = _hits(session, [message for one in found for message in one.messages], terms.wanted, width)
    return [
        {**shown[numbers[one.case]], "hits": [hits[message] for message in one.messages if message in hits]}
        for one in found
        if one.case in numbers
    ]


def _cases(session: Session, ids: Sequence[int], handlers: Names) -> Iterator[View]:
    if ids:
        yield from views.cases(session, handlers, f"WHERE c.id IN ({places(ids)})", ids)


def _numbers(session: Session, ids: Sequence[int]) -> dict[int, str]:
    if not ids:
        return {}
    return dict(session.all(f"SELECT id, number FROM cases WHERE id IN ({places(ids)})", ids))


def _hits(session: Session, ids: Sequence[int], wanted: Sequence[Term], width: int) -> dict[int, View]:
    rows = session.all(f"{_HIT} ({places(ids)})", ids) if ids else []
    return {row[0]: _hit(row, wanted, width) for row in rows}


def _hit(row: Sequence[Any], wanted: Sequence[Term], width: int) -> View:
    said = json.loads(row[4]) if row[4] else {}
    files = ", ".join(str(file[0]) for file in json.loads(row[5]))
    shown = _shown(said, files, wanted, width)
    return {
        "message": row[0],
        "message_id": row[1],
        "at": iso(moment(row[2])),
        "from": said.get("from") or row[3],
        "snippet": shown.text,
        "marks": [list(mark) for mark in shown.marks],
    }


def _shown(said: Mapping[str, Any], files: str, wanted: Sequence[Term], width: int) -> Snippet:
    """The author's own words, if the words are among them; else wherever they are."""
    own = said.get("own_text", "")
    who = " ".join([said.get("from_name", ""), said.get("from", ""), *said.get("to", ()), *said.get("cc", ())])
    places = (own, said.get("text", ""), said.get("subject", ""), files, who)
    found = (snippet(place, wanted, width) for place in places if place)
    return next((one for one in found if one.marks), snippet(own or said.get("text", ""), (), width))
