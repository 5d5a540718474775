"""schema: the form of desks.yaml, people.yaml and routing.yaml; the others' stand in files of their own.

What a value must look like stands here; what it may refer to (desks, handlers, languages) in build.py and check.py.  schemas() gives
the JSON Schemas for editors, kept in rules/schema/.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, TypeAdapter, model_validator

from maild.model import numbers
from maild.model.people import Role
from maild.model.policy import Facts
from maild.policy import actions, conditions, door, recurring, telling
from maild.policy.actions import ExpectForm, SetForm
from maild.policy.agreements import AgreementForm
from maild.policy.calendars import CalendarForm
from maild.policy.case_words import CasesForm
from maild.policy.catalogue import ItemForm
from maild.policy.oncall import RotaForm
from maild.policy.organisations import OrganisationForm
from maild.policy.required import FactForm
from maild.policy.shape import (
    Addresses,
    Days,
    DeskKey,
    DeskKeys,
    Kept,
    Language,
    Line,
    Lines,
    Size,
    Strict,
    Zone,
    as_list,
    wrong,
)
from maild.policy.sla_forms import Open, SlaForm
from maild.policy.waiting import WaitingForm

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEXT = 2000
_LINE = re.compile(r"\w[\w -]{0,38}")


def _number(value: str) -> str:
    problem = numbers.problem(value)
    if problem:
        raise wrong(f"{value[:60]!r} {problem}", 'write it like "#{n}", "{year}-{n:04}" or "IT-{n}"')
    return value


def _text(value: str) -> str:
    if len(value) > _TEXT or any(ord(c) < 32 and c != "\n" for c in value):
        raise wrong(f"must be plain text of at most {_TEXT} characters", "shorten it; lines are fine, tabs are not")
    return value.strip("\n")


def _moment(value: str) -> str:
    """On a clock, to the minute."""
    try:
        if len(value) == 16 and datetime.fromisoformat(value).isoformat(timespec="minutes") == value:
            return value
    except ValueError:
        pass
    raise wrong(f"{value[:40]!r} is no moment", "write it like 2026-12-24T18:00")


def _line_name(value: str) -> str:
    """`1`, or a word that a handler can write behind /escalate."""
    if not _LINE.fullmatch(value):
        raise wrong(
            f"{value[:40]!r} cannot be a line's name", 'write a number in quotes or a word: "1", "2", consultants'
        )
    return value


def _digest(value: str) -> str:
    if value != "none" and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise wrong(f"{value[:40]!r} is no time of the day", "write it like 07:30, or none")
    return value


Moment = Annotated[str, AfterValidator(_moment)]
NumberPattern = Annotated[str, AfterValidator(_number)]
Signature = Annotated[str, AfterValidator(_text)]
LineName = Annotated[str, AfterValidator(_line_name)]
Digest = Annotated[str, AfterValidator(_digest)]
HandlerKeys = Annotated[
    list[Line], BeforeValidator(as_list, json_schema_input_type=str | list[str]), Field(min_length=1)
]


class RetentionForm(Strict):
    """How long a desk keeps things; what is left out is kept for ever."""

    raw: Kept | None = Field(None, description="Mails as they came, with their files, of cases that have ended: 90d.")
    letters: Kept | None = Field(None, description="The text of letters of cases that have ended: 1y.")
    cases: Kept | None = Field(None, description="What was said in a case, so long after its end: 5y.")


class ReopenForm(Strict):
    """How a reply reopens a solved case, and what becomes of one that comes too late."""

    window: Days = Field(14, description="How long a reply reopens a solved case: 14d.")
    after: Literal["new_linked", "answer"] = Field(
        "new_linked",
        description="Then it opens a case that is linked (new_linked), or its sender is told to write anew (answer).",
    )


class UntakenForm(Strict):
    """Who is told of a case that nobody has taken for some time."""

    after: Open = Field(
        description="So much of the desk's opening hours: 30m, 2h, or 1d, an ordinary open day.", examples=["2h"]
    )
    tell: Lines = Field(description="desk, lead, line, oncall, or keys of people.yaml.", examples=["lead"])


# The brackets keep the tags out of the places that problems name (shape.py).
Reopening = Annotated[
    Annotated[Days, Tag("[span]")] | Annotated[ReopenForm, Tag("[both]")],
    Discriminator(lambda value: "[both]" if isinstance(value, dict | ReopenForm) else "[span]"),
]


class DeskForm(Strict):
    """A desk: a support mailbox, its team and its cases."""

    addresses: Addresses = Field(description="The first is the desk's own.", examples=["[support@example.org]"])
    name: Line = Field(description="The name in its letters.", examples=["Kundeservice"])
    language: Language = Field(
        description="nb, nn, sl, en: of letters whose reader's language is unknown.", examples=["nb"]
    )
    zone: Zone = Field(description="Time zone of its letters and years.", examples=["Europe/Oslo"])
    number: NumberPattern = Field("#{n}", description="{n} or {n:04}, perhaps {year}, letters, digits and hyphens.")
    first_number: int = Field(1001, ge=1, le=1_000_000_000, description="Where counting begins.")
    signature: Signature = Field("", description="Below a handler's answer to a customer.")
    separator: Literal["+", "-"] = Field(
        "+", description="Between the address and its signed part, as your MTA has it."
    )
    reopen: Reopening = Field(
        14,
        description="How long a reply reopens a solved case: 14d; with what becomes of a later one: {window, after}.",
    )
    shows: Literal["handler", "desk"] = Field(
        "handler",
        description="Whom a customer is told who asks for the status: the handler's name, or only the desk's.",
    )
    retired: bool = Field(False, description="Takes no new cases; instead of deletion.")
    retention: RetentionForm = Field(
        RetentionForm(raw=None, letters=None, cases=None), description="How long mails, letters and cases are kept."
    )
    legal_hold: bool = Field(
        False, description="true: nothing of its cases may be deleted, nor anybody in them erased."
    )
    archive_first: bool = Field(
        False, description="true: a case must be in the archive before anything of it is deleted."
    )
    lines: dict[LineName, Lines] = Field(
        default={}, description="Its lines, from the first on: a name or number, and the keys of its handlers."
    )
    confidential: bool = Field(False, description="true: its cases are shown to its team and to their handlers only.")
    unassigned: UntakenForm | None = Field(
        None, description="Whom it tells of a case that nobody has taken: {after: 2h, tell: lead}."
    )
    calendar: Line | None = Field(
        None, description="Key of its opening hours in calendars.yaml; left out: always open."
    )
    waiting: WaitingForm | None = Field(
        None, description="Reminders to customers for whom cases wait, and the end of waiting; left out: none."
    )
    phone: Line = Field("", description="Where urgent faults are to be phoned in; acknowledgements of such say so.")


TrustWord = Literal["none", "aligned", "internal"]
RoleWord = Literal["handler", "lead", "admin"]
# The brackets keep the tags out of the places that problems name (shape.py).
Roles = Annotated[
    Annotated[RoleWord, Tag("[word]")] | Annotated[dict[DeskKey, RoleWord], Tag("[each]")],
    Discriminator(lambda value: "[each]" if isinstance(value, dict) else "[word]"),
]


class HandlerForm(Strict):
    """A handler: somebody who answers cases."""

    name: Line = Field(examples=["Kari Nordmann"])
    addresses: Addresses = Field(description="Letters go to the first.", examples=["[kari@example.org]"])
    desks: DeskKeys = Field(default=[], description="Keys of the desks they work for; left out: all.")
    role: Roles = Field(
        "handler", description="What they may do: one word for all their desks, or DESK: word for each."
    )
    language: Language | None = Field(None, description="Of letters to them; left out: the desk's.")
    retired: bool = Field(False, description="Gets no cases; instead of deletion.")
    members: Lines | None = Field(
        None, description="Of a team's shared mailbox: keys of the handlers who may answer its letters."
    )
    cover: HandlerKeys = Field(default=[], description="Who stands in while they are away: the first who is here.")
    skills: Lines = Field(default=[], description="What they know, in words that rules ask for:  {skill: printers}.")
    cap: int | None = Field(
        None, ge=1, le=10_000, description="With so many open cases they get no more by a rule; left out: no limit."
    )
    phone: Line = Field("", description="For the program that pages people (pager in maild.yaml); in no letter.")
    digest: Digest = Field(
        "07:30", description="When the day's letter comes, on the clock of their first desk; none: never."
    )


class FileForm(Strict):
    """A file of a mail in a test."""

    name: Line = "file"
    type: Line = "application/octet-stream"
    size: Size = 1000


class MailForm(Strict):
    """A mail for a test beside a rule: what is left out is an ordinary person's."""

    author: Line = Field("someone@customer.example", alias="from")
    to: Addresses = Field(default=[])
    cc: Addresses = Field(default=[])
    subject: str = ""
    text: str = ""
    own_text: str | None = Field(None, description="Left out: the text.")
    kind: str = "person"
    automatic: bool | None = Field(None, description="Left out: as the kind says.")
    language: str = ""
    authenticated: bool = True
    headers: dict[str, str] = Field(default={})
    hours: Literal["open", "closed", "holiday"] = Field("open", description="How the desk stood when it came.")
    at: Moment = Field("2026-01-12T10:00", description="When it came, on the desk's clock.")
    size: Size | None = Field(None, description="Left out: the text's; 12MB.")
    attachments: list[FileForm] = Field(
        default=[], description="Files: {name: a.pdf, type: application/pdf, size: 5MB}."
    )
    organisation: Line | None = Field(None, description="Left out: by the address, as organisations.yaml has it.")
    agreement: Lines | None = Field(None, description="Left out: those of the organisation that hold on that day.")
    item: Line | None = Field(None, description="Left out: by catalogue.yaml.")
    trust: TrustWord | None = Field(None, description="Left out: aligned, or none where authenticated is false.")
    possession: Literal["none", "thread", "own"] = Field("none", description="What the sender shows of our letters.")
    spam: str = Field("", description="The filter's verdict.")
    known: bool = Field(False, description="The author wrote before.")
    muted: bool = Field(False, description="Letters to him come back.")
    marked_spam: bool = Field(False, description="A mail of his was spam.")
    cases: int = Field(0, ge=0, description="How many he has.")
    counts: dict[Literal["person", "domain", "organisation"], int] = Field(
        default={}, description="Cases that were opened lately, in whatever time a rule asks for: {person: 6}."
    )
    open_same_subject: bool = Field(False, description="The author has an open case of that subject.")
    case_status: Literal["", "new", "open", "waiting", "on_hold", "solved", "closed"] = Field(
        "", description="Of the case that it goes on from."
    )


