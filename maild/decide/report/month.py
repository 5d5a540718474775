"""month: the figures of a period, added up case by case; what each means stands in definitions.py.

figures(stories, wanted, policy) -> Report.  Stories come as a stream: of each case numbers are kept, and its times in eight octets.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from maild.decide.report import definitions
from maild.decide.report.tale import Said, Tale, told
from maild.model.calendar import Calendar
from maild.model.deed_events import CaseType
from maild.model.events import Priority
from maild.model.people import handler_of
from maild.model.policy import Policy
from maild.model.report import CONFIDENTIAL, CUTS, NONE, Account, Kept, Load, Period, Report, Story, Times, Totals
from maild.model.sla import Target

ANSWER, SOLUTION = "answer", "solution"
_GROUPS = ("desk", "priority")
Seconds = tuple["array[int]", "array[int]"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """desk: only this one's, None: all; now: whether the period is over."""

    period: Period
    now: datetime
    desk: str | None = None


def _seconds() -> Seconds:
    return array("q"), array("q")


@dataclass(slots=True)
class _Sums:
    """What adds up, by keys as they stand in the report."""

    totals: Counter[str] = field(default_factory=Counter)
    volume: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    days: Counter[date] = field(default_factory=Counter)
    months: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    cross: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    promises: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    times: defaultdict[tuple[str, str, str], Seconds] = field(default_factory=lambda: defaultdict(_seconds))
    accounts: Counter[tuple[str, str]] = field(default_factory=Counter)
    causes: Counter[tuple[str, str]] = field(default_factory=Counter)
    loads: Counter[tuple[str, str]] = field(default_factory=Counter)


def figures(stories: Iterable[Story], wanted: Wanted, policy: Policy) -> Report:
    """What the period was like."""
    desks = _Desks(wanted.period, policy)
    sums = _Sums()
    for story in stories:
        tale = told(story, desks.end)
        if tale is not None and wanted.desk in (None, tale.desk):
            _Case(tale, desks, policy, sums, wanted.now).add()
    return _report(sums, wanted, policy, desks)


class _Desks:
    """Zones, instants and calendars by desk; one that is in no rules any more is as the first."""

    def __init__(self, period: Period, policy: Policy) -> None:
        self._policy = policy
        self._bounds = {key: period.bounds(ZoneInfo(desk.zone)) for key, desk in policy.desks.items()}
        self._default = policy.default_desk.key

    def bounds(self, desk: str) -> tuple[datetime, datetime]:
        return self._bounds.get(desk) or self._bounds[self._default]

    def end(self, desk: str) -> datetime:
        return self.bounds(desk)[1]

    def last_end(self, desk: str | None) -> datetime:
        return self.end(desk) if desk else max(until for _, until in self._bounds.values())

    def zone(self, desk: str) -> ZoneInfo:
        return ZoneInfo((self._policy.desks.get(desk) or self._policy.default_desk).zone)

    def calendar(self, desk: str) -> Calendar:
        return self._policy.calendar_of(desk)


