"""What stands between 354 and the final dot: any octets at all."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import pytest
from edges.knocking import NO_ENDS, Knocker, Rooms, knock, opened
from hypothesis import given
from hypothesis import strategies as st

from maild.edges.smtp_data import Body
from maild.edges.smtp_limits import Budget

ENDS = b"\r\n.\r\n"


def read(content: bytes, cuts: tuple[int, ...] = (), limit: int = 10_000) -> tuple[bytes, bytes | None]:
    """The mail and what followed its end, when the octets come cut at these places."""
    body, rest = Body(limit, Budget(1 << 30)), None
    edges = [0, *cuts, len(content)]
    for start, end in itertools.pairwise(edges):
        if rest is None:
            rest = body.feed(content[start:end])
        else:
            rest += content[start:end]
    return body.take(b""), rest


@pytest.mark.parametrize("variant", NO_ENDS)
async def test_rfc_5321_4_1_1_4_only_crlf_dot_crlf_ends_a_mail(variant: bytes) -> None:
    smuggled = b"x" + variant + b"MAIL FROM:<evil@x.example>\r\nRCPT TO:<a@desk.example>\r\nDATA\r\nevil"
    for cut in range(len(smuggled)):
        mail, rest = read(smuggled + ENDS, (cut,))
        assert rest == b""
        # The dot of a line that has more on it goes (section 4.5.2); nothing else changes.
        assert mail == smuggled.replace(b"\r\n.", b"\r\n") + b"\r\n"


async def test_cve_2024_27305_a_smuggled_mail_is_one_mail_on_the_wire() -> None:
    async with opened() as door:
        client = await knock(door.port)
        await client.hello()
        for variant in NO_ENDS:
            content = b"x" + variant + b"MAIL FROM:<>\r\nRCPT TO:<a@desk.example>\r\nDATA\r\nevil"
            assert (await client.send(content)).startswith("250")
        assert (await client.ask(b"QUIT")).startswith("221")
        assert len(door.mailroom.deliveries) == len(NO_ENDS)


def test_every_cut_of_the_octets_reads_the_same() -> None:
    content = b"..a\r\n.\r.\r\n..\r\n\r\r\n\n.\n.\r\n.\r\nNOOP\r\n"
    whole = read(content)
    assert whole == (b".a\r\n\r.\r\n.\r\n\r\r\n\n.\n.\r\n", b"NOOP\r\n")
    for cuts in itertools.combinations(range(1, len(content)), 2):
        assert read(content, cuts) == whole
    assert read(content, tuple(range(1, len(content)))) == whole


@given(st.binary(max_size=60), st.lists(st.integers(0, 70), max_size=8))
def test_what_a_client_dot_stuffs_comes_out_as_it_was(octets: bytes, cuts: list[int]) -> None:
    mail = octets.replace(b"\r\n.", b"\r\n") + b"\r\n"
    stuffed = mail.replace(b"\r\n.", b"\r\n..")
    stuffed = b"." + stuffed if stuffed.startswith(b".") else stuffed
    places = tuple(sorted(min(cut, len(stuffed)) for cut in cuts))
    assert read(stuffed + b".\r\nrest", places) == (mail, b"rest")


def test_an_empty_mail_is_a_mail() -> None:
    assert read(b".\r\n") == (b"", b"")
    assert read(b"\r\n.\r\n") == (b"\r\n", b"")


async def test_anything_at_all_is_stored_as_it_came() -> None:
    content = bytes(range(256)) * 3 + b"\xff" * 5000 + b"x" * 200_000
    async with opened() as door:
        client = await knock(door.port)
        await client.hello()
        assert (await client.send(content)).startswith("250")
        assert door.mailroom.deliveries[0].raw.endswith(b"+0000\r\n" + content + b"\r\n")


async def test_a_mail_of_exactly_the_limit_is_taken_and_one_octet_more_is_not() -> None:
    async with opened(message_size=1000) as door:
        client = await knock(door.port)
        await client.hello()
        assert (await client.send(b"x" * 998)).startswith("250")
        assert (await client.send(b"x" * 999)).startswith("552 5.3.4")
        # Dots that are only there for the transport do not count.
        assert (await client.send(b"\r\n".join([b"..1234"] * 124 + [b"1234"]))).startswith("250")
        assert len(door.mailroom.deliveries) == 2


async def test_a_mail_too_large_is_read_to_its_end_and_the_session_goes_on() -> None:
    async with opened(message_size=1000) as door:
        client = await knock(door.port)
        await client.hello()
        assert (await client.send(b"y" * 3_000_000)).startswith("552 5.3.4")
        assert (await client.send(b"small")).startswith("250")


def resident() -> int:
    """Octets of memory that this process has touched at most since the last `forget`."""
    [line] = [x for x in Path("/proc/self/status").read_text().splitlines() if x.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


def forget() -> None:
    Path("/proc/self/clear_refs").write_text("5")


async def _pour(client: Knocker, octets: int, piece: bytes) -> None:
    for _ in range(octets // len(piece)):
        client.say(piece)
        await client.writer.drain()


@pytest.mark.parametrize("piece", [b"x" * 65536, b"x" * 70 + b"\r\n"], ids=["an endless line", "an endless mail"])
async def test_more_than_the_limit_needs_no_more_memory(piece: bytes) -> None:
    piece *= 65536 // len(piece)
    async with opened(message_size=1_000_000) as door:
        client = await knock(door.port)
        await client.hello()
        await client.begin()
        await client.ask(b"DATA")
        await _pour(client, 3_000_000, piece)
        forget()
        before = resident()
        await _pour(client, 200_000_000, piece)
        assert resident() - before < 4 << 20
        assert (await client.ask(b"\r\n.")).startswith("552 5.3.4")


async def test_an_endless_command_is_cut_off() -> None:
    async with opened() as door:
        client = await knock(door.port)
        await client.hear()
        client.say(b"EHLO " + b"x" * 5000)
        assert (await client.hear()).startswith("500 5.5.2")
        assert await client.hear() == ""


async def test_mail_in_flight_is_bounded_over_all_sessions() -> None:
    rooms = Rooms(gate=asyncio.Event())
    async with opened(rooms, in_flight=1_000_000, message_size=900_000) as door:
        first, second = await knock(door.port), await knock(door.port)
        await first.hello()
        await second.hello()
        sending = asyncio.create_task(first.send(b"x" * 800_000))
        await rooms.entered.wait()
        # Whoever comes to stand over the bound is asked to come again; the other is not disturbed.
        assert (await second.send(b"x" * 800_000)).startswith("452 4.3.1")
        assert rooms.gate is not None
        rooms.gate.set()
        assert (await sending).startswith("250")
        assert (await second.send(b"x" * 800_000)).startswith("250")


async def test_a_declared_size_that_does_not_fit_now_is_told_before_354() -> None:
    async with opened(in_flight=1_000, message_size=100_000) as door:
        client = await knock(door.port)
        await client.hello()
        await client.ask(b"MAIL FROM:<> SIZE=5000")
        await client.ask(b"RCPT TO:<a@desk.example>")
        assert (await client.ask(b"DATA")).startswith("452 4.3.1")
        assert (await client.send(b"x")).startswith("250")


async def test_a_client_that_goes_in_the_middle_leaves_nothing() -> None:
    async with opened(in_flight=1_000_000) as door:
        client = await knock(door.port)
        await client.hello()
        await client.begin()
        await client.ask(b"DATA")
        await _pour(client, 900_000, b"x" * 9000)
        client.writer.transport.abort()
        other = await knock(door.port)
        await other.hello()
        while not (await other.send(b"y" * 900_000)).startswith("250"):
            await asyncio.sleep(0.01)
        assert len(door.mailroom.deliveries) == 1
