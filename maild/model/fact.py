"""fact: something that a rule may want to be known of a case, such as a user name (facts.yaml), compiled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

# Whose labels are read where a language has none.
_NEAR = {"nn": ("nb",), "nb": ("nn",), "sv": ("nb",), "da": ("nb",)}


@dataclass(frozen=True, slots=True)
class Fact:
    """labels: language -> what it is called.

    fits      what was written, as it is kept; "" if it is no such thing
    within    finds it in a text where nobody was asked; "" if it is not there
    strict    a few values fit only, so that what fits is hardly something else
    begins    of a date: the work begins so many days before it; None: it says nothing of that
    """

    key: str
    labels: Mapping[str, str]
    fits: Callable[[str], str]
    within: Callable[[str], str]
    strict: bool = False
    begins: int | None = None

    def called(self, language: str) -> str:
        """Its label in that language, or in the nearest that has one."""
        order = (language, *_NEAR.get(language, ()), "en", *self.labels)
        return next(self.labels[one] for one in order if one in self.labels)
