"""incidents: a case that is the parent of others, what all their customers are told, and closing them together."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial

from maild.decide import notices, related, rest, rights, signature, verbs
from maild.decide.acts.context import Context, Done, Outcome, Wrong
from maild.decide.ledger import NOBODY, Ledger
from maild.decide.related import survivor
from maild.model.case import Case
from maild.model.events import Solved
from maild.model.known import Shown
from maild.model.plan import MessageRow
from maild.model.related_events import Announced, Declared, Gathered, Grouped, Informed, Parted

MOST_A_DAY = 10
# More people than these, and he must say it a second time.
AT_ONCE = 5
_TITLE = 200
# So many numbers, each of 15 characters, fit into a value of a receipt.
_IN_A_LINE = 10


def incident(context: Context, argument: str) -> Outcome:
    """incident TITLE    The case is an incident: other cases are linked to it (/link), and their customers told together (/notice)."""
    title = context.written(argument)[:_TITLE].strip()
    if not title:
        return Wrong("incident_title")
    if context.case.parent is not None:
        return Wrong("belongs_to_incident", related.number(context.ledger, context.case.parent, context.handler))
    content = context.content("incident", title)
    by = context.by

    def keep(ledger: Ledger) -> None:
        ledger.subject(content)

    return Done((Declared(content.commitment, by),), "declared", title, keep)


def gather(context: Context, child: Case, parent: Case) -> Outcome:
    """The one case belongs to the other, which is an incident; to one only."""
    other = parent if child.id == context.case.id else child
    if not rights.acts_in(context.handler, other, context.policy):
        return Wrong("not_your_case", rights.who_has(other, context.policy))
    if child.parent == parent.id:
        return Done((), "linked_already", f"#{other.number}")
    by, key = context.by, "grouped" if other is parent else "gathered"
    before = child.parent

    def there(ledger: Ledger) -> None:
        if other is parent:
            ledger.happen(parent.id, by, Gathered(child.id))
        else:
            ledger.happen(child.id, by, Grouped(parent.id))
        if before is not None and before in ledger.known.cases:
            ledger.happen(before, by, Parted(child.id))

    here = Grouped(parent.id) if other is parent else Gathered(child.id)
    return Done((here,), key, f"#{other.number}", there)


def children(context: Context) -> list[Case]:
    """The incident's cases that are open, where they go on if they were merged."""
    known = context.ledger.known
    found = {survivor(known.cases[child], known).id for child in context.case.children if child in known.cases}
    cases = [context.ledger.case(child) for child in sorted(found - {context.case.id})]
    return [case for case in cases if not case.ended]


# --- telling all ----------------------------------------------------------------------------------------------------------------


def notice(context: Context, argument: str) -> Outcome:
    """notice TEXT    Every customer of the incident's cases is told, each in his own case; without TEXT, what stands below the commands."""
    if not context.case.incident:
        return Wrong("no_incident")
    parsed = verbs.parse(context.order.prepared.message.own_text, context.vocabulary)
    # A list of commands to a desk has nothing below them.
    below = parsed.text if any(line.verb == "notice" for line in parsed.lines) else ""
    text = context.written(argument) or (
        "" if signature.is_farewell(below, context.handler.name, below=True) else below
    )
    if not text:
        return Wrong("notice_what")
    open_ones = children(context)
    if not open_ones:
        return Wrong("no_children")
    day_ago = context.ledger.now.timestamp() - 86400
    if sum(at > day_ago for at in context.case.announced) >= MOST_A_DAY:
        return Wrong("notices_enough", str(MOST_A_DAY))
    open_ones, since = _as_asked(context, open_ones)
    # What stands below goes to this case's own customer as a reply anyway.
    told = _once_each([*([context.case] if argument else []), *open_ones])
    able = [case for case in told if _reachable(context, case)]
    by = context.by
    count = f"{len(able)}" if len(able) == len(told) else f"{len(able)}/{len(told)}"
    key = "announced" if len(able) == len(told) else "announced_some"
    also = (*_named(context, "told_these", able), *_named(context, "untold_since", since))
    after = partial(_announce, context, text, able)
    names = tuple(case.id for case in open_ones)
    asks = len(able) > AT_ONCE
    return Done((Announced(len(able), by),), key, count, after, asks=asks, also=also, names=names)