class _Case:
    """A case on its way into the sums."""

    def __init__(self, tale: Tale, desks: _Desks, policy: Policy, sums: _Sums, now: datetime) -> None:
        self.tale, self.policy, self.sums = tale, policy, sums
        self.since, self.until = desks.bounds(tale.desk)
        self.known = min(self.until, now)
        self.zone, self.calendar = desks.zone(tale.desk), desks.calendar(tale.desk)
        self.veiled = definitions.veiled(tale, policy)

    def within(self, at: datetime) -> bool:
        return self.since <= at < self.until

    def add(self) -> None:
        self.volume()
        self.load()
        self.work()
        if definitions.counted(self.tale):
            self.done()
            self.judged()

    def volume(self) -> None:
        tale, sums = self.tale, self.sums
        if definitions.open_at_end(tale):
            sums.totals["open_at_end"] += 1
        if not self.within(tale.opened_at):
            return
        if not definitions.counted(tale):
            sums.totals["imported" if tale.imported else "spam"] += 1
            return
        sums.totals["opened"] += 1
        sums.totals["merged"] += tale.merged
        sums.totals["confidential"] += self.veiled
        day = tale.opened_at.astimezone(self.zone).date()
        sums.days[day] += 1
        cuts = definitions.cuts(tale, self.veiled)
        for cut, key in cuts.items():
            sums.volume[cut][key] += 1
            if cut in ("channel", "category"):
                sums.months[f"{day:%Y-%m}", cut, key] += 1
        sums.cross[cuts["category"]][cuts["channel"]] += 1

    def handler(self, key: str) -> str:
        """Under whom it is counted."""
        return CONFIDENTIAL if self.veiled else key or NONE

    def load(self) -> None:
        tale, loads = self.tale, self.sums.loads
        for key in {self.handler(one.by) for one in tale.takings if self.within(one.at)}:
            loads[key, "taken"] += 1
        if definitions.open_at_end(tale):
            loads[self.handler(tale.handler), "open_at_end"] += 1
        for answer in tale.sent():
            if self.within(answer.at):
                self.sums.totals["replies"] += 1
                loads[self.handler(handler_of(answer.by) or ""), "replies"] += 1

    def work(self) -> None:
        tale, sums = self.tale, self.sums
        charged: Counter[tuple[str, date]] = Counter()
        mine = [piece for piece in tale.work if self.within(piece.at)]
        organisation = self.organisation() if mine else ""
        for piece in mine:
            day = piece.at.astimezone(self.zone).date()
            key, word = definitions.account_of(self.policy.agreements, organisation, day, piece.cause)
            key = CONFIDENTIAL if self.veiled else key
            sums.totals["minutes"] += piece.minutes
            sums.loads[self.handler(piece.by), "minutes"] += piece.minutes
            sums.accounts[key, word] += piece.minutes
            sums.causes[key, piece.cause or NONE] += piece.minutes
            if word == "charged":
                charged[key, day] += piece.minutes
        for (key, _), minutes in charged.items():
            sums.accounts[key, "billed"] += definitions.billed(minutes)

    def organisation(self) -> str:
        """As its clocks have it; where there are none, of the customer's address."""
        if self.tale.clocked:
            return self.tale.organisation
        found = self.policy.directory.organisation(self.tale.story.address)
        return found.key if found else ""

    def done(self) -> None:
        tale, totals = self.tale, self.sums.totals
        answer, solution = definitions.first_answer(tale), definitions.solution(tale)
        if answer is not None and self.within(answer.at):
            totals["answered"] += 1
            self.timed(ANSWER, answer, handler_of(answer.by) or "")
        if solution is not None and self.within(solution.at):
            totals["solved"] += 1
            solver = definitions.solver(tale, solution)
            self.sums.loads[self.handler(solver), "solved"] += 1
            self.timed(SOLUTION, solution, solver)
        totals["reopened"] += definitions.reopened(tale, self.since, self.until)

    def timed(self, measure: str, said: Said, handler: str) -> None:
        tale = self.tale
        opened, wall = definitions.opening(tale, said.at, self.calendar), definitions.wall(tale, said.at)
        for cut, key in (*self.groups(), ("handler", self.handler(handler))):
            times = self.sums.times[measure, cut, key]
            times[0].append(opened)
            times[1].append(wall)

    def groups(self) -> tuple[tuple[str, str], ...]:
        return ("all", ""), ("desk", self.tale.desk), ("priority", str(self.tale.priority))

    def judged(self) -> None:
        held = definitions.terms(self.tale, self.policy)
        # What is still to come in a period that goes on is nobody's failure yet.
        for verdict in definitions.verdicts(self.tale, held, self.calendar, self.known):
            if self.within(verdict.at):
                for cut, key in self.groups():
                    self.sums.promises[verdict.target, cut, key, verdict.word] += 1


# --- the report -------------------------------------------------------------------------------------------------------------------


