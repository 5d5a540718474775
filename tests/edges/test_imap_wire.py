"""The wire to a mailbox: words as IMAP writes them, and servers that are odd, broken or hostile."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import pytest

from maild.config import Mailbox
from maild.edges import imap_connection, imap_words
from maild.edges.imap_connection import Connection, Denied, Gone, dial

CAPABLE = b"* CAPABILITY IMAP4rev1 IDLE AUTH=PLAIN AUTH=XOAUTH2\r\n"


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("INBOX", '"INBOX"'),
        ("Ferdig & arkivert", '"Ferdig &- arkivert"'),
        ("Æsj", '"&AMY-sj"'),
        ('a"b\\c', '"a\\"b\\\\c"'),
        ("台北/日本語", '"&U,BTFw-/&ZeVnLIqe-"'),
        ("😀", '"&2D3eAA-"'),
    ],
)
def test_folders_are_written_in_modified_utf_7(name: str, wire: str) -> None:
    assert imap_words.folder(name) == wire


def test_dates_and_numbers_are_read() -> None:
    assert imap_words.instant(b" 7-Jul-1996 02:44:25 -0700") == datetime(1996, 7, 7, 9, 44, 25, tzinfo=UTC)
    assert imap_words.instant(b"yesterday") is None
    assert imap_words.since(datetime(2026, 3, 2, tzinfo=UTC)) == "2-Mar-2026"
    assert imap_words.numbers([b"9 2", b"", b"2 11"]) == [2, 9, 11]
    line = b'7 FETCH (UID 12 RFC822.SIZE 300 INTERNALDATE "02-Mar-2026 10:00:00 +0100")'
    assert imap_words.heads([b"3 FETCH (FLAGS (\\Seen))", line]) == {
        12: imap_words.Head(12, 300, datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    }


# --- servers --------------------------------------------------------------------------------------------------------------------------


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers: dict[str, bytes]) -> None:
    """OK to everything, after what `answers` says for that command; TAG in it is the command's tag."""
    writer.write(answers.get("", b"* OK hello\r\n"))
    while line := await reader.readline():
        tag, _, rest = line.strip().partition(b" ")
        verb = rest.split(b" ")[0].upper().decode() if rest else tag.decode()
        if verb == "UID":
            verb = rest.split(b" ")[1].upper().decode()
        said = answers.get(verb, CAPABLE if verb == "CAPABILITY" else b"")
        writer.write(said.replace(b"TAG", tag))
        if b"TAG" not in said and b"HOLD" not in said:
            writer.write(tag + b" OK done\r\n")


@contextlib.asynccontextmanager
async def speaking(largest: int = 1000, **answers: bytes) -> AsyncIterator[Callable[[], Awaitable[Connection]]]:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await answer(reader, writer, {key.strip("_"): value for key, value in answers.items()})
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    made: list[Connection] = []

    async def connect() -> Connection:
        made.append(await dial(Mailbox("x", "127.0.0.1", port, "none"), largest))
        return made[-1]

    yield connect
    for one in made:
        one.abort()
    server.close()


async def selected(connect: Callable[[], Awaitable[Connection]]) -> Connection:
    connection = await connect()
    await connection.login("user", "secret")
    await connection.select("INBOX")
    return connection


async def test_a_greeting_that_says_goodbye_is_told() -> None:
    async with speaking(_=b"* BYE too many connections\r\n") as connect:
        with pytest.raises(Gone, match="too many connections"):
            await connect()


async def test_ten_thousand_lines_at_once_are_only_lines() -> None:
    lines = b"".join(b"* %d FETCH (UID %d RFC822.SIZE 9)\r\n" % (n, n) for n in range(1, 10_001))
    async with speaking(FETCH=lines) as connect:
        connection = await selected(connect)
        assert len(await connection.heads([1])) == 10_000


async def test_parentheses_in_what_a_server_says_are_no_syntax() -> None:
    body = b'* 1 FETCH (UID 1 X-NAME "(((" BODY[] {5}\r\nhe)(o)\r\n'
    async with speaking(FETCH=body) as connect:
        assert await (await selected(connect)).body(1) == b"he)(o"


