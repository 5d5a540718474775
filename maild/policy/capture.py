"""capture: what an expression finds in a text, with the names of its groups.

compile(text) -> Capture; PatternError as in pattern.py, whose writing it is; here letters are compared without case only, since what is
found must come out as it was written.  Linear, as there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import re2

from maild.policy import pattern
from maild.policy.pattern import MEMORY, PatternError

LONGEST = 65_536
_NAMES = re.compile(r"\(\?P<([A-Za-z_]\w{0,30})>")
_ESCAPED = re.compile(r"\\.", re.S)


@dataclass(frozen=True, slots=True)
class Capture:
    """names: of its groups; find(text) -> group -> what it found, "" -> the whole; None if it is not there."""

    names: tuple[str, ...]
    find: Callable[[str], Mapping[str, str] | None]


def compile(text: str) -> Capture:
    pattern.parse(text)
    chosen = re2.Options()
    chosen.max_mem, chosen.log_errors, chosen.case_sensitive = MEMORY, False, False
    try:
        search = re2.compile(f"(?m){text}", chosen).search
    except re2.error as error:
        raise PatternError(
            0, "cannot be used to take something out of a text", "write it with plainer means"
        ) from error
    names = tuple(_NAMES.findall(_ESCAPED.sub("", text)))
    if len(set(names)) < len(names):
        raise PatternError(0, "names two groups alike", "give each group a name of its own")

    def find(given: str) -> Mapping[str, str] | None:
        found = search(given[:LONGEST].encode("utf-8", "replace"))
        if found is None:
            return None
        return {"": _text(found.group(0)), **{name: _text(found.group(name)) for name in names}}

    return Capture(names, find)


def _text(value: bytes | None) -> str:
    return value.decode("utf-8", "replace").strip() if value else ""
