"""mutations: bugs planted in the daemon, each of which the storm must find.  python -m storm.mutations [--only m5]

For each: what is broken, the lines that break it (run before maild, see parts.site.planted), the weather that shows it soonest, and
the invariants (fields of verdict.Report) of which one must catch it.  A bug that is not caught is a check that is missing.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from edges.imap_site import taking
from parts.dovecot import running
from parts.sink import Sink
from parts.site import Site, planted, short_folder
from storm import imap_storm, power
from storm.storm import Weather, blown

HASTY = """
import asyncio
from maild.edges.mailroom import Mailroom
accept, tasks = Mailroom.accept, []
async def later(self, delivery):
    await asyncio.sleep(0.3)
    return await accept(self, delivery)
async def at_once(self, delivery):
    tasks.append(asyncio.ensure_future(later(self, delivery)))
    return 1
Mailroom.accept = at_once
"""
TRUSTING = """
import secrets
from maild.edges.mailroom import Mailroom
async def digest(self, raw):
    return secrets.token_hex(32), False
Mailroom._digest = digest
"""
BOASTING = """
from maild.edges.relay import Relay
deliver = Relay._deliver
async def early(self, item, mail, wire):
    await self._outbox.sent(item, "250 2.0.0 surely")
    return await deliver(self, item, mail, wire)
Relay._deliver = early
"""
FORGETFUL = """
from maild.store import outbox
outbox.recover = lambda session: session.execute("UPDATE outbox SET state='done' WHERE state='leased'")
"""
UNSYNCED = """
from maild.store import database
database.PRAGMAS = tuple((name, "normal" if name == "synchronous" else value) for name, value in database.PRAGMAS)
"""
RENAMING = """
import re, secrets
from maild.edges.letterbox import Letterbox
load = Letterbox.load
async def anew(self, item):
    name = secrets.token_hex(8).encode()
    return re.sub(rb"(?im)^(message-id:\\s*<)", lambda found: found[1] + name, await load(self, item), count=1)
Letterbox.load = anew
"""
PIECEMEAL = """
import asyncio
from maild.edges.mailroom import CHUNK, PIECE, Mailroom
tasks = []
async def later(self, raw_id, delivery):
    await asyncio.sleep(0.3)
    for n, start in enumerate(range(0, len(delivery.raw), PIECE)):
        row = (raw_id, n, delivery.raw[start : start + PIECE])
        await self._writer.write(lambda s, row=row: s.execute("INSERT INTO chunk(raw, n, bytes) VALUES (?, ?, ?)", row))
async def stage(self, raw_id, delivery):
    if len(delivery.raw) > CHUNK:
        tasks.append(asyncio.ensure_future(later(self, raw_id, delivery)))
Mailroom._stage = stage
"""
GHOSTLY = """
from maild.store import writer
writer.is_ghost = lambda error: False
"""
APART = """
import asyncio
from maild.edges.worker import Worker
from maild.store import outbox
post, settle, owed = outbox.post, Worker._settle, []
def remember(session, posts, now, leases):
    owed.append((posts, now))
    return []
async def afterwards(self, batch):
    rest = await settle(self, batch)
    await asyncio.sleep(0.1)
    some, owed[:] = list(owed), []
    await self._writer.write(lambda session: [post(session, posts, now, 0) for posts, now in some])
    self._bench.letters((), 1)
    return rest
outbox.post, Worker._settle = remember, afterwards
"""
HURRIED = """
import asyncio
from maild.edges.imap_session import Taking
from maild.store.mailboxes import Became
store = Taking._store
async def moved_on(self, head, mail):
    await self.note(Became(head.uid, "done"))
    await asyncio.sleep(0.3)
    await store(self, head, mail)
Taking._store = moved_on
"""
UNSHIELDED = """
from maild.edges.smtp_connection import Connection
lost = Connection.connection_lost
def cancelling(self, error):
    if self._busy:
        self._handler_coroutine.cancel()
    lost(self, error)
Connection.connection_lost = cancelling
"""
ABSENT_MINDED = """
from maild.edges import ticker
from maild.store import incoming, record
write, kept = record._write_case, {}
def written(session, case, policy, wake):
    write(session, case, policy, wake)
    session.execute("UPDATE cases SET wake_at=NULL WHERE id=?", (case.id,))
    kept[case.id] = wake
def wake(session, now):
    due = [case for case, at in kept.items() if at is not None and at <= now]
    for case in due:
        incoming.wake(session, case, kept.pop(case))
    return len(due)
