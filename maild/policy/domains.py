"""domains: the right side of `domain`: a text, but for what stands in no domain."""

from __future__ import annotations

from typing import Any

from maild.model.policy import Condition
from maild.policy.compare import Leaf, Place, Values, operators, shown, text_schema


class Domain:
    """A whole domain; parts of it with an operator.  No domain has an @, and none begins with a dot."""

    def compile(self, key: str, values: Values, value: Any, place: Place) -> Condition:
        for operator, right in value.items() if isinstance(value, dict) else (("is", value),):
            for word in right if isinstance(right, list) else [right]:
                if operator == "matches" or not isinstance(word, str):
                    continue
                if "@" in word:
                    bare = word.rpartition("@")[2] or "example.org"
                    place.wrong(
                        f"{word[:60]!r} is in no domain", f"write domain: {bare}, or from: with a whole address"
                    )
                elif operator in ("is", "in", "starts") and word.startswith("."):
                    place.wrong(f"no domain begins with a dot, as {word[:60]!r} does", f"write {{ends: {word}}}")
        return Leaf(shown(key, value), values, operators(value, "is", place))

    def schema(self) -> dict[str, Any]:
        return text_schema({})
