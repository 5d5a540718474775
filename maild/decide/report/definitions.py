"""definitions: what each figure of a report means, one function each.

A case belongs to the desk that it had at the end of the period, and all days and months are those of that desk's zone, from midnight
to midnight.  What it is counted under (category, priority, type, handler) is what it was then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import zip_longest

from maild.decide import clocks
from maild.decide.report.tale import Said, Tale, Told
from maild.model import agreement
from maild.model.agreement import Agreement
from maild.model.calendar import Calendar
from maild.model.clocks import Stop
from maild.model.events import Status
from maild.model.people import handler_of
from maild.model.policy import Policy
from maild.model.report import CONFIDENTIAL, NONE, Times
from maild.model.sla import Target, Terms

# Of fewer cases than that, no handler's times are told: they would be times of a case.
FEWEST = 3
STEP = 15
_DOORS = {"smtp": "mail", "lmtp": "mail", "imap": "imap", "late": "imap"}
CHANNELS = ("mail", "imap", "phone", "form", "monitoring", "handler", "other")
_NO_TIME = timedelta(0)


# --- volume -----------------------------------------------------------------------------------------------------------------------


def counted(tale: Tale) -> bool:
    """A case that came in: neither imported nor spam.  One that was merged into another came in all the same."""
    return not tale.imported and not tale.spam


def channel(tale: Tale) -> str:
    """How it came: by mail to a door (smtp, lmtp) or from a mailbox (imap), by a handler who tells of a telephone call (phone), by a web
    form, from a monitoring system, or made by a handler of another's mail (a forward, a split case)."""
    if tale.alarmed:
        return "monitoring"
    if tale.reported:
        return "phone"
    if handler_of(tale.opener) is not None:
        return "handler"
    return "form" if tale.story.form else _DOORS.get(tale.story.source, "other")


def cuts(tale: Tale, veiled: bool) -> dict[str, str]:
    """Under which key of each cut it is counted, exactly one.  Of a confidential case nobody is told what it is about."""
    return {
        "channel": channel(tale),
        "category": CONFIDENTIAL if veiled else tale.category or NONE,
        "desk": tale.desk,
        "priority": str(tale.priority),
        "type": tale.type or NONE,
    }


def veiled(tale: Tale, policy: Policy) -> bool:
    """Confidential, by its desk or by a rule: counted, but under no handler's name, no category and no agreement."""
    desk = policy.desks.get(tale.desk)
    return tale.confidential or (desk is not None and desk.confidential)


# --- answers and solutions --------------------------------------------------------------------------------------------------------


def first_answer(tale: Tale) -> Said | None:
    """When a handler's word first reached the customer: an answer that was not taken back, or a solution of which he was told.

    A telephone call is answered on the telephone, and a monitoring system waits for no answer: they have no such time.
    """
    if tale.reported or tale.alarmed:
        return None
    solved = (one for one in tale.solutions if not one.quiet and handler_of(one.by) is not None)
    return min((*tale.sent(), *solved), key=lambda one: one.at, default=None)


def solution(tale: Tale) -> Said | None:
    """Its first solution that was not undone, by whomever: a case is solved once, also when it is reopened and solved again.  A case
    that was merged is solved with the one in which it goes on."""
    return tale.solutions[0] if tale.solutions else None


def solver(tale: Tale, solved: Said) -> str:
    """The handler who solved it; where that was no handler, whoever had it at the end; "" for nobody."""
    return handler_of(solved.by) or tale.handler


def reopened(tale: Tale, since: datetime, until: datetime) -> bool:
    """Reopened in the period, by an answer or by a handler, at least once.  The share is of the cases that were solved in the period,
    whenever these were; it can pass 100 %."""
    return any(since <= one.at < until for one in tale.reopenings)


def open_at_end(tale: Tale) -> bool:
    """New, open, waiting or on hold at the end of the period."""
    return not tale.ended and not tale.merged


# --- times ------------------------------------------------------------------------------------------------------------------------


def wall(tale: Tale, until: datetime) -> int:
    """Seconds since the case came in (its first mail, not its reading), nights and weekends included: what the customer waited."""
    return max(0, int((until - tale.since).total_seconds()))


def opening(tale: Tale, until: datetime, calendar: Calendar) -> int:
    """Seconds since it came in of the desk's opening hours in which it did not wait for the customer: how long it lay with us."""
    waited = (_within(stop, tale.since, until) for stop in tale.stops if stop.status is Status.WAITING)
    paused = sum((calendar.between(*span) for span in waited if span[0] < span[1]), _NO_TIME)
    return max(0, int((calendar.between(tale.since, until) - paused).total_seconds()))


def _within(stop: Stop, since: datetime, until: datetime) -> tuple[datetime, datetime]:
    return max(stop.since, since), min(stop.until or until, until)


