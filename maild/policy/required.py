"""required: the form of facts.yaml: what a rule's `ask` may want to be known of a case.

A site needs none of it: the file may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

from pydantic import Field

from maild.model.fact import Fact
from maild.policy import capture
from maild.policy.compare import Place, Site, strings
from maild.policy.fold import fold
from maild.policy.pattern import PatternError
from maild.policy.read import Path
from maild.policy.shape import Days, Language, Line, Lines, Strict
from maild.policy.source import Source, nearest

FILE = "facts.yaml"
_LONGEST = 200
_PHONE = re.compile(r"(?:\+|00)?\(?\d(?:[ ()./-]{0,2}\d){4,15}")
_DATE = re.compile(r"\d{1,4}[./ -]{1,2}(?:\d{1,2}|[^\W\d]{3,12})(?:[./ -]{1,2}\d{2,4})?\.?")


class FactForm(Strict):
    """Something that a case must have."""

    label: dict[Language, Line] = Field(
        description="What it is called in each language: LANGUAGE: TEXT.",
        min_length=1,
        examples=["{nb: Brukernavn, en: User name}"],
    )
    kind: Literal["text", "phone", "number", "date", "choice"] = Field("text", description="What sort of value it is.")
    choices: Lines | None = Field(None, description="Of a choice: the values.")
    pattern: Line | None = Field(None, description="An expression that the whole value must match.")
    where: Line | None = Field(
        None,
        description="An expression that finds it in a mail where nobody was asked; a group named value is the value.",
    )
    begins: Days | None = Field(
        None, description="Of a date: the work begins so long before it: 7d or 0d; until then the case is on hold."
    )


def made(key: str, form: FactForm, place: Place) -> Fact:
    """The fact; its problems are the place's."""
    # As it stands first: a mistake is named by its place in it.
    sound = form.pattern and _capture(form.pattern, place.at("pattern"))
    whole = _capture(f"^(?:{form.pattern})$", place.at("pattern")) if sound else None
    inside = _capture(form.where, place.at("where")) if form.where else None
    if inside and set(inside.names) - {"value"}:
        place.at("where").wrong("names groups that mean nothing here", "name none, or one:  (?P<value>...)")
    if (form.kind == "choice") != (form.choices is not None):
        here = place if form.choices is None else place.at("choices")
        here.wrong("kind: choice and choices belong together", "write  kind: choice  and  choices: [one, two]")
    if form.begins is not None and form.kind != "date":
        place.at("begins").wrong("only of a date it can be said when work begins", "write  kind: date")
    like = _kinds(form.choices or [])[form.kind]

    def fits(value: str) -> str:
        found = like(" ".join(value.split())[:_LONGEST])
        return found if found and (whole is None or whole.find(found)) else ""

    def within(text: str) -> str:
        found = inside.find(text) if inside else None
        return fits(found.get("value") or found[""]) if found else ""

    return Fact(key, dict(form.label), fits, within, form.kind != "text" or whole is not None, form.begins)


def _capture(text: str, place: Place) -> capture.Capture | None:
    try:
        return capture.compile(text)
    except PatternError as error:
        quoted = repr(text[:60]).replace(r"\\", "\\")
        place.wrong(f"the expression {quoted} {error.what} (character {error.at + 1})", error.cure)
    return None


def _kinds(choices: list[str]) -> dict[str, Callable[[str], str]]:
    """Kind -> what was written, as it is kept; "" if it is none."""
    known = {fold(one): one for one in choices}
    return {
        "text": lambda value: value,
        "phone": lambda value: value if _PHONE.fullmatch(value) else "",
        "number": lambda value: value if re.fullmatch(r"[+-]?\d[\d  .,]{0,30}", value) else "",
        "date": lambda value: value if _DATE.fullmatch(value) else "",
        "choice": lambda value: known.get(fold(value), ""),
    }


def check(source: Source, forms: Mapping[str, FactForm]) -> None:
    """A label says which fact it is, in whatever language it stands."""
    seen: dict[str, str] = {}
    for key, form in forms.items():
        for language, label in form.label.items():
            folded = fold(label)
            here: Path = (*path(source, key), "label", language)
            if re.search(r"[:=|_\n]|^\W|\W$", label):
                source.wrong(
                    here, f"the label {label!r} begins, ends or is full of signs", "write words alone: User name"
                )
            if seen.setdefault(folded, key) != key:
                source.wrong(
                    here, f"the label {label!r} is the fact {seen[folded]!r} too", "call one of them otherwise"
                )


def path(source: Source, key: str) -> Path:
    if isinstance(source.document, list):
        return (next(i for i, x in enumerate(source.document) if isinstance(x, dict) and x.get("key") == key),)
    return (key,)


# --- `ask` of a rule ------------------------------------------------------------------------------------------------------------


def asked(value: Any, place: Place) -> tuple[str, ...]:
    """ask: FACT or [FACT, ...]    Keys of facts.yaml."""
    keys = strings(value, place) or []
    for index, key in enumerate(keys):
        if key not in place.site.facts:
            here = place.at(index) if isinstance(value, list) else place
            here.wrong(f"there is no fact {key[:60]!r}", _cure(key, place.site))
    return tuple(dict.fromkeys(keys))


def _cure(key: str, site: Site) -> str:
    return nearest(key, site.facts) if site.facts else f"declare it in {FILE}"


def asked_schema() -> dict[str, Any]:
    description = (
        "Facts that the case must have (keys of facts.yaml); the acknowledgement asks for those that the mail lacks."
    )
    texts = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    return {"description": description, "anyOf": [{"type": "string"}, texts]}
