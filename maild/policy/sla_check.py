"""sla_check: what only shows between the entries of sla.yaml, and beside the other files.  Problems go into the source.

Keys lead somewhere; people of a step work here; steps stand in their order, and each has a name of its own; every entry can fit a case,
and no entry above it takes all of its cases; what is promised comes within some years.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise

from maild.model.calendar import Calendar
from maild.model.events import Priority
from maild.model.people import Desk
from maild.model.sla import HANDLER, ONCALL, WHO, Sla, Target, Terms, Within
from maild.policy.amounts import When
from maild.policy.compare import Anything, Site
from maild.policy.read import Path
from maild.policy.shape import key_problem
from maild.policy.sla_forms import EntryForm, ForForm, LadderForm, SlaForm, StepForm, WithinForm
from maild.policy.source import Source, nearest

ALWAYS = "always"
_YEARS = range(2025, 2036)


def _at(source: Source, path: Path, index: int) -> Path:
    """A list may be written as a single value."""
    return (*path, index) if (*path, index) in source.positions else path


def _key(source: Source, path: Path, what: str, key: str, known: Iterable[str]) -> None:
    if not isinstance(known, Anything) and key not in known:
        source.wrong(path, f"there is no {what} {key[:60]!r}", nearest(key, known))


# --- priorities -------------------------------------------------------------------------------------------------------------------


def definitions(source: Source, site: Site, found: Mapping[Priority, Mapping[str, str]]) -> None:
    """Handlers read them in their own language: each priority's, in each language that is read here."""
    for word in Priority if found else ():
        if word not in found:
            source.warn(("priorities",), f"{word} has no words", "say what each priority means, or none of them")
    for word, words in found.items():
        for language, who in _read_here(site).items():
            if language not in words:
                what = f"{word} has no words in the language of {who}"
                source.warn(("priorities", word), what, f"add {language}: ...")


def _read_here(site: Site) -> dict[str, str]:
    """Language -> somebody who reads it."""
    found: dict[str, str] = {}
    for handler in () if isinstance(site.staff, Anything) else site.staff.values():
        if handler and not handler.retired and handler.language:
            found.setdefault(handler.language, f"the handler {handler.key!r}")
    for desk in () if isinstance(site.desks, Anything) else site.desks.values():
        if desk and not desk.retired:
            found[desk.language] = f"the desk {desk.key!r}"
    return found


# --- ladders ----------------------------------------------------------------------------------------------------------------------


def ladders(source: Source, form: SlaForm, site: Site, on_call: Collection[str] | None) -> None:
    """Each ladder by itself, that some target has it, and that there is whom it names where it is used."""
    used = {key for entry in form.targets.values() for _, key in _ladders((), entry)}
    for key, ladder in form.ladders.items():
        path: Path = ("ladders", key)
        if problem := key_problem(key):
            source.wrong(path, *problem)
        if key not in used:
            source.warn(path, f"no target has the ladder {key!r}", f"write  ladder: {key}  in a target")
        for index, step in enumerate(ladder.steps):
            _step(source, (*path, "steps", index), step, site)
            if key in used:
                _there(source, (*path, "steps", index), step, _desks_of(key, form, site), on_call)
        _order(source, (*path, "steps"), ladder)


def _step(source: Source, path: Path, step: StepForm, site: Site) -> None:
    for index, word in enumerate(step.tell):
        place, handler = _at(source, (*path, "tell"), index), site.staff.get(word)
        if word in WHO:
            continue
        _key(source, place, "handler", word, site.staff if isinstance(site.staff, Anything) else {*WHO, *site.staff})
        if handler and handler.retired:
            source.wrong(place, f"the handler {word!r} is retired", "name another")
    if not (step.tell or step.priority or step.escalate):
        source.wrong(path, "the step does nothing", f"add  tell: {HANDLER}  or the like")


def _desks_of(ladder: str, form: SlaForm, site: Site) -> list[Desk | None]:
    """Those whose cases may climb it; None: one with problems of its own."""
    entries = [one for one in form.targets.values() if ladder in (name for _, name in _ladders((), one))]
    asked = [(one.for_.desk if one.for_ else None) or site.desks for one in entries]
    return [site.desks.get(key) for keys in asked for key in keys]


