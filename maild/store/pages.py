"""pages: whom a critical case called, as JSON in the case's row.

Rows of releases before there were pages have none: `load` of nothing is what nobody was called for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maild.model.paging import QUIET, Call, Pages
from maild.store.database import moment, stamp


def dump(pages: Pages) -> dict[str, Any]:
    """Only what there is."""
    if pages == QUIET:
        return {}
    calls = [[c.handler, c.rota, c.round, c.letter, stamp(c.at)] for c in pages.calls]
    since = None if pages.since is None else stamp(pages.since)
    found = {"since": since, "by": pages.by, "state": pages.state, "calls": calls}
    return {name: value for name, value in found.items() if value}


def load(found: Mapping[str, Any]) -> Pages:
    if not found:
        return QUIET
    since = moment(found["since"]) if "since" in found else None
    calls = tuple(
        Call(handler, rota, turn, letter, moment(at)) for handler, rota, turn, letter, at in found.get("calls", ())
    )
    return Pages(since, found.get("by", ""), calls, found.get("state", ""))
