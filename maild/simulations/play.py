"""play: the mails of an archive in the order of their dates, with what wakes and what handlers do between them.

Play(config, policy, files, wish).run(told, pace) -> Report.  A mail from a handler's or a desk's address is an answer as it was given then;
wish.answer, wish.solve: so much open time after it came each case is answered, or solved, if it was not yet.

LIMITS  What handlers did without a mail to the customer is not in a mailbox.  Whoever is paged answers the page at once.
"""

from __future__ import annotations

import heapq
import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from maild.config import Config
from maild.decide.history import side_of
from maild.edges.archive import Entry
from maild.edges.believing import believer_of
from maild.edges.reading import loads, read_small
from maild.mail import token
from maild.model.calendar import ALWAYS
from maild.model.case import Case
from maild.model.events import Event, Opened, Replied, Solved
from maild.model.message import Message
from maild.model.paging_events import Attended, Paged
from maild.model.people import Handler, Trust, handler_party
from maild.model.plan import Plan
from maild.model.policy import Policy
from maild.policy.amounts import Amount, amount
from maild.rehearse import envelope_of
from maild.replays import reading, source
from maild.replays.stage import Mail
from maild.settle import charset_of
from maild.simulations.tally import Report, Tally
from maild.simulations.theatre import Theatre

NO_CASE = "answers of handlers in no case of these"
AFTER = amount("14d")
ANSWER, SOLVE, PAGE = "answer", "solve", "page"
_SOON = timedelta(minutes=1)
# Messages that are nowhere: beyond those of the stage.
_NO_ROW = 2_000_000_000
Told = Callable[[int, str], None]
# Told of the time before anything happens then.
Pace = Callable[[datetime], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """since, until: of the mails; answer, solve: after so much open time, None: as the mailbox has it; after: the clock goes on so long."""

    since: datetime | None = None
    until: datetime | None = None
    answer: Amount | None = None
    solve: Amount | None = None
    after: Amount = AFTER


@dataclass(frozen=True, slots=True, order=True)
class _Due:
    """What a handler is taken to do."""

    at: datetime
    serial: int
    case: int
    what: str
    by: str = ""


class Play:
    """total: how many mails there are."""

    def __init__(
        self,
        config: Config,
        policy: Policy,
        files: Path,
        wish: Wish,
        seen: Callable[[Plan, datetime], None] | None = None,
    ) -> None:
        self._config, self.policy, self._wish, self._also = config, policy, wish, seen
        self._archive = source.archive_of(files)
        self._entries = [one for one in sorted(self._archive.entries(datetime.now(UTC))) if self._wanted(one)]
        self._acts: list[_Due] = []
        self._serial = itertools.count()
        self._tally = Tally(policy)
        self.total = len(self._entries)

    def _wanted(self, entry: Entry) -> bool:
        at = datetime.fromtimestamp(entry.at, UTC)
        since, until = self._wish.since, self._wish.until
        return (since is None or at >= since) and (until is None or at < until)

    def run(self, told: Told, pace: Pace = lambda at: None) -> Report:
        keys = token.parse(token.fresh(secrets.token_bytes(32), "aa"))
        self._theatre = Theatre(self.policy, keys, datetime(1970, 1, 1, tzinfo=UTC), self._seen)
        last = datetime(1970, 1, 1, tzinfo=UTC)
        mails = source.archived(self._archive, self._entries, lambda raw: envelope_of(raw, self.policy), self._trust)
        for mail, octets in reading.read(mails, charset_of((), self.policy)):
            self._until(mail.received_at, pace)
            pace(mail.received_at)
            self._mail(mail, loads(octets))
            last = mail.received_at
            told(self._tally.mails, f"{last:%Y-%m-%d}")
        self._until(last + self._wish.after.of(ALWAYS), pace)
        return self._tally.report(self._theatre.all_cases())

    def _trust(self, raw: bytes, recipient: str) -> Trust:
        message = read_small(raw, charset_of((recipient,), self.policy))
        return believer_of(self._config).at_once(message, raw, "", datetime.now(UTC)) or Trust(evidence=("simulated",))

    def _mail(self, mail: Mail, message: Message) -> None:
        self._tally.mails += 1
        if not side_of(message, self.policy).ours:
            self._theatre.take(mail, message)
        elif not self._theatre.hear(mail, message):
            self._tally.left[NO_CASE] += 1

    # --- between the mails ------------------------------------------------------------------------------------------------------

    def _until(self, until: datetime, pace: Pace) -> None:
        """All that happens before then, in its order."""
        while True:
            wakes = self._theatre.wakes()
            acts = self._acts[0].at if self._acts else None
            at = min(filter(None, (wakes, acts)), default=None)
            if at is None or at > until:
                return
            pace(at)
            if acts is not None and acts == at:
                self._act(heapq.heappop(self._acts))
            else:
                self._theatre.wait(at)

    def _act(self, due: _Due) -> None:
        self._theatre.act(due.case, lambda case: self._does(due, case), due.at)

    def _does(self, due: _Due, case: Case) -> tuple[Handler, Event] | None:
        """Who does what; None where there is nothing to do any more, or nobody."""
        handler = self.policy.handlers.get(due.by or case.handler or "") or next(
            iter(self.policy.team(case.desk)), None
        )
        if case.ended or handler is None:
            return None
        if due.what == PAGE:
            return handler, Attended(handler.key)
        party = handler_party(handler.key)
        if due.what == ANSWER:
            return None if case.clocks.answered_at else (handler, Replied(_NO_ROW + due.serial, party))
        days = self.policy.desks[case.desk].reopen_days
        return handler, Solved(party, quiet=True, closes_at=due.at + timedelta(days=days))

    def _seen(self, plan: Plan, at: datetime) -> None:
        """What a handler will do about it."""
        self._tally.saw(plan, at)
        for case, event in ((one.case, one.record.event) for one in plan.events):
            if case is not None and isinstance(event, Opened):
                calendar = self.policy.calendar_of(event.desk)
                for what, wished in ((ANSWER, self._wish.answer), (SOLVE, self._wish.solve)):
                    if wished is not None:
                        self._plan(calendar.add(at, wished.of(calendar)), case, what)
            elif case is not None and isinstance(event, Paged):
                self._plan(at + _SOON, case, PAGE, event.handler)
        if self._also:
            self._also(plan, at)

    def _plan(self, at: datetime, case: int, what: str, by: str = "") -> None:
        heapq.heappush(self._acts, _Due(at, next(self._serial), case, what, by))
