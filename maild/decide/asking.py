"""asking: letters about what a case asks of people, and how their answers are read.

entrust(...)    a letter to the handler of a task
news(...)       a handler hears what became of a task, an offer, a request, or what a supplier answered
outside(...)    a letter to a supplier, an approver or anybody who sees nothing of the case but a handler's question
reads(...)      yes, no, or an ordinary reply

Each such letter says what becomes of a reply: by its kind (model/plan.Letter).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

from maild.decide import absence, notices, owing, signature, tasklist, verbs
from maild.decide.ledger import Ledger
from maild.model.asking_events import Reminded
from maild.model.content import Content
from maild.model.errands import Talk
from maild.model.inside_events import Relayed
from maild.model.known import LetterRow, Shown
from maild.model.message import Address
from maild.model.people import MAILD, Handler, handler_of, handler_party
from maild.model.plan import Prepared
from maild.model.vocabulary import Vocabulary

# What became of something that a case asked, or what somebody said to it: a plain reply goes to him.
COLLEAGUE, SUPPLIER = "colleague", "supplier"
# A letter about a mail that was meant as a note (decide/senses.py).
NOTE = "note"
# A critical case calls a handler, and tells of what became of that.
PAGES = ("page", "paging")
# A reply to one of these stays among the handlers: its text is a note.
INSIDE = ("task", "approval", COLLEAGUE, NOTE, *PAGES)
# Letters that ask a handler of his own mail; and all that tell of one that was not carried out.
QUESTIONS = ("confirm", "unverified")
ABOUT_HIS_MAIL = (*QUESTIONS, "error")
YES, NO = "yes", "no"
# The purpose letters of the links that answer.
VOTES = {"y": YES, "x": NO}


@dataclass(frozen=True, slots=True)
class News:
    """What a handler is told: a line of the templates' words with its value, the words it is about, and the mail that brought it.

    actor: who did it, and need not be told; answers: the parties to whom a plain reply may go: the first who is not its reader (the
    letter is a colleague's then); text: the phrase that it is about.
    """

    key: str
    value: str = ""
    about: str = ""
    shown: tuple[Shown, ...] = ()
    actor: str = ""
    kind: str = "news"
    reason: str = "your-question"
    answers: tuple[str, ...] = ()
    text: str = ""

    def back_to(self, reader: str) -> str:
        """To whom a reply of that party goes."""
        return next((party for party in self.answers if party and party != reader), "")


def phrase(prepared: Prepared, text: str) -> Content:
    """Words of a handler's mail that stand in the case by themselves, under a salt of their own made from the mail's."""
    return Content(hashlib.sha256(b"phrase\0" + prepared.body.salt + text.encode()).digest()[:16], text)


# --- letters --------------------------------------------------------------------------------------------------------------------


def news(ledger: Ledger, case_id: int, told: News, *parties: str, **values: Any) -> list[int]:
    """A letter to each of these handlers who works here and did not do it himself, else to the case's desk; the letters' ids.

    Who is away has somebody who stands in, as for any letter.
    """
    case = ledger.case(case_id)
    found = [ledger.policy.handlers.get(handler_of(party) or "") for party in parties]
    asked = [handler for handler in found if handler and not handler.retired]
    team = ledger.policy.team(case.desk)
    asked = asked or list(absence.present(ledger, team) or team)
    readers = [reader for handler in asked for reader in (absence.instead(ledger, handler, case) or (handler,))]
    sent = []
    for reader in dict.fromkeys(readers):
        if handler_party(reader.key) != told.actor:
            sent.append(ledger.next_letter())
            mine = told if reader in asked else replace(told, reason="you-stand-in")
            _tell(ledger, case_id, reader, mine, values)
            if told.kind == COLLEAGUE:
                back_to = told.back_to(handler_party(reader.key))
                ledger.happen(case_id, MAILD, Relayed(sent[-1], back_to, told.text))
    return sent


def _tell(ledger: Ledger, case_id: int, handler: Handler, told: News, values: dict[str, Any]) -> None:
    given = {
        "news": {"ok": True, "key": told.key, "value": told.value},
        "what": told.about,
        "inside": told.kind in INSIDE,
        "acts": absence.acts_in(ledger, handler, ledger.case(case_id)),
        "back_to": tasklist.name_of(ledger, told.back_to(handler_party(handler.key))),
        **values,
    }
    notices.to_handler(ledger, ledger.case(case_id), handler, told.kind, told.reason, given, told.shown)


def entrust(ledger: Ledger, case_id: int, number: int, *, due: bool) -> None:
    """A letter to the task's handler: it is his, or its time has come."""
    it = ledger.case(case_id).errands.task(number)
    if it is None:
        return
    told = News(
        "task_due" if due else "task_yours",
        str(number),
        ledger.subjects.get(it.text, ""),
        actor="" if due else it.by,
        kind="task",
        reason="your-task",
    )
    until = tasklist.in_zone(ledger, ledger.case(case_id), it.due_at)
    who = tasklist.name_of(ledger, it.by)
    sent = news(ledger, case_id, told, handler_party(it.handler), until=until, who=who)
    for letter in sent or ([0] if due else []):
        ledger.happen(case_id, MAILD, Reminded(number, letter, due))


def outside(
    ledger: Ledger,
    case_id: int,
    party: str,
    kind: str,
    author: str,
    shown: tuple[Shown, ...],
    *,
    at_once: bool = False,
    **values: Any,
) -> int:
    """A letter to a person or handler that shows nothing of the case but what is given here; its id.

    It waits for /undo, as a handler's reply to the customer does; at_once: it does not, for a rule asks.
    """
    case, letter = ledger.case(case_id), ledger.next_letter()
    handler = ledger.policy.handlers.get(handler_of(party) or "")
    person = ledger.people.get(party)
    to = Address(handler.name, handler.address) if handler else Address("", person.address if person else "")
    language = (handler and handler.language) or (person and person.language) or ledger.policy.desks[case.desk].language
    owing.owe(
        ledger,
        case,
        party,
        to,
        kind,
        "you-are-asked" if kind == "question" else "your-approval",
        shown,
        due_at=ledger.now if at_once else ledger.now + ledger.policy.limits.undo,
        language=language,
        values={"who": author, **values},
        author=author,
        automatic="auto-replied" if kind == "vote" else "auto-generated" if at_once else "",
        subject=str(values.get("subject", "")),
    )
    return letter


# --- answers --------------------------------------------------------------------------------------------------------------------


def answer(text: str, vocabulary: Vocabulary, name: str) -> str:
    """YES or NO, where the whole text is that one word and perhaps a signature; else ""."""
    first, _, rest = text.strip().partition("\n")
    word = vocabulary.argument((YES, NO), verbs.normal(first).strip(" .,;:!"))
    if word is None or (rest.strip() and not signature.is_farewell(rest, name, below=True)):
        return ""
    return word


def reads(prepared: Prepared, purpose: str, vocabulary: Vocabulary) -> str:
    """What a reply to an offer or a request says: YES, NO, or "" for words that a person must read.

    A link's address is its answer, if nothing but its own word stands below.
    """
    message = prepared.message
    said = answer(message.own_text, vocabulary, message.author.name if message.author else "")
    linked = VOTES.get(purpose, "")
    if not linked:
        return said
    return linked if said == linked or not message.own_text.strip() else ""


def pass_on(ledger: Ledger, case_id: int, letter: LetterRow, shown: Shown, actor: str) -> None:
    """A handler's words below a task or a request go to whoever asked; below what a colleague wrote, to him; and to nobody else."""
    errands = ledger.case(case_id).errands
    talk = errands.talk_of(letter.id)
    if talk is not None:
        _answer_colleague(ledger, case_id, talk, shown, actor)
        return
    task, request = errands.task_of(letter.id), errands.request_of(letter.id)
    asked = task or request
    if asked is None:
        return
    ledger.trace["passed_on"] = letter.id
    key, value = ("task_words", str(task.number)) if task else ("approver_words", tasklist.name_of(ledger, actor))
    about = ledger.subjects.get(asked.text, "")
    told = News(key, value, about, (shown,), actor, COLLEAGUE, answers=(actor,), text=asked.text)
    news(ledger, case_id, told, asked.by, who_has(ledger, case_id))


def _answer_colleague(ledger: Ledger, case_id: int, talk: Talk, shown: Shown, actor: str) -> None:
    """Whoever is outside gets it by a command (acts/implied.py)."""
    if handler_of(talk.to) is None:
        return
    ledger.trace["passed_on"] = talk.letter
    about, name = ledger.subjects.get(talk.text, ""), tasklist.name_of(ledger, actor)
    told = News(
        "colleague_words", name, about, (shown,), actor, COLLEAGUE, "colleague-wrote", answers=(actor,), text=talk.text
    )
    news(ledger, case_id, told, talk.to)


def who_has(ledger: Ledger, case_id: int) -> str:
    """The party of the case's handler, "" for nobody."""
    handler = ledger.case(case_id).handler
    return handler_party(handler) if handler else ""
