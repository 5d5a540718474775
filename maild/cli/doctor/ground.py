"""ground: what every check is given: the site, the instant, the resolver, and what the admin said.

Ground.config, Ground.policy     Unseen when they cannot be read (the check `configuration` says why)
looking(config) -> Session       for reading, without refusing a PostgreSQL that forgets: that is a finding
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from maild.cli.check import Found
from maild.cli.doctor.finding import Unseen
from maild.config import Config
from maild.edges.resolver import Names
from maild.model.policy import Policy
from maild.store.database import Database, Session, is_database_error

SMTP_PORT = 25


@dataclass(frozen=True, slots=True)
class Ground:
    """file: maild.yaml; address: from which letters leave, if the admin told; selectors: of DKIM, likewise.

    forge: a forgery is to be sent.
    """

    file: Path
    settings: Config | None
    found: Found
    now: datetime
    names: Names
    address: str | None = None
    selectors: tuple[str, ...] = ()
    mx_port: int = SMTP_PORT
    forge: bool = False

    @property
    def config(self) -> Config:
        if self.settings is None:
            raise Unseen("maild.yaml cannot be read")
        return self.settings

    @property
    def policy(self) -> Policy:
        if self.found.policy is None:
            raise Unseen("the rules cannot be read")
        return self.found.policy

    @property
    def domains(self) -> tuple[str, ...]:
        """Of the desks' addresses, in their order."""
        desks = (desk for desk in self.policy.desks.values() if not desk.retired)
        return tuple(dict.fromkeys(domain(address) for desk in desks for address in desk.addresses))

    @property
    def sending(self) -> tuple[str, ...]:
        """The domains that our letters are from: those of the desks' first addresses."""
        return tuple(dict.fromkeys(domain(d.address) for d in self.policy.desks.values() if not d.retired))


def domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def stranger(error: BaseException) -> bool:
    """Whether the database, and not we, is the reason."""
    return is_database_error(error) or type(error).__module__.startswith(("peewee", "psycopg"))


@contextlib.contextmanager
def looking(config: Config) -> Iterator[Session]:
    """A session for reading; Unseen when there is no database."""
    database = Database(config.database)
    if database.sqlite and not Path(database.url).exists():
        raise Unseen("there is no database yet")
    try:
        database.peewee.connect()
        yield Session(database)
    except Exception as problem:
        if stranger(problem):
            raise Unseen("the database cannot be read") from problem
        raise
    finally:
        with contextlib.suppress(Exception):
            database.close()
