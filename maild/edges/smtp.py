"""smtp: the doors, open and closed.

serve(config, mailroom, clock, inherited) -> Doors: SMTP on TCP, LMTP on a UNIX socket
Doors.cut(): no more of anything;  Doors.drain(grace): no new sessions, idle ones go with 421, the others may end their mail

A socket that was passed to us (systemd) takes the place of the configured one of its kind.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import ssl
import stat
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from maild.config import Door
from maild.edges.delivery import Delivery, Ghost, Mailroom
from maild.edges.lmtp import LmtpSession
from maild.edges.smtp_limits import Budget, Keeper
from maild.edges.smtp_session import Session
from maild.errors import Problem, RuleError
from maild.model.policy import Clock

__all__ = ["Delivery", "Doors", "Ghost", "Mailroom", "serve"]

BACKLOG = 512


class Doors:
    """All listening sockets of a daemon.  addresses: HOST:PORT and paths, as they were bound."""

    def __init__(self, keeper: Keeper, servers: list[asyncio.Server], own: Path | None) -> None:
        self._keeper, self._servers, self._own = keeper, servers, own
        self._inode = own.stat().st_ino if own is not None else 0
        self.addresses = tuple(_name(s) for server in servers for s in server.sockets)

    def offer_utf8(self) -> None:
        """From now on addresses beyond ASCII are taken."""
        self._keeper.utf8 = True

    @property
    def octets(self) -> int:
        """What is coming in just now."""
        return self._keeper.budget.used

    async def drain(self, grace: float) -> None:
        """Close.  Sessions in the middle of a mail have `grace` seconds to end it, then they are cut off."""
        self._close()
        for guest in list(self._keeper.guests):
            guest.farewell()
        with suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await self._keeper.empty.wait()
        self.cut()

    def cut(self) -> None:
        """Close without a word to anybody."""
        self._close()
        for guest in list(self._keeper.guests):
            guest.abort()

    def _close(self) -> None:
        self._keeper.closing = True
        for server in self._servers:
            server.close()
        self._unlink()

    def _unlink(self) -> None:
        """Take our socket away, unless somebody else has put his there meanwhile."""
        with suppress(OSError):
            if self._own is not None and self._own.stat().st_ino == self._inode:
                self._own.unlink()


async def serve(
    config: Door,
    mailroom: Mailroom,
    clock: Clock,
    inherited: Mapping[str, list[socket.socket]],
    *,
    smtputf8: bool = False,
) -> Doors:
    """Open the doors.  RuleError when the certificate cannot be used, OSError when an address cannot be bound."""
    # aiosmtpd logs every command with its addresses.
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    keeper = Keeper(config, mailroom, clock, _tls(config), smtputf8, Budget(config.in_flight))
    loop = asyncio.get_running_loop()
    servers: list[asyncio.Server] = []
    own = None

    def by_smtp() -> Session:
        return Session(keeper)

    def by_lmtp() -> LmtpSession:
        return LmtpSession(keeper)

    smtp, lmtp = inherited.get("smtp", []), inherited.get("lmtp", [])
    if not smtp and config.smtp is not None:
        host, port = config.smtp
        servers.append(await loop.create_server(by_smtp, host, port, backlog=BACKLOG, reuse_address=True))
        if not servers[-1].sockets:
            # asyncio takes any error of socket() for a family that this machine has not, and goes on without a door.
            raise OSError(errno.EMFILE, f"no socket could be made for {host}:{port}")
    if not lmtp and config.lmtp is not None:
        own = config.lmtp
        lmtp = [_bind(own, config.lmtp_mode)]
    for passed, factory in [(s, by_smtp) for s in smtp] + [(s, by_lmtp) for s in lmtp]:
        servers.append(await _listen(loop, passed, factory))
    return Doors(keeper, servers, own)


# From Python 3.13 on a server that is closed takes its socket's file away; systemd's must stay, and ours we remove ourselves.
_KEEP: dict[str, Any] = {"cleanup_socket": False} if sys.version_info >= (3, 13) else {}


async def _listen(
    loop: asyncio.AbstractEventLoop, passed: socket.socket, factory: Callable[[], Session]
) -> asyncio.Server:
    if passed.family == socket.AF_UNIX:
        return await loop.create_unix_server(factory, sock=passed, backlog=BACKLOG, **_KEEP)
    return await loop.create_server(factory, sock=passed, backlog=BACKLOG)


def _bind(path: Path, mode: int) -> socket.socket:
    """The UNIX socket at `path`, in place of a dead daemon's.  Nobody can connect before its mode is set."""
    with suppress(FileNotFoundError):
        if stat.S_ISSOCK(path.stat().st_mode):
            path.unlink()
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    path.chmod(mode)
    return listening


def _name(listening: socket.socket) -> str:
    name = listening.getsockname()
    if isinstance(name, tuple):
        return f"[{name[0]}]:{name[1]}" if ":" in name[0] else f"{name[0]}:{name[1]}"
    return os.fsdecode(name)


def _tls(config: Door) -> ssl.SSLContext | None:
    if config.certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(config.certificate, config.key)
    except (OSError, ssl.SSLError) as error:
        what = f"this certificate and its key cannot be used: {error}"
        raise RuleError(Problem(str(config.certificate), 0, 0, what, "PEM files that belong together")) from error
    return context
