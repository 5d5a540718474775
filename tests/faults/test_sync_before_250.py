"""250 is a promise that the mail survives a power cut, so the disk must have said yes before it is spoken (RFC 5321,
6.1).

The kernel is the witness: strace of the real daemon shows the end of each mail coming in, the sync of the database's
log and the answer going out.  Two planted bugs show that the witness would tell: a database that does not sync, and an
answer that does not wait.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from parts.mails import authenticated, mail, send
from parts.site import MAILD, Site, planted
from parts.strace import Call, calls, traced

READS = ("read", "recvfrom", "recvmsg", "readv")
WRITES = ("write", "sendto", "sendmsg", "writev")
SYNCS = ("fdatasync", "fsync")
WATCHED = ",".join((*READS, *WRITES, *SYNCS))

FORGETFUL = """
from maild.store import database
database.PRAGMAS = tuple((name, "normal" if name == "synchronous" else value) for name, value in database.PRAGMAS)
"""
HASTY = """
import asyncio
from maild.edges.mailroom import Mailroom
accept, tasks = Mailroom.accept, []
async def at_once(self, delivery):
    tasks.append(asyncio.ensure_future(accept(self, delivery)))
    return 1
Mailroom.accept = at_once
"""


def witness(site: Site, program: tuple[str, ...]) -> list[Call]:
    """Start, take three mails one by one, stop; the calls."""
    trace = site.folder / "trace"
    site.program = tuple(traced([*program], trace, WATCHED))
    site.launch().ready(60)
    for number in range(3):
        send(site.port, authenticated(mail("Ann <ann@kunde.example>", f"Mail {number}", "Hei.\n")))
    # strace passes no signal on; its child is the daemon.
    children = Path(f"/proc/{site.pid}/task/{site.pid}/children").read_text().split()
    subprocess.run(["kill", f"-{signal.SIGTERM.value}", children[0]], check=True)
    site.process.wait(30)
    return calls(trace)


def hasty_answers(seen: list[Call]) -> tuple[int, int]:
    """(mails taken, answers that began before a sync of the database's log had ended)."""
    taken = hasty = 0
    for index, call in enumerate(seen):
        if call.name in READS and "Subject: Mail" in call.text and r"\r\n.\r\n" in call.text:
            taken += 1
            hasty += not synced_before_answer(call, seen[index + 1 :])
    return taken, hasty


def synced_before_answer(arrival: Call, later: list[Call]) -> bool:
    peer = arrival.text.split(",")[0]
    answer = next(x for x in later if x.name in WRITES and x.text.split(",")[0] == peer and '"250 ' in x.text)
    return any(
        x.name in SYNCS and "-wal" in x.text and x.began > arrival.began and x.ended < answer.began for x in later
    )


@pytest.mark.timeout(120)
def test_rfc_5321_6_1_the_database_is_synced_before_every_250(make_site: Callable[..., Site]) -> None:
    assert hasty_answers(witness(make_site(), MAILD)) == (3, 0)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("bug", [FORGETFUL, HASTY], ids=["no-sync", "answer-first"])
def test_the_witness_tells_of_a_daemon_that_answers_too_soon(make_site: Callable[..., Site], bug: str) -> None:
    taken, hasty = hasty_answers(witness(make_site(), planted(bug)))
    assert taken == 3
    assert hasty > 0
