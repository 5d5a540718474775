"""pgproxy: between a daemon and PostgreSQL, on UNIX sockets.

proxy = PostgresProxy(server, folder); proxy.url("name")
proxy.cut_at_commit(1)      so many COMMITs are done, and their answers are swallowed: all connections end instead
proxy.away = True           hangs up on whoever comes
proxy.delay = 10.0          each answer waits so long
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from pathlib import Path

from parts.postgres import Postgres

# CommandComplete, as PostgreSQL says that it has committed.
DONE = b"C\x00\x00\x00\x0bCOMMIT\x00"


class PostgresProxy:
    def __init__(self, server: Postgres, folder: Path) -> None:
        folder.mkdir()
        self.folder, self._target = folder, str(server.folder / ".s.PGSQL.5432")
        self.delay, self.away, self.cuts = 0.0, False, 0
        self._left = 0
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / ".s.PGSQL.5432"))
        self._listener.listen(50)
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, name: str) -> str:
        return f"postgresql:///{name}?host={self.folder}&user=maild"

    def cut_at_commit(self, times: int) -> None:
        self._left = times

    def hang_up(self) -> None:
        pairs, self._pairs = self._pairs, []
        for end in (end for pair in pairs for end in pair):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.close()
        self.hang_up()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self.away:
                    client.close()
                    continue
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._target)
                self._pairs.append((client, server))
                for pump in (self._up, self._down):
                    threading.Thread(target=pump, args=(client, server), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while octets := client.recv(65536):
                server.sendall(octets)
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_WR)

    def _down(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while octets := server.recv(65536):
                if self._left and DONE in octets:
                    self._left -= 1
                    self.cuts += 1
                    self.hang_up()
                    return
                if self.delay:
                    time.sleep(self.delay)
                client.sendall(octets)
            client.shutdown(socket.SHUT_RDWR)