record._write_case, ticker.wake = written, wake
"""
CURT = """
from maild.edges.lmtp import LmtpSession
LmtpSession._replies = lambda self: 1
"""


# A bug shows when something falls into the right moment: so many storms are made until one does.
ROUNDS = 3


@dataclass(frozen=True)
class Mutation:
    """blow(bug, seed) -> the promises that were broken."""

    what: str
    bug: str
    caught: frozenset[str]
    blow: Callable[[str, int], list[str]]

    def found_out(self, seed: int) -> tuple[bool, list[str]]:
        """Whether a promise that it should break was broken, and which were."""
        broken: list[str] = []
        for n in range(ROUNDS):
            broken = self.blow(self.bug, seed + n)
            if self.caught.intersection(broken):
                return True, broken
        return False, broken


def _storm(**more: object) -> Callable[[str, int], list[str]]:
    weather = replace(Weather(0, 3, 10, 0.01, ("kill",), 0.8, 0.0, large=0.0, calm=6.0), **more)  # type: ignore[arg-type]
    return lambda bug, seed: blown(replace(weather, bug=bug, seed=seed)).faults


def _power(bug: str, seed: int) -> list[str]:
    sink = Sink()
    site = Site(short_folder(), sink.address)
    site.program = planted(bug)
    try:
        return power.PowerCut(site, sink, seed).blow(3).faults
    finally:
        site.close()
        sink.close()


def _imap(bug: str, seed: int) -> list[str]:
    sink, folder = Sink(), short_folder()
    site = Site(folder / "s", sink.address)
    site.program = planted(bug)
    try:
        with running() as server:
            storm = imap_storm.Storm(taking(site, server.port), server, seed, longest=0.8, daemon=1.0)
            storm.calm = 2.0
            return imap_storm.faults(storm.blow(4, 0))
    finally:
        site.close()
        sink.close()
        shutil.rmtree(folder, ignore_errors=True)


def _made(what: str, bug: str, caught: str, blow: Callable[[str, int], list[str]]) -> Mutation:
    return Mutation(what, bug, frozenset(caught.split()), blow)


MUTATIONS = {
    "m1": _made("250 before the commit", HASTY, "lost", _storm()),
    "m2": _made(
        "a mail that comes again is a new one", TRUSTING, "doubled", _storm(kills=8, only=("door",), gap=0.3, mails=60)
    ),
    "m3": _made(
        "a letter is marked before it is sent", BOASTING, "missing", _storm(kills=12, only=("relay",), gap=0.2)
    ),
    "m3b": _made("a start takes letters on their way for sent", FORGETFUL, "missing", _storm(slow=0.3)),
    "m4": _made("synchronous=NORMAL", UNSYNCED, "lost broken", _power),
    "m5": _made("another Message-ID at each attempt", RENAMING, "phantom", _storm(kills=3, only=("relay",), gap=0.2)),
    "m6": _made(
        "a commit names pieces that are not there yet",
        PIECEMEAL,
        "damaged storage",
        _storm(large=0.5, most=600_000),
    ),
    "m7": _made(
        "4yz after a commit that failed",
        GHOSTLY,
        "forbidden",
        _storm(kills=2, only=("disk",), fickle=1.0, servers=1, pause=0.1, mails=0),
    ),
    "m8": _made("letters in a transaction of their own", APART, "missing record", _storm()),
    "m9": _made("the cursor of a mailbox moves before the mail is stored", HURRIED, "lost", _imap),
    "m10": _made(
        "a client that goes away takes the commit with it",
        UNSHIELDED,
        "waiting",
        _storm(kills=12, only=("door",), gap=0.2),
    ),
    "m11": _made(
        "when a case closes is known in memory only",
        ABSENT_MINDED,
        "timers",
        _storm(mix={"new": 50, "command": 50}, gap=2.0),
    ),
    "m12": _made(
        "one reply by LMTP, however many recipients",
        CURT,
        "silent",
        _storm(kills=4, only=("hup",), lmtp=1.0, patience=1.5, mails=0, calm=2.0),
    ),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default="", help=f"some of {','.join(MUTATIONS)}")
    parser.add_argument("--seed", type=int, default=7)
    wanted = parser.parse_args()
    missed = []
    for name in filter(None, wanted.only.split(",")) if wanted.only else MUTATIONS:
        mutation, began = MUTATIONS[name], time.monotonic()
        caught, faults = mutation.found_out(wanted.seed)
        missed += [] if caught else [name]
        said = f"caught by {', '.join(faults)}" if caught else f"NOT CAUGHT ({', '.join(faults) or 'no fault'})"
        print(f"{name} {mutation.what}: {said}, {time.monotonic() - began:.0f} s", flush=True)
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
