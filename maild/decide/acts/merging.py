"""merging: two cases that are one, and what becomes of their people, rests and incidents."""

from __future__ import annotations

from functools import partial

from maild.decide import notices, organisation, pledges, rest, rights
from maild.decide.acts import cases
from maild.decide.acts.context import Context, Done, Outcome, Wrong
from maild.decide.acts.handed_on import hand_on
from maild.decide.ledger import NOBODY, Ledger
from maild.decide.related import survivor
from maild.model.case import Case
from maild.model.events import Waiting
from maild.model.message import named
from maild.model.people import MAILD
from maild.model.related_events import Absorbed, Copied, Gathered, Grouped, Included, Merged


def merge(context: Context, argument: str) -> Outcome:
    """merge #N [anyway]    This case goes on in that one; replies to either follow.  anyway: although the customers are of two houses."""
    word, _, more = argument.partition(" ")
    anyway = context.vocabulary.means("anyway", more)
    if not word or (more and not anyway):
        return Wrong("merge_into_what")
    target = cases.named(context, word)
    wrong = target if isinstance(target, Wrong) else _not_into(context, target)
    if wrong is not None or isinstance(target, Wrong):
        return wrong or Wrong("merge_into_what")
    others = _strangers(context, target)
    if others and not anyway:
        return Wrong("merge_strangers", ", ".join(others))
    by = context.by
    event = Merged(target.id, by, target.seq)
    return Done((event,), "merged", f"#{target.number}", partial(_absorb, context, target.id))


def _not_into(context: Context, target: Case) -> Wrong | None:
    """Why it cannot go there."""
    last = survivor(target, context.ledger.known)
    if last.id == context.case.id:
        return Wrong("merged_here_already", f"#{target.number}")
    if last.id != target.id:
        return Wrong("merged_elsewhere", f"#{last.number}")
    if not rights.acts_in(context.handler, target, context.policy):
        return Wrong("not_your_case", rights.who_has(target, context.policy))
    # What only some may know must not go on where others read it.
    if rights.confidential(context.case, context.policy) and (
        target.desk != context.case.desk or not rights.confidential(target, context.policy)
    ):
        return Wrong("merge_confidential", f"#{target.number}")
    if target.ended:
        return Wrong("merge_into_ended", f"#{target.number}")
    if context.case.incident:
        return Wrong("merge_an_incident", f"#{target.number}")
    return None


def _people(case: Case) -> tuple[str, ...]:
    return tuple(party for party in dict.fromkeys((*case.participants, *case.watchers)) if party != NOBODY)


def _strangers(context: Context, target: Case) -> list[str]:
    """Who of either case may not read what the other's customer is written, unless a handler says so."""
    people = context.ledger.people
    here, there = ([people[p] for p in _people(case) if p in people] for case in (context.case, target))
    apart = [one for one in here if there and not any(organisation.same(one, other) for other in there)]
    return [named(one.name, one.address) for one in apart]


def _absorb(context: Context, into: int, ledger: Ledger) -> None:
    """What follows in the case that goes on, and for those who were tied to this one."""
    # As the lines above have left it: /for, or a question to somebody, may stand in the same mail.
    case, by = ledger.case(context.case.id), context.by
    before = ledger.case(into)
    ledger.happen(into, by, Absorbed(case.id, by))
    for party in _people(case):
        event = Included(party) if party in case.participants else Copied(party)
        if party not in (*before.participants, *before.watchers):
            ledger.happen(into, by, event)
    hand_on(ledger, case, into, by)
    pledges.absorbed(ledger, into, context.case)
    _rests(ledger, case, into)
    _incident(ledger, case, into, by)
    _tell(ledger, case, before, by, ended=context.case.ended)


def _rests(ledger: Ledger, case: Case, into: int) -> None:
    """Who waited for this case waits for that one; that one cannot wait for itself."""
    for other in ledger.known.waiting.get(case.id, ()):
        if ledger.case(other).waits_for != case.id:
            continue
        if other == into or ledger.case(into).waits_for == other:
            rest.wake(ledger, other, f"#{case.number}")
        else:
            ledger.happen(other, MAILD, Waiting(MAILD, "case", case=into))


def _incident(ledger: Ledger, case: Case, into: int, by: str) -> None:
    """The incident of the one is the incident of both, unless the other has its own or is one."""
    target = ledger.case(into)
    if case.parent is None or case.parent == into or target.parent is not None or target.incident:
        return
    ledger.happen(into, by, Grouped(case.parent))
    ledger.happen(case.parent, by, Gathered(into))


def _tell(ledger: Ledger, case: Case, target: Case, by: str, *, ended: bool) -> None:
    """Whoever has the other case reads what was said in this one; a customer who is new there is told once."""
    notices.news(ledger, target, ledger.known.talk.get(case.id, ()), by, merged=f"#{case.number}")
    if case.customer in ledger.people and case.customer not in target.participants and not ended:
        notices.to_customer(ledger, ledger.case(case.id), case.customer, "merged", (), by, merged=f"#{target.number}")
