"""catalogue: catalogue.yaml: what can be ordered by mail, how such a mail is known, and what then is decided.

items(source, site) -> a Rule each: named by its key, with when it is ordered; a mail orders the first that fits.
rules(items, source) -> the rules that carry out what the items say; they stand behind those of routing.yaml, whose word goes first.
A site needs none of it: the file may be left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from pydantic import Field

from maild.model.policy import Condition, Rule
from maild.policy import actions, conditions
from maild.policy.about import DECIDED_SO_FAR, item
from maild.policy.actions import SetForm
from maild.policy.asks import leaves
from maild.policy.compare import Leaf, Place, Site, Test, shown
from maild.policy.shape import Line, Strict, fits, key_problem
from maild.policy.source import Source

FILE = "catalogue.yaml"
_MOST = 1000


class ItemForm(Strict):
    """Something that can be ordered."""

    name: Line = Field(description="As customers read it.", examples=["A new screen"])
    when: Any = Field(description="The condition of a rule by which an order is known.", examples=["{subject: order}"])
    set: SetForm = Field(SetForm(), description="What is decided then, as in routing.yaml.")
    because: str = Field("", max_length=500, description="Why, for the trace.")


def items(source: Source, site: Site) -> Iterator[Rule]:
    """In their order."""
    known = site.known()
    for key, path, value in _entries(source):
        form = fits(ItemForm, source, path, value, known)
        raw: dict[str, Any] = value if isinstance(value, dict) else {}
        place = Place(source, (*path, "when"), site)
        when = conditions.compile(raw.get("when"), place)
        _judgeable(when, place, empty="when" in raw and not raw["when"])
        compiled = actions.compile_by_hand(raw.get("set"), Place(source, (*path, "set"), site))
        if form is not None:
            decided = actions.decisions(form.set, compiled)
            yield Rule(key, source.where(path), when, decided, form.because.strip() or form.name, title=form.name)


def _entries(source: Source) -> Iterator[tuple[str, tuple[str | int, ...], Any]]:
    """A mapping by key."""
    document = source.document
    if document is None:
        return
    if not isinstance(document, dict):
        source.wrong((), "must name items by their keys", "write KEY: and below it, indented, name, when and set")
        return
    if len(document) > _MOST:
        source.wrong((), f"more than {_MOST} items", "put words into lists: any of them is enough")
        return
    for key, value in document.items():
        if problem := key_problem(str(key)):
            source.wrong((key,), *problem)
        yield str(key), (key,), value


def _judgeable(when: Condition, place: Place, *, empty: bool) -> None:
    """What is ordered is known before any rule is asked."""
    if empty:
        place.wrong("every mail would order it", "write for example  when: {subject: order a screen}")
    if any(leaf.values is item or leaf.values in DECIDED_SO_FAR for leaf in leaves(when)):
        place.wrong("an order cannot depend on what rules decide", "ask for the mail's words, its sender or its desk")


def rules(found: Sequence[Rule]) -> tuple[Rule, ...]:
    """`stop: true` in routing.yaml ends only the rules of that file."""
    wanted = (one for one in found if any(True for _ in one.set.said()))
    return tuple(replace(one, name=f"item {one.name}", when=_ordered(one.name), ours=True) for one in wanted)


def _ordered(key: str) -> Condition:
    return Leaf(shown("item", key), item, (Test("is", (key,), key.__eq__),))
