"""The door of LMTP on a UNIX socket (RFC 2033)."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path

import pytest
from edges.knocking import Rooms, knock_at, opened

from maild.edges.smtp import Ghost
from maild.errors import TryLater


async def test_rfc_2033_4_2_each_recipient_gets_its_reply_in_order(lmtp_path: Path) -> None:
    async with opened(smtp=None, lmtp=lmtp_path) as door:
        client = await knock_at(lmtp_path)
        assert (await client.hello(b"LHLO mx.acme.example")).startswith("250-desk.example")
        await client.ask(b"MAIL FROM:<ann@acme.example>")
        for recipient in (b"a@desk.example", b"nobody@else.example", b"b@desk.example", b"a@desk.example"):
            await client.ask(b"RCPT TO:<" + recipient + b">")
        await client.ask(b"DATA")
        client.say(b"x\r\n.\r\nNOOP\r\n")
        assert [await client.hear() for _ in range(4)] == ["250 2.0.0 taken as 1"] * 3 + ["250 2.0.0 ok"]
        [delivery] = door.mailroom.deliveries
        assert delivery.recipients == ("a@desk.example", "b@desk.example", "a@desk.example")
        assert (delivery.client, delivery.protocol) == ("unix", "LMTP")
        assert delivery.raw.startswith(b"Received: from mx.acme.example\r\n\tby desk.example with LMTP; ")


@pytest.mark.parametrize("fault", [TryLater(452, "4.3.1", "full"), RuntimeError("a bug"), None])
async def test_what_is_refused_after_the_dot_is_told_to_each(lmtp_path: Path, fault: Exception | None) -> None:
    async with opened(Rooms(answer=fault), smtp=None, lmtp=lmtp_path, message_size=100):
        client = await knock_at(lmtp_path)
        await client.hello(b"LHLO mx")
        await client.begin(b"a@desk.example", b"b@desk.example", b"c@desk.example")
        await client.ask(b"DATA")
        # Without a fault behind the door, the mail itself is one.
        client.say((b"x" if fault else b"x" * 200) + b"\r\n.\r\nQUIT\r\n")
        replies = [await client.hear() for _ in range(4)]
        assert len(set(replies[:3])) == 1
        assert replies[0][:3] in ("452", "451", "552")
        assert replies[3].startswith("221")


async def test_a_ghost_answers_nobody(lmtp_path: Path) -> None:
    async with opened(Rooms(answer=Ghost()), smtp=None, lmtp=lmtp_path):
        client = await knock_at(lmtp_path)
        await client.hello(b"LHLO mx")
        await client.begin(b"a@desk.example", b"b@desk.example")
        await client.ask(b"DATA")
        client.say(b"x\r\n.\r\n")
        assert await client.hear() == ""


@pytest.mark.parametrize("command", [b"HELO mx", b"EHLO mx"])
async def test_rfc_2033_4_1_lmtp_begins_with_lhlo_only_and_offers_pipelining(lmtp_path: Path, command: bytes) -> None:
    async with opened(smtp=None, lmtp=lmtp_path):
        client = await knock_at(lmtp_path)
        assert await client.hear() == "220 desk.example LMTP maild"
        assert (await client.ask(command)).startswith("500 5.5.1")
        assert "PIPELINING" in await client.ask(b"LHLO mx")


async def test_the_socket_has_its_mode_and_goes_with_the_door(lmtp_path: Path) -> None:
    async with opened(smtp=None, lmtp=lmtp_path, lmtp_mode=0o600) as door:
        assert lmtp_path.stat().st_mode & 0o777 == 0o600
        assert door.doors.addresses == (str(lmtp_path),)
    assert not lmtp_path.exists()


async def test_the_socket_of_a_dead_daemon_is_replaced(lmtp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(lmtp_path))
    async with opened(smtp=None, lmtp=lmtp_path):
        assert (await (await knock_at(lmtp_path)).hear()).startswith("220")


async def test_a_file_that_is_no_socket_is_not_touched(lmtp_path: Path) -> None:
    lmtp_path.write_text("somebody's")
    with pytest.raises(OSError):
        async with opened(smtp=None, lmtp=lmtp_path):
            pass
    assert lmtp_path.read_text() == "somebody's"


async def test_another_daemons_socket_is_not_taken_away(lmtp_path: Path) -> None:
    async with opened(smtp=None, lmtp=lmtp_path):
        os.rename(lmtp_path, f"{lmtp_path}.old")
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(str(lmtp_path))
    assert lmtp_path.exists()


async def test_a_passed_socket_is_served_and_left_in_its_place(lmtp_path: Path) -> None:
    passed = socket.socket(socket.AF_UNIX)
    passed.bind(str(lmtp_path))
    async with opened(inherited={"lmtp": [passed]}, smtp=None, lmtp=lmtp_path):
        client = await knock_at(lmtp_path)
        assert (await client.hear()).startswith("220")
    assert lmtp_path.exists()


async def test_a_mail_server_is_told_421_at_the_end(lmtp_path: Path) -> None:
    async with opened(smtp=None, lmtp=lmtp_path) as door:
        client = await knock_at(lmtp_path)
        await client.hello(b"LHLO mx")
        draining = asyncio.create_task(door.doors.drain(20))
        assert (await client.hear()).startswith("421 4.3.2")
        await draining
