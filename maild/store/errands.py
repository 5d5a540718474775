"""errands: what a case has asked of people, as JSON in the case's row, and as commands show it.

dump(errands) -> values for JSON; load(values) -> Errands; tasks(session, state) -> views (CONTRACT.md).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from maild.model.errands import Errands, Offer, Request, Sense, Supplier, Talk, Task
from maild.model.people import handler_party
from maild.store.database import Session, iso, moment, stamp

T = TypeVar("T", Task, Supplier, Offer, Request, Talk, Sense)


def dump(errands: Errands) -> dict[str, Any]:
    """Only what there is: most cases have nothing of it."""
    found: dict[str, Any] = {
        "tasks": [_plain(task) for task in errands.tasks],
        "suppliers": [_plain(supplier) for supplier in errands.suppliers],
        "offer": _plain(errands.offer) if errands.offer else None,
        "requests": [_plain(request) for request in errands.requests],
        "talks": [_plain(talk) for talk in errands.talks],
        "senses": [_plain(sense) for sense in errands.senses],
        "withdrawn": [_plain(offer) for offer in errands.withdrawn],
    }
    return {name: value for name, value in found.items() if value}


def _plain(value: Task | Supplier | Offer | Request | Talk | Sense) -> dict[str, Any]:
    named = {field.name: getattr(value, field.name) for field in fields(value)}
    return {name: stamp(one) if name.endswith("_at") and one is not None else one for name, one in named.items()}


def load(found: Mapping[str, Any]) -> Errands:
    return Errands(
        tuple(_rich(Task, task) for task in found.get("tasks", ())),
        tuple(_rich(Supplier, supplier) for supplier in found.get("suppliers", ())),
        _rich(Offer, found["offer"]) if found.get("offer") else None,
        tuple(_rich(Request, request) for request in found.get("requests", ())),
        tuple(_rich(Talk, talk) for talk in found.get("talks", ())),
        tuple(_rich(Sense, sense) for sense in found.get("senses", ())),
        tuple(_rich(Offer, offer) for offer in found.get("withdrawn", ())),
    )


def _rich(form: type[T], found: Mapping[str, Any]) -> T:
    values: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in found.items()}
    values |= {name: moment(one) for name, one in found.items() if name.endswith("_at") and one is not None}
    return form(**values)


def tasks(session: Session, state: str, name: Callable[[str], str]) -> list[dict[str, Any]]:
    """A case's list of tasks, from its row's state: number, text, handler (address), due_at, state (open, done, void)."""
    errands = load(json.loads(state).get("errands", {}))
    return [
        {
            "number": task.number,
            "text": _text(session, task.text),
            "handler": name(handler_party(task.handler)),
            "due_at": iso(task.due_at) if task.due_at else None,
            "state": task.state,
        }
        for task in errands.tasks
    ]


def _text(session: Session, commitment: str) -> str:
    row = session.one("SELECT text FROM content WHERE commitment=?", (commitment,))
    return str(row[0]) if row else ""
