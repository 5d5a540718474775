"""tasks: the case's list of things to do, each somebody's and perhaps by a day."""

from __future__ import annotations

import re
from datetime import datetime

from maild.decide import asking, tasklist
from maild.decide.acts import basic, waiting
from maild.decide.acts.context import Context, Done, Outcome, Wrong
from maild.decide.ledger import Ledger
from maild.model.asking_events import Completed, Tasked
from maild.model.errands import OPEN, Task
from maild.model.people import Handler, handler_party

MOST = 50
_NUMBERS = re.compile(r"#?\d{1,3}(?:[\s,;]+#?\d{1,3})*")


def task(context: Context, argument: str) -> Outcome:
    """task TEXT [; WHO] [; WHEN]    Something to do in this case: yours, or another handler's, and by when."""
    text, *rest = [part.strip() for part in argument.split(";")]
    if not text:
        return Wrong("task_what")
    if len(context.case.errands.tasks) >= MOST:
        return Wrong("too_many_tasks", str(MOST))
    whose, due_at = context.handler, None
    for part in filter(None, rest):
        found = _who_or_when(context, part)
        if isinstance(found, Wrong):
            return found
        whose, due_at = (found, due_at) if isinstance(found, Handler) else (whose, found)
    content = asking.phrase(context.order.prepared, text)
    event = Tasked(context.order.by, content.commitment, whose.key, due_at)
    number = len(context.case.errands.tasks) + 1

    def after(ledger: Ledger) -> None:
        ledger.phrase(context.case.id, content)
        if whose.key != context.handler.key:
            asking.entrust(ledger, context.case.id, number, due=False)

    said = f"{number}: {whose.name}"
    at = tasklist.in_zone(context.ledger, context.case, due_at)
    return Done((event,), "tasked_until" if at else "tasked", said, after, at=at)


def _who_or_when(context: Context, part: str) -> Handler | datetime | Wrong:
    """A handler's name, or a date."""
    found = basic.handlers(part, context.policy)
    if len(found) == 1:
        return found[0]
    if found:
        return Wrong("several", ", ".join(handler.key for handler in found))
    at = waiting.moment(context, part)
    return Wrong("who_or_when", part) if isinstance(at, Wrong) and at.key == "no_date" else at


def done(context: Context, argument: str) -> Outcome:
    """done [N]    Task N is done; in reply to a task's letter that task."""
    chosen = _chosen(context, argument)
    if isinstance(chosen, Wrong):
        return chosen
    case_id, actor = context.case.id, handler_party(context.handler.key)
    text = context.text if context.inside else ""
    numbers = ", ".join(str(task.number) for task in chosen)

    def after(ledger: Ledger) -> None:
        about = "\n".join(ledger.subjects.get(task.text, "") for task in chosen)
        told = asking.News(
            *("task_reported", numbers, about, context.shown(text), actor, asking.COLLEAGUE),
            answers=(actor,),
            text=chosen[0].text,
        )
        asked = [task.by for task in chosen]
        asking.news(ledger, case_id, told, *asked, asking.who_has(ledger, case_id), who=context.handler.name)

    return Done(tuple(Completed(task.number, context.order.by) for task in chosen), "task_done", numbers, after)


def _chosen(context: Context, argument: str) -> list[Task] | Wrong:
    """The tasks that are meant: by number, by the letter that is answered, or the only one that is open."""
    errands = context.case.errands
    listed = ", ".join(str(task.number) for task in errands.open_tasks)
    if argument:
        if not _NUMBERS.fullmatch(argument):
            return Wrong("which_task", listed)
        found = [errands.task(int(number)) for number in dict.fromkeys(re.findall(r"\d+", argument))]
    else:
        letter = context.order.about
        told = errands.task_of(letter.id) if letter else None
        found = [told] if told else list(errands.open_tasks)
        if len(found) != 1:
            return Wrong("which_task" if found else "no_open_task", listed)
    if any(task is None for task in found):
        return Wrong("no_such_task", listed)
    ended = [str(task.number) for task in found if task and task.state != OPEN]
    if ended:
        return Wrong("task_was_done", ", ".join(ended))
    return [task for task in found if task]
