"""check: what only shows when desks, people and rules stand side by side.  Problems go into the sources; nothing is returned.

Desks: an address once, signed addresses that fit, numbers that cannot meet.  People: an address once, and none of a desk's.
Rules: reach.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from maild.model import numbers
from maild.model.people import Desk, Handler
from maild.policy.read import Path
from maild.policy.source import Source, nearest

# RFC 5321 section 4.5.3.1.1: 64 octets of local part.  A signed word is a purpose, a letter's number in base 36 (8 digits last for
# ages), a key id and a MAC: 1 + 8 + 2 + 16, behind the separator.
LONGEST_LOCAL = 64
SIGNED = 28


def people(desks_file: Source, people_file: Source, desks: Mapping[str, Desk], handlers: Mapping[str, Handler]) -> None:
    """Desks among themselves, handlers among themselves, and both together."""
    _desk_addresses(desks_file, desks)
    for one, other in combinations(desks.values(), 2):
        _numbers(desks_file, one, other)
        _overlap(desks_file, one, other)
    _handler_addresses(people_file, desks, handlers)
    _cover(people_file, handlers)
    if desks and all(desk.retired for desk in desks.values()) and not desks_file.problems:
        desks_file.wrong((), "every desk is retired", "keep one that takes cases")
    if not people_file.problems:
        _manned(desks_file, desks, handlers)


def _manned(source: Source, desks: Mapping[str, Desk], handlers: Mapping[str, Handler]) -> None:
    working = [handler for handler in handlers.values() if not handler.retired]
    for desk in desks.values():
        if not desk.retired and not any(desk.key in handler.desks or not handler.desks for handler in working):
            cure = "name it in a handler's desks in people.yaml, or write retired: true here"
            source.wrong(path_of(source, desk.key), f"nobody works for the desk {desk.key!r}", cure)


def path_of(source: Source, key: str) -> Path:
    """Where an entry stands, in a mapping or a list."""
    if isinstance(source.document, list):
        return (next(i for i, x in enumerate(source.document) if isinstance(x, dict) and x.get("key") == key),)
    return (key,)


def _field(source: Source, key: str, name: str, index: int) -> Path:
    """A list may be written as a single value."""
    path = (*path_of(source, key), name)
    return (*path, index) if (*path, index) in source.positions else path


def _desk_addresses(source: Source, desks: Mapping[str, Desk]) -> None:
    seen: dict[str, str] = {}
    for desk in desks.values():
        for index, address in enumerate(desk.addresses):
            place = _field(source, desk.key, "addresses", index)
            local = address.partition("@")[0]
            if address in seen:
                source.wrong(place, f"{address} is an address of the desk {seen[address]!r} too", "keep it at one desk")
            if len(local) + SIGNED > LONGEST_LOCAL:
                cure = f"use an address with at most {LONGEST_LOCAL - SIGNED} characters before the @"
                source.wrong(place, f"signed addresses of {address} would be longer than mail allows", cure)
            if local == "postmaster":
                source.wrong(place, "postmaster belongs to the admin", "name it as admin in maild.yaml")
            seen.setdefault(address, desk.key)


def _cover(source: Source, handlers: Mapping[str, Handler]) -> None:
    """Whoever stands in must be somebody else who works here."""
    for handler in handlers.values():
        for index, key in enumerate(handler.cover):
            place, other = _field(source, handler.key, "cover", index), handlers.get(key)
            if key == handler.key:
                source.wrong(place, f"{key!r} cannot stand in for themselves", "name somebody else")
            elif other is None and not _named(source, key):
                source.wrong(place, f"there is no handler {key!r}", nearest(key, handlers))
            elif other is not None and other.retired:
                source.wrong(place, f"the handler {key!r} is retired", "name another")


def _named(source: Source, key: str) -> bool:
    """Whether the file has an entry of that key, be it one with problems of its own."""
    document = source.document
    if isinstance(document, dict):
        return key in document
    return any(isinstance(x, dict) and x.get("key") == key for x in document or ())


def _numbers(source: Source, one: Desk, other: Desk) -> None:
    place = (*path_of(source, other.key), "number")
    if one.number == other.number:
        if one.first_number != other.first_number:
            what = f"shares its numbers with the desk {one.key!r}, but begins elsewhere"
            source.wrong(
                (*place[:-1], "first_number"), what, f"write {one.first_number} in both, or give it a number of its own"
            )
        return
    if numbers.can_meet(one.number, other.number) or one.number.removeprefix("#") == other.number.removeprefix("#"):
        what = f"its numbers {other.number!r} can be the same as those of the desk {one.key!r} ({one.number!r})"
        cure = f'write the same pattern in both (one series), or begin with a word: "{_word(other.key)}-{{n}}"'
        source.wrong(place, what, cure)


def _word(key: str) -> str:
    return "".join(c for c in key.upper() if c.isalnum())[:6]


def _overlap(source: Source, one: Desk, other: Desk) -> None:
    """support-it@ reads like a signed address of support@ where - is the separator."""
    for desk, beside in ((one, other), (other, one)):
        local, _, domain = desk.address.partition("@")
        for index, address in enumerate(beside.addresses):
            if address.startswith(local + desk.separator) and address.endswith("@" + domain):
                what = f"{address} reads like a signed address of {desk.address}"
                cure = f"choose another separator for the desk {desk.key!r}, or another address"
                source.wrong(_field(source, beside.key, "addresses", index), what, cure)


def _handler_addresses(source: Source, desks: Mapping[str, Desk], handlers: Mapping[str, Handler]) -> None:
    of_desk = {address: desk.key for desk in desks.values() for address in desk.addresses}
    seen: dict[str, str] = {}
    for handler in handlers.values():
        for index, address in enumerate(handler.addresses):
            place = _field(source, handler.key, "addresses", index)
            if address in of_desk:
                what = (
                    f"{address} is the address of the desk {of_desk[address]!r}: its letters would come back as cases"
                )
                source.wrong(place, what, "give the handler an address of their own")
            if address in seen:
                source.wrong(place, f"{address} is an address of {seen[address]!r} too", "keep it at one handler")
            seen.setdefault(address, handler.key)
        _roles(source, handler)


def _roles(source: Source, handler: Handler) -> None:
    """A role is held where one works."""
    for desk, _ in handler.roles:
        if not handler.works_for(desk):
            cure = f"add {desk} to the handler's desks, or take the line away"
            place = (*path_of(source, handler.key), "role", desk)
            source.wrong(place, f"role: {handler.key!r} does not work for the desk {desk!r}", cure)
