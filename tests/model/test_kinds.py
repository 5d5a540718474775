"""Every kind of event has a name of its own, wherever it stands."""

from __future__ import annotations

from collections import Counter

from maild.model.events import Event
from maild.model.recorded import KINDS


def test_a_kind_is_one_event():
    # A dataclass with slots is made anew, so that each stands among the subclasses twice.
    made = {
        (cls.kind, cls.__module__, cls.__name__)
        for cls in Event.__subclasses__()
        if cls.__module__.startswith("maild.")
    }
    kinds = Counter(kind for kind, _, _ in made)
    assert [kind for kind, count in kinds.items() if count > 1] == []
    assert set(kinds) == set(KINDS)
