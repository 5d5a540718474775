"""A mailbox read by IMAP (RFC 9051, 2177): what we may change in it, and when."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from edges.imap_rig import rig
from edges.imap_site import written
from parts.dovecot import Dovecot, running

from maild.config import Mailbox
from maild.edges import imap_connection, imap_session
from maild.edges.imap_connection import Connection, Gone, dial


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with running() as dovecot:
        yield dovecot


@pytest.mark.parametrize(("after", "folder"), [("mark", "INBOX"), ("move", "Done")])
async def test_rfc_9051_6_4_5_nothing_is_marked_or_moved_before_our_commit(
    server: Dovecot, tmp_path: Path, after: str, folder: str
) -> None:
    """The mail is fetched with PEEK: as long as it is not stored, nobody can tell that we have seen it."""
    async with rig(tmp_path) as house:
        house.box(port=server.port, username=after, after=after, archive="Done" if after == "move" else "")
        server.client(after).create("Done")
        before: list[list[str]] = []
        accept = house.room.accept

        async def look_first(*words: Any) -> int:
            before.append(await asyncio.to_thread(server.flags, after))
            return await accept(*words)

        house.room.accept = look_first  # type: ignore[method-assign]
        async with house.taking():
            await house.connected()
            await asyncio.to_thread(server.deliver, after, written("new"))
            await house.has("new")
            assert await house.until(lambda: _done(server, after))
        [[seen]] = before
        assert r"\Seen" not in seen
        assert r"\Deleted" not in seen
        assert (r"\Seen" in str(server.flags(after, folder))) is (after == "mark"), "what is moved is moved unread"


def _done(server: Dovecot, after: str) -> bool:
    return r"\Seen" in str(server.flags(after)) if after == "mark" else server.texts(after) == []


# --- IDLE -------------------------------------------------------------------------------------------------------------------------

PLUS = b"+ idling\r\n"


@contextlib.asynccontextmanager
async def waiting(idle: bytes, done: bytes = b"TAG OK done\r\n") -> AsyncIterator[tuple[Connection, list[bytes]]]:
    """A server that says this to IDLE and that to DONE, and what it heard."""
    heard: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK hello\r\n")
        tag = b""
        while line := await reader.readline():
            heard.append(line.strip().partition(b" ")[2] or line.strip())
            tag = tag if line == b"DONE\r\n" else line.split()[0]
            said = {b"IDLE": idle, b"DONE": done, b"CAPABILITY": b"* CAPABILITY IMAP4rev1 IDLE\r\nTAG OK\r\n"}
            writer.write(said.get(heard[-1], b"TAG OK\r\n").replace(b"TAG", tag))
            if b"BYE" in idle and heard[-1] == b"IDLE":
                break
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    connection = await dial(Mailbox("x", "127.0.0.1", server.sockets[0].getsockname()[1], "none"), 1000)
    await connection.login("user", "secret")
    await connection.select("INBOX")
    heard.clear()
    try:
        yield connection, heard
    finally:
        connection.abort()
        server.close()


async def test_rfc_2177_3_idle_is_ended_and_begun_again() -> None:
    async with waiting(PLUS) as (connection, heard):
        for _ in range(3):
            await connection.wait(0.02)
        assert heard == [b"IDLE", b"DONE"] * 3
    assert imap_session.WAIT < 29 * 60
    assert imap_session.WAIT + imap_connection.ANSWER <= 60, "a server that vanished is missed within the minute"


@pytest.mark.parametrize(
    ("idle", "done", "why"),
    [
        (b"", b"", "does not answer"),
        (PLUS, b"", "does not answer"),
        (b"* still here\r\n", b"", "does not answer"),
        (PLUS + b"* BYE closing\r\n", b"", "goodbye"),
        (b"* BYE closing\r\n", b"", "goodbye"),
    ],
    ids=["no plus", "no end", "words", "bye while waiting", "bye at once"],
)
async def test_rfc_2177_3_a_server_that_breaks_off_idle_is_left(
    monkeypatch: pytest.MonkeyPatch, idle: bytes, done: bytes, why: str
) -> None:
    """aioimaplib waits for ever in some of these (its issue 110)."""
    monkeypatch.setattr(imap_connection, "ANSWER", 0.2)
    async with waiting(idle, done) as (connection, _):
        with pytest.raises(Gone, match=why):
            await asyncio.wait_for(connection.wait(0.1), 10)
        with pytest.raises(Gone):
            await connection.search("ALL")
