"""postgres: a throw-away PostgreSQL on a UNIX socket, without root's rights and durable as in production.

with running() as server:    server.url("name") -> postgresql:// of a fresh, empty database
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg

from parts.site import short_folder

_SERIAL = itertools.count(1)
# Nothing of the machine's PostgreSQL comes in: PGPORT, PGDATA and the like are not inherited.
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", "/usr/bin:/bin")}


class Postgres:
    def __init__(self, folder: Path) -> None:
        self.folder, self.binaries = folder, _binaries()
        self.user = "nobody" if os.getuid() == 0 else None
        if self.user:
            entry = pwd.getpwnam(self.user)
            os.chown(folder, entry.pw_uid, entry.pw_gid)

    def run(self, program: str, *words: str) -> None:
        account = pwd.getpwnam(self.user) if self.user else None
        subprocess.run(
            [str(self.binaries / program), *words],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={**_ENVIRONMENT, "HOME": str(self.folder)},
            cwd=self.folder,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )

    def create(self) -> None:
        data = str(self.folder / "data")
        self.run("initdb", "-D", data, "-U", "maild", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")

    def start(self, buffers: str = "64MB") -> None:
        data, log = str(self.folder / "data"), str(self.folder / "log")
        options = f"-k {self.folder} -c listen_addresses='' -c shared_buffers={buffers} -c max_connections=60"
        self.run("pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start")

    def stop(self) -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    def fresh(self, template: str = "template0") -> str:
        """The URL of a new database: an empty one, or a copy of that one."""
        name = f"maild{next(_SERIAL)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as one:
            one.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return self.url(name)

    def url(self, name: str) -> str:
        return f"postgresql:///{name}?host={self.folder}&user=maild"


def _binaries() -> Path:
    """Debian keeps initdb and pg_ctl out of the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    in_path = shutil.which("initdb")
    assert found or in_path, "PostgreSQL is missing: apt-get install postgresql"
    return found[-1].parent if found else Path(str(in_path)).parent


@contextlib.contextmanager
def running() -> Iterator[Postgres]:
    folder = short_folder()
    server = Postgres(folder)
    try:
        server.create()
        server.start()
        yield server
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
