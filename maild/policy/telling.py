"""telling: notices.yaml: who is told what, where a site wants it otherwise than usual.

An entry takes the place of the usual one with the same `on` and `to`; `send: none` takes it away.  The file may be left out.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, TypeAdapter

from maild.model.events import Priority
from maild.model.policy import Notice
from maild.policy import doing
from maild.policy.compare import Anything, Place, Site
from maild.policy.shape import Line, Lines, Strict, fits
from maild.policy.source import Source, nearest

FILE = "notices.yaml"
USUAL = (
    Notice("opened", "customer", "ack"),
    Notice("opened", "handler", "notice"),
    Notice("received", "handler", "update", wait=True),
    Notice("replied", "customer", "update"),
    Notice("solved", "customer", "closing"),
    Notice("assigned", "handler", "notice"),
    Notice("woken", "handler", "woken"),
    Notice("promised", "customer", "promised"),
)
# What else a handler may be told of, if a colleague or a rule did it.
MORE = ("prioritised", "labelled", "reopened")
NONE = "none"
_PLAIN = ("automatic", "unproven", "confidential", *map(str, Priority))
_KEYED = ("label", "type", "category", "desk")


class NoticeForm(Strict):
    """Who is told what: on this event, to whom, which letter."""

    on: Literal[
        "opened", "received", "replied", "solved", "assigned", "woken", "promised",
        "prioritised", "labelled", "reopened",
    ] = Field(description="What happened in the case.", examples=["opened"])  # fmt: skip
    to: Literal["customer", "handler"] = Field(
        description="handler: whoever has the case, else the desk's team.", examples=["customer"]
    )
    send: Line = Field(description="The letter: as usual, one of your own (ack-WORD), or none.", examples=["ack"])
    unless: Lines = Field(
        default=[],
        description="Not of such a case or mail: automatic, unproven, confidential, a priority, or label:WORD, type:WORD,"
        " category:WORD, desk:KEY.",
    )


def notices(source: Source, site: Site) -> tuple[Notice, ...]:
    """The usual ones with the site's over them; every problem goes into the source."""
    if not source.text.strip() or source.document is None:
        return USUAL
    if not isinstance(source.document, list):
        source.wrong((), "must be a list", "begin each entry with  - on: ...")
        return USUAL
    own: dict[tuple[str, str], Notice] = {}
    for index, entry in enumerate(source.document):
        form = fits(NoticeForm, source, (index,), entry)
        if form is None:
            continue
        place = Place(source, (index,), site)
        if (form.on, form.to) in own:
            place.wrong(f"on {form.on} to {form.to} stands here a second time", "keep one of them")
        own[form.on, form.to] = _notice(form, place)
    usual = {(one.on, one.to): one for one in USUAL}
    return tuple(one for one in (usual | own).values() if one.send != NONE)


def _notice(form: NoticeForm, place: Place) -> Notice:
    known = _letters(form.on, form.to)
    if not known:
        place.at("to").wrong(f"the {form.to} is never told of {form.on}", _cure(form.to))
    elif form.send.startswith("ack-") and "ack" in known:
        doing.template(form.send, place.at("send"))
    elif form.send not in known:
        place.at("send").wrong(
            f"on {form.on} the {form.to} has no letter {form.send[:60]!r}", nearest(form.send, known)
        )
    if form.on == "replied" and form.unless:
        place.at("unless").wrong("a handler's answer always goes to the customer", "remove unless")
    for index, word in enumerate(form.unless):
        _unless(word, place.at("unless").at(index) if _is_list(place, "unless") else place.at("unless"))
    return Notice(form.on, form.to, form.send, form.on == "received", tuple(form.unless))


def _letters(on: str, to: str) -> tuple[str, ...]:
    usual = [one.send for one in USUAL if (one.on, one.to) == (on, to)]
    if on == "replied":
        return tuple(usual)
    return (*usual, NONE) if usual else ("notice", NONE) if to == "handler" and on in MORE else ()


def _cure(to: str) -> str:
    known = [one.on for one in USUAL if one.to == to] + (list(MORE) if to == "handler" else [])
    return f"known: {', '.join(known)}"


def _is_list(place: Place, key: str) -> bool:
    index = place.path[0]
    return isinstance(place.source.document[index].get(key), list)


def _unless(word: str, place: Place) -> None:
    key, colon, value = word.partition(":")
    if not colon:
        if word not in _PLAIN:
            place.wrong(f"there is no {word[:60]!r}", nearest(word, [*_PLAIN, *(f"{one}:WORD" for one in _KEYED)]))
        return
    known: Any = {"desk": place.site.desks, "category": place.site.words.categories, "type": doing.TYPES}.get(key)
    if key not in _KEYED or not value:
        place.wrong(f"there is no {word[:60]!r}", f"write {', '.join(f'{one}:WORD' for one in _KEYED)}")
    elif known is not None and not isinstance(known, Anything) and value not in known:
        place.wrong(f"there is no {key} {value[:60]!r}", nearest(value, known))


def schema() -> dict[str, Any]:
    """The form of the whole file."""
    return {**TypeAdapter(list[NoticeForm]).json_schema(), "title": "notices.yaml: who is told what"}
