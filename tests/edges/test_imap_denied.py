"""A server that does not let us in any more: the admin is told, and the account is not locked by our knocking."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from edges.imap_rig import Rig, rig

from maild.config import Mailbox, OAuth
from maild.edges.imap import Mailboxes, State
from maild.edges.imap_keys import Secrets, Token

HOUR = 3600.0


class Refusing:
    """A server that refuses every login, and counts them."""

    def __init__(self) -> None:
        self.logins, self.port = 0, 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK hello\r\n")
        while line := await reader.readline():
            tag, verb = line.split()[:2]
            if verb == b"CAPABILITY":
                writer.write(b"* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=XOAUTH2\r\n" + tag + b" OK done\r\n")
            else:
                self.logins += verb == b"AUTHENTICATE"
                writer.write(tag + b" NO [AUTHENTICATIONFAILED] no\r\n")
        writer.close()


@contextlib.asynccontextmanager
async def refusing() -> AsyncIterator[Refusing]:
    made = Refusing()
    server = await asyncio.start_server(made.talk, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()


class Hour(Mailboxes):
    """An hour of knocking, in a moment: pauses are added up instead of waited for."""

    passed = 0.0

    async def _pause(self, box: Mailbox, state: State, seconds: float) -> None:
        self.passed += seconds
        if self.passed > HOUR:
            raise asyncio.CancelledError


class Market(Secrets):
    """Tokens for nothing."""

    async def token(self, mailbox: Mailbox, *, fresh: bool) -> str:
        if not fresh and self.holds(mailbox):
            return self._tokens[mailbox.name].word
        self._tokens[mailbox.name] = Token("token", self._clock().replace(year=2999))
        return "token"


async def knock_for_an_hour(house: Rig, keys: Secrets) -> Hour:
    # No chance: the pauses are as short as they can be.
    roles = Hour(house.boxes, keys, house.house, lambda: 0.0)
    with contextlib.suppress(asyncio.CancelledError):
        await roles.run()
    return roles


@pytest.mark.parametrize("token", [False, True], ids=["password", "token"])
async def test_at_most_twelve_logins_are_refused_in_an_hour(tmp_path: Path, token: bool) -> None:
    async with rig(tmp_path) as house, refusing() as server:
        oauth = OAuth("url", "http://127.0.0.1:1/", "mail") if token else None
        house.box(port=server.port, oauth=oauth)
        roles = await knock_for_an_hour(house, Market(lambda name: None, house.clock))
        assert 3 <= server.logins <= 12
        [condition] = roles.conditions()
        assert (condition.well, "login is refused" in condition.text) == (False, True)


async def test_a_token_that_was_good_once_is_replaced_by_a_fresh_one_and_then_not_tried_again(tmp_path: Path) -> None:
    async with rig(tmp_path) as house, refusing() as server:
        box = house.box(port=server.port, oauth=OAuth("url", "http://127.0.0.1:1/", "mail"))
        keys = Market(lambda name: None, house.clock)
        await keys.token(box, fresh=True)
        assert keys.holds(box)
        await knock_for_an_hour(house, keys)
        assert server.logins <= 13, "the old token and a fresh one, then a fresh one each time"
        assert not keys.holds(box)
