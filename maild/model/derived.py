"""derived: what of the facts follows from others and from the policy: the weekday, the author's organisation, what was agreed with it,
tags, and what the mail orders.  For mail that comes, and for mails in tests beside rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from maild.model.agreement import Agreement, in_force
from maild.model.people import Desk, Organisation
from maild.model.policy import Facts, Rules

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def placed(
    at: str,
    addresses: Sequence[str],
    organisation: Organisation | None,
    agreements: Mapping[str, Agreement],
    desks: Iterable[Desk],
) -> dict[str, Any]:
    """What follows of when it came, to whom (lower case) and from whom, as Facts has it."""
    day = date.fromisoformat(at[:10])
    found: dict[str, Any] = {"weekday": WEEKDAYS[day.weekday()], "tags": tuple(_tags(addresses, tuple(desks)))}
    if organisation is None:
        return found
    whose = {"organisation": organisation.key, "organisation_labels": organisation.labels}
    return found | whose | agreed(in_force(agreements, organisation.key, day))


def agreed(agreements: Iterable[Agreement]) -> dict[str, Any]:
    """Those that hold."""
    holding = tuple(agreements)
    covers = tuple(dict.fromkeys(cause for one in holding for cause in one.covers))
    return {"agreements": tuple(one.key for one in holding), "covers": covers}


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
