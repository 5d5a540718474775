"""case_state: a case as its row holds it, as JSON."""

from __future__ import annotations

import json
from typing import Any

from maild.model.case import Case
from maild.model.events import Priority, Status
from maild.store import clocks, errands, pages, patience
from maild.store.database import moment, stamp
from maild.store.text import dumps

_TIMES = ("opened_at", "updated_at", "closes_at", "until_at", "promised_at", "recovered_at")
_LISTS = (
    "labels",
    "participants",
    "watching",
    "strangers",
    "absorbed",
    "links",
    "watchers",
    "children",
    "announced",
    "followers",
    *("wanted", "given", "unsure", "ballot"),
)
# Few cases have these: they stand in the row only where there is something to say, as in rows of older releases.
_SELDOM = (
    *(
        "merged_into",
        "merged_seq",
        "before_merge",
        "absorbed",
        "links",
        "watchers",
        "incident",
        "children",
        "announced",
    ),
    *("parent", "worked", "title", "promised_at", "strangers", "confidential", "doubted", "reported"),
    *("type", "category", "followers"),
    *("wanted", "given", "unsure", "asked", "need", "ballot", "unasked", "alarms", "recovered_at", "wait"),
    "pages",
)


def dump_case(case: Case) -> str:
    state: dict[str, Any] = {name: getattr(case, name) for name in Case.__match_args__}
    for name in _TIMES:
        state[name] = None if state[name] is None else stamp(state[name])
    state["errands"], state["clocks"] = errands.dump(case.errands), clocks.dump(case.clocks)
    state["wait"], state["pages"] = patience.dump(case.wait), pages.dump(case.pages)
    return dumps({name: value for name, value in state.items() if value or name not in _SELDOM})


def load_case(case_id: int, text: str) -> Case:
    state = json.loads(text)
    for name in _TIMES:
        state[name] = None if state.get(name) is None else moment(state[name])
    for name in _LISTS:
        state[name] = tuple(state.get(name, ()))
    state["errands"] = errands.load(state.get("errands", {}))
    state["clocks"] = clocks.load(state.get("clocks", {}))
    state["wait"] = patience.load(state.get("wait", {}))
    state["pages"] = pages.load(state.get("pages", {}))
    state.update(id=case_id, status=Status(state["status"]), priority=Priority(state["priority"]))
    return Case(**state)
