"""ledger: a plan in the making.

Judgement writes into it what happened; the ledger gives ids and seqs, folds each event into its case at once, and hands out
the finished Plan.  It lives for one arrival inside one pure function: same input, same plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import replace
from datetime import datetime
from typing import Any

from maild.decide.assign import Chosen, open_key
from maild.decide.clocks import ahead, wake_at
from maild.decide.counters import number_counter, year_of
from maild.decide.naming import foreign_numbers
from maild.model import numbers
from maild.model.absence import Absence
from maild.model.asking_events import Cleared, Spammed
from maild.model.case import Case, apply, begin
from maild.model.content import Content
from maild.model.draft import Draft
from maild.model.events import Event, Opened
from maild.model.known import Known, Person, Shown
from maild.model.message import named
from maild.model.people import handler_of, person_party
from maild.model.plan import Happened, Letter, MessageRow, Plan, Prepared
from maild.model.policy import Policy
from maild.model.recorded import Recorded
from maild.model.rota import Book, Swap
from maild.model.search import document
from maild.model.slip import Slip

NOBODY = "nobody"


class Ledger:
    """Append-only until `plan()`."""

    def __init__(self, cause: str, known: Known, policy: Policy, now: datetime) -> None:
        self.cause, self.known, self.policy, self.now = cause, known, policy, now
        self.trace: dict[str, Any] = {}
        self._events: list[Happened] = []
        self._cases: dict[int, Case] = {}
        self._persons: list[Person] = []
        self._addresses: list[tuple[str, int]] = []
        self._messages: list[MessageRow] = []
        self._contents: list[Content] = []
        self._references: list[tuple[str, int, int, int]] = []
        self._filed: dict[int, tuple[Prepared, int]] = {}
        self._phrases: list[tuple[str, int]] = []
        self._added: dict[int, str] = {}
        self._letters: list[Letter] = []
        self._cancels: list[int] = []
        self._requeued: dict[int, datetime] = {}
        self._drafts: list[tuple[Draft, Content]] = []
        self._finished: dict[int, str] = {}
        self._retold: dict[int, int] = {}
        self._restated: dict[int, tuple[str, bool]] = {}
        self._counters: dict[str, int] = {}
        self._budgets: dict[tuple[str, int], int] = {}
        self._absences: dict[str, Absence | None] = {}
        self._marks: list[str] = []
        self._swaps: dict[int, Swap] = {}
        self._slips: list[Slip] = []
        self.verified = False
        self.subjects: dict[str, str] = dict(known.subjects)
        self.people: dict[str, Person] = dict(known.persons)
        if known.author:
            self.people[person_party(known.author.id)] = known.author
        self.people |= {person_party(person.id): person for person in known.by_address.values()}
        self._before = frozenset(self.people.values())

    def trial(self) -> Ledger:
        """As it stands now, to try something on: nothing that happens in it happens in this one."""
        other = copy(self)
        for name, value in vars(self).items():
            if isinstance(value, list | dict):
                setattr(other, name, value.copy())
        return other

    # --- events ---------------------------------------------------------------------------------------------------------------

    def happen(self, case_id: int | None, actor: str, event: Event) -> Case | None:
        """The event happened; the case as it is now."""
        if case_id is None:
            self._events.append(Happened(None, Recorded(0, self.now, actor, self.cause, event)))
            return None
        if isinstance(event, Spammed | Cleared) and event.sender in self.people:
            self.change(replace(self.people[event.sender], spam=isinstance(event, Spammed)))
        before = self.case(case_id)
        record = Recorded(before.seq + 1, self.now, actor, self.cause, event)
        return self._keep(case_id, before, apply(before, record), record)

    def open(self, case_id: int, actor: str, event: Opened) -> Case:
        record = Recorded(1, self.now, actor, self.cause, event)
        return self._keep(case_id, None, begin(case_id, record), record)

    def _keep(self, case_id: int, before: Case | None, after: Case, record: Recorded) -> Case:
        self._events.append(Happened(case_id, record))
        self._cases[case_id] = after
        self._count_open(before, -1)
        self._count_open(after, 1)
        return after

    def _count_open(self, case: Case | None, by: int) -> None:
        if case is not None and case.handler is not None and not case.ended:
            self.count(open_key(case.handler), by)

    def case(self, case_id: int) -> Case:
        """As it stands now, with this arrival's events."""
        return self._cases.get(case_id) or self.known.cases[case_id]

    def touched(self) -> tuple[int, ...]:
        """The cases in which anything has happened, in that order."""
        return tuple(self._cases)

    def events_of(self, case_id: int) -> list[Recorded]:
        return [happened.record for happened in self._events if happened.case == case_id]

    # --- rows -----------------------------------------------------------------------------------------------------------------

    def person(self, prepared: Prepared) -> str:
        """The party of the mail's author, a new person if we do not know him; NOBODY without an address."""
        if self.known.author:
            return person_party(self.known.author.id)
        author = prepared.message.author
        address = (author.address if author else prepared.sender).lower()
        if not address:
            return NOBODY
        return self.newcomer(address, author.name if author else "", prepared.message.language)

    def newcomer(self, address: str, name: str, language: str | None) -> str:
        """The person behind an address: known, new in this arrival, or made now."""
        address = address.lower()
        known = self.known.by_address.get(address) or next(
            (p for p in self.people.values() if p.address == address), None
        )
        if known:
            return person_party(known.id)
        person = Person(self.known.next_person + len(self._persons), name, address, language)
        self._persons.append(person)
        self.people[person_party(person.id)] = person
        return person_party(person.id)

    def reach(self, person: Person, address: str) -> None:
        """An address of somebody whom we could not write to; it is nobody's yet."""
        self._addresses.append((address, person.id))
        self.people[person_party(person.id)] = replace(person, address=address)

    def change(self, person: Person) -> None:
        """A person we know already, as he is from now on."""
        self.people[person_party(person.id)] = person

    def next_case(self) -> int:
        return self.known.next_case

    def next_message(self) -> int:
        return self.known.next_message + len(self._messages)

    def file(
        self, prepared: Prepared, case_id: int, author: str, standing: str, internal: str = "", way: str = "in"
    ) -> int:
        """Put the mail into the case; its row.  Its id and the ids it names lead to the case from now on."""
        message, row = prepared.message, self.next_message()
        self._messages.append(
            MessageRow(
                row,
                case_id,
                way,
                author,
                str(message.kind),
                prepared.body,
                message.message_id,
                prepared.id,
                bool(internal),
                standing,
                message.attachments,
            )
        )
        if message.message_id:
            self._references.append((message.message_id, case_id, row, 1))
        # An ancestor that we never saw joins what others answer to it; only a mail that was let in may teach us ids.
        if standing in ("customer", "participant", "supplier"):
            taught = (*message.references[-20:], *foreign_numbers(prepared))
            self._references += [(known, case_id, row, 0) for known in taught if known != message.message_id]
        self._filed[row] = (prepared, case_id)
        return row

    def add(self, row: MessageRow, said: dict[str, Any], leads: str = "") -> int:
        """A message that no arrival brought into its case: words of another case's mail.  leads: an id that leads here now."""
        self._messages.append(row)
        ours = [own for desk in self.policy.desks.values() for own in desk.addresses]
        self._added[row.id] = document(self.case(row.case).number, said, [file.name for file in row.attachments], ours)
        if leads:
            self._references.append((leads, row.case, row.id, 1))
        return row.id

    def _found_by(self, prepared: Prepared, case_id: int) -> str:
        message, author = prepared.message, prepared.message.author
        said = {
            "subject": message.subject,
            "from": author.address if author else "",
            "from_name": author.name if author else "",
            "to": [to.address for to in message.to],
            "cc": [cc.address for cc in message.cc],
            "text": message.text,
            "own_text": message.own_text,
        }
        files = [file.name for file in message.attachments]
        ours = (*prepared.recipients, *(own for desk in self.policy.desks.values() for own in desk.addresses))
        return document(self.case(case_id).number, said, files, ours)

    def restate(self, row: int, standing: str, *, internal: bool) -> None:
        """A mail that was filed before counts otherwise now."""
        self._restated[row] = (standing, internal)

    def teach(self, case_id: int, row: int, keys: Iterable[str]) -> None:
        """More that leads to the case from now on."""
        self._references += [(key, case_id, row, 0) for key in keys]

    def subject(self, content: Content) -> str:
        """Keep a case's subject beside the events; its commitment."""
        self._contents.append(content)
        self.subjects[content.commitment] = content.text
        return content.commitment

    def phrase(self, case_id: int, content: Content) -> str:
        """Keep the words of a task, an offer or a request beside the events; their commitment."""
        self._phrases.append((content.commitment, case_id))
        return self.subject(content)

    def keep_phrase(self, case_id: int, commitment: str) -> None:
        """Words of another case are words of this one, too."""
        self._phrases.append((commitment, case_id))

    def show(self, prepared: Prepared, row: int, text: str | None = None) -> Shown:
        """The mail as a letter shows it."""
        message = prepared.message
        author = message.author
        name = named(author.name, author.address) if author else prepared.sender
        return Shown(
            row,
            prepared.received_at,
            name,
            message.own_text if text is None else text,
            prepared.id,
            message.attachments,
            tuple(person.address for person in (*message.to[:50], *message.cc[:50])),
        )

    def said_in(self, case_id: int) -> tuple[Shown, ...]:
        """What this arrival brings into the case from people who are no handlers."""
        told = {row.id for row in self._messages if not row.internal and handler_of(row.author) is None}
        return tuple(
            self.show(mail, row) for row, (mail, case) in self._filed.items() if case == case_id and row in told
        )

    # --- who is here ----------------------------------------------------------------------------------------------------------

    def absence(self, handler: str) -> Absence | None:
        """None: he is here."""
        found = self._absences.get(handler, self.known.absent.get(handler))
        return found if found is not None and found.holds(self.now) else None

    def absent(self, handler: str, absence: Absence | None) -> None:
        """From now on; None: he is back."""
        self._absences[handler] = absence

    # --- who has duty -----------------------------------------------------------------------------------------------------------

    @property
    def swaps(self) -> dict[int, Swap]:
        return {**self.known.swaps, **self._swaps}

    def next_swap(self) -> int:
        return self.known.next_swap + len(self._swaps.keys() - self.known.swaps.keys())

    def swap(self, swap: Swap) -> None:
        """New, or as it is from now on."""
        self._swaps[swap.id] = swap

    def book(self) -> Book:
        """What stands over the rotas now."""
        keys = (*self.known.absent, *self._absences)
        away = {key: found for key in keys if (found := self.absence(key))}
        return Book.of(self.swaps, away, self.policy.handlers)

    # --- drafts ---------------------------------------------------------------------------------------------------------------

    def next_draft(self) -> int:
        return self.known.next_draft + len(self._drafts)

    def keep(self, draft: Draft, content: Content) -> None:
        """A handler's mail that waits for his word."""
        self._drafts.append((draft, content))

    def retell(self, draft: Draft, letter: int) -> None:
        """Another letter tells of it."""
        self._retold[draft.id] = letter

    def finish(self, draft: Draft, how: str) -> None:
        self._finished[draft.id] = how

    # --- counters -------------------------------------------------------------------------------------------------------------

    def number(self, desk_key: str) -> str:
        """The desk's next case number."""
        counter, value, text = self._next_number(desk_key)
        self.count(counter, value - self.known.counters.get(counter, 0))
        return text

    def foresee(self, desk_key: str) -> str:
        """The number that the desk's next case will have."""
        return self._next_number(desk_key)[2]

    def _next_number(self, desk_key: str) -> tuple[str, int, str]:
        desk = self.policy.desks[desk_key]
        counter = number_counter(self.policy, desk_key, self.now)
        last = self.known.counters.get(counter, 0)
        value = max(desk.first_number, last + 1)
        return counter, value, numbers.render(desk.number, value, year_of(desk, self.now))

    def turn(self, chosen: Chosen) -> None:
        if chosen.turn:
            self.count(chosen.turn, 1)

    def count(self, key: str, by: int) -> None:
        self._counters[key] = self._counters.get(key, 0) + by

    def spend(self, key: tuple[str, int]) -> None:
        self._budgets[key] = self._budgets.get(key, 0) + 1

    def spent(self, key: tuple[str, int]) -> int:
        return self.known.budgets.get(key, 0) + self._budgets.get(key, 0)

    def remember(self, marks: Iterable[str]) -> None:
        """These proofs have acted; they never do again."""
        self._marks += marks

    # --- letters --------------------------------------------------------------------------------------------------------------

    def next_letter(self) -> int:
        return self.known.next_letter + len(self._letters)

    def owe(self, letter: Letter) -> None:
        self._letters.append(letter)

    def slip(self, slip: Slip) -> None:
        self._slips.append(slip)

    def cancel(self, outbox: int) -> None:
        """Once, however many have a reason."""
        self._cancels += [] if self.cancelled(outbox) else [outbox]

    def cancelled(self, outbox: int) -> bool:
        """Whether it does not leave, or not so, by this arrival."""
        return outbox in self._cancels

    def requeue(self, outbox: int, due_at: datetime) -> None:
        """A letter that was taken back leaves after all."""
        self._requeued[outbox] = due_at

    @property
    def letters(self) -> tuple[Letter, ...]:
        return tuple(self._letters)

    def plan(self) -> Plan:
        seen = {case.id: ahead(case, self.policy, self.now) for case in self._cases.values()}
        letters = [{"to": x.party, "kind": x.kind, "letter": x.id} for x in self._letters]
        return Plan(
            events=tuple(self._events),
            cases=tuple(self._cases.values()),
            references=tuple(self._references),
            words={**{row: self._found_by(*filed) for row, filed in self._filed.items()}, **self._added},
            persons=tuple(self._persons),
            changed=tuple(p for p in self.people.values() if p not in self._before and p not in self._persons),
            addresses=tuple(self._addresses),
            messages=tuple(self._messages),
            contents=tuple(self._contents),
            phrases=tuple(self._phrases),
            letters=tuple(self._letters),
            cancels=tuple(self._cancels),
            requeued=self._requeued,
            drafts=tuple(self._drafts),
            finished=self._finished,
            retold=self._retold,
            restated=self._restated,
            counters=self._counters,
            budgets=self._budgets,
            absences=self._absences,
            swaps=tuple(self._swaps.values()),
            marks=tuple(self._marks),
            trace={**self.trace, "letters": letters},
            slips=tuple(self._slips),
            wakes={case.id: wake_at(case, self.policy, seen[case.id]) for case in self._cases.values()},
            dues={case: found.dues for case, found in seen.items()},
        )
