"""making: values for tests of the pure core, with sensible defaults; each test says only what matters to it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from maild.model.case import Case, apply, begin
from maild.model.content import Content
from maild.model.events import Event, Opened
from maild.model.known import Known, LetterRow, Person
from maild.model.limits import Limits
from maild.model.message import Address, Kind, Message
from maild.model.people import Authentication, Desk, Handler, Trust, handler_party, person_party
from maild.model.plan import Prepared, Token
from maild.model.policy import Choice, Decisions, Facts, Policy, Rendered, Rule
from maild.model.recorded import Recorded
from maild.model.vocabulary import Vocabulary
from maild.places import shipped
from maild.policy import telling
from maild.policy.texts import load

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KARI = Handler("kari", "Kari Nordmann", ("kari@staff.example",), ())
OLA = Handler("ola", "Ola Hansen", ("ola@staff.example",), ())
SUPPORT = Desk("support", ("support@desk.example",), "Kundeservice", "nb", "Europe/Oslo")
DRIFT = Desk("drift", ("drift@desk.example",), "Drift", "nn", "Europe/Oslo")
ANN = Person(1, "Ann Berg", "ann@kunde.example", "nb")
PROVEN = Trust(Authentication.ALIGNED, "authserv-id", ("dmarc=pass",))


@dataclass(frozen=True)
class Always:
    """A condition that holds."""

    def failed(self, facts: Facts) -> str:
        return ""


@dataclass(frozen=True)
class SubjectHas:
    word: str

    def failed(self, facts: Facts) -> str:
        return "" if self.word in facts.subject else f"subject: {self.word}"


@dataclass(frozen=True)
class IsAutomatic:
    def failed(self, facts: Facts) -> str:
        return "" if facts.automatic else "automatic: true"


class NoTexts:
    """decide/ never renders: a test of it needs no words."""

    def render(self, name: str, language: str, values: object) -> Rendered:
        return Rendered(name, name, language)

    def languages(self) -> tuple[str, ...]:
        return ("nb",)

    def says(self, name: str, language: str, value: str) -> bool:
        return True

    def words(self, language: str) -> dict[str, str]:
        return {}

    @property
    def vocabulary(self) -> Vocabulary:
        return shipped_vocabulary()


@cache
def shipped_vocabulary() -> Vocabulary:
    return load(Path("no site's own"), shipped("templates")).vocabulary


IN_TURN = Rule("everyone in turn", "built in", Always(), Decisions(handler=Choice("round_robin", ())))
QUIETLY = Rule(
    "automatic mail",
    "built in",
    IsAutomatic(),
    Decisions(handler=Choice("nobody", ()), priority="low", labels=("automatic",), acknowledge=False),  # type: ignore[arg-type]
)


def policy(*rules: Rule, handlers: tuple[Handler, ...] = (KARI, OLA), limits: Limits | None = None) -> Policy:
    return Policy(
        "hash",
        {"support": SUPPORT, "drift": DRIFT},
        {h.key: h for h in handlers},
        (*rules, QUIETLY, IN_TURN),
        telling.USUAL,
        NoTexts(),
        limits or Limits(),
    )


def message(
    subject: str = "Skriver virker ikke", text: str = "Den står.", author: Address | None = None, **more: object
) -> Message:
    value = Message(
        subject,
        author or Address("Ann Berg", "ann@kunde.example"),
        1,
        (Address("", SUPPORT.address),),
        (),
        (),
        MONDAY,
        "<1@kunde.example>",
        (),
        text,
        None,
        text,
        (),
        Kind.PERSON,
        False,
        (),
        None,
        "nb",
        (),
        (),
    )
    return replace(value, **more)  # type: ignore[arg-type]


def mail(
    subject: str = "Skriver virker ikke",
    text: str = "Den står.",
    sender: str = "ann@kunde.example",
    name: str = "Ann Berg",
    *,
    trust: Trust = PROVEN,
    tokens: tuple[Token, ...] = (),
    ids: tuple[Token, ...] = (),
    id: int = 1,
    at: datetime = MONDAY,
    desk: str = "support",
    own_id: bool = False,
    recipients: tuple[str, ...] = (SUPPORT.address,),
    envelope: str | None = None,
    **more: object,
) -> Prepared:
    said = message(subject, text, Address(name, sender), **more)
    body = json.dumps(
        {
            "subject": subject,
            "from": sender,
            "from_name": name,
            "to": [],
            "cc": [],
            "text": text,
            "own_text": said.own_text,
        }
    )
    return Prepared(
        id,
        desk,
        sender if envelope is None else envelope,
        recipients,
        at,
        500,
        said,
        trust,
        tokens,
        ids,
        own_id,
        Content(b"s" * 16, subject),
        Content(b"b" * 16, body),
    )


@dataclass
class Desk1042:
    """A case that exists: Ann's, handled by Kari, with the letters that went out."""

    events: list[Event] = field(default_factory=list)
    number: str = "1042"

    def case(self) -> Case:
        opened = Opened(
            self.number, "support", Content(b"s" * 16, "Skriver virker ikke").commitment, person_party(1), "nb", 1
        )
        case = begin(7, Recorded(1, MONDAY, person_party(1), "incoming:1", opened))
        case = apply(case, Recorded(2, MONDAY, "maild", "incoming:1", _assigned("kari")))
        for seq, event in enumerate(self.events, 3):
            case = apply(case, Recorded(seq, MONDAY + timedelta(minutes=seq), "maild", f"incoming:{seq}", event))
        return case

    def known(self, **more: object) -> Known:
        case = self.case()
        letters = {
            10: LetterRow(10, 7, person_party(1), "ack", 3, False, ANN.address),
            11: LetterRow(11, 7, handler_party("kari"), "notice", 3, False, KARI.address),
        }
        base = Known(
            letters=letters,
            cases={7: case},
            by_message_id={},
            by_number={self.number: 7},
            persons={person_party(1): ANN},
            subjects={case.subject: "Skriver virker ikke"},
            thread={(7, handler_party("kari")): ("<m11@desk.example>",)},
            next_case=8,
            next_person=2,
            next_message=5,
            next_letter=12,
        )
        return replace(base, **more)  # type: ignore[arg-type]


def _assigned(key: str) -> Event:
    from maild.model.events import Assigned

    return Assigned(key, "round robin")


TO_ANN = Token("r", 10, "aa")
TO_KARI = Token("r", 11, "aa")


def from_ann(text: str, **more: object) -> Prepared:
    return mail("Sv: [#1042] Skriver virker ikke", text, id=20, tokens=(TO_ANN,), ids=(Token("m", 10, "aa"),), **more)  # type: ignore[arg-type]


def from_kari(text: str, purpose: str = "r", **more: object) -> Prepared:
    return mail(
        "Re: [#1042] Skriver virker ikke",
        text,
        KARI.address,
        KARI.name,
        id=21,
        tokens=(Token(purpose, 11, "aa"),),
        ids=(Token("m", 11, "aa"),),
        **more,  # type: ignore[arg-type]
    )
