"""case_words: cases.yaml: what a site calls its cases: categories, and which priority an impact and an urgency make.

A site needs none of it: the file may be left out; then there are no categories, and the matrix is the usual one of ITIL.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import ConfigDict, Field

from maild.model.events import Priority
from maild.policy.shape import Line, Lines, Strict, fits
from maild.policy.source import Source

FILE = "cases.yaml"
DEGREES = ("high", "medium", "low")
Degree = Literal["high", "medium", "low"]
PriorityWord = Literal["critical", "high", "medium", "low"]
Matrix = dict[str, dict[str, Priority]]
# impact -> urgency -> priority
ITIL: Matrix = {
    "high": {"high": Priority.CRITICAL, "medium": Priority.HIGH, "low": Priority.MEDIUM},
    "medium": {"high": Priority.HIGH, "medium": Priority.MEDIUM, "low": Priority.LOW},
    "low": {"high": Priority.MEDIUM, "medium": Priority.LOW, "low": Priority.LOW},
}


class UrgencyForm(Strict):
    """What each urgency makes of this impact."""

    high: PriorityWord | None = None
    medium: PriorityWord | None = None
    low: PriorityWord | None = None


class MatrixForm(Strict):
    """By impact; what is left out is as usual."""

    high: UrgencyForm = Field(default=UrgencyForm(), description="Many are hit, or nobody can work.")
    medium: UrgencyForm = UrgencyForm()
    low: UrgencyForm = Field(default=UrgencyForm(), description="One person is hit, or there is a way round.")


class CasesForm(Strict):
    """What this site calls its cases."""

    # A file that says nothing yet.
    model_config = ConfigDict(json_schema_extra={"type": ["object", "null"]})

    categories: Lines = Field(default=[], description="The words that rules may give a case as its category.")
    priorities: MatrixForm = Field(MatrixForm(), description="Impact, urgency: which priority they make.")


@dataclass(frozen=True, slots=True)
class CaseWords:
    """What rules may name; None: the file has problems of its own, and every category counts as known."""

    categories: tuple[Line, ...] | None
    matrix: Matrix


# Of a site without the file.
NO_WORDS = CaseWords((), ITIL)


def read(source: Source) -> CaseWords:
    """With every problem in the source."""
    if source.problems:
        return CaseWords(None, ITIL)
    if not source.text.strip() or source.document is None:
        return NO_WORDS
    form = fits(CasesForm, source, (), source.document)
    if form is None:
        return CaseWords(None, ITIL)
    seen: set[str] = set()
    for index, word in enumerate(form.categories):
        if word in seen:
            path = ("categories", index)
            place = path if path in source.positions else ("categories",)
            source.wrong(place, f"the category {word!r} stands here twice", "name it once")
        seen.add(word)
    return CaseWords(tuple(form.categories), _matrix(form.priorities))


def _matrix(form: MatrixForm) -> Matrix:
    given = {impact: getattr(form, impact).model_dump(exclude_none=True) for impact in DEGREES}
    return {
        impact: {urgency: Priority(given[impact].get(urgency, usual)) for urgency, usual in row.items()}
        for impact, row in ITIL.items()
    }
