"""control: the UNIX socket by which commands reach the running daemon.  0600; the peer's credentials are the actor.

One JSON object a line each way: {"order": "retry", "id": "in-17"} -> {"ok": true, "text": "..."}.
"""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import structlog

Order = Callable[[dict[str, Any], str], Awaitable[dict[str, Any]]]
_LONGEST = 64 * 1024
_PATIENCE = 30.0
log = structlog.get_logger("maild.control")


async def serve(path: Path, orders: Mapping[str, Order]) -> asyncio.Server:
    """Listen; a stale socket of a dead daemon is replaced (the lock on the state folder says that it is dead)."""
    path.unlink(missing_ok=True)
    before = os.umask(0o177)
    try:
        return await asyncio.start_unix_server(lambda r, w: _session(r, w, orders), str(path), limit=_LONGEST)
    finally:
        os.umask(before)


async def _session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, orders: Mapping[str, Order]) -> None:
    try:
        async with asyncio.timeout(_PATIENCE):
            line = await reader.readline()
            answer = await _answer(line, _actor(writer), orders)
            writer.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
            await writer.drain()
    except (TimeoutError, ConnectionError, ValueError):
        pass
    finally:
        writer.close()


async def _answer(line: bytes, actor: str, orders: Mapping[str, Order]) -> dict[str, Any]:
    try:
        asked = json.loads(line)
        order = orders[asked["order"]]
    except (ValueError, KeyError, TypeError):
        return {"ok": False, "text": f"orders are {', '.join(orders)}"}
    try:
        return await order(asked, actor)
    except Exception as error:
        log.error("order failed", order=asked["order"], actor=actor, exc_info=error)
        return {"ok": False, "text": f"it could not be done ({type(error).__name__}); the daemon's log says more"}


def _actor(writer: asyncio.StreamWriter) -> str:
    peer = writer.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, uid, _ = struct.unpack("3i", peer)
    try:
        return f"admin:{pwd.getpwuid(uid).pw_name}"
    except KeyError:
        return f"admin:{uid}"


def listens(path: Path) -> bool:
    """Whether a daemon does."""
    try:
        return ask(path, {"order": "status"}, patience=2.0) is not None
    except (OSError, ValueError):
        return True


def ask(path: Path, order: Mapping[str, Any], patience: float = _PATIENCE) -> dict[str, Any] | None:
    """From a command: the daemon's answer, None when no daemon listens."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(patience)
        try:
            connection.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        except PermissionError as error:
            what = "only the daemon's own user may give it orders (run this as that user, or as root)"
            raise PermissionError(error.errno, what, str(path)) from error
        connection.sendall(json.dumps(dict(order)).encode() + b"\n")
        with connection.makefile("rb") as answers:
            return dict(json.loads(answers.readline() or b"{}")) or {
                "ok": False,
                "text": "the daemon ended before it answered",
            }