def _there(
    source: Source, path: Path, step: StepForm, desks: Sequence[Desk | None], on_call: Collection[str] | None
) -> None:
    if None in desks or not desks:
        return
    known = [desk for desk in desks if desk]
    if step.escalate and not any(len(desk.lines) > 1 for desk in known):
        source.warn(
            (*path, "escalate"), "no desk that has this ladder has a second line", "write its lines in desks.yaml"
        )
    if ONCALL in step.tell and on_call is not None and not any(desk.key in on_call for desk in known):
        place = _at(source, (*path, "tell"), step.tell.index(ONCALL))
        source.warn(place, "nobody has duty for a desk that has this ladder", "write a rota in oncall.yaml")


def _order(source: Source, path: Path, ladder: LadderForm) -> None:
    seen: dict[tuple[str, str], int] = {}
    for index, step in enumerate(ladder.steps):
        twice = next((seen[step.at.name, one] for one in step.of if (step.at.name, one) in seen), None)
        if twice is not None:
            line = source.place((*path, twice))[0]
            what = f"a step at {step.at.name} stands on line {line} already"
            source.wrong((*path, index, "at"), what, "do all of it in one step, or name other targets in  of")
        for target in step.of:
            seen.setdefault((step.at.name, target), index)
    for index, (one, other) in enumerate(pairwise(ladder.steps), 1):
        # Steps of different targets have clocks of their own.
        if set(one.of) & set(other.of) and _surely_later(one.at, other.at):
            what = f"the step at {other.at.name} comes before the one at {one.at.name} above it"
            source.warn((*path, index, "at"), what, "write steps in the order in which they come")


def _surely_later(one: When, other: When) -> bool:
    """Whatever the calendar is: its ordinary day has an hour at least, and 24 at most."""
    if one.share is None and other.share is None:
        least, most = timedelta(hours=1), timedelta(hours=24)
        return one.after.span + one.after.days * least > other.after.span + other.after.days * most
    if one.share is None or other.share is None:
        return other.share is not None and other.share <= 100
    return one.share > other.share


# --- targets ----------------------------------------------------------------------------------------------------------------------


def targets(source: Source, form: SlaForm, site: Site, calendars: Mapping[str, Calendar] | None) -> None:
    """Each entry by itself, and beside those above it."""
    for key, entry in form.targets.items():
        path: Path = ("targets", key)
        if problem := key_problem(key):
            source.wrong(path, *problem)
        if entry.for_:
            _for(source, (*path, "for"), entry.for_, site)
        _promises(source, path, entry)
        for place, name in _ladders(path, entry):
            _key(source, place, "ladder", name, form.ladders)
        for place, name in _calendars(path, entry):
            _calendar(source, place, name, calendars)
    _shadowed(source, form.targets)


def _for(source: Source, path: Path, asked: ForForm, site: Site) -> None:
    """What it names is there, and can be of one case."""
    desks = [site.desks.get(key) for key in asked.desk or site.desks]
    lines: Iterable[str] = Anything() if None in desks else {line.name for desk in desks if desk for line in desk.lines}
    known: tuple[tuple[str, str, Iterable[str]], ...] = (
        ("organisation", "organisation", site.organisations),
        ("organisation_label", "organisation with the label", site.organisation_labels),
        ("agreement", "agreement", site.agreements),
        ("line", "line", Anything() if isinstance(site.desks, Anything) else lines),
    )
    for field, what, keys in known:
        for index, key in enumerate(getattr(asked, field) or ()):
            _key(source, _at(source, (*path, field), index), what, key, keys)
    agreed = [site.agreements.get(key) for key in asked.agreement or ()]
    theirs = {key for one in agreed if one for key in one.organisations}
    if agreed and None not in agreed and asked.organisation and not theirs & {*asked.organisation}:
        cure = f"they are with {', '.join(sorted(theirs))}: name one of these, or no organisation"
        source.wrong((*path, "organisation"), "these organisations have none of these agreements", cure)


def _promises(source: Source, path: Path, entry: EntryForm) -> None:
    said = entry.by_priority()
    if not said:
        source.wrong(path, "promises nothing", "write for example  high: {first_response: 1h}")
    made = {target for one in said.values() for target in one.promises()}
    for word, one in said.items():
        if not one.promises():
            source.wrong((*path, str(word)), f"promises nothing of {word}", "write for example  first_response: 4h")
    for index, told in enumerate(entry.tell if "tell" in entry.model_fields_set else ()):
        if Target(told) not in made:
            place = _at(source, (*path, "tell"), index)
            source.warn(place, f"no priority has a {told}: letters tell of none", "promise it, or tell of another")


