"""What may go wrong between us and a mailbox, and in it: networks, servers, passwords, single mails."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from edges.imap_rig import rig
from edges.imap_site import written
from parts.dovecot import Dovecot, running
from parts.proxy import Proxy

from maild.edges import imap, imap_connection, imap_session
from maild.store import mailboxes

USER = "support"


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with running() as dovecot:
        yield dovecot


@pytest.fixture
def user(request: pytest.FixtureRequest) -> str:
    """A mailbox of its own for each story."""
    return request.node.name.removeprefix("test_")[:60].replace("[", "-").replace("]", "")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience in tenths of seconds instead of half minutes."""
    monkeypatch.setattr(imap_session, "WAIT", 0.4)
    monkeypatch.setattr(imap_connection, "ANSWER", 1.0)
    monkeypatch.setattr(imap_connection, "DIAL", 1.0)
    monkeypatch.setattr(imap_connection, "SILENCE", 1.0)


async def deliver(server: Dovecot, user: str, *subjects: str) -> None:
    for subject in subjects:
        await asyncio.to_thread(server.deliver, user, written(subject))


# --- the network ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["reset", "hole"])
async def test_a_wire_that_breaks_loses_nothing(
    server: Dovecot, tmp_path: Path, user: str, quick: None, fault: str
) -> None:
    proxy = Proxy(server.port)
    async with rig(tmp_path) as house:
        house.box(port=proxy.port, username=user)
        async with house.taking():
            await house.connected()
            getattr(proxy, fault)()
            await deliver(server, user, "meanwhile")
            await asyncio.sleep(0.2)
            proxy.heal()
            await house.has("meanwhile")
    proxy.close()


async def test_a_slow_wire_is_only_slow(server: Dovecot, tmp_path: Path, user: str) -> None:
    proxy = Proxy(server.port)
    proxy.delay = 0.1
    async with rig(tmp_path) as house:
        house.box(port=proxy.port, username=user)
        async with house.taking():
            await house.connected()
            await deliver(server, user, "one", "two")
            await house.has("one", "two")
    proxy.close()


async def test_a_server_that_is_not_there_is_told_after_a_while(tmp_path: Path, free_port: int) -> None:
    async with rig(tmp_path) as house:
        house.box(port=free_port)
        async with house.taking():
            await house.until(lambda: house.roles._states["support"].trouble)
            assert house.conditions()["imap:support"].well, "a server that is started anew is no news"
            house.shift += timedelta(minutes=2)
            await house.told("imap:support", "Connection refused")


