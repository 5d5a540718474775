"""probe: a look at a mail server, as one who hands in no mail.

async with probe(target, name, patience) as peer:      greeted, under TLS where that is asked for; Unreachable with a sentence when not
    peer.banner, peer.offers, peer.certificate
    await peer.ask("MAIL FROM:<>")  -> Reply
    await peer.login(username, password) -> Reply
Every probe ends with RSET and QUIT; nothing is sent with DATA, but for the one mail of `maild doctor --forge`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiosmtplib

from maild.edges.aside import in_thread
from maild.edges.relay_wire import Reply

_TEXT = 300


@dataclass(frozen=True, slots=True)
class Target:
    """tls: none, starttls or implicit; path: an LMTP socket instead of host and port."""

    host: str = ""
    port: int = 25
    tls: str = "none"
    path: Path | None = None


class Unreachable(Exception):
    """No conversation: why, and at which step (name, connect, greeting, tls)."""

    def __init__(self, step: str, reason: str) -> None:
        self.step = step
        super().__init__(reason)


@dataclass
class Peer:
    """The other side."""

    client: aiosmtplib.SMTP
    banner: str
    address: str
    offers: Mapping[str, str] = field(default_factory=dict)
    expires: datetime | None = None

    async def ask(self, line: str) -> Reply:
        """One command.  Whatever ends the connection is a 421."""
        try:
            told = await self.client.execute_command(line.encode())
        except (aiosmtplib.SMTPException, OSError, RuntimeError) as error:
            return Reply(421, f"{type(error).__name__}: {error}"[:_TEXT])
        return Reply(told.code, _clean(told.message))

    async def login(self, username: str, password: str) -> Reply:
        try:
            await self.client.login(username, password)
        except aiosmtplib.SMTPResponseException as error:
            return Reply(error.code, _clean(error.message))
        except (aiosmtplib.SMTPException, OSError, RuntimeError) as error:
            return Reply(500, f"{type(error).__name__}: {error}"[:_TEXT])
        return Reply(235, "let in")


@contextlib.asynccontextmanager
async def probe(target: Target, name: str, patience: float) -> AsyncIterator[Peer]:
    """Connect, greet, and leave politely."""
    where = None if target.path else await connect(target.host, target.port, patience)
    client = aiosmtplib.SMTP(
        hostname=target.host or None,
        port=None,
        timeout=patience,
        use_tls=target.tls == "implicit",
        start_tls=False,
        sock=where,
        socket_path=target.path,
    )
    try:
        peer = await _greet(client, target, name, where)
        yield peer
        await peer.ask("RSET")
        with contextlib.suppress(aiosmtplib.SMTPException, OSError, RuntimeError, TimeoutError):
            await client.quit(timeout=2)
    finally:
        client.close()
        if where is not None:
            where.close()


async def connect(host: str, port: int, patience: float) -> socket.socket:
    """The first of its addresses that takes a connection; RFC 5321 section 5.1 has all of them tried."""
    try:
        async with asyncio.timeout(patience):
            found = await in_thread(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except TimeoutError:
        raise Unreachable("name", f"nobody told the address of {host} in time") from None
    except (OSError, UnicodeError) as error:
        raise Unreachable("name", f"{host} has no address: {getattr(error, 'strerror', None) or error}") from None
    reasons: list[str] = []
    for family, kind, protocol, _, address in found[:4]:
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        try:
            async with asyncio.timeout(patience / min(len(found), 4)):
                await asyncio.get_running_loop().sock_connect(made, address)
        except TimeoutError:
            made.close()
            reasons.append(f"no answer from {address[0]}")
        except OSError as error:
            made.close()
            reasons.append(f"{address[0]}: {os.strerror(error.errno).lower() if error.errno else error}")
        except BaseException:
            made.close()
            raise
        else:
            return made
    raise Unreachable("connect", "; ".join(dict.fromkeys(reasons)))


async def _greet(client: aiosmtplib.SMTP, target: Target, name: str, where: socket.socket | None) -> Peer:
    step = "tls" if target.tls == "implicit" else "greeting"
    try:
        told = await client.connect()
        peer = Peer(client, _clean(told.message), str(where.getpeername()[0]) if where else str(target.path))
        if target.path is not None:
            await peer.ask(f"LHLO {name}")
            return peer
        await client.ehlo(hostname=name)
        if target.tls == "starttls":
            step = "tls"
            await client.starttls()
            await client.ehlo(hostname=name)
        peer.offers = dict(client.esmtp_extensions)
        peer.expires = _expires(client)
    except Exception as error:  # whatever a server's answers do to the library
        raise Unreachable(step, _reason(error)) from error
    return peer


def _expires(client: aiosmtplib.SMTP) -> datetime | None:
    """Until when its certificate, which verified, is good."""
    guarded = client.get_transport_info("ssl_object")
    told = guarded.getpeercert() if guarded is not None else None
    end = (told or {}).get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(end), UTC) if isinstance(end, str) else None


def _reason(error: Exception) -> str:
    inner = error.__cause__ if isinstance(error.__cause__, ssl.SSLError) else error
    if isinstance(inner, ssl.SSLCertVerificationError):
        return f"its certificate is not to be believed: {inner.verify_message}"
    return _clean(str(error) or type(error).__name__)


def _clean(text: str) -> str:
    joined = " ".join(text.split())[:_TEXT]
    return "".join(c if c.isprintable() else "?" for c in joined)
