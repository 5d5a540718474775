"""basic: take, assign, close, reopen, priority, note."""

from __future__ import annotations

from dataclasses import replace

from maild.decide import absence, rest, verbs
from maild.decide.acts import incidents, lines
from maild.decide.acts.context import TAKEN, Context, Done, Outcome, Wrong
from maild.model.asking_events import Cleared
from maild.model.case import QUARANTINE, SPAM
from maild.model.events import Assigned, Moved, Prioritised, Priority, Reopened, Solved, Woken
from maild.model.people import Handler
from maild.model.plain import plain
from maild.model.policy import Policy


def take(context: Context, argument: str) -> Outcome:
    """take    I handle it."""
    if argument:
        return Wrong("no_argument", "take")
    return Done((Assigned(context.handler.key, TAKEN),), "taken", was=context.handler_name)


def assign(context: Context, argument: str) -> Outcome:
    """assign WHO    Give the case to a handler (login, name or address), to a line, to a desk, or to nobody (none)."""
    if not argument:
        return Wrong("who", ", ".join(h.key for h in context.policy.team(context.case.desk)))
    if context.vocabulary.means("nobody", argument):
        return Done((Assigned(None, "given back"),), "assigned_nobody", was=context.handler_name)
    desk = next(
        (d for d in context.policy.desks.values() if plain(argument) in (plain(d.key), d.address) and not d.retired),
        None,
    )
    if desk:
        return Done(
            (Moved(desk.key), Assigned(None, f"moved to {desk.key}")),
            "moved",
            desk.name,
            was=context.desk.name,
        )
    line = lines.named(context, argument)
    if line:
        given = lines.to_line(context, line)
        return replace(given, inside=False) if isinstance(given, Done) else given
    found = handlers(argument, context.policy)
    if len(found) != 1:
        names = [h.key for h in found] or [h.key for h in context.policy.team(context.case.desk)]
        return Wrong("several" if found else "nobody_called", ", ".join(names))
    return _give(context, found[0])


def _give(context: Context, handler: Handler) -> Outcome:
    """To him, or to his cover while he is away."""
    reason = f"assigned by {context.handler.name}"
    if handler == context.handler or context.ledger.absence(handler.key) is None:
        return Done((Assigned(handler.key, reason),), "assigned", handler.name, was=context.handler_name)
    cover = absence.cover(context.ledger, handler, context.case)
    if not cover:
        team = absence.present(context.ledger, context.policy.team(context.case.desk))
        return Wrong("is_away", ", ".join(h.key for h in team))
    return Done((Assigned(cover[0].key, f"{reason}, in place of {handler.name}"),), "assigned_cover", cover[0].name)


def handlers(who: str, policy: Policy) -> list[Handler]:
    """By login or address exactly, else by any part of the name."""
    folded = plain(who)
    able = [h for h in policy.handlers.values() if not h.retired]
    exact = [h for h in able if folded in (plain(h.key), plain(h.name), *h.addresses)]
    return exact or [h for h in able if folded in plain(h.name).split()]


def close(context: Context, argument: str) -> Outcome:
    """close [quiet | all]    The case is solved; text below goes out as the closing reply.  quiet: the customer is not told.

    all: an incident, and the cases that belong to it.
    """
    if context.vocabulary.means("all", argument):
        own = close(context, "")
        return incidents.close_all(context, own) if isinstance(own, Done) else own
    quiet = context.vocabulary.means("quiet", argument)
    if argument and not quiet:
        return Wrong("only_quiet", "close_quiet")
    if context.case.ended:
        return Done((), "already_solved")
    stale = context.stale()
    if stale is not None:
        return stale
    closes_at = context.ledger.now + context.closes_in
    # Tasks may outlive the answer, such as a delivery: they stay, their handlers are reminded, and who closes is told of them.
    tasks = ", ".join(str(task.number) for task in context.case.errands.open_tasks)
    event = Solved(context.order.by, quiet, closes_at)
    key = ("solved_quietly" if quiet else "solved") + ("_with_tasks" if tasks else "")
    left = len(incidents.children(context)) if context.case.incident else 0
    if left:
        also = (Done((), key, tasks),) if tasks else ()
        return Done((event,), "solved_alone", str(left), also=also)
    return Done((event,), key, tasks)


def reopen(context: Context, argument: str) -> Outcome:
    """reopen    The case is open again, whether it was solved or rested."""
    if argument:
        return Wrong("no_argument", "reopen")
    if context.case.rests:
        return Done((Woken(rest.REOPENED),), "reopened")
    if {SPAM, QUARANTINE} & set(context.case.labels):
        return _no_spam(context)
    if not context.case.ended:
        return Done((), "already_open")
    return Done((Reopened(context.order.by),), "reopened")


def _no_spam(context: Context) -> Done:
    """The case is open again, and its sender as good as anybody."""
    return Done((Cleared(context.case.customer),), "cleared")


def priority(context: Context, argument: str) -> Outcome:
    """priority WORD    critical, high, medium or low, in any of the languages."""
    name = context.vocabulary.argument(verbs.PRIORITIES, argument)
    if name is None:
        return Wrong("no_priority", ", ".join(Priority), also=meanings(context))
    return Done(
        (Prioritised(Priority(name), f"set by {context.handler.name}"),),
        "prioritised",
        name,
        was=str(context.case.priority),
    )


def meanings(context: Context) -> tuple[Done, ...]:
    """What each priority means here, in his language, as far as the site says so (sla.yaml)."""
    found = ((word, meaning(context, word)) for word in Priority)
    return tuple(Done((), f"means_{word}", words) for word, words in found if words)


def meaning(context: Context, priority: Priority) -> str:
    return context.policy.slas.meaning(priority, context.language, context.desk_language)


def note(context: Context, argument: str) -> Outcome:
    """note [TEXT]    The whole mail is internal; the customer sees nothing of it."""
    return Done((), "kept_internal")
