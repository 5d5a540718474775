"""monitoring: /metrics and /healthz, for monitors on this machine.

server(config, watch, figures) -> Server, listening already; run_here() until cancelled.  GET and HEAD only; whatever else is 404 or 405.

uvicorn with a plain ASGI function: it costs 2.3 MiB and 60 ms at the start, and only where `health: listen` stands in maild.yaml;
for two pages a framework (1.1 MiB and as long again) would bring nothing.  Its signal handlers are left out: they are the daemon's.
LIMITS  32 connections at a time; idle ones go after 5 s.
"""

from __future__ import annotations

import json
import socket
import stat
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn

from maild.config import Health
from maild.edges.metrics import Figures, exposition
from maild.edges.watch import Watch
from maild.errors import Problem, RuleError

__all__ = ["Figures", "server"]

# A page: () -> (status, content type, body).
Page = Callable[[], tuple[int, str, bytes]]
CONNECTIONS, IDLE = 32, 5
TEXT = "text/plain; version=0.0.4; charset=utf-8"


class Server(uvicorn.Server):
    """In our loop, on our socket, without hands on our signals."""

    def __init__(self, config: uvicorn.Config, listening: socket.socket) -> None:
        super().__init__(config)
        self._listening = listening

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def run_here(self) -> None:
        try:
            await self.serve(sockets=[self._listening])
        finally:
            for server in getattr(self, "servers", ()):
                server.close()
            self._listening.close()


def server(config: Health, watch: Watch, figures: Figures) -> Server:
    """Bound already, so that a mistake shows at the start.  RuleError when the address cannot be had."""
    pages: dict[str, Page] = {
        "/metrics": lambda: (200, TEXT, exposition(figures)),
        "/healthz": lambda: healthz(watch),
    }
    try:
        listening = _bind(config)
    except OSError as error:
        where = config.path or f"{config.tcp and config.tcp[0]}:{config.tcp and config.tcp[1]}"
        what = f"health cannot listen on {where}: {error.strerror}"
        raise RuleError(Problem("maild.yaml", 0, 0, what, "health: listen: another address or path")) from error
    made = uvicorn.Config(
        _application(pages), loop="none", http="h11", ws="none", lifespan="off", log_config=None, access_log=False,
        limit_concurrency=CONNECTIONS, timeout_keep_alive=IDLE, timeout_graceful_shutdown=1, server_header=False,
        date_header=False,
    )  # fmt: skip
    return Server(made, listening)


def _bind(config: Health) -> socket.socket:
    if config.path is None:
        assert config.tcp is not None
        return socket.create_server(config.tcp, family=socket.AF_INET6 if ":" in config.tcp[0] else socket.AF_INET)
    with suppress(FileNotFoundError):
        if stat.S_ISSOCK(config.path.stat().st_mode):
            config.path.unlink()
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(config.path))
    config.path.chmod(config.mode)
    return listening


Send = Callable[[dict[str, Any]], Awaitable[None]]


def _application(pages: Mapping[str, Page]) -> Callable[[Any, Any, Send], Awaitable[None]]:
    async def answer(scope: Any, receive: Any, send: Send) -> None:
        status, kind, body = _page(scope, pages)
        length = str(len(body)).encode()
        headers = [(b"content-type", kind.encode()), (b"content-length", length), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    return answer


def _page(scope: Any, pages: Mapping[str, Page]) -> tuple[int, str, bytes]:
    page = pages.get(scope["path"])
    if page is None:
        return 404, TEXT, b"there is " + " and ".join(pages).encode() + b"\n"
    if scope["method"] not in ("GET", "HEAD"):
        return 405, TEXT, b"GET only\n"
    return page()


def healthz(watch: Watch) -> tuple[int, str, bytes]:
    """503 only while mail cannot be stored: what else is ill, a restart or another node would not mend."""
    conditions = watch.conditions()
    ill = [{"part": c.part, "text": c.text} for c in conditions if not c.well]
    told = {"taking_mail": watch.taking_mail, "well": not ill, "ill": ill}
    return 200 if watch.taking_mail else 503, "application/json", json.dumps(told).encode() + b"\n"
