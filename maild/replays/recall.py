"""recall: the rules of then, asked once more of a stored mail: where a trace does not name them all, since they were many.

rules_then(session, trace, keys) -> as a trace has them, or None: its mail or its policy is gone, or this maild does not understand it.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from maild.decide.facts import facts
from maild.decide.intake import told
from maild.decide.route import route
from maild.decide.webform import by_a_person, was_filled_in
from maild.errors import RuleError
from maild.mail import token
from maild.mail.parse import read
from maild.model.people import Trust
from maild.model.policy import Policy
from maild.model.seen import from_plain
from maild.policies import restored_policy
from maild.replays.source import trust_of
from maild.settle import charset_of, prepare
from maild.store import incoming, past
from maild.store.database import Session, moment
from maild.store.incoming import Arrival


def is_short(trace: Mapping[str, Any]) -> bool:
    """Whether it names fewer rules than were asked."""
    return int(trace.get("asked") or 0) > len(trace.get("rules") or ())


def rules_then(session: Session, trace: Mapping[str, Any], keys: token.Keys) -> list[dict[str, Any]] | None:
    """trace: a view of store/views.traces."""
    row = past.mail(session, int(trace["incoming"]))
    octets = incoming.raw(session, row[1]) if row else b""
    policy = _policy(session, str(trace.get("policy") or "")) if octets else None
    if row is None or policy is None:
        return None
    to = past.recipients(session, row[0])
    trust: Trust = trust_of(row[7])
    arrival = Arrival(row[0], row[1], row[2], row[3], to, row[4], "", moment(row[5]), row[6], 1)
    prepared = prepare(arrival, read(octets, charset_of(to, policy)), trust, policy, keys, (b"\0" * 16, b"\1" * 16))
    automatic = bool(trace.get("automatic"))
    if was_filled_in(trace):
        prepared, automatic = replace(prepared, message=by_a_person(prepared.message)), False
    verdict = route(facts(prepared, automatic, policy, from_plain(trace.get("seen"))), policy.rules)
    return told(verdict.tried)


def _policy(session: Session, value: str) -> Policy | None:
    try:
        return _kept(session, value)
    except (KeyError, RuleError):
        return None


@functools.lru_cache(maxsize=4)
def _kept(session: Session, value: str) -> Policy:
    """A case's mails were mostly judged by one policy."""
    return restored_policy(session, value)