def _once_each(cases: list[Case]) -> list[Case]:
    """A case for each customer, his newest: one who has many is told once."""
    newest = {case.customer: case for case in cases}
    return [case for case in cases if newest[case.customer] is case and case.customer != NOBODY]


def _reachable(context: Context, case: Case) -> bool:
    person = context.ledger.people.get(case.customer)
    return person is not None and not person.muted


def _announce(context: Context, text: str, told: list[Case], ledger: Ledger) -> None:
    by, title = context.by, ledger.subjects.get(ledger.case(context.case.id).incident, "")
    for case in told:
        row = _words(context, text, case, ledger)
        ledger.happen(case.id, by, Informed(row, context.case.id, by))
        shown = Shown(row, ledger.now, context.handler.name, text)
        notices.to_customer(ledger, ledger.case(case.id), case.customer, "incident", (shown,), by, incident_title=title)


def _words(context: Context, text: str, case: Case, ledger: Ledger) -> int:
    """The words as a message of each case, each under its own salt: they are deleted with the case."""
    handler, row = context.handler, ledger.next_message()
    said = {"subject": "", "from": handler.address, "from_name": handler.name, "to": [], "cc": []}
    said |= {"text": text, "own_text": text}
    content = context.content(f"notice {case.id}", json.dumps(said, ensure_ascii=False, separators=(",", ":")))
    words = MessageRow(
        *(row, case.id, "in", context.by, "person", content, None, 0), internal=False, standing="handler"
    )
    return ledger.add(words, said)


# --- closing all ----------------------------------------------------------------------------------------------------------------


def close_all(context: Context, own: Done) -> Outcome:
    """The incident is solved, and so are its cases; each customer has a closing letter in his own.

    Another desk's are its own to close: rights.  A handler confirms what he was asked, and no more.
    """
    if not context.case.incident:
        return Wrong("no_incident")
    found = children(context)
    mine = [case for case in found if rights.acts_in(context.handler, case, context.policy)]
    others = [case for case in found if case not in mine and rights.sees(context.handler, case, context.policy)]
    closed, since = _as_asked(context, mine)
    after = partial(_close, context, closed)
    also = (
        *_named(context, "solved_these", closed),
        *_named(context, "linked_since", since),
        *_named(context, "left_to_others", others),
    )
    names = tuple(case.id for case in closed)
    asks = len(closed) > AT_ONCE
    return Done(own.events, "solved_all", str(len(closed)), after, asks=asks, also=also, names=names)


def _as_asked(context: Context, found: list[Case]) -> tuple[list[Case], list[Case]]:
    """Those that the question named to which this mail is the answer, and those that were linked since; all, where nobody was asked."""
    draft, known = context.order.draft, context.ledger.known
    if draft is None or not draft.named:
        return found, []
    named = {survivor(known.cases[case], known).id for case in draft.named if case in known.cases}
    return [case for case in found if case.id in named], [case for case in found if case.id not in named]


def _named(context: Context, key: str, some: list[Case]) -> list[Done]:
    """Their numbers, a few in a line of the receipt."""
    seen = [f"#{case.number}" for case in some if rights.sees(context.handler, case, context.policy)]
    rows = [seen[at : at + _IN_A_LINE] for at in range(0, len(seen), _IN_A_LINE)]
    return [Done((), key, ", ".join(row)) for row in rows]


def _close(context: Context, cases: list[Case], ledger: Ledger) -> None:
    by = context.by
    for case in cases:
        days = ledger.policy.desks[case.desk].reopen_days
        ledger.happen(case.id, by, Solved(by, quiet=False, closes_at=ledger.now + timedelta(days=days)))
        notices.tell(ledger, case.id, notices.Telling(None, actor=by))
        rest.solved(ledger, case.id)
