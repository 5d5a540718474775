"""organisations: the form of organisations.yaml, and what only shows when it stands beside desks and people.

A site needs none of it: the file may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from maild.model.people import Desk, Handler, Organisation
from maild.policy.read import Path
from maild.policy.shape import Addresses, Line, Lines, Strict, as_list, wrong
from maild.policy.source import Source

FILE = "organisations.yaml"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
# At these everybody may have an address: they belong to no organisation.
EVERYBODYS = frozenset({
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "icloud.com", "me.com", "mac.com",
    "proton.me", "protonmail.com", "gmx.com", "gmx.net", "gmx.de", "web.de", "aol.com", "hotmail.no", "live.no", "yahoo.no",
    "online.no", "getmail.no", "siol.net", "t-2.net", "amis.net", "telemach.net",
})  # fmt: skip


def _domain(value: str) -> str:
    bare = value.lower().removeprefix("@")
    if not _DOMAIN.fullmatch(bare) or len(bare) > 253:
        raise wrong(f"{value[:80]!r} is no domain", "write what stands behind the @: customer.example.org")
    if bare in EVERYBODYS:
        raise wrong(f"everybody may have an address at {bare}", "name its people in contacts instead")
    return bare


Domain = Annotated[str, AfterValidator(_domain)]
Domains = Annotated[list[Domain], BeforeValidator(as_list, json_schema_input_type=str | list[str]), Field(min_length=1)]


class OrganisationForm(Strict):
    """An organisation among the customers."""

    name: Line = Field(description="As its contacts read it.", examples=["Kunde AS"])
    domains: Domains = Field(default=[], description="Everybody with an address there belongs to it.")
    contacts: Addresses = Field(default=[], description="Who may ask for all of its open cases by  status all.")
    forms: Addresses = Field(
        default=[], description="Senders of web forms: a rule may take the customer from their proven mails."
    )
    labels: Lines = Field(default=[], description="Words by which rules name several: {organisation: {label: health}}.")


def made(key: str, form: OrganisationForm) -> Organisation:
    belong = (tuple(form.domains), tuple(form.contacts), tuple(form.forms))
    return Organisation(key, form.name, *belong, labels=tuple(form.labels))


def check(
    source: Source, found: Mapping[str, Organisation], desks: Mapping[str, Desk], handlers: Mapping[str, Handler]
) -> None:
    """A domain and a contact have one organisation, and no contact is ours."""
    ours = {address for desk in desks.values() for address in desk.addresses}
    ours |= {address for handler in handlers.values() for address in handler.addresses}
    seen: dict[str, str] = {}
    for organisation in found.values():
        key = organisation.key
        if not (organisation.domains or organisation.contacts or organisation.forms):
            source.wrong(_path(source, key), f"nobody belongs to {key!r}", "add domains: [...] or contacts: [...]")
        for field in ("domains", "contacts", "forms"):
            values: tuple[str, ...] = getattr(organisation, field)
            for index, value in enumerate(values):
                if value in seen:
                    what = f"{value} stands at the organisation {seen[value]!r} too"
                    source.wrong(_entry(source, key, field, index), what, "keep it at one")
                seen.setdefault(value, key)
                if value in ours:
                    what = f"{value} is an address of ours"
                    source.wrong(_entry(source, key, field, index), what, "name somebody of the organisation")


def _path(source: Source, key: str) -> Path:
    """Where an entry stands, in a mapping or a list."""
    if isinstance(source.document, list):
        return (next(i for i, x in enumerate(source.document) if isinstance(x, dict) and x.get("key") == key),)
    return (key,)


def _entry(source: Source, key: str, field: str, index: int) -> Path:
    """A list may be written as a single value."""
    path = (*_path(source, key), field)
    return (*path, index) if (*path, index) in source.positions else path
