"""Faults behind the door, and clients that vanish: no mail is lost, none is refused for good for what is our fault."""

from __future__ import annotations

import asyncio

import pytest
from edges.knocking import Rooms, knock, opened

from maild.edges.smtp import Ghost
from maild.errors import Refused, TryLater


async def test_a_bug_in_the_mailroom_is_a_temporary_failure_without_detail() -> None:
    rooms = Rooms(answer=RuntimeError("database is locked: /var/lib/maild/maild.db"))
    async with opened(rooms) as door:
        client = await knock(door.port)
        await client.hello()
        assert await client.send(b"x") == "451 4.3.0 temporary failure, try again later"
        # The envelope is gone: the next mail begins afresh.
        rooms.answer = None
        assert (await client.send(b"x")).startswith("250")


async def test_a_bug_at_one_recipient_leaves_the_others() -> None:
    rooms = Rooms()
    async with opened(rooms) as door:
        client = await knock(door.port)
        await client.hello()
        await client.ask(b"MAIL FROM:<>")
        rooms.broken = KeyError("x")
        assert (await client.ask(b"RCPT TO:<a@desk.example>")).startswith("451 4.3.0")
        rooms.broken = None
        assert (await client.ask(b"RCPT TO:<b@desk.example>")).startswith("250")
        await client.ask(b"DATA")
        await client.ask(b"x\r\n.")
        assert rooms.deliveries[0].recipients == ("b@desk.example",)


async def test_a_short_disk_is_told_before_the_mail_comes() -> None:
    rooms = Rooms(full=TryLater(452, "4.3.1", "insufficient system storage"))
    async with opened(rooms) as door:
        client = await knock(door.port)
        await client.hello()
        await client.begin()
        assert (await client.ask(b"DATA")).startswith("452 4.3.1")
        rooms.full = None
        assert (await client.send(b"x")).startswith("250")


@pytest.mark.parametrize("answer", [TryLater(451, "4.3.2", "later"), Refused(554, "5.7.1", "never")])
async def test_what_the_mailroom_answers_is_what_the_client_hears(answer: TryLater | Refused) -> None:
    async with opened(Rooms(answer=answer)) as door:
        client = await knock(door.port)
        await client.hello()
        assert await client.send(b"x") == f"{answer.code} {answer.status} {answer.text}"


async def test_a_commit_of_unknown_outcome_gets_no_reply_at_all() -> None:
    async with opened(Rooms(answer=Ghost())) as door:
        client = await knock(door.port)
        await client.hello()
        await client.begin()
        await client.ask(b"DATA")
        client.say(b"x\r\n.\r\n")
        assert await client.gone()


@pytest.mark.parametrize("way", ["close", "abort", "half"])
async def test_a_client_that_goes_in_mid_commit_does_not_disturb_it(way: str) -> None:
    rooms = Rooms(gate=asyncio.Event())
    async with opened(rooms) as door:
        client = await knock(door.port)
        await client.hello()
        await client.begin()
        await client.ask(b"DATA")
        client.say(b"x\r\n.\r\n")
        await rooms.entered.wait()
        {"close": client.writer.close, "abort": client.writer.transport.abort, "half": client.writer.write_eof}[way]()
        await asyncio.sleep(0.05)
        assert rooms.gate is not None
        rooms.gate.set()
        while not rooms.deliveries:
            await asyncio.sleep(0.01)
        if way == "half":
            assert (await client.hear()).startswith("250")


async def test_a_client_that_says_all_and_closes_its_side_is_answered() -> None:
    async with opened() as door:
        client = await knock(door.port)
        client.say(b"HELO mx\r\nMAIL FROM:<>\r\nRCPT TO:<a@desk.example>\r\nDATA\r\nx\r\n.\r\n")
        client.writer.write_eof()
        replies = []
        while reply := await client.hear():
            replies.append(reply[:3])
        assert replies == ["220", "250", "250", "250", "354", "250"]


async def test_a_mail_without_its_end_is_no_mail() -> None:
    async with opened() as door:
        client = await knock(door.port)
        await client.hello()
        await client.begin()
        await client.ask(b"DATA")
        client.say(b"x\r\n.")
        client.writer.write_eof()
        assert await client.hear() == ""
        assert not door.mailroom.deliveries
