"""run: a replay from its beginning to its end.

replay(site, wish, told) -> Report.   Without a policy to compare with, the answers are compared with those that were given; with one, or
for mails that are not the site's, both policies judge the same mails: the one in force in a process of its own.
"""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from maild.config import Config
from maild.edges.archive import Entry
from maild.edges.believing import believer_of
from maild.edges.reading import loads, read_small
from maild.mail import token
from maild.model.people import Trust
from maild.model.policy import Policy
from maild.policy import build
from maild.rehearse import envelope_of
from maild.replays import reading, source
from maild.replays.answers import Answer, Count, Difference, answer, difference
from maild.replays.stage import Mail, Stage
from maild.settle import charset_of
from maild.store import past as store
from maild.store.database import Database, Session
from maild.store.past import Past

BATCH = 32
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
Told = Callable[[int, str], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """policy: through which; against: the one to compare with, None: the answers that were given.

    files: an archive, else what is stored.
    """

    policy: Policy
    against: Policy | None
    since: datetime | None = None
    files: Path | None = None


@dataclass(frozen=True, slots=True)
class Differs:
    """A mail that is judged otherwise."""

    mail: Mail
    fields: Difference


@dataclass(slots=True)
class Report:
    count: Count = field(default_factory=Count)
    differs: list[Differs] = field(default_factory=list)


class Replay:
    """total: how many mails there are to read."""

    def __init__(self, config: Config, keys: token.Keys, session: Session, wish: Wish) -> None:
        self._config, self._keys, self._session, self._wish = config, keys, session, wish
        self._left: Counter[str] = Counter()
        self._archive = source.archive_of(wish.files) if wish.files else None
        self._entries: list[Entry] = sorted(self._archive.entries(datetime.now(UTC))) if self._archive else []
        self.total = len(self._entries) if wish.files else store.count(session, wish.since)

    def run(self, told: Told) -> Report:
        report, past = Report(), None if self._wish.files else Past(self._session)
        stage = Stage(self._wish.policy, self._keys, past, self._wish.since or _BEGINNING)
        with self._before(past) as before:
            for batch in _batches(reading.read(self._mails(), charset_of((), self._wish.policy))):
                earlier = before(batch)
                for (mail, octets), then in zip(batch, earlier(), strict=True):
                    found = difference(then, stage.take(mail, loads(octets)))
                    report.count.add(found)
                    if found:
                        report.differs.append(Differs(mail, found))
                told(report.count.mails + sum(self._left.values()), f"{report.count.differ} differ")
        report.count.left = self._left
        return report

    # --- the mails ------------------------------------------------------------------------------------------------------------

    def _mails(self) -> source.Source:
        if self._archive is None:
            return source.stored(self._session, self._wish.since, self._left)
        return source.archived(
            self._archive, self._entries, lambda raw: envelope_of(raw, self._wish.policy), self._trust
        )

    def _trust(self, raw: bytes, recipient: str) -> Trust:
        """As far as the mail itself says; the names of then are not asked for now."""
        message = read_small(raw, charset_of((recipient,), self._wish.policy))
        return believer_of(self._config).at_once(message, raw, "", datetime.now(UTC)) or Trust(evidence=("replayed",))

    # --- what to compare with -------------------------------------------------------------------------------------------------

    @contextmanager
    def _before(self, past: Past | None) -> Iterator[Callable[[list[tuple[Mail, bytes]]], Callable[[], list[Answer]]]]:
        if self._wish.against is None:
            assert past is not None
            yield lambda batch: lambda: [_given(past, mail) for mail, _ in batch]
            return
        with _elsewhere(self._config, self._keys, self._wish.against, self._wish, stored=past is not None) as ask:
            yield ask


def _given(past: Past, mail: Mail) -> Answer:
    """What the daemon answered."""
    return answer(mail.trace, [(kind, facts) for _, kind, facts, _ in past.events_of(mail.id)])


def _batches(read: Iterable[tuple[Mail, bytes]]) -> Iterator[list[tuple[Mail, bytes]]]:
    batch: list[tuple[Mail, bytes]] = []
    for one in read:
        batch.append(one)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


# --- the other policy, in a process of its own --------------------------------------------------------------------------------------


@contextmanager
def _elsewhere(config: Config, keys: token.Keys, policy: Policy, wish: Wish, *, stored: bool) -> Iterator[Any]:
    """ask(batch) -> a function that waits for its answers."""
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    url = config.database if stored else ""
    child = context.Process(
        target=_serve, args=(theirs, url, keys, dict(policy.files), wish.since or _BEGINNING), daemon=True
    )
    child.start()
    theirs.close()

    def ask(batch: list[tuple[Mail, bytes]]) -> Callable[[], list[Answer]]:
        mine.send(batch)
        answers: Callable[[], list[Answer]] = mine.recv
        return answers

    try:
        yield ask
    finally:
        mine.close()
        child.join(5)
        child.kill()


def _serve(wire: Any, url: str, keys: token.Keys, files: Mapping[str, str], began: datetime) -> None:
    past = Past(Database(url).session()) if url else None
    stage = Stage(build.of(files), keys, past, began)
    while True:
        try:
            batch = wire.recv()
        except EOFError:
            return
        wire.send([stage.take(mail, loads(octets)) for mail, octets in batch])
