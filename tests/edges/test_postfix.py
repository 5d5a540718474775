"""Behind a real Postfix, as the README sets it up: it refuses first what we would refuse, and hands over the rest."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from edges.knocking import Opened, Rooms, opened
from edges.postfix import Postfix

from maild.errors import TryLater


@pytest.fixture(scope="module")
def postfix() -> Iterator[Postfix]:
    with TemporaryDirectory(prefix="pf") as folder, Postfix(Path(folder) / "p") as mta:
        yield mta


@asynccontextmanager
async def behind(postfix: Postfix, rooms: Rooms | None = None) -> AsyncIterator[Opened]:
    async with opened(rooms, smtp=None, lmtp=postfix.door, lmtp_mode=0o660) as door:
        yield door


def _send(port: int, recipients: list[str], mail: bytes) -> dict[str, tuple[int, bytes]]:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="mx.acme.example") as client:
        return client.sendmail("ann@acme.example", recipients, mail)


async def send(
    postfix: Postfix, *recipients: str, mail: bytes = b"Subject: hi\r\n\r\nhello\r\n"
) -> dict[str, tuple[int, bytes]]:
    return await asyncio.to_thread(_send, postfix.port, list(recipients), mail)


async def until(condition: str, postfix: Postfix) -> None:
    async with asyncio.timeout(20):
        while condition not in postfix.log:
            await asyncio.sleep(0.02)


async def arrived(rooms: Rooms, count: int) -> None:
    async with asyncio.timeout(20):
        while len(rooms.deliveries) < count:
            await asyncio.sleep(0.02)


async def test_a_mail_comes_through_the_chrooted_client_of_debian(postfix: Postfix) -> None:
    async with behind(postfix) as door:
        long = b"x" * 20_000
        await send(postfix, "support@desk.example", mail=b"Subject: hi\r\n\r\n.\r\n" + long + b"\r\n")
        await arrived(door.mailroom, 1)
        [delivery] = door.mailroom.deliveries
        assert (delivery.sender, delivery.recipients) == ("ann@acme.example", ("support@desk.example",))
        assert (delivery.client, delivery.protocol) == ("unix", "LMTP")
        assert delivery.raw.startswith(b"Received: from mx.example.net\r\n\tby desk.example with LMTP; ")
        assert delivery.raw.endswith(b"\r\n\r\n.\r\n" + long + b"\r\n")
        await until("status=sent (250 2.0.0 taken as 1)", postfix)


async def test_a_signed_address_is_known_to_postfix_by_its_plain_part(postfix: Postfix) -> None:
    async with behind(postfix) as door:
        recipients = ["support+c17.abcdefghij@desk.example", "support@desk.example", "postmaster@desk.example"]
        assert await send(postfix, *recipients) == {}
        await arrived(door.mailroom, 1)
        [delivery] = door.mailroom.deliveries
        assert sorted(delivery.recipients) == sorted(recipients)


async def test_an_unknown_recipient_is_refused_by_postfix_at_rcpt(postfix: Postfix) -> None:
    async with behind(postfix) as door:
        refused = await send(postfix, "support@desk.example", "nobody@desk.example")
        assert refused["nobody@desk.example"][0] == 550
        assert refused["nobody@desk.example"][1].startswith(b"5.1.1")
        await arrived(door.mailroom, 1)
        assert door.mailroom.deliveries[0].recipients == ("support@desk.example",)


async def test_a_mail_too_large_is_refused_by_postfix(postfix: Postfix) -> None:
    async with behind(postfix) as door:
        with pytest.raises(smtplib.SMTPSenderRefused) as caught:
            await send(postfix, "support@desk.example", mail=b"x" * 34_000_001)
        assert caught.value.smtp_code == 552
        assert not door.mailroom.deliveries


async def test_what_we_cannot_take_now_waits_in_postfix(postfix: Postfix) -> None:
    rooms = Rooms(answer=TryLater(452, "4.3.1", "insufficient system storage"))
    async with behind(postfix, rooms):
        await send(postfix, "support@desk.example")
        await until("status=deferred (host mx.example.net[maild/lmtp] said: 452 4.3.1", postfix)
        assert not rooms.deliveries
