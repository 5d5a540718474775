"""sla_forms: the form of sla.yaml."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from maild.model.calendar import DAY, Spans
from maild.model.events import Priority
from maild.model.sla import WHO, Target
from maild.policy.amounts import amount, when
from maild.policy.case_words import PriorityWord
from maild.policy.clock_words import spans
from maild.policy.doing import TYPES
from maild.policy.shape import DeskKeys, Language, Line, Lines, Strict, as_list, wrong
from maild.policy.source import nearest

TargetWord = Literal["first_response", "next_update", "resolution"]


def _quiet(value: Any) -> Spans:
    found = spans(value, around=True)
    if sum(end - start for start, end in found) >= DAY:
        raise wrong("it is the whole day: nobody would ever be told", "write the hours of the night: 22:00-07:00")
    return found


def _type(value: str) -> str:
    if value not in TYPES:
        raise wrong(f"there is no type {value[:60]!r}", nearest(value, TYPES))
    return value


_AMOUNT_SCHEMA: Any = {"type": "string", "pattern": "^[0-9]{1,7}[mhd]$"}
_WHEN_SCHEMA: Any = {"type": "string", "pattern": "^([0-9]{1,4}%|\\+[0-9]{1,7}[mhd])$"}
_SPANS_SCHEMA: Any = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
Open = Annotated[Any, AfterValidator(amount), WithJsonSchema(_AMOUNT_SCHEMA)]
At = Annotated[Any, AfterValidator(when), WithJsonSchema(_WHEN_SCHEMA)]
Quiet = Annotated[Any, AfterValidator(_quiet), WithJsonSchema(_SPANS_SCHEMA)]
Types = Annotated[
    list[Annotated[str, AfterValidator(_type)]],
    BeforeValidator(as_list, json_schema_input_type=str | list[str]),
    Field(min_length=1),
]
Targets = Annotated[list[TargetWord], BeforeValidator(as_list, json_schema_input_type=TargetWord | list[TargetWord])]
SomeTargets = Annotated[Targets, Field(min_length=1)]
StopWord = Literal["waiting", "on_hold"]
Stops = Annotated[list[StopWord], BeforeValidator(as_list, json_schema_input_type=StopWord | list[StopWord])]


class WithinForm(Strict):
    """A target with a calendar of its own."""

    within: Open = Field(description="15m, 2h, 2d of open time.", examples=["4h"])
    calendar: Line = Field(description="Key of calendars.yaml, or always.", examples=["always"])


# The brackets keep the tags out of the places that problems name (shape.py).
Promise = Annotated[
    Annotated[Open, Tag("[amount]")] | Annotated[WithinForm, Tag("[both]")],
    Discriminator(lambda value: "[both]" if isinstance(value, dict | WithinForm) else "[amount]"),
]


class PromisesForm(Strict):
    """What is promised for a priority; what is left out is not promised."""

    first_response: Promise | None = Field(None, description="Until a handler first answers: 15m, 2h, 2d.")
    next_update: Promise | None = Field(None, description="Until the customer hears of us again, each time.")
    resolution: Promise | None = Field(None, description="Until it is solved.")
    calendar: Line | None = Field(None, description="Instead of the entry's.")
    ladder: Line | None = Field(None, description="Instead of the entry's.")
    pauses: Stops | None = Field(None, description="Instead of the entry's.")

    def promises(self) -> dict[Target, Any]:
        """Those that are made."""
        return {target: one for target in Target if (one := getattr(self, target)) is not None}


class ForForm(Strict):
    """Of which cases; all that stands here must fit, of a list one is enough."""

    desk: DeskKeys | None = Field(None, description="Keys of desks.yaml.")
    organisation: Lines | None = Field(None, description="Keys of organisations.yaml.")
    organisation_label: Lines | None = Field(None, description="Labels of organisations.")
    agreement: Lines | None = Field(None, description="Keys of agreements.yaml, in force when the case came.")
    line: Lines | None = Field(
        None, description="The desk's line that has the case: as it was escalated, else its handler's, else the first."
    )
    type: Types | None = Field(None, description=f"{', '.join(TYPES)}.")
    label: Lines | None = Field(None, description="Labels of the case.")


class EntryForm(Strict):
    """What is promised; the first entry that fits a case decides."""

    for_: ForForm | None = Field(None, alias="for", description="Left out: every case.")
    calendar: Line | None = Field(
        None, description="Key of calendars.yaml in which time is counted, or always; left out: the desk's own."
    )
    pauses: Stops = Field(["waiting"], description="Statuses in which the clocks stand still: waiting, on_hold; or [].")
    ladder: Line | None = Field(None, description="Key of a ladder above: what happens when it slips.")
    tell: Targets = Field(["first_response"], description="What letters tell the customer a date of.")
    critical: PromisesForm | None = None
    high: PromisesForm | None = None
    medium: PromisesForm | None = None
    low: PromisesForm | None = None

    def by_priority(self) -> dict[Priority, PromisesForm]:
        return {word: one for word in Priority if (one := getattr(self, word)) is not None}


class StepForm(Strict):
    """A step of a ladder."""

    at: At = Field(description="50% of the time, or +2h, +1d after it is due.", examples=["50%"])
    of: SomeTargets = Field(
        default=["first_response", "next_update", "resolution"],
        description="Of which targets it is a step; left out: of each.",
    )
    tell: Lines = Field(default=[], description=f"{', '.join(WHO)}, or keys of people.yaml.")
    priority: Literal["critical", "high", "medium"] | None = Field(None, description="The case gets at least this one.")
    escalate: bool = Field(False, description="true: the case goes to the next line.")


class LadderForm(Strict):
    """What happens when a promise slips, step by step."""

    quiet: Quiet | None = Field(
        None, description="Hours of the desk's day in which nobody is told, except of critical cases: 22:00-07:00."
    )
    steps: list[StepForm] = Field(min_length=1, description="In their order.", examples=["[{at: 100%, tell: lead}]"])


class SlaForm(Strict):
    """The whole file."""

    priorities: dict[PriorityWord, dict[Language, Line]] = Field(
        default={}, description="What each priority means, in words, by language: {critical: {en: ...}}."
    )
    ladders: dict[str, LadderForm] = Field(default={}, description="By key: what happens when a promise slips.")
    targets: dict[str, EntryForm] = Field(
        default={}, description="By key: what is promised to whom; the first that fits a case decides."
    )