class TestForm(Strict):
    """A mail, written here or kept in a file, and what must come out."""

    mail: MailForm | None = Field(None, description="A mail in few words.")
    file: Line | None = Field(
        None, description="A mail as it came, in a file of the folder of rules: tests/skriver.eml."
    )
    authenticated: bool = Field(True, description="Of a file: whether its From is taken as proven.")
    expect: ExpectForm = Field(examples=["{priority: high}"])

    @model_validator(mode="after")
    def _one_mail(self) -> Self:
        if (self.mail is None) == (self.file is None):
            raise wrong(
                "each needs a mail or a file, and not both",
                "write  mail: {subject: Skriver}  or  file: tests/skriver.eml",
            )
        return self


class RuleForm(Strict):
    """A rule: the earliest matching one that mentions a field decides it."""

    name: Line = Field(examples=["printers"])
    when: Any = Field(None, description="Left out: always.")
    set: SetForm = Field(SetForm(), description="What it decides.")
    because: str = Field("", max_length=500, description="Why, for the trace.")
    stop: bool = Field(False, description="true: no later rule of this file is asked.")
    shadow: bool = Field(False, description="true: decides nothing; what it would have decided is on record.")
    tests: list[TestForm] = Field(default=[])


@dataclass(frozen=True, slots=True)
class RuleTest:
    """A test beside a rule.  expect: field -> value as Expect names them; file, line, column: where to complain.

    mail: the name of the file that has the mail, whose facts only its reader knows; "" where facts stand here.
    """

    rule: str
    file: str
    line: int
    column: int
    facts: Facts
    expect: Mapping[str, object]
    mail: str = ""


