"""search_site: a help desk of a million messages, made of nothing, for bench.search.

fill(session, count)     cases, messages, contents and the index, by the hundred thousand rows, past the path of a mail
Words of bokmål, nynorsk, Slovenian and English as often as people use them (Zipf): "og" stands in half of all messages.  The same
for the same count.  Cases have four messages on the average, written within some weeks; the newest few thousand are open.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from maild.model.search import tokens
from maild.store.database import Session
from maild.store.search import vector

COMMON = {
    "nb": "og i det på som er til å for med av ikke vi at har den de fra jeg kan om en et så skal men hos når var",
    "nn": "og i det på som er til å for med av ikkje me at har den dei frå eg kan om ein eit så skal men hjå når var",
    "sl": "in je na da se za v ki so z ne pa tudi po s bi kot ali pri od še že lahko iz tako bo do ko to smo",
    "en": "the to and of a in is for that on with it be we are this not as at from you have or can by if has i was",
}
SHARE = {"nb": 0.5, "nn": 0.1, "sl": 0.2, "en": 0.2}
SYLLABLES = {
    "nb": "skri ver kon trakt fak tura nett verk pål ogg drift løn ning års møte bruk er ad gang før ste sæ rlig kjø ring",
    "nn": "skri var kon trakt rek ning nett verk pål ogg drift løn års møte bruk ar til gong fyr ste sæ rleg køy ring heim",
    "sl": "tis kal nik po god ba ra čun om re žje pri ja va de lo sest anek upo rab ni šk šo la ča kam že lim zna čka",
    "en": "prin ter con tract in voice net work log ging oper ation sal ary meet ing us er ac cess par ti cular dri ver ship",
}
DAY = 86_400_000
START = 1_450_000_000_000
MESSAGES_A_DAY = 270
DESKS, DESK_SHARE = ("support", "drift", "personal"), (70, 25, 5)
HANDLERS = [f"handler{n}" for n in range(40)]
SENTENCES = 40_000


@dataclass(frozen=True)
class Language:
    """Sentences as written and as folded, and words that hardly anybody uses."""

    sentences: list[tuple[str, str]]
    rare: list[str]


def _language(name: str, chance: random.Random) -> Language:
    syllables = SYLLABLES[name].split()
    invented = {"".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(60_000)}
    words = COMMON[name].split() + sorted(invented - set(COMMON[name].split()))
    # Zipf's law with Mandelbrot's correction: the first word 6 %, the hundredth 0.1 %.
    weights = list(itertools.accumulate(1 / (rank + 2.7) for rank in range(len(words))))
    made = []
    for _ in range(SENTENCES):
        text = " ".join(chance.choices(words, cum_weights=weights, k=chance.randint(6, 16)))
        made.append((text, " ".join(tokens(text))))
    return Language(made, words[-20_000:])


def fill(session: Session, count: int) -> None:
    """count messages in count/4 cases of count/16 customers."""
    chance = random.Random(4)
    spoken = {name: _language(name, chance) for name in COMMON}
    desk = _Desk(count, chance)
    people = [(n, f"Person {n}", "nb", 0, START) for n in range(1, count // 16 + 1)]
    _load(session, "person(id, name, language, muted, created_at)", iter(people))
    _load(session, "address(address, person)", ((f"person{n}@firma{n % 900}.example", n) for n, *_ in people))
    for start in range(1, count + 1, 50_000):
        rows = [_message(n, desk, spoken, chance) for n in range(start, min(start + 50_000, count + 1))]
        columns = (
            "id, case_id, direction, author, kind, content, message_id, incoming, internal, standing, at, attachments"
        )
        _load(session, f"message({columns})", (row[0] for row in rows))
        _load(session, "content(commitment, salt, text)", (row[1] for row in rows))
        if session.sqlite:
            _load(session, "word_index(rowid, head, text)", ((n, *text.split("\n", 1)) for _, _, (n, text) in rows))
        else:
            _load(session, "word_index(id, words)", ((n, vector(text)) for _, _, (n, text) in rows))
    _load(
        session, "content(commitment, salt, text)", ((f"s{c}", b"", f"Sak {c} {w}") for c, w in desk.subjects.items())
    )
    columns = "id, number, desk, handler, priority, status, customer, language, subject, opened_at, updated_at, wake_at, seq, state, policy"
    rows = list(desk.rows())
    _load(session, f"cases({columns})", iter(rows))
    labels = ((label, row[0]) for row in rows for label in json.loads(row[13])["labels"])
    _load(session, "label(label, case_id)", labels)


class _Desk:
    """Who writes in which case."""

    def __init__(self, count: int, chance: random.Random) -> None:
        self._chance, self._count = chance, count
        self.cases = 0
        self.updated: dict[int, int] = {}
        self.opened: dict[int, int] = {}
        self.language: dict[int, str] = {}
        self.subjects: dict[int, str] = {}

    def case(self, at: int) -> int:
        """A new case in one of four messages, else one of the last weeks' cases."""
        if not self.cases or self._chance.random() < 0.25:
            self.cases += 1
            self.opened[self.cases] = at
            self.language[self.cases] = self._chance.choices(list(SHARE), list(SHARE.values()))[0]
            self.subjects[self.cases] = ""
            one = self.cases
        else:
            one = max(1, self.cases - int(self._chance.expovariate(1 / 300)))
        self.updated[one] = at
        return one

    def rows(self) -> Iterator[tuple[Any, ...]]:
        chance = random.Random(5)
        for case in range(1, self.cases + 1):
            age = self.cases - case
            ended = age > 3000 or chance.random() < age / 3000
            status = (
                chance.choice(("solved", "closed")) if ended else chance.choice(("new", "open", "waiting", "on_hold"))
            )
            labels = ["vip"] if chance.random() < 0.005 else []
            # Every handler has some years here; of forty a dozen are here today.
            first = case * (len(HANDLERS) - 12) // max(1, self.cases)
            who = (chance.choices(DESKS, DESK_SHARE)[0], chance.choice(HANDLERS[first : first + 12]))
            state = json.dumps({"labels": labels})
            what = ("medium", status, f"person:{1 + case * 7 % (self._count // 16)}", self.language[case], f"s{case}")
            yield (case, str(1000 + case), *who, *what, self.opened[case], self.updated[case], None, 1, state, "hash")