@pytest.mark.parametrize(
    ("code", "words"),
    [(socket.EAI_AGAIN, "Temporary failure in name resolution"), (socket.EAI_NONAME, "Name or service not known")],
)
async def test_a_server_whose_name_is_not_found_is_looked_for_again(
    server: Dovecot, tmp_path: Path, user: str, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    real = socket.getaddrinfo

    def lost(*asked: Any, **how: Any) -> Any:
        raise socket.gaierror(code, words)

    async with rig(tmp_path) as house:
        house.box(host="localhost", port=server.port, username=user)
        monkeypatch.setattr(socket, "getaddrinfo", lost)
        async with house.taking():
            assert await house.until(lambda: words in house.roles._states["support"].trouble)
            monkeypatch.setattr(socket, "getaddrinfo", real)
            await house.connected()
            await deliver(server, user, "found")
            await house.has("found")


# --- the password -----------------------------------------------------------------------------------------------------------------


async def test_a_wrong_password_is_told_the_others_go_on_and_a_mended_one_is_tried_at_once(
    server: Dovecot, tmp_path: Path, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "GLANCE", 0.1)
    async with rig(tmp_path) as house:
        wrong = house.box(port=server.port, username=user)
        house.box("other", port=server.port, username=f"{user}-other")
        assert wrong.password_file is not None
        wrong.password_file.write_text("wrong")
        os.utime(wrong.password_file, (1, 1))
        async with house.taking():
            told = await house.told("imap:support", "login is refused")
            assert "wrong" not in told.text
            await house.connected("other")
            await deliver(server, f"{user}-other", "other")
            await house.has("other")
            wrong.password_file.write_text("secret")
            await house.connected()


# --- numbers ----------------------------------------------------------------------------------------------------------------------


async def test_above_fifty_new_mails_it_stops_until_an_admin_accepts(
    server: Dovecot, tmp_path: Path, user: str
) -> None:
    async with rig(tmp_path) as house:
        box = house.box(port=server.port, username=user)
        async with house.taking():
            await house.connected()
            await deliver(server, user, "known")
            await house.has("known")
        await deliver(server, user, *[f"new {n:02}" for n in range(51)])
        await asyncio.to_thread(server.forget, user)
        async with house.taking() as roles:
            await house.told("imap:support", "maild mailbox accept support")
            await deliver(server, user, "after")
            await house.has("known", seconds=1)
            assert await house.ask(lambda session: mailboxes.order(session, box.name, mailboxes.TAKING))
            roles.nudge(box.name)
            await house.until(lambda: _count(house, 53))
            found = sorted(subject for _, subject in await house.stored())
            assert found == sorted(["known", *[f"new {n:02}" for n in range(51)], "after"])
            assert {source for source, _ in await house.stored()} == {"imap"}, "none of them is a day old"


async def test_or_skips_them(server: Dovecot, tmp_path: Path, user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maild.edges.imap_look.MOST", 2)
    async with rig(tmp_path) as house:
        box = house.box(port=server.port, username=user)
        async with house.taking():
            await house.connected()
        await deliver(server, user, "a", "b", "c")
        await asyncio.to_thread(server.forget, user)
        async with house.taking() as roles:
            await house.told("imap:support", "maild mailbox skip support")
            await house.ask(lambda session: mailboxes.order(session, box.name, mailboxes.SKIPPING))
            roles.nudge(box.name)
            await deliver(server, user, "after")
            await house.has("after")


async def _count(house: object, count: int) -> bool:
    return len(await house.stored()) >= count  # type: ignore[attr-defined]


async def test_what_a_new_look_finds_is_late_after_a_day(server: Dovecot, tmp_path: Path, user: str) -> None:
    async with rig(tmp_path) as house:
        house.box(port=server.port, username=user)
        async with house.taking():
            await house.connected()
        await deliver(server, user, "missed")
        await asyncio.to_thread(server.forget, user)
        house.shift += timedelta(hours=25)
        async with house.taking():
            await house.has("missed")
        assert await house.stored() == [("late", "missed")]


async def test_old_mail_that_somebody_copies_into_the_box_is_left(server: Dovecot, tmp_path: Path, user: str) -> None:
    async with rig(tmp_path) as house:
        house.box(port=server.port, username=user)
        async with house.taking():
            await house.connected()
            await asyncio.to_thread(server.append, user, written("ancient"), '"01-Feb-2019 10:00:00 +0000"')
            await deliver(server, user, "new")
            await house.has("new")


async def test_what_the_server_hid_is_found_at_night(server: Dovecot, tmp_path: Path, user: str) -> None:
    async with rig(tmp_path) as house:
        house.box(port=server.port, username=user)
        async with house.taking():
            await house.connected()
        await deliver(server, user, "hidden", "seen")
        # As though the second had been shown before the first.
        await house.ask(lambda session: session.execute("UPDATE mailbox SET uid=1"))
        async with house.taking():
            await house.has("seen")
        house.shift += timedelta(hours=25)
        async with house.taking():
            await house.connected()
            await deliver(server, user, "wakes it")
            await house.has("seen", "hidden", "wakes it")


# --- single mails -----------------------------------------------------------------------------------------------------------------


async def test_a_mail_that_is_too_large_goes_aside_and_the_next_one_comes(
    server: Dovecot, tmp_path: Path, user: str
) -> None:
    async with rig(tmp_path) as house:
        house.house = imap_session.House(house.writer, house.room, house.clock, lambda: house.policy, 10_000, 50, "one")
        house.box(port=server.port, username=user)
        async with house.taking():
            await house.connected()
            await asyncio.to_thread(server.deliver, user, written("large") + b"x" * 20_000)
            await deliver(server, user, "small")
            await house.has("small")
            await house.told("aside:support", "larger than 10000 bytes")
            assert await house.until(lambda: len(server.texts(user, "maild-aside")) == 1)
            assert len(server.texts(user)) == 1


async def test_a_mail_that_goes_round_goes_aside(server: Dovecot, tmp_path: Path, user: str) -> None:
    async with rig(tmp_path) as house:
        house.box(port=server.port, username=user)
        async with house.taking():
            await house.connected()
            await asyncio.to_thread(server.deliver, user, b"Received: from a by b\r\n" * 60 + written("round"))
            await house.told("aside:support", "it goes round")
            await house.has()


async def test_a_mail_that_the_server_cannot_read_does_not_block_the_others(
    server: Dovecot, tmp_path: Path, user: str, monkeypatch: pytest.MonkeyPatch, quick: None
) -> None:
    monkeypatch.setattr(imap_session, "AGAIN", timedelta(0))
    monkeypatch.setattr(imap_session, "TRIES", 2)
    async with rig(tmp_path) as house:
        house.box(port=server.port, username=user)
        async with house.taking():
            await house.connected()
        await deliver(server, user, "poison")
        for file in (server.folder / "mail" / user / "Mail" / "new").iterdir():
            file.chmod(0)
        await deliver(server, user, "good")
        async with house.taking():
            await house.has("good")
            await house.told("aside:support", "FETCH failed")


async def test_thirty_megabytes(server: Dovecot, tmp_path: Path, user: str) -> None:
    async with rig(tmp_path) as house:
        house.box(port=server.port, username=user)
        async with house.taking():
            await house.connected()
            line = b"x" * 74 + b"\r\n"
            await asyncio.to_thread(server.deliver, user, written("large") + line * (30_000_000 // len(line)))
            await house.has("large")
            sizes = await house.ask(lambda session: session.all("SELECT size FROM incoming"))
            assert sizes[0][0] > 30_000_000


async def test_a_mail_that_somebody_deletes_while_it_is_fetched_is_passed_over(
    server: Dovecot, tmp_path: Path, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = imap_connection.Connection.body
    fetched: list[int] = []

    async def deleted_before(connection: imap_connection.Connection, uid: int) -> bytes | None:
        fetched.append(uid)
        if uid == 1 and len(fetched) == 1:
            await asyncio.to_thread(_delete, server, user)
        return await real(connection, uid)

    monkeypatch.setattr(imap_connection.Connection, "body", deleted_before)
    async with rig(tmp_path) as house:
        house.box(port=server.port, username=user)
        async with house.taking():
            await house.connected()
        await deliver(server, user, "deleted", "stays")
        async with house.taking():
            await house.has("stays")
            await house.connected()
            await deliver(server, user, "later")
            await house.has("stays", "later")
            assert house.conditions()["imap:support"].well
            assert "aside:support" not in house.conditions()
            assert fetched.count(1) <= 3


def _delete(server: Dovecot, user: str) -> None:
    """As a person does it in a mail client, and its file is gone at once."""
    client = server.client(user)
    client.select("INBOX")
    client.uid("STORE", "1", "+FLAGS", r"(\Deleted)")
    client.expunge()
    client.logout()
