"""asking: show, status, why, list, help: what changes nothing and is answered by the receipt.

A case is shown to whoever may act in it (context.acts_in); for anybody else it is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from maild.decide import pledges
from maild.decide.acts.basic import meaning, meanings
from maild.decide.acts.context import Context, Done, Outcome, Wrong
from maild.decide.acts.work import clock
from maild.decide.clocks import dues
from maild.model.case import Case
from maild.model.events import Status

MOST_LISTED = 50


def show(context: Context, argument: str) -> Outcome:
    """show [#N]    The case, or another one: its state, and what was said last."""
    case = _case(context, argument, "show")
    if isinstance(case, Wrong):
        return case
    return Done(
        (), "shown", _named(context, case), shown=context.ledger.known.talk.get(case.id, ()), also=_state(context, case)
    )


def status(context: Context, argument: str) -> Outcome:
    """status [#N]    How the case stands, or another one."""
    case = _case(context, argument, "status")
    return case if isinstance(case, Wrong) else Done((), "shown", _named(context, case), also=_state(context, case))


def why(context: Context, argument: str) -> Outcome:
    """why [#N]    Why the case went where it went: the rules that matched, and who was chosen."""
    case = _case(context, argument, "why")
    if isinstance(case, Wrong):
        return case
    trace = context.ledger.known.traces.get(case.id)
    if not trace:
        return Done((), "why_unknown", _named(context, case))
    return Done((), "why", _named(context, case), also=tuple(_reasons(context, trace)))


def list_(context: Context, argument: str) -> Outcome:
    """list    My open cases."""
    if argument:
        return Wrong("no_argument", "list")
    mine = context.ledger.known.mine
    if not mine:
        return Done((), "list_empty")
    lines = [_listed(context, case) for case in mine[:MOST_LISTED]]
    more = [Done((), "list_more")] if len(mine) > MOST_LISTED else []
    return Done((), "list", str(len(mine[:MOST_LISTED])), also=(*lines, *more))


def _listed(context: Context, case: Case) -> Done:
    """With what is due of it first."""
    due = min(dues(case, context.policy).values(), default=None) if case.status in (Status.NEW, Status.OPEN) else None
    key = f"listed_{case.status}_due" if due else f"listed_{case.status}"
    return Done((), key, _named(context, case), at=pledges.local(context.policy, case.desk, due) if due else "")


def _case(context: Context, argument: str, verb: str) -> Case | Wrong:
    """The one that is named, else the one in which he writes."""
    if not argument:
        example = f"{context.vocabulary.word(verb, context.language)} #1042"
        return context.found or Wrong("which_case_behind", example)
    number = argument.lstrip("#").rstrip(".")
    known = context.ledger.known
    case = known.cases.get(known.by_number.get(number, known.by_number.get(number.upper(), 0)))
    return case if case is not None and context.acts_in(case) else Wrong("no_case_called", f"#{number}")


def _named(context: Context, case: Case) -> str:
    subjects = context.ledger.subjects
    return f"#{case.number} {subjects.get(case.title) or subjects.get(case.subject, '')}".strip()


# --- a case -----------------------------------------------------------------------------------------------------------------------


def _state(context: Context, case: Case) -> tuple[Done, ...]:
    policy = context.policy
    customer = context.ledger.people.get(case.customer)
    handler = policy.handlers.get(case.handler or "")
    lines = [
        ("is_customer", (customer.name or customer.address) if customer else ""),
        ("back_status", str(case.status)),
        ("back_priority", str(case.priority)),
        ("that_means", meaning(context, case.priority)),
        ("back_handler" if handler else "is_nobodys", handler.name if handler else ""),
        ("back_desk", policy.desks[case.desk].name if case.desk in policy.desks else case.desk),
        ("labels", ", ".join(case.labels)),
        ("waits_until", _at(context, case, case.until_at) if case.status is Status.ON_HOLD else ""),
        ("promised", _at(context, case, case.promised_at)),
        ("worked_total", clock(case.worked) if case.worked else ""),
    ]
    said = [Done((), key, value) for key, value in lines if value or key == "is_nobodys"]
    due = (
        Done((), f"due_{name.removesuffix('_by')}", at=at) for name, at in pledges.dues(context.ledger, case).items()
    )
    return (*said, *due)


def _at(context: Context, case: Case, at: Any) -> str:
    return at.astimezone(context.zone_of(case)).isoformat() if at else ""


# --- why --------------------------------------------------------------------------------------------------------------------------


def _reasons(context: Context, trace: Mapping[str, Any]) -> Iterable[Done]:
    """What the site's own rules decided; nothing that a stranger wrote."""
    proven = (trace.get("trust") or {}).get("authentication", "none") != "none"
    yield Done((), "why_proven" if proven else "why_not_proven")
    shadows = {shadow["name"] for shadow in trace.get("shadows", ())}
    matched = [rule for rule in trace.get("rules", ()) if rule["matched"] and rule["name"] not in shadows]
    for rule in matched:
        yield Done((), "why_rule", f"{rule['name']} ({rule['where']})")
    if not matched:
        yield Done((), "why_no_rule")
    for field, decided in trace.get("decisions", {}).items():
        because = f": {decided['because']}" if decided.get("because") else ""
        yield Done((), "why_decided", f"{field} = {_said(decided['value'])}, {decided['rule']}{because}")
    chosen = trace.get("assignment")
    if chosen:
        handler = context.policy.handlers.get(chosen["handler"] or "")
        yield Done((), "why_chosen", f"{handler.name if handler else '–'} ({chosen['reason']})")
        yield from _considered(context, chosen.get("considered", ()))
    for shadow in trace.get("shadows", ()):
        if shadow["differs"]:
            would = ", ".join(f"{name} = {_said(shadow['would'][name])}" for name in shadow["differs"])
            yield Done((), "why_shadow", f"{shadow['name']} ({shadow['where']}): {would}")
    if trace.get("policy"):
        yield Done((), "why_policy", str(trace["policy"])[:12])


def _considered(context: Context, entries: Iterable[Mapping[str, Any]]) -> Iterable[Done]:
    """Who could have had it, with their open cases where that mattered; and who was away."""
    here: list[str] = []
    away: list[str] = []
    for entry in entries:
        handler = context.policy.handlers.get(entry["handler"])
        name = handler.name if handler else entry["handler"]
        count = f" ({entry['open']})" if entry.get("open") is not None else ""
        (away if entry.get("away") else here).append(f"{name}{count}")
    if len(here) > 1:
        yield Done((), "why_considered", ", ".join(here))
    if away:
        yield Done((), "why_away", ", ".join(away))


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return f"{value.get('how', '')} {', '.join(value.get('handlers', ()))}".strip()
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


# --- help -------------------------------------------------------------------------------------------------------------------------

Explained = Mapping[str, Callable[[Context, str], Outcome]]


def help_over(commands: Callable[[], Explained]) -> Callable[[Context, str], Outcome]:
    """The command help, over the table of all commands, which names it and so cannot be imported here."""

    def help_(context: Context, argument: str) -> Outcome:
        """help [COMMAND]    All commands, or one of them."""
        words = context.vocabulary
        wanted = words.verb(argument.lstrip("/#!")) or words.begun(argument.lstrip("/#!")) if argument else ""
        if argument and not wanted:
            return Wrong("not_understood", words.nearest(argument))
        lines = [
            Done((), "explained", text, written=f"/{name}")
            for verb, act in commands().items()
            if wanted in ("", verb)
            for name, text in [explained(context, verb, act)]
        ]
        return Done((), "help", also=(*lines, *(meanings(context) if wanted == "priority" else ())))

    return help_


def explained(context: Context, verb: str, act: Callable[..., object]) -> tuple[str, str]:
    """A command as it is written in his language, and what it does."""
    return context.vocabulary.explained(verb, context.language, act.__doc__ or "")
