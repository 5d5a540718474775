"""What a door bears: numbers of clients, silence, chatter, and its own end."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from edges.knocking import Knocker, Rooms, knock, opened

from maild.config import Door
from maild.edges.smtp_limits import Budget, Keeper, client_of

SHORT = timedelta(milliseconds=150)
LONG = timedelta(minutes=5)


async def test_one_client_too_many_is_sent_away_and_finds_room_later() -> None:
    async with opened(connections=2) as door:
        first, second = await knock(door.port), await knock(door.port)
        assert [(await c.hear())[:3] for c in (first, second)] == ["220", "220"]
        third = await knock(door.port)
        assert (await third.hear()).startswith("421 4.3.2")
        assert await third.hear() == ""
        await first.ask(b"QUIT")
        await _until_welcome(door.port)


async def _until_welcome(port: int) -> Knocker:
    while True:
        client = await knock(port)
        if (await client.hear()).startswith("220"):
            return client
        await asyncio.sleep(0.01)


async def test_one_address_may_not_take_all_connections() -> None:
    async with opened(connections_per_address=1) as door:
        first = await knock(door.port)
        assert (await first.hear()).startswith("220")
        assert (await (await knock(door.port)).hear()).startswith("421 4.7.0")
        first.writer.transport.abort()
        await _until_welcome(door.port)


async def test_a_trusted_network_may() -> None:
    async with opened(connections_per_address=1, trusted=(ip_network("::/0"), ip_network("127.0.0.0/8"))) as door:
        clients = [await knock(door.port) for _ in range(3)]
        assert [(await c.hear())[:3] for c in clients] == ["220"] * 3


class Visitor:
    def __init__(self, client: str) -> None:
        self.client = client

    def farewell(self) -> None: ...

    def abort(self) -> None: ...


def keeper(**config: Any) -> Keeper:
    return Keeper(Door(**config), Rooms(), lambda: None, None, False, Budget(1))  # type: ignore[arg-type, return-value]


async def test_a_network_of_ipv6_counts_as_one_address() -> None:
    door = keeper(connections_per_address=1)
    assert not door.admit(Visitor("2001:db8:0:1::1"))
    assert door.admit(Visitor("2001:db8:0:1:ffff::2"))
    assert not door.admit(Visitor("2001:db8:0:2::1"))
    assert not any(door.admit(Visitor("unix")) for _ in range(5))


@pytest.mark.parametrize(
    ("peer", "client"),
    [
        (("192.0.2.1", 25), "192.0.2.1"),
        (("::ffff:192.0.2.1", 25, 0, 0), "192.0.2.1"),
        (("fe80::1%eth0", 25, 0, 2), "fe80::1"),
        ("", "unix"),
        (None, "unix"),
        (("a name",), "unix"),
    ],
)
def test_a_peer_is_named_by_its_address(peer: object, client: str) -> None:
    assert client_of(peer) == client


async def test_rfc_5321_4_5_3_2_7_silence_ends_with_421() -> None:
    async with opened(idle=SHORT, stressed_idle=LONG) as door:
        client = await knock(door.port)
        await client.hear()
        assert (await client.hear()).startswith("421 4.4.2")
        assert await client.hear() == ""


async def test_patience_is_shorter_when_the_door_is_nearly_full() -> None:
    async with opened(idle=LONG, stressed_idle=SHORT, connections=4) as door:
        clients = [await knock(door.port) for _ in range(3)]
        for client in clients:
            await client.hear()
        fourth = await knock(door.port)
        assert (await fourth.hear()).startswith("220")
        assert (await clients[0].hear()).startswith("421 4.4.2")


@pytest.mark.parametrize("talk", [b"N", b"MAIL FROM:<>\r\nRCPT TO:<a@desk.example>\r\nDATA\r\nx"])
async def test_a_client_that_drips_is_silent_as_well(talk: bytes) -> None:
    """An octet now and then is no sign of life: neither within a command nor within a mail."""
    async with opened(idle=SHORT, stressed_idle=SHORT) as door:
        client = await knock(door.port)
        client.say(b"EHLO mx\r\n" + talk)
        # The last words may be lost to him: he was still talking when the door was shut.
        shut = asyncio.create_task(client.gone())
        while not shut.done():
            client.say(b"x")
            await asyncio.sleep(0.01)
        assert not door.mailroom.deliveries


async def _last_words(client: Knocker) -> str:
    last = ""
    while reply := await client.hear():
        last = reply
    return last


async def test_a_slow_commit_is_not_the_clients_silence() -> None:
    rooms = Rooms(gate=asyncio.Event())
    async with opened(rooms, idle=SHORT, stressed_idle=SHORT) as door:
        client = await knock(door.port)
        await client.hello()
        sending = asyncio.create_task(client.send(b"x"))
        await asyncio.sleep(0.5)
        assert rooms.gate is not None
        rooms.gate.set()
        assert (await sending).startswith("250")


async def test_chatter_without_a_mail_ends_with_421() -> None:
    async with opened(commands=10) as door:
        client = await knock(door.port)
        await client.hello()
        replies = [await client.ask(b"NOOP") for _ in range(10)]
        assert [r[:3] for r in replies] == ["250"] * 9 + ["421"]


async def test_each_mail_taken_gives_new_credit() -> None:
    async with opened(commands=10) as door:
        client = await knock(door.port)
        await client.hello()
        for _ in range(10):
            assert (await client.send(b"x")).startswith("250")


async def test_a_browser_is_soon_shown_out() -> None:
    async with opened() as door:
        client = await knock(door.port)
        client.say(b"GET / HTTP/1.1\r\n" + b"Header: x\r\n" * 20)
        assert (await _last_words(client)).startswith("421 4.7.0")


async def test_a_client_that_never_reads_is_cut_off_in_the_end() -> None:
    async with opened(commands=1_000_000, idle=SHORT, stressed_idle=SHORT) as door:
        client = await knock(door.port)
        client.writer.transport.pause_reading()  # type: ignore[attr-defined]
        with pytest.raises(ConnectionError):
            await _pour(client)


async def _pour(client: Knocker) -> None:
    while True:
        client.say(b"HELP\r\n" * 1000)
        await client.writer.drain()


async def test_at_the_end_idle_clients_go_and_the_others_end_their_mail() -> None:
    rooms = Rooms()
    async with opened(rooms) as door:
        idle, busy = await knock(door.port), await knock(door.port)
        await idle.hello()
        await busy.hello()
        await busy.begin()
        draining = asyncio.create_task(door.doors.drain(20))
        assert (await idle.hear()).startswith("421 4.3.2")
        assert await idle.hear() == ""
        with pytest.raises(ConnectionRefusedError):
            await knock(door.port)
        await busy.ask(b"DATA")
        assert (await busy.ask(b"x\r\n.")).startswith("250")
        assert (await busy.hear()).startswith("421 4.3.2")
        await draining
        assert len(rooms.deliveries) == 1


async def test_whoever_does_not_end_in_time_is_cut_off() -> None:
    async with opened() as door:
        client = await knock(door.port)
        await client.hello()
        await client.begin()
        await door.doors.drain(0.05)
        assert await client.gone()
