"""work: time, tag, title, due: what handlers note about a case.  Of it the customer is told what is promised, and no more."""

from __future__ import annotations

import re
from functools import partial

from maild.decide import dates
from maild.decide.acts.context import Context, Done, Outcome, Wrong
from maild.decide.acts.waiting import moment
from maild.decide.ledger import Ledger
from maild.model.content import Content
from maild.model.events import Event, Labelled
from maild.model.people import handler_party
from maild.model.undo_events import Unlabelled
from maild.model.work_events import Promised, Titled, Worked

CAUSES = ("machine", "software", "third_party", "user")
_TITLE = 200
# A label is a word for a sort of case; an address or a number of somebody is none.
_LABEL = re.compile(r"(?!.*\d{6})[^\W_][\w-]{0,29}")
_MOST_LABELS = 10


def time(context: Context, argument: str) -> Outcome:
    """time AMOUNT [CAUSE]    So long was worked on it: 25m, 1:15, 1.5h; the cause in a word: machine, software, supplier, user."""
    words = argument.split()
    for count in range(len(words), 0, -1):
        minutes = dates.minutes(" ".join(words[:count]))
        if minutes is None:
            continue
        named = " ".join(words[count:])
        cause = context.vocabulary.argument(CAUSES, named) if named else ""
        if cause is None:
            return Wrong("no_cause", ", ".join(CAUSES))
        return _worked(context, minutes, cause)
    return Wrong("no_amount")


def _worked(context: Context, minutes: int, cause: str) -> Done:
    also = [Done((), "worked_total", clock(context.case.worked + minutes))]
    if cause:
        also.insert(0, Done((), "worked_cause", cause))
    return Done(
        (Worked(handler_party(context.handler.key), minutes, cause),), "worked", clock(minutes), also=tuple(also)
    )


def clock(minutes: int) -> str:
    """95 as 1:35."""
    return f"{minutes // 60}:{minutes % 60:02}"


def tag(context: Context, argument: str) -> Outcome:
    """tag LABEL...    Labels of the case; -LABEL takes one away."""
    words = argument.replace(",", " ").lower().split()
    if not words or len(words) > _MOST_LABELS or not all(_LABEL.fullmatch(word.lstrip("-")) for word in words):
        return Wrong("no_label")
    now, events = list(context.case.labels), list[Event]()
    for word in words:
        label = word.lstrip("-")
        if word.startswith("-") and label in now:
            now.remove(label)
            events.append(Unlabelled(label))
        elif not word.startswith("-") and label not in now:
            now.append(label)
            events.append(Labelled(label))
    return Done(tuple(events), "labels", ", ".join(now) or "–", was=", ".join(context.case.labels))


def title(context: Context, argument: str) -> Outcome:
    """title TEXT    What the case is called among handlers; the subject of its mails stays."""
    if not argument or len(argument) > _TITLE:
        return Wrong("which_title")
    content = Content(context.order.prepared.body.salt, argument)
    was = context.ledger.subjects.get(context.case.title, "")
    titled = Titled(handler_party(context.handler.key), content.commitment)
    return Done((titled,), "titled", argument, partial(_keep, content), was=was)


def _keep(content: Content, ledger: Ledger) -> None:
    ledger.subject(content)


def due(context: Context, argument: str) -> Outcome:
    """due WHEN    A date that is promised to the customer, who is told: 3d, fri 12:00, 12.3.; none: nothing is promised any more."""
    by, now = handler_party(context.handler.key), context.case.promised_at
    was = now.astimezone(context.zone).isoformat() if now else ""
    if context.vocabulary.means("nobody", argument) or context.vocabulary.means("nothing", argument):
        return Done((Promised(by, None),) if now else (), "promised_nothing", was=was)
    if not argument:
        return Wrong("due_when")
    until = moment(context, argument)
    if isinstance(until, Wrong):
        return until
    return Done((Promised(by, until),) if until != now else (), "promised", until.isoformat(), was=was)
