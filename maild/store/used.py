"""used: what open cases need of a policy.  gone(session, policy) -> Problems: what they use and it no longer has.

To add something that cases remember by its key in a column of theirs: a row of USED.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from maild.errors import Problem
from maild.model.case import Case
from maild.model.errands import OPEN
from maild.model.people import handler_of, handler_party
from maild.model.policy import Policy
from maild.model.ruled import missing
from maild.store.case_state import load_case
from maild.store.database import Session

_OPEN = "status IN ('new', 'open', 'waiting', 'on_hold')"
_NAMED = 10
_CURE = "keep it with `retired: true`, or give them to others first"
_RETIRE = "keep it with `retired: true`"
_ASKED = "keep it until it is answered; no rule needs to ask for it"
# The beginning of each in a case's row, where there is something in it.
_SOME = ('%"watching":["%', '%"followers":["%', '%"wanted":["%')
# File, what it is called, the column of cases, the part of the policy that must have it.
USED = (("desks.yaml", "desk", "desk", "desks"), ("people.yaml", "handler", "handler", "handlers"))


def gone(session: Session, policy: Policy) -> list[Problem]:
    """Each with the cases and the cure."""
    return [*_in_columns(session, policy), *_in_errands(session, policy), *_in_rows(session, policy)]


def _in_columns(session: Session, policy: Policy) -> Iterator[Problem]:
    for file, what, column, part in USED:
        known: Collection[str] = getattr(policy, part)
        keys = session.all(f"SELECT DISTINCT {column} FROM cases WHERE {_OPEN} AND {column} IS NOT NULL")
        for (key,) in sorted(keys):
            if key not in known:
                rows = session.all(f"SELECT number FROM cases WHERE {_OPEN} AND {column}=? ORDER BY id", (key,))
                yield _problem(file, f"the {what} {key!r} is gone", [row[0] for row in rows])


def _in_errands(session: Session, policy: Policy) -> Iterator[Problem]:
    """Who has a task, or is asked for an approval, in somebody's case.  Looked for only among those who left the files."""
    written = session.all("SELECT DISTINCT party FROM letter WHERE party LIKE 'handler:%'")
    known = {handler_party(key) for key in policy.handlers}
    for party in sorted(row[0] for row in written if row[0] not in known):
        key = party.partition(":")[2]
        # A low line in a key is any letter to LIKE, which finds too much here; the case itself says.
        rows = session.all(f"SELECT id, number, state FROM cases WHERE {_OPEN} AND state LIKE ?", (f"%{key}%",))
        named = [number for row, number, state in rows if _has_to_do(load_case(row, state), key)]
        if named:
            yield _problem("people.yaml", f"the handler {key!r}, who has tasks or approvals to give, is gone", named)


def _in_rows(session: Session, policy: Policy) -> Iterator[Problem]:
    """Who reads along in somebody's case, and what customers are asked for."""
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    # Few cases have any of these: rows without them are not read.
    some = " OR ".join("state LIKE ?" for _ in _SOME)
    rows = session.all(f"SELECT id, number, state FROM cases WHERE {_OPEN} AND ({some}) ORDER BY id", _SOME)
    for row, number, state in rows:
        for lost in _lost(load_case(row, state), policy):
            found[lost].append(number)
    for (file, what, cure), numbers in sorted(found.items()):
        yield _problem(file, what, numbers, cure)


def _lost(case: Case, policy: Policy) -> Iterator[tuple[str, str, str]]:
    """File, what is gone, cure."""
    for key in case.watching:
        if key not in policy.desks:
            yield "desks.yaml", f"the desk {key!r}, which reads along, is gone", _RETIRE
    for key in filter(None, map(handler_of, case.followers)):
        if key not in policy.handlers:
            yield "people.yaml", f"the handler {key!r}, who reads along, is gone", _RETIRE
    for key in missing(case):
        if key not in policy.facts:
            yield "facts.yaml", f"the fact {key!r}, for which a customer was asked, is gone", _ASKED


def _has_to_do(case: Case, key: str) -> bool:
    asked = any(one.approver == handler_party(key) and one.state == OPEN for one in case.errands.requests)
    return asked or any(task.handler == key for task in case.errands.open_tasks)


def _problem(file: str, what: str, numbers: list[str], cure: str = _CURE) -> Problem:
    named = ", ".join(f"#{number.removeprefix('#')}" for number in numbers[:_NAMED])
    more = f" and {len(numbers) - _NAMED} more" if len(numbers) > _NAMED else ""
    uses = "1 open case uses it" if len(numbers) == 1 else f"{len(numbers)} open cases use it"
    return Problem(file, 0, 0, f"{what}, but {uses}: {named}{more}", cure)
