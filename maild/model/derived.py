"""derived: what of the facts follows from others and from the policy: the weekday, the author's organisation, what was agreed with it,
tags, and what the mail orders.  For mail that comes, and for mails in tests beside rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from maild.model.agreement import Agreement, in_force
from maild.model.people import Desk, Organisation
from maild.model.policy import Facts, Rules

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def placed(
    facts: Facts, organisation: Organisation | None, agreements: Mapping[str, Agreement], desks: Iterable[Desk]
) -> Facts:
    """facts: with at, to and cc."""
    day = date.fromisoformat(facts.at[:10])
    facts = replace(facts, weekday=WEEKDAYS[day.weekday()], tags=tuple(_tags((*facts.to, *facts.cc), tuple(desks))))
    if organisation is None:
        return facts
    facts = replace(facts, organisation=organisation.key, organisation_labels=organisation.labels)
    return agreed(facts, in_force(agreements, organisation.key, day))


def agreed(facts: Facts, agreements: Iterable[Agreement]) -> Facts:
    """Those that hold."""
    holding = tuple(agreements)
    covers = tuple(dict.fromkeys(cause for one in holding for cause in one.covers))
    return replace(facts, agreements=tuple(one.key for one in holding), covers=covers)


def ordered(facts: Facts, catalogue: Rules) -> Facts:
    """With the key of the first item that fits."""
    fitting = (catalogue[number].name for number in catalogue.could(facts) if not catalogue[number].when.failed(facts))
    key = next(fitting, "")
    return replace(facts, item=key) if key else facts


def _tags(addresses: Iterable[str], desks: tuple[Desk, ...]) -> Iterator[str]:
    for address in addresses:
        local, _, domain = address.rpartition("@")
        for desk in desks:
            for own in desk.addresses:
                name, _, at = own.rpartition("@")
                if domain == at and local.startswith(name + desk.separator) and len(local) > len(name) + 1:
                    yield local[len(name) + 1 :]