def _ladders(path: Path, entry: EntryForm) -> Iterator[tuple[Path, str]]:
    """Those that it names, with their places."""
    if entry.ladder is not None:
        yield (*path, "ladder"), entry.ladder
    for word, said in entry.by_priority().items():
        if said.ladder is not None:
            yield (*path, str(word), "ladder"), said.ladder


def _calendars(path: Path, entry: EntryForm) -> Iterator[tuple[Path, str]]:
    """Those that it names, with their places."""
    if entry.calendar is not None:
        yield (*path, "calendar"), entry.calendar
    for word, said in entry.by_priority().items():
        if said.calendar is not None:
            yield (*path, str(word), "calendar"), said.calendar
        for target, one in said.promises().items():
            if isinstance(one, WithinForm):
                yield (*path, str(word), str(target), "calendar"), one.calendar


def _calendar(source: Source, place: Path, key: str, calendars: Mapping[str, Calendar] | None) -> None:
    if calendars is None or (key == ALWAYS and key not in calendars):
        return
    _key(source, place, "calendar", key, {ALWAYS, *calendars})


# --- which entry decides ----------------------------------------------------------------------------------------------------------


def _shadowed(source: Source, entries: Mapping[str, EntryForm]) -> None:
    """The first that fits decides: an entry must have cases that none above it takes."""
    above: list[tuple[str, EntryForm]] = []
    for key, entry in entries.items():
        first = next((name for name, other in above if _all_of(entry, other)), None)
        if first:
            line = source.place(("targets", first))[0]
            what = f"the target {key!r} never holds: whenever it fits, {first!r} (line {line}) does"
            source.wrong(("targets", key), what, f"move it above {first!r}, or take one of them out")
        above.append((key, entry))


def _all_of(entry: EntryForm, other: EntryForm) -> bool:
    """Whether the other fits whatever this one fits."""
    mine, theirs = (one.for_ or ForForm.model_validate({}) for one in (entry, other))
    return all(
        getattr(theirs, name) is None or (getattr(mine, name) and {*getattr(mine, name)} <= {*getattr(theirs, name)})
        for name in ForForm.model_fields
    )


# --- what is reached in time ------------------------------------------------------------------------------------------------------


def reached(source: Source, entries: Iterable[Sla]) -> None:
    """A calendar with few hours makes years of a promise; what nobody lives to see is none."""
    told = set[Path]()
    for entry in entries:
        for word, terms in entry.terms.items():
            for target, within in terms.targets.items():
                path: Path = ("targets", entry.key, str(word), str(target))
                calendar = within.calendar
                if path in told:
                    continue
                if not any(calendar.week):
                    told.add(path)
                    what = f"the calendar {calendar.key!r} has no weekday that is open"
                    source.wrong(path, what, "give it hours, or name another calendar")
                elif not _comes(within, terms):
                    told.add(path)
                    what = f"in the calendar {calendar.key!r} it, or a step of its ladder, takes more than ten years"
                    source.wrong(path, what, "promise less, or name another calendar")


def sensible(source: Source, entries: Iterable[Sla]) -> None:
    """What is more urgent has no more time, and an answer no more than the solution; as far as one calendar counts both."""
    told = set[Path]()
    for entry in entries:
        for path, what in _odd(entry):
            if path not in told:
                source.warn(path, what, "write the shorter time there")
            told.add(path)


def _odd(entry: Sla) -> Iterator[tuple[Path, str]]:
    path: Path = ("targets", entry.key)
    for one, other in combinations(entry.terms, 2):
        high, low = entry.terms[one].targets, entry.terms[other].targets
        for target in high:
            if target in low and _longer(high[target], low[target]):
                yield (*path, str(one), str(target)), f"{target} of {one} takes longer than that of {other}"
    for word, terms in entry.terms.items():
        first, solved = terms.targets.get(Target.RESPONSE), terms.targets.get(Target.SOLUTION)
        if first and solved and _longer(first, solved):
            yield (*path, str(word), str(Target.RESPONSE)), "the first response takes longer than the resolution"


def _longer(one: Within, other: Within) -> bool:
    return one.calendar is other.calendar and one.amount > other.amount


def _comes(within: Within, terms: Terms) -> bool:
    steps = terms.ladder.steps if terms.ladder else ()
    share = max((step.share or 100 for step in steps), default=100)
    longest = within.amount * max(share, 100) / 100
    longest += max((step.behind(within.calendar) for step in steps), default=timedelta(0))
    try:
        for year in _YEARS:
            within.calendar.add(datetime(year, 1, 1, tzinfo=UTC), longest)
    except ValueError:
        return False
    return True
