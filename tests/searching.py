"""searching: a small help desk in a database, and what a search of it must find, told by a plain loop over all messages.

desk = Desk(session, chance)      some hundred messages in four languages
desk.expected(text, filters)      the cases, the newest first: the oracle
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass

from maild.model.search import Asked, Term, asked, document, tokens
from maild.store import search
from maild.store.database import Session, stamp
from maild.store.filters import Filters

LINES = (
    "og i det på som er ikkje eg mykje høgt blåbærsyltetøy skriver skriveren står STÅR Ærlig ærend øl æøå",
    "in je na ČŠŽ čaša žena šola kje tiskalnik že the to and printer paper jam résumé naïve e-post ann@acme.example",
    "1042 x86",
)
WORDS = [word for line in LINES for word in line.split()]
STATUSES, DESKS, HANDLERS = ("new", "open", "solved", "closed"), ("support", "drift"), ("kari", "ola", None)
LABELS = ((), ("vip",), ("vip", "automatic"))
DAY = 86_400_000


@dataclass(frozen=True)
class Row:
    id: int
    case: int
    at: int
    words: str


@dataclass(frozen=True)
class CaseRow:
    status: str
    desk: str
    handler: str | None
    customer: int
    labels: tuple[str, ...]


def text(chance: random.Random, most: int = 12) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(chance.randint(1, most)))


class Desk:
    """The same rows for the same chance, in any database."""

    def __init__(self, session: Session, chance: random.Random, messages: int = 300) -> None:
        self.cases = {
            n: CaseRow(
                chance.choice(STATUSES),
                chance.choice(DESKS),
                chance.choice(HANDLERS),
                chance.randint(1, 12),
                chance.choice(LABELS),
            )
            for n in range(1, messages // 4 + 1)
        }
        self.rows: list[Row] = []
        with session.transaction():
            for n, case in self.cases.items():
                add_case(session, n, case)
                session.insert("label(label, case_id)", [(label, n) for label in case.labels])
            for n in range(1, 13):
                session.execute("INSERT INTO address(address, person) VALUES (?, ?)", (f"p{n}@firma{n % 3}.example", n))
            for n in range(1, messages + 1):
                self.rows.append(_message(session, n, chance.randint(1, len(self.cases)), text(chance), text(chance)))

    def expected(self, question: str, filters: Filters) -> list[int]:
        """Every message looked at in turn, the newest first."""
        wanted = asked(question)
        if not wanted.wanted:
            return []
        rows = [row for row in reversed(self.rows) if has(row.words, wanted) and self._kept(row, filters)]
        return list(dict.fromkeys(row.case for row in rows))

    def _kept(self, row: Row, filters: Filters) -> bool:
        case = self.cases[row.case]
        who = f"p{case.customer}@firma{case.customer % 3}.example"
        return (
            (not filters.statuses or case.status in filters.statuses)
            and (filters.desk is None or case.desk == filters.desk)
            and (filters.handler is None or (case.handler or "") == filters.handler)
            and (filters.customer is None or who == filters.customer or who.endswith(f"{filters.customer}"))
            and (filters.label is None or filters.label in case.labels)
            and (filters.since is None or row.at >= stamp(filters.since))
            and (filters.until is None or row.at < stamp(filters.until))
        )


def has(words: str, wanted: Asked) -> bool:
    lines = [line.split() for line in words.split("\n")]
    return all(_in(lines, term) for term in wanted.wanted) and not any(_in(lines, term) for term in wanted.unwanted)


def _in(lines: list[list[str]], term: Term) -> bool:
    return any(_at(line[start : start + len(term.words)], term) for line in lines for start in range(len(line)))


def _at(here: list[str], term: Term) -> bool:
    *full, last = term.words
    if len(here) < len(term.words) or here[:-1] != full:
        return False
    return here[-1].startswith(last) if term.beginning else here[-1] == last


def add_case(session: Session, n: int, case: CaseRow) -> None:
    fixed = (n, str(1000 + n), case.desk, case.handler, "medium", case.status, f"person:{case.customer}", "nb", f"s{n}")
    state = json.dumps({"labels": case.labels})
    session.execute(
        "INSERT INTO cases(id, number, desk, handler, priority, status, customer, language, subject, opened_at, updated_at, seq,"
        " state, policy) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (*fixed, n * DAY, n * DAY, 1, state, "hash"),
    )
    session.execute("INSERT INTO content(commitment, salt, text) VALUES (?, ?, ?)", (f"s{n}", b"", f"Sak {n}"))


def _message(session: Session, n: int, case: int, subject: str, said: str) -> Row:
    at = n * DAY // 4
    body = {"subject": subject, "from": "", "from_name": "", "to": [], "cc": [], "text": said, "own_text": said}
    words = document(str(1000 + case), body)
    session.execute("INSERT INTO content(commitment, salt, text) VALUES (?, ?, ?)", (f"m{n}", b"", json.dumps(body)))
    session.execute(
        "INSERT INTO message(id, case_id, direction, author, kind, content, internal, standing, at, attachments)"
        " VALUES (?, ?, 'in', 'person:1', 'person', ?, 0, 'customer', ?, '[]')",
        (n, case, f"m{n}", at),
    )
    search.add(session, {n: words})
    return Row(n, case, at, words)


def question(chance: random.Random) -> str:
    """What somebody might type, and what nobody would."""
    parts = []
    for _ in range(chance.randint(1, 3)):
        word = chance.choice(WORDS)
        folded = tokens(word)[0]
        parts.append(
            chance.choice(
                (
                    word,
                    word.upper(),
                    folded,
                    f"{folded[: chance.randint(1, 4)]}*",
                    f'"{word} {chance.choice(WORDS)}"',
                    f'"{word} {chance.choice(WORDS)[:2]}"*',
                    f"-{word}",
                    chance.choice(
                        ('"', "''", "%", "_", "NEAR(", "a:b", ":*", "\\", "!", "&", "^x", "{a}", "\x00", "\ud800")
                    ),
                )
            )
        )
    return " ".join(parts)
