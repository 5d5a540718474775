"""A relay that lies, hangs up or cannot be found: the session ends, the letter waits, the next one leaves."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import Any

import pytest
from edges.far_end import QUICK, Box, FarEnd, relaying

from maild.edges import relay as relay_module
from maild.edges.relay import Relay

ENDLESS = b"\r\n".join([b"220-still here"] * 200_000)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second call follows soon."""
    monkeypatch.setattr(relay_module, "OUTAGE", (0.05,))


def told(relay: Relay) -> str:
    [condition] = relay.conditions()
    return "" if condition.well else condition.text


@pytest.mark.parametrize(
    "reply",
    [b"220 " + b"x" * (10 << 20), ENDLESS, b"\xff\xfe\x00\x80" * 2000, b"220 " + b"\x80" * 9000],
    ids=["10 MiB", "endless", "garbage", "long"],
)
@pytest.mark.parametrize("step", ["", "EHLO"])
async def test_a_relay_that_greets_with_nonsense_is_down_until_it_greets(step: str, reply: bytes) -> None:
    far, box = await FarEnd().start(), Box()
    far.script = {step: [reply if step == "" else reply.replace(b"220", b"250")]}
    box.put()
    async with relaying(far, box, connections=1) as relay:
        await box.settled(1)
        assert box.fates[1].startswith("deferred")
        assert "takes no letters" in told(relay)
        box.put()
        relay.nudge()
        await box.settled(2)
        assert told(relay) == ""
    assert box.fates[2].startswith("sent")


async def test_a_relay_that_greets_in_a_charset_of_its_own_is_a_relay() -> None:
    far, box = await FarEnd().start(), Box()
    far.script = {"": [b"220 bl\xe5b\xe6r \x80\x00"]}
    box.put()
    async with relaying(far, box, connections=1):
        await box.settled(1)
    assert box.fates[1].startswith("sent")


async def test_a_relay_that_says_354_twice_has_the_letter_again_over_another_connection() -> None:
    far, box = await FarEnd().start(), Box()
    far.script = {"DATA": [b"354 go\r\n354 go"]}
    box.put(2)
    async with relaying(far, box, connections=1):
        await box.settled(2)
    assert box.fates[1].startswith("deferred")
    assert box.fates[2].startswith("sent")
    assert far.sessions == 2


async def test_a_relay_that_says_250_and_hangs_up_has_the_letter() -> None:
    far, box = Closing(), Box()
    await far.start()
    box.put(3)
    async with relaying(far, box, connections=1):
        await box.settled(3)
    assert {fate[:4] for fate in box.fates.values()} == {"sent"}
    assert (len(far.letters), far.sessions) == (3, 3)


class Closing(FarEnd):
    """Says 250 to a letter and is gone."""

    async def data(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        await super().data(reader, writer)
        writer.transport.abort()
        return False


class Resetting(FarEnd):
    """Takes some of the first letter, and resets the connection."""

    async def data(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if self.sessions > 1:
            return await super().data(reader, writer)
        await self.say(writer, b"354 go")
        await reader.readexactly(100_000)
        writer.transport.abort()
        return False


async def test_a_relay_that_resets_the_connection_within_a_letter_gets_it_again() -> None:
    far, box = Resetting(), Box()
    await far.start()
    box.put(mail=b"Subject: x\r\n\r\n" + b"y" * 10_000_000)
    box.put()
    async with relaying(far, box, connections=1):
        await box.settled(2)
    assert box.fates[1].startswith("deferred no answer to the letter")
    assert box.fates[2].startswith("sent")


# --- its name -----------------------------------------------------------------------------------------------------------------------


def silent(*words: Any, **how: Any) -> Any:
    time.sleep(1.0)
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


def answering(error: socket.gaierror) -> Any:
    def look_up(*words: Any, **how: Any) -> Any:
        raise error

    return look_up


@pytest.mark.parametrize(
    "resolver",
    [
        answering(socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")),
        answering(socket.gaierror(socket.EAI_NONAME, "Name or service not known")),
        silent,
    ],
    ids=["SERVFAIL", "NXDOMAIN", "no answer"],
)
async def test_a_relay_whose_name_is_not_found_fails_no_letter(monkeypatch: pytest.MonkeyPatch, resolver: Any) -> None:
    """Not even when the name server is certain: an admin's slip must cost no letter."""
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    far, box = await FarEnd().start(), Box()
    box.put()
    patience = QUICK.__class__(connect=0.3, reply=0.3, final=0.3, idle=60.0)
    async with relaying(far, box, patience, host="localhost", connections=1) as relay:
        await box.settled(1)
        assert box.fates[1].startswith("deferred")
        assert "localhost" in told(relay)
        monkeypatch.setattr(socket, "getaddrinfo", real)
        box.put()
        relay.nudge()
        await box.settled(2)
    assert box.fates[2].startswith("sent")
