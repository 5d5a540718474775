r"""correlate: a rule's `correlate`: the mails of a monitoring system about one thing are one case.

    when: {from: nagios@monitor.example, subject: {matches: '(?P<host>\S+)/(?P<service>\S+) is (?P<state>\w+)'}}
    set:  {correlate: {key: '{host}/{service}', open: DOWN, close: UP, flap: 10m}}

The names of the key are groups of the expressions that stand in the rule's `when`.  Whether it is down or up is said by the group
`state`, where there is one; else by the first of the words of `open` and `close` in the subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from pydantic import Field

from maild.model.correlation import Correlation, Signal
from maild.model.policy import Facts
from maild.model.ruled import DOWN, UP
from maild.policy import capture
from maild.policy.compare import Place
from maild.policy.fold import fold
from maild.policy.pattern import PatternError
from maild.policy.shape import Line, Lines, Seconds, Strict, fits
from maild.policy.source import nearest

# The conditions whose expressions may name groups.
FIELDS = ("subject", "text", "own_text")
_NAME = re.compile(r"\{([^{}]*)\}")
_LONGEST = 300


class CorrelateForm(Strict):
    """Mails with the same key are one case."""

    key: Line = Field(
        description="What it is about, of groups in the rule's expressions: {host}/{service}.",
        examples=["'{host}/{service}'"],
    )
    open: Lines = Field(description="Words that say that it is down.", examples=["DOWN"])
    close: Lines = Field(
        description="Words that say that it is up again: the case is solved, quietly.", examples=["UP"]
    )
    flap: Seconds = Field(600, description="Down again within so long: the same case goes on, and nobody is told.")


_Captures = tuple[tuple[str, capture.Capture], ...]


def compiled(value: Any, place: Place) -> Correlation | None:
    """The correlation; its problems are the place's."""
    form = fits(CorrelateForm, place.source, place.path, value)
    captures = tuple(_captures(_when(place)))
    if form is None:
        return None
    known = {name for _, found in captures for name in found.names}
    names = _NAME.findall(form.key)
    if not names:
        place.at("key").wrong(
            "the key names no group, so that all would be one case", "write it like '{host}/{service}'"
        )
    for name in names:
        if name not in known:
            cure = (
                nearest(name, known) if known else f"name it there: when: {{subject: {{matches: '(?P<{name}>...)'}}}}"
            )
            place.at("key").wrong(f"no expression in the rule's when has the group {name!r}", cure)
    opens, closes = frozenset(map(fold, form.open)), frozenset(map(fold, form.close))
    if both := opens & closes:
        place.at("close").wrong(f"{min(both)!r} stands in open too", "let a word say one of them")
    words = _words(opens, closes)

    def read(facts: Facts) -> Signal:
        groups = _groups(captures, facts)
        key = _NAME.sub(lambda match: groups.get(match[1], ""), form.key)[:_LONGEST]
        whole = all(groups.get(name) for name in names)
        return Signal(key if whole else "", _state(groups, facts, words, opens, closes))

    return Correlation(form.key, timedelta(seconds=form.flap), read)


def _when(place: Place) -> Any:
    """The `when` of the rule."""
    rule = place.source.document
    # Its place is RULE, "set", "correlate".
    for step in place.path[:-2]:
        rule = rule[step]
    return rule.get("when")


def _captures(when: Any) -> Iterator[tuple[str, capture.Capture]]:
    """Field and expression of those that must hold or may; what is wrong with one is told where it stands."""
    if not isinstance(when, dict):
        return
    for key, value in when.items():
        if key in ("all", "any"):
            for member in value if isinstance(value, list) else ():
                yield from _captures(member)
        elif key in FIELDS and isinstance(value, dict):
            written = value.get("matches", [])
            for text in written if isinstance(written, list) else [written]:
                try:
                    yield key, capture.compile(str(text))
                except PatternError:
                    continue


def _groups(captures: _Captures, facts: Facts) -> Mapping[str, str]:
    """Name -> what it found; the first that found anything."""
    groups: dict[str, str] = {}
    for field, found in captures:
        for name, value in (found.find(getattr(facts, field)) or {}).items():
            if value:
                groups.setdefault(name, value)
    return groups


def _words(opens: frozenset[str], closes: frozenset[str]) -> re.Pattern[str]:
    listed = sorted(opens | closes, key=len, reverse=True)
    return re.compile(rf"(?<!\w)({'|'.join(map(re.escape, listed))})(?!\w)")


def _state(
    groups: Mapping[str, str], facts: Facts, words: re.Pattern[str], opens: frozenset[str], closes: frozenset[str]
) -> str:
    found = words.search(fold(facts.subject[:_LONGEST]))
    said = fold(groups["state"]) if "state" in groups else found[1] if found else ""
    return DOWN if said in opens else UP if said in closes else ""


def schema() -> dict[str, Any]:
    return {
        "description": "Mails of a monitoring system with the same key are one case.",
        **CorrelateForm.model_json_schema(),
    }