def quantile(seconds: Sequence[int], percent: int) -> int:
    """The nearest rank: the least time that one case took, within which so many percent of them were done.  Never a mean of two."""
    return seconds[-(-percent * len(seconds) // 100) - 1]


def times(opened: Iterable[int], walls: Iterable[int], fewest: int = 1) -> Times:
    """Median and p90 of both; nothing of a group that is too small."""
    first, second = sorted(opened), sorted(walls)
    if len(first) < fewest:
        return Times(len(first))
    return Times(len(first), *(quantile(some, percent) for some in (first, second) for percent in (50, 90)))


# --- promises ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verdict:
    """At that instant it was known.  word: kept, broken, unpromised or slipped."""

    target: Target
    word: str
    at: datetime


def verdicts(tale: Tale, held: Terms | None, calendar: Calendar, until: datetime) -> Iterator[Verdict]:
    """What became of each promise until then: the end of the period, or now.

    Judged by what the customer was told: the tightest date that held, in a letter that left, put off only by the open time for which
    its clock stood still since (it waits for the customer, or as the target said when he was told), or promised by a handler (/due),
    which nothing puts off. Where nobody told him a date, by the breach that was noted when the time of the target was over. A promise
    is judged once, when it is kept or its time is over, whichever is first; so months add up. Kept at first, and over after a
    reopening: slipped, told apart. What was done without any promise is unpromised.
    """
    for target, turn, done in _matters(tale, held):
        within = held.targets.get(target) if held else None
        told = _told(tale, target, turn)
        hours = within.calendar if within else calendar
        dues = (_put_off(one, [stop for stop in tale.stops if _paused(stop, one, held)], hours) for one in told)
        breach = tale.breaches.get((target, turn))
        over = min(filter(None, dues), default=None) if told else breach.at if breach else None
        if done is not None and (over is None or done <= over):
            promised = bool(told) or breach is not None or within is not None
            yield Verdict(target, "kept" if promised else "unpromised", done)
            if breach is not None and breach.at > done and target is Target.SOLUTION:
                yield Verdict(target, "slipped", breach.at)
        elif over is not None and over < until:
            yield Verdict(target, "broken", over)


def terms(tale: Tale, policy: Policy) -> Terms | None:
    """What is promised for such a case today."""
    if not policy.slas or tale.imported or tale.merged or not tale.runs:
        return None
    what = tale.desk, tale.priority, tale.organisation, tale.line, tale.handler, tale.since
    return clocks.of(policy, clocks.Matter(*what, str(tale.type), tuple(tale.labels)))


def _matters(tale: Tale, held: Terms | None) -> Iterator[tuple[Target, int, datetime | None]]:
    """Target, turn of its clock, and when it was done.  The next word is owed anew after each answer and each reopening."""
    sent = tale.sent()
    solved = tale.solutions[0].at if tale.solutions else None
    yield Target.RESPONSE, 0, min(filter(None, (sent[0].at if sent else None, solved)), default=None)
    yield Target.SOLUTION, 0, solved
    # What came with another case, after this one was answered.
    carried = {one.turn: one.at for one in tale.dates if one.target == Target.RESPONSE and one.turn}
    for number, since in carried.items():
        since_then = (one.at for one in (*sent, *tale.solutions) if one.at > since)
        yield Target.RESPONSE, number, min(since_then, default=None)
    if not (held and Target.UPDATE in held.targets) and not _spoken_of(tale):
        return
    before = [] if held is None or Target.RESPONSE in held.targets else [Said(tale.since)]
    turns = [*before, *tale.spoken()]
    for turn, following in zip_longest(turns, turns[1:]):
        words = (
            *(one.at for one in sent if one.at > turn.at),
            *(one.at for one in tale.solutions if one.at >= turn.at),
        )
        done = min(words, default=None)
        if done is not None or following is None:
            yield Target.UPDATE, turn.number, done


def _spoken_of(tale: Tale) -> bool:
    """Whether a next word was promised or missed in any turn."""
    return any(one.target == Target.UPDATE for one in tale.dates) or any(
        key[0] == Target.UPDATE for key in tale.breaches
    )


def _told(tale: Tale, target: Target, turn: int) -> list[Told]:
    """The dates that held: in letters that left, and of a handler's the one that he did not replace or withdraw while it was ahead."""
    said = (one for one in tale.dates if one.target == target and one.turn == turn and one.letter not in tale.unsent)
    return [one for one in said if one.letter or not any(one.at < new.at < one.due_at for new in tale.promises)]


def _paused(stop: Stop, told: Told, held: Terms | None) -> bool:
    """By what was promised when that was told.  A solved case's clocks stand still whatever is configured."""
    words = told.pauses if told.pauses is not None else held.pauses if held else (Status.WAITING,)
    return stop.status in words or stop.status in (Status.SOLVED, Status.CLOSED)


def _put_off(told: Told, pauses: Sequence[Stop], calendar: Calendar) -> datetime | None:
    """So much open time as was left then, counted while the clock runs; None while it stands still with some of it left.  What a handler
    promised is never put off."""
    if not told.letter:
        return told.due_at
    left, start = calendar.between(told.at, told.due_at), told.at
    for stop in pauses:
        if stop.until is not None and stop.until <= start:
            continue
        run = calendar.between(start, max(stop.since, start))
        if run >= left:
            break
        if stop.until is None:
            return None
        left, start = left - run, stop.until
    return told.due_at if start == told.at else calendar.add(start, left)


# --- work -------------------------------------------------------------------------------------------------------------------------


def account_of(agreements: Mapping[str, Agreement], organisation: str, day: date, cause: str) -> tuple[str, str]:
    """(agreement, word) of work: of the organisation's agreements that are in force on the day on which it was noted, the first that
    covers the cause, else the first; NONE without one.

    covered: the cause stands in `covers`, or the agreement has none; unsaid: nobody noted the cause, so that nobody is billed by
    silence; charged: it is not covered, or there is no agreement.
    """
    holding = agreement.in_force(agreements, organisation, day)
    if not holding:
        return NONE, "charged"
    covering = next((one for one in holding if cause in one.covers or not one.covers), None)
    if covering is not None:
        return covering.key, "covered"
    return holding[0].key, "charged" if cause else "unsaid"


def billed(minutes: int) -> int:
    """The charged minutes of a case on a day, in steps of 15 that were begun.  What was taken back is given back in whole steps."""
    return STEP * -(-minutes // STEP)