def _message(n: int, desk: _Desk, spoken: dict[str, Language], chance: random.Random) -> tuple[Any, Any, Any]:
    at = START + n * DAY // MESSAGES_A_DAY
    case = desk.case(at)
    language = spoken[desk.language[case]]
    sentences = chance.choices(language.sentences, k=chance.randint(2, 8))
    rare = chance.choice(language.rare)
    desk.subjects[case] = desk.subjects[case] or sentences[0][0][:40]
    who = f"person{1 + case * 7 % desk._count}@firma{case % 900}.example"
    said = {"subject": f"Sak {case}", "from": who, "from_name": f"Person {case}", "to": [], "cc": []}
    text = "\n".join(s for s, _ in sentences) + f"\n{rare}."
    body = json.dumps({**said, "text": text, "own_text": text[:1]}, ensure_ascii=False)
    head = f"{1000 + case} sak {case} person {case} person{case} firma{case % 900} example"
    words = f"{head}\n{' '.join(s for _, s in sentences)} {' '.join(tokens(rare))}"
    row = (n, case, "in", f"person:{case}", "person", f"m{n}", f"<{n}@x.example>", None, 0, "customer", at, "[]")
    return row, (f"m{n}", b"", body), (n, words)


def _load(session: Session, into: str, rows: Iterator[tuple[Any, ...]]) -> None:
    """In bulk: one transaction, COPY where there is one."""
    with session.transaction():
        if session.sqlite:
            first = next(rows, None)
            if first is not None:
                session.executemany(f"INSERT INTO {into} VALUES ({','.join('?' * len(first))})", [first, *rows])
            return
        with session._connection.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
