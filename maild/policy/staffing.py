"""staffing: who stands in a desk's lines, and behind a team's shared mailbox.  Problems go into the sources; nothing is returned.

Lines: handlers that exist, work, and work for the desk; nobody twice in one line.  Teams: members that exist, work, and are no teams.
"""

from __future__ import annotations

from collections.abc import Mapping

from maild.model.people import Desk, Handler, Line
from maild.model.sla import WHO
from maild.policy.check import path_of
from maild.policy.read import Path
from maild.policy.source import Source, nearest


def check(desks_file: Source, people_file: Source, desks: Mapping[str, Desk], handlers: Mapping[str, Handler]) -> None:
    """Both, as far as the files can be read."""
    if people_file.problems:
        return
    for desk in desks.values():
        _untaken(desks_file, desk, handlers)
        for line in desk.lines:
            _line(desks_file, desk, line, handlers)
    for handler in handlers.values():
        for index, key in enumerate(handler.members):
            place = _at(people_file, (*path_of(people_file, handler.key), "members"), index)
            _member(people_file, place, handler, key, handlers)


def _at(source: Source, path: Path, index: int) -> Path:
    """A list may be written as a single value."""
    return (*path, index) if (*path, index) in source.positions else path


def _line(source: Source, desk: Desk, line: Line, handlers: Mapping[str, Handler]) -> None:
    path = (*path_of(source, desk.key), "lines", line.name)
    for index, key in enumerate(line.handlers):
        place, handler = _at(source, path, index), handlers.get(key)
        if handler is None:
            source.wrong(place, f"there is no handler {key!r}", nearest(key, handlers))
        elif handler.retired:
            source.wrong(place, f"the handler {key!r} is retired", "name another")
        elif handler.desks and desk.key not in handler.desks:
            cure = f"add {desk.key} to the desks of {key!r} in people.yaml, or name another"
            source.wrong(place, f"the handler {key!r} does not work for the desk {desk.key!r}", cure)
        elif key in line.handlers[:index]:
            source.wrong(place, f"{key!r} stands here twice", "name everybody once")


def _untaken(source: Source, desk: Desk, handlers: Mapping[str, Handler]) -> None:
    """Whom it tells of a case that nobody takes: there is no handler then."""
    path = (*path_of(source, desk.key), "unassigned", "tell")
    known = tuple(word for word in WHO if word != "handler")
    for index, key in enumerate(desk.unassigned.tell if desk.unassigned else ()):
        handler = handlers.get(key)
        if key not in known and handler is None:
            source.wrong(_at(source, path, index), f"there is no handler {key!r}", nearest(key, (*known, *handlers)))
        elif key not in known and handler is not None and handler.retired:
            source.wrong(_at(source, path, index), f"the handler {key!r} is retired", "name another")


def _member(source: Source, place: Path, team: Handler, key: str, handlers: Mapping[str, Handler]) -> None:
    member = handlers.get(key)
    if key == team.key:
        source.wrong(place, f"the team {key!r} is a member of itself", "name the people behind the mailbox")
    elif member is None:
        source.wrong(place, f"there is no handler {key!r}", nearest(key, handlers))
    elif member.retired:
        source.wrong(place, f"the handler {key!r} is retired", "take it out")
    elif member.members:
        source.wrong(place, f"{key!r} is a team itself", "name the people behind it")