def _report(sums: _Sums, wanted: Wanted, policy: Policy, desks: _Desks) -> Report:
    period = wanted.period
    return Report(
        period,
        wanted.desk,
        wanted.now >= desks.last_end(wanted.desk),
        Totals(**{name: sums.totals[name] for name in Totals.__match_args__}),
        {cut: _ordered(sums.volume[cut], cut, policy) for cut in CUTS},
        {day: sums.days[day] for day in period.days},
        {month: _month(sums, month, policy) for month in period.months},
        {category: _ordered(counts, "channel", policy) for category, counts in _by_size(sums.cross)},
        {str(target): _kept(sums, target, policy) for target in Target},
        {measure: _times(sums, measure, policy) for measure in (ANSWER, SOLUTION)},
        tuple(_account(sums, key, policy) for key in _keys(sums.accounts)),
        tuple(_load(sums, key, policy) for key in _keys(sums.loads)),
    )


def _keys(counted: Mapping[tuple[str, str], int]) -> list[str]:
    """Sorted; those that are nobody's come last."""
    return sorted({key for key, _ in counted}, key=lambda key: (key.startswith("("), key))


def _rank(cut: str, policy: Policy) -> list[str]:
    orders: dict[str, Iterable[str]] = {
        "channel": definitions.CHANNELS,
        "desk": policy.desks,
        "priority": map(str, Priority),
        "type": map(str, CaseType),
    }
    return list(orders.get(cut, ()))


def _order(cut: str, policy: Policy, sizes: Mapping[str, int]) -> list[str]:
    """As its words have an order; others the largest first, those without a word last."""
    rank = _rank(cut, policy)
    return sorted(
        sizes,
        key=lambda key: (
            key.startswith("("),
            rank.index(key) if key in rank else len(rank),
            0 if rank else -sizes[key],
            key,
        ),
    )


def _ordered(counts: Mapping[str, int], cut: str, policy: Policy) -> dict[str, int]:
    return {key: counts[key] for key in _order(cut, policy, counts)}


def _by_size(cross: Mapping[str, Counter[str]]) -> list[tuple[str, Counter[str]]]:
    return sorted(cross.items(), key=lambda item: (item[0].startswith("("), -item[1].total(), item[0]))


def _month(sums: _Sums, month: str, policy: Policy) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {"channel": Counter(), "category": Counter()}
    for (at, cut, key), count in sums.months.items():
        if at == month:
            found[cut][key] += count
    return {cut: _ordered(counts, cut, policy) for cut, counts in found.items()}


def _groups(found: Iterable[tuple[str, str]], policy: Policy) -> list[tuple[str, str]]:
    """All, desks and priorities in their order, handlers by key."""
    some = set(found)
    ordered = [("all", "")] if ("all", "") in some else []
    for cut in (*_GROUPS, "handler"):
        keys = {key: 0 for at, key in some if at == cut}
        ordered += [(cut, key) for key in _order(cut, policy, keys)]
    return ordered


def _kept(sums: _Sums, target: Target, policy: Policy) -> dict[tuple[str, str], Kept]:
    groups = _groups(((cut, key) for at, cut, key, _ in sums.promises if at == target), policy)
    return {
        (cut, key): Kept(*(sums.promises[target, cut, key, word] for word in Kept.__match_args__))
        for cut, key in groups
    }


def _times(sums: _Sums, measure: str, policy: Policy) -> dict[tuple[str, str], Times]:
    groups = _groups(((cut, key) for at, cut, key in sums.times if at == measure), policy)
    return {
        (cut, key): definitions.times(
            *sums.times[measure, cut, key], fewest=definitions.FEWEST if cut == "handler" else 1
        )
        for cut, key in groups
    }


def _account(sums: _Sums, key: str, policy: Policy) -> Account:
    amounts = {word: sums.accounts[key, word] for word in ("covered", "unsaid", "charged", "billed")}
    minutes = amounts["covered"] + amounts["unsaid"] + amounts["charged"]
    causes = {cause: count for (at, cause), count in sorted(sums.causes.items()) if at == key}
    name = policy.agreements[key].name if key in policy.agreements else ""
    return Account(key, name, minutes, **amounts, causes=causes)


def _load(sums: _Sums, key: str, policy: Policy) -> Load:
    handler = policy.handlers.get(key)
    counts = {name: sums.loads[key, name] for name in Load.__match_args__[2:]}
    return Load(key, handler.name if handler else "", **counts)