async def test_a_mail_may_be_empty_or_gone() -> None:
    async with speaking(FETCH=b"* 1 FETCH (UID 1 BODY[] {0}\r\n)\r\n") as connect:
        assert await (await selected(connect)).body(1) == b""
    async with speaking() as connect:
        assert await (await selected(connect)).body(1) is None


async def test_cve_2026_42257_a_literal_larger_than_any_mail_ends_the_connection() -> None:
    async with speaking(FETCH=b"* 1 FETCH (UID 1 BODY[] {999999999999}\r\nHOLD") as connect:
        with pytest.raises(Gone, match="cannot be read"):
            await (await selected(connect)).body(1)


async def test_a_line_without_end_ends_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maild.edges.imap_wire.LINE", 100_000)
    async with speaking(SEARCH=b"* SEARCH " + b"1 " * 200_000 + b"HOLD") as connect:
        with pytest.raises(Gone, match="without end"):
            await (await selected(connect)).search("ALL")


async def test_an_answer_to_nothing_ends_the_connection() -> None:
    async with speaking(SEARCH=b"ZZ99 OK you did not ask\r\n") as connect:
        with pytest.raises(Gone):
            await (await selected(connect)).search("ALL")


async def test_a_server_that_falls_silent_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_connection, "ANSWER", 0.2)
    monkeypatch.setattr(imap_connection, "SILENCE", 0.2)
    async with speaking(SEARCH=b"* HOLD on\r\n") as connect:
        connection = await selected(connect)
        with pytest.raises(Gone, match="does not answer"):
            await connection.search("ALL")
        with pytest.raises(Gone):
            await connection.search("ALL")


async def test_what_changes_during_another_command_is_not_missed() -> None:
    async with speaking(SEARCH=b"* SEARCH 1\r\n* 2 EXISTS\r\n") as connect:
        connection = await selected(connect)
        connection.forget_changes()
        assert await connection.search("ALL") == [1]
        await asyncio.wait_for(connection.wait(60), 1)


async def test_a_refused_password_is_told_without_it() -> None:
    refusal = b"TAG NO [AUTHENTICATIONFAILED] no such user\r\n"
    async with speaking(CAPABILITY=b"* CAPABILITY IMAP4rev1\r\n", LOGIN=refusal) as connect:
        connection = await connect()
        with pytest.raises(Denied, match="no such user") as denied:
            await connection.login("user", 'p"ss')
        assert 'p"ss' not in str(denied.value)
        assert not denied.value.passing


async def test_a_server_that_is_only_busy_is_tried_again_soon() -> None:
    refusal = b"TAG NO [UNAVAILABLE] in a moment\r\n"
    async with speaking(CAPABILITY=b"* CAPABILITY IMAP4rev1\r\n", LOGIN=refusal) as connect:
        with pytest.raises(Denied) as denied:
            await (await connect()).login("user", "secret")
        assert denied.value.passing


async def test_a_refused_token_is_answered_and_told() -> None:
    """XOAUTH2: the reason comes as a challenge, and NO only after an empty answer."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK hello\r\n")
        tag = (await reader.readline()).split()[0]
        writer.write(CAPABLE + tag + b" OK\r\n")
        tag = (await reader.readline()).split()[0]
        writer.write(b"+ \r\n")
        token = await reader.readline()
        writer.write(b"+ eyJzdGF0dXMiOiI0MDAifQ==\r\n")
        empty = await reader.readline()
        writer.write(tag + (b" NO refused\r\n" if empty == b"\r\n" and len(token) > 10 else b" BAD what\r\n"))
        await reader.read()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    connection = await dial(Mailbox("x", "127.0.0.1", server.sockets[0].getsockname()[1], "none"), 1000)
    with pytest.raises(Denied, match=r'refused \{"status":"400"\}'):
        await connection.xoauth2("user", "secret-token")
    connection.abort()
    server.close()
