"""agreements: the form of agreements.yaml: what was agreed with organisations, from when to when, and what it covers.

A site needs none of it: the file may be left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from maild.model.agreement import Agreement
from maild.model.people import Organisation
from maild.policy.check import path_of
from maild.policy.shape import Line, Lines, Strict, wrong
from maild.policy.source import Source, nearest

FILE = "agreements.yaml"


def _day(value: str) -> str:
    try:
        if date.fromisoformat(value).isoformat() == value:
            return value
    except ValueError:
        pass
    raise wrong(f"{value[:40]!r} is no day", "write it like 2026-12-31")


Day = Annotated[str, AfterValidator(_day)]


class AgreementForm(Strict):
    """A service agreement."""

    name: Line = Field(description="As handlers know it.", examples=["Service agreement 2026"])
    organisations: Lines = Field(description="Keys of organisations.yaml: with whom.", examples=["[library]"])
    from_: Day | None = Field(None, alias="from", description="Its first day; left out: it has always held.")
    to: Day | None = Field(None, description="Its last day; left out: it has no end.")
    covers: Lines = Field(default=[], description="Causes, in words of your own: hardware, travel.")
    response: str = Field("", max_length=200, description="How soon an answer was promised, in words.")


def made(key: str, form: AgreementForm) -> Agreement:
    first, last = (date.fromisoformat(day) if day else None for day in (form.from_, form.to))
    return Agreement(key, form.name, tuple(form.organisations), first, last, tuple(form.covers), form.response.strip())


def check(source: Source, found: Mapping[str, Agreement], organisations: Mapping[str, Organisation | None]) -> None:
    """Each is with somebody who is known, and ends after it begins."""
    for one in found.values():
        path = path_of(source, one.key)
        for index, key in enumerate(one.organisations):
            if key not in organisations:
                place = (*path, "organisations", index)
                place = place if place in source.positions else place[:-1]
                source.wrong(place, f"there is no organisation {key[:60]!r}", nearest(key, organisations))
        if one.begins and one.ends and one.ends < one.begins:
            source.wrong((*path, "to"), f"{one.ends} lies before {one.begins}", "write the earlier day behind from")
