"""resolver: questions to the DNS, each asked once, or once in a while.

Names(server).ask(name, type) -> Answer, never an exception; settle(judge) -> what a judge of mail/names says when it has all it asked.

LIMITS  5 s a question.  /etc/hosts is not looked at: what others see of us counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TypeVar

import dns.asyncresolver
import dns.exception
import dns.name
import dns.resolver
import dns.reversename

from maild.mail.names import Answer, Book, Question, State

LIFETIME = 5.0
ROUNDS = 25
# Answers kept; beyond it each serves those who wait for it.
MOST = 10_000
T = TypeVar("T")


class Names:
    """server: (address, port) of a name server; None for those of this machine.  keep: seconds that an answer serves; None: for ever."""

    def __init__(
        self, server: tuple[str, int] | None = None, lifetime: float = LIFETIME, keep: float | None = None
    ) -> None:
        self._server, self._lifetime, self._keep = server, lifetime, keep
        self._asked: dict[Question, asyncio.Task[Answer]] = {}
        self._resolver: dns.asyncresolver.Resolver | None = None

    async def ask(self, name: str, type_: str) -> Answer:
        """The answer; a second question for the same waits for the first."""
        question = Question(name.rstrip(".").lower(), type_)
        if question not in self._asked:
            self._asked[question] = asyncio.ensure_future(self._find(question))
            if self._keep is not None:
                self._asked[question].add_done_callback(lambda task: self._let_go(question, task))
        return await asyncio.shield(self._asked[question])

    def _let_go(self, question: Question, task: asyncio.Task[Answer]) -> None:
        """Forget an answer in time; silence at once, for the server may be back."""
        silent = task.cancelled() or task.result().state is State.SILENT
        keep = 0.0 if silent or len(self._asked) > MOST else self._keep or 0.0
        asyncio.get_running_loop().call_later(keep, self._asked.pop, question, None)

    async def all(self, questions: Iterable[Question]) -> dict[Question, Answer]:
        """Side by side."""
        wanted = list(questions)
        answers = await asyncio.gather(*(self.ask(q.name, q.type) for q in wanted))
        return dict(zip(wanted, answers, strict=True))

    async def reverse(self, address: str) -> Answer:
        return await self.ask(dns.reversename.from_address(address).to_text(), "PTR")

    async def settle(self, judge: Callable[[Book], T]) -> T:
        """Ask for what it lacks, until it lacks nothing."""
        known: dict[Question, Answer] = {}
        for _ in range(ROUNDS):
            book = Book(known)
            verdict = judge(book)
            if not book.missing:
                break
            known |= await self.all(book.missing)
        return verdict

    def _servers(self) -> dns.asyncresolver.Resolver:
        if self._resolver is None:
            self._resolver = dns.asyncresolver.Resolver(configure=self._server is None)
            if self._server is not None:
                self._resolver.nameservers = [self._server[0]]
                self._resolver.port = self._server[1]
        return self._resolver

    async def _find(self, question: Question) -> Answer:
        try:
            answer = await self._servers().resolve(
                question.name + ".", question.type, search=False, lifetime=self._lifetime, raise_on_no_answer=False
            )
        except dns.resolver.NXDOMAIN:
            return Answer(State.ABSENT)
        except (dns.exception.DNSException, OSError, ValueError) as error:
            return Answer(State.SILENT, error=str(error)[:200])
        canonical = answer.canonical_name.to_text(omit_final_dot=True).lower()
        alias = canonical if canonical != question.name else ""
        records = tuple(_text(record, question.type) for record in answer.rrset or ())
        return Answer(State.FOUND if records else State.EMPTY, records, alias)


def _text(record: object, type_: str) -> str:
    if type_ == "TXT":
        # The strings of one record belong together without anything between them (RFC 7208 section 3.3).
        return b"".join(record.strings).decode("utf-8", "replace")  # type: ignore[attr-defined]
    return str(record).rstrip(".").lower()