# --- for editors ------------------------------------------------------------------------------------------------------------


def schemas() -> dict[str, dict[str, Any]]:
    """File name -> JSON Schema."""
    return {
        "desks.json": _entries(DeskForm, "desks.yaml: the support mailboxes"),
        "people.json": _entries(HandlerForm, "people.yaml: the handlers"),
        "organisations.json": _entries(OrganisationForm, "organisations.yaml: organisations among the customers"),
        "notices.json": {"$schema": DIALECT, **telling.schema()},
        "cases.json": {
            "$schema": DIALECT,
            **TypeAdapter(CasesForm).json_schema(),
            "title": "cases.yaml: what a site calls its cases",
        },
        "calendars.json": _entries(CalendarForm, "calendars.yaml: opening hours and holidays"),
        "agreements.json": _entries(AgreementForm, "agreements.yaml: what was agreed with organisations"),
        "catalogue.json": _catalogue(),
        "oncall.json": _entries(RotaForm, "oncall.yaml: who has duty when"),
        "facts.json": _entries(FactForm, "facts.yaml: what a case must have"),
        "door.json": {"$schema": DIALECT, "title": "door.yaml: what is refused at the door", **door.schema()},
        "recurring.json": {
            "$schema": DIALECT,
            "title": "recurring.yaml: cases that open by themselves",
            **recurring.schema(),
        },
        "sla.json": {
            "$schema": DIALECT,
            **TypeAdapter(SlaForm).json_schema(),
            "title": "sla.yaml: what is promised, and what happens when it slips",
        },
        "routing.json": _routing(),
    }


