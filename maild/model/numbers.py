"""numbers: how case numbers look.

A desk's pattern is text with {n} (or {n:04}: at least four digits) and perhaps {year}: "#{n}", "{year}-{n:04}", "IT-{n}".
The number of a case is the pattern filled in, without a leading hash; the hash is how people write it.  Desks with the same
pattern share one counter; two patterns that could give the same number are refused at load (`can_meet`).
"""

from __future__ import annotations

import re

_FIELD = re.compile(r"\{n(?::0?([1-9]))?\}|\{year\}")
_OTHER = re.compile(r"[0-9A-Za-z-]*")
_LONGEST = 30


def render(pattern: str, n: int, year: int) -> str:
    """The n-th number of that year."""
    return _FIELD.sub(lambda m: str(year) if m[0] == "{year}" else str(n).zfill(int(m[1] or 1)), pattern).removeprefix(
        "#"
    )


def scope(pattern: str, year: int) -> str:
    """What is counted: the pattern, each year anew where it names the year."""
    return pattern.replace("{year}", str(year))


def problem(pattern: str) -> str | None:
    """Why a pattern cannot be used, None if it can."""
    fields = [match[0] for match in _FIELD.finditer(pattern)]
    if sum(field != "{year}" for field in fields) != 1:
        return "needs {n} exactly once"
    if fields.count("{year}") > 1:
        return "may name {year} only once"
    if re.search(r"\}\{", pattern):
        return "needs something between {year} and {n}, so that 2026 and 1 cannot be read as 202 and 61"
    rest = _FIELD.sub("", pattern.removeprefix("#"))
    if not _OTHER.fullmatch(rest):
        return "may have only letters, digits and hyphens beside its fields (and a # in front)"
    return None if len(pattern) <= _LONGEST else f"is longer than {_LONGEST} characters"


def can_meet(a: str, b: str) -> bool:
    """Could two different patterns ever give the same number?  Each becomes an expression over digits; both must then fit one text."""
    if a.removeprefix("#") == b.removeprefix("#"):
        return False
    return _meet(_atoms(a), _atoms(b))


def _atoms(pattern: str) -> list[str]:
    """Characters, with "+" for a run of digits of any length and "9" for one digit: {year} is four of them."""
    atoms: list[str] = []
    at = 0
    bare = pattern.removeprefix("#").upper()
    for match in re.finditer(r"\{N(?::0?[1-9])?\}|\{YEAR\}", bare):
        atoms += [*bare[at : match.start()], *(["9"] * 4 if match[0] == "{YEAR}" else ["+"])]
        at = match.end()
    return [*atoms, *bare[at:]]


def _meet(a: list[str], b: list[str]) -> bool:
    """Is there a text that both atom lists match?  Breadth first over pairs of places; "+" stands for one or more digits."""
    seen, todo = set(), [(0, 0)]
    while todo:
        place = todo.pop()
        if place in seen:
            continue
        seen.add(place)
        if place == (len(a), len(b)):
            return True
        todo += _steps(a, b, *place)
    return False


def _steps(a: list[str], b: list[str], i: int, j: int) -> list[tuple[int, int]]:
    if i >= len(a) or j >= len(b) or not _fits(a[i], b[j]):
        return []
    # A run may end with this character or go on: the other side then has moved one character further.
    ends_a = [i + 1, i] if a[i] == "+" else [i + 1]
    ends_b = [j + 1, j] if b[j] == "+" else [j + 1]
    return [(x, y) for x in ends_a for y in ends_b if (x, y) != (i, j)]


def _fits(x: str, y: str) -> bool:
    digits = "+9"
    return x == y or (x in digits and (y in digits or y.isdigit())) or (y in digits and x.isdigit())
