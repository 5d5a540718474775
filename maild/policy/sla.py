"""sla: sla.yaml: what a site promises, and what happens when it slips.

read(source, site, calendars) -> Slas, with every problem in the source.  The forms stand in sla_forms.py; what only shows between
entries, and beside the other files, in sla_check.py.  A site needs none of it: the file may be left out, and nothing is promised then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from maild.model.calendar import ALWAYS, Calendar
from maild.model.events import Priority, Status
from maild.model.sla import Ladder, Sla, Slas, Step, Target, Terms, Within
from maild.policy import sla_check
from maild.policy.amounts import Amount, When
from maild.policy.compare import Site
from maild.policy.shape import fits
from maild.policy.sla_forms import EntryForm, ForForm, LadderForm, PromisesForm, SlaForm, WithinForm
from maild.policy.source import Source

FILE = "sla.yaml"


def read(
    source: Source, site: Site, calendars: Mapping[str, Calendar] | None, on_call: Collection[str] | None = None
) -> Slas:
    """calendars, on_call (keys of desks that some rota serves): None where their files have problems of their own."""
    if source.problems or not source.text.strip() or source.document is None:
        return Slas()
    form = fits(SlaForm, source, (), source.document, site.known())
    if form is None:
        return Slas()
    definitions = {Priority(word): dict(words) for word, words in form.priorities.items()}
    sla_check.definitions(source, site, definitions)
    sla_check.ladders(source, form, site, on_call)
    sla_check.targets(source, form, site, calendars)
    ladders = {key: _ladder(key, one) for key, one in form.ladders.items()}
    made = _Made(site, calendars or {}, ladders)
    entries = tuple(entry for key, one in form.targets.items() for entry in made.entries(key, one))
    if not source.problems:
        sla_check.reached(source, entries)
        sla_check.sensible(source, entries)
    return Slas(entries, ladders, definitions)


def _ladder(key: str, form: LadderForm) -> Ladder:
    steps = []
    for one in form.steps:
        at: When = one.at
        raised = Priority(one.priority) if one.priority else None
        done = (tuple(dict.fromkeys(one.tell)), raised, one.escalate)
        steps.append(Step(at.name, at.share, at.after.span, tuple(map(Target, one.of)), *done, at.after.days))
    return Ladder(key, tuple(steps), form.quiet or ())


@dataclass(frozen=True, slots=True)
class _Made:
    """What entries say, of what they name; references that lead nowhere are sla_check's to tell."""

    site: Site
    calendars: Mapping[str, Calendar]
    ladders: Mapping[str, Ladder]

    def entries(self, key: str, form: EntryForm) -> Iterator[Sla]:
        """One; or one for each calendar of its desks where it names none itself."""
        asked = form.for_ or ForForm.model_validate({})
        own = {"": tuple(asked.desk or ())} if form.calendar else self._own(asked)
        for calendar, desks in own.items():
            usual = self._calendar(form.calendar or calendar)
            terms = {word: self._terms(key, form, said, usual) for word, said in form.by_priority().items()}
            yield Sla(
                key,
                terms,
                desks if len(own) > 1 else tuple(asked.desk or ()),
                tuple(asked.organisation or ()),
                tuple(asked.organisation_label or ()),
                tuple(asked.agreement or ()),
                tuple(asked.line or ()),
                tuple(asked.type or ()),
                tuple(asked.label or ()),
            )

    def _own(self, asked: ForForm) -> dict[str, tuple[str, ...]]:
        """Calendar -> the desks whose own it is; "" where a desk is always open."""
        found: dict[str, tuple[str, ...]] = {}
        for key in asked.desk or self.site.desks:
            desk = self.site.desks.get(key)
            name = desk.calendar if desk else ""
            found[name] = (*found.get(name, ()), key)
        return found or {"": ()}

    def _calendar(self, key: str) -> Calendar:
        return self.calendars.get(key, ALWAYS)

    def _terms(self, key: str, form: EntryForm, said: PromisesForm, usual: Calendar) -> Terms:
        calendar = self._calendar(said.calendar) if said.calendar else usual
        targets = {target: self._within(one, calendar) for target, one in said.promises().items()}
        pauses = form.pauses if said.pauses is None else said.pauses
        ladder = self.ladders.get(said.ladder or form.ladder or "")
        told = tuple(Target(word) for word in dict.fromkeys(form.tell) if Target(word) in targets)
        return Terms(key, targets, frozenset(map(Status, pauses)), ladder, told)

    def _within(self, said: Amount | WithinForm, calendar: Calendar) -> Within:
        if isinstance(said, WithinForm):
            return self._within(said.within, self._calendar(said.calendar))
        return Within(said.of(calendar), calendar)