def _entries(form: type[Strict], title: str) -> dict[str, Any]:
    """A mapping by key, or a list whose entries name their key."""
    one = TypeAdapter(form).json_schema()
    definitions = one.pop("$defs", {})
    keyed = {
        **one,
        "properties": {"key": {"type": "string"}, **one["properties"]},
        "required": ["key", *one["required"]],
    }
    either = [{"type": "object", "additionalProperties": one}, {"type": "array", "items": keyed}]
    return {"$schema": DIALECT, "title": title, "anyOf": either, "$defs": definitions}


def _routing() -> dict[str, Any]:
    rules = TypeAdapter(list[RuleForm]).json_schema()
    made = _by_hand(rules, rules["$defs"]["RuleForm"])
    when = rules["$defs"]["RuleForm"]["properties"]["when"]
    when["anyOf"] = [{"$ref": when.pop("$ref")}, {"type": "null"}]
    return {"$schema": DIALECT, "title": "routing.yaml: who gets what", **made}


def _catalogue() -> dict[str, Any]:
    item = TypeAdapter(ItemForm).json_schema()
    definitions = _by_hand(item, item).pop("$defs")
    entries = {"type": "object", "additionalProperties": item, "$defs": definitions}
    return {"$schema": DIALECT, "title": "catalogue.yaml: what can be ordered by mail", **entries}


def _by_hand(whole: dict[str, Any], rule: dict[str, Any]) -> dict[str, Any]:
    """These are compiled by hand: pydantic cannot know their form."""
    made = {"when": conditions.schema(), **{name: schema() for name, (_, schema) in actions.BY_HAND.items()}}
    for name in made:
        (rule if name == "when" else whole["$defs"]["SetForm"])["properties"][name]["$ref"] = f"#/$defs/{name}"
    whole["$defs"] |= made
    return whole


ROLES = {str(x): x for x in Role}
