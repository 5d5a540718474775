"""lines: a case that its line cannot solve goes to the next, with what was tried."""

from __future__ import annotations

from maild.decide.absence import away
from maild.decide.acts.context import Context, Done, Outcome, Wrong
from maild.decide.assign import Chosen, choose, line_choice
from maild.decide.ledger import Ledger
from maild.model.asking_events import Escalated
from maild.model.case import Case
from maild.model.events import Assigned
from maild.model.people import Line
from maild.model.plain import plain
from maild.model.policy import Policy


def escalate(context: Context, argument: str) -> Outcome:
    """escalate [LINE]    To the desk's next line, or to that one; the text below, what was tried, is a note for its handler."""
    lines = context.policy.desks[context.case.desk].lines
    if not lines:
        return Wrong("no_lines")
    if context.case.ended:
        return Wrong("already_solved")
    line = named(context, argument) if argument else following(context.case, context.policy)
    if line is None and argument:
        return Wrong("no_such_line", ", ".join(one.name for one in lines))
    if line is None:
        return Wrong("last_line", lines[-1].name)
    return to_line(context, line)


def to_line(context: Context, line: Line) -> Outcome:
    """The case is that line's, and one of its handlers has it: they take turns."""
    chosen = pick(context.ledger, context.case, line)
    if chosen.handler is None:
        return Wrong("empty_line", line.name)
    events = (Escalated(line.name), Assigned(chosen.handler, f"line {line.name}"))

    def after(ledger: Ledger) -> None:
        ledger.turn(chosen)

    said = f"{line.name}: {context.policy.handlers[chosen.handler].name}"
    return Done(events, "escalated", said, after, inside=True)


def pick(ledger: Ledger, case: Case, line: Line) -> Chosen:
    """Whose turn it is in that line."""
    desk = ledger.policy.desks[case.desk]
    # A cap holds for rules: whoever escalates knows that it must be done.
    turns = {key: count for key, count in ledger.known.counters.items() if not key.startswith("open:")}
    return choose(line_choice(desk, line), desk.key, ledger.policy, turns, away(ledger))


def named(context: Context, argument: str) -> Line | None:
    """`2`, `line 2`, `2. linje`, or the line's own name."""
    lines = context.policy.desks[context.case.desk].lines
    words = [word.strip(".") for word in argument.split()]
    bare = " ".join(word for word in words if not context.vocabulary.means("line", word))
    return next((line for line in lines if plain(line.name) in (plain(bare), plain(argument))), None)


def current(case: Case, policy: Policy) -> int:
    """The place of the line that has the case: as it was escalated, else its handler's, else the first."""
    return policy.desks[case.desk].line_at(case.line, case.handler)


def following(case: Case, policy: Policy) -> Line | None:
    """The line behind the one that has it."""
    lines = policy.desks[case.desk].lines
    return next(iter(lines[current(case, policy) + 1 :]), None)
