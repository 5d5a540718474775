"""dumping: a PostgreSQL database copied and put back by PostgreSQL's own programs.

dump(url, target, snapshot)          pg_dump, custom format
read(path) -> Content                what a dump holds: tables and rows, and the event chain, without any server
load(path, url)                      pg_restore into an empty schema, whole or not at all
Unfit is a sentence: a program is missing, older than the server, or says why it failed.

A password never stands on a command line, where every user of the machine could read it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from maild.store import chain
from maild.store.database import Session

# What a restore with --force has moved aside: no part of the site.
ASIDE = "before_restore_"
_COPY = re.compile(r'COPY (?:[\w"]+\.)?"?(\w+)"? \((.*)\) FROM stdin;')
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPE = re.compile(r"\\(.)", re.S)
_NUMBERS = ("id", "case_id", "seq", "version", "at")


class Unfit(Exception):
    """It cannot be done with what is there; a sentence with the cure."""


@dataclass
class Content:
    """What stands in a dump."""

    counts: dict[str, int] = field(default_factory=dict)
    chain: chain.Chain = field(default_factory=chain.Chain)


def dump(session: Session, url: str, target: Path, snapshot: str) -> None:
    """Write the dump of that snapshot; the session's transaction keeps the snapshot alive."""
    _not_older("pg_dump", session)
    # The least compression: more of it takes three times as long for a tenth less (files in mails are compressed already).
    words = (
        "--format=custom",
        "--compress=1",
        "--no-owner",
        "--no-privileges",
        f"--snapshot={snapshot}",
        f"--exclude-schema={ASIDE}*",
    )
    _run("pg_dump", url, *words, f"--file={target}")
    target.chmod(0o600)


def load(session: Session, path: Path, url: str) -> None:
    """All of the dump in one transaction."""
    _not_older("pg_restore", session)
    _run("pg_restore", url, "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", str(path))


def tables(path: Path) -> list[str]:
    """The tables that the dump's list of contents names."""
    done = subprocess.run([program("pg_restore"), "--list", str(path)], capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise Unfit(f"pg_restore cannot read {path.name}: {_last(done.stderr)}")
    return sorted(re.findall(r"^\d+; \d+ \d+ TABLE DATA \S+ (\S+)", done.stdout, re.M))


def read(path: Path) -> Content:
    """Every row of the dump, decompressed; chain.Broken when an event is not what it was."""
    content = Content()
    command = [program("pg_restore"), "--data-only", "--file=-", str(path)]
    with _running(command) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        for table, columns in _copies(running.stdout):
            rows = _Rows(running.stdout)
            if table == "event":
                content.chain = chain.follow(_in_order(_event(line, columns) for line in rows))
            else:
                for _ in rows:
                    pass
            content.counts[table] = rows.count
        said = running.stderr.read()
    if running.returncode:
        raise Unfit(f"pg_restore cannot read {path.name}: {_last(said)}")
    return content


def _running(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")  # noqa: S603


def _copies(lines: Iterator[str]) -> Iterator[tuple[str, list[str]]]:
    """Where the rows of a table begin."""
    for line in lines:
        match = _COPY.match(line)
        if match:
            yield match[1], [name.strip().strip('"') for name in match[2].split(",")]


class _Rows:
    """The lines of one COPY, counted."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self.count = lines, 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            if line == "\\.\n":
                return
            self.count += 1
            yield line


def _in_order(events: Iterator[list[Any]]) -> Iterator[list[Any]]:
    """A dump has rows as they lie in the table, nearly in order: a few wait for those before them."""
    early: dict[int, list[Any]] = {}
    wanted = 1
    for event in events:
        early[event[0]] = event
        while wanted in early:
            yield early.pop(wanted)
            wanted += 1
    yield from (early[number] for number in sorted(early))


def _event(line: str, columns: Sequence[str]) -> list[Any]:
    """A row of the log as the database holds it (COPY's text format)."""
    found = {name: _value(name, word) for name, word in zip(columns, line.rstrip("\n").split("\t"), strict=True)}
    return [found[name] for name in chain.COLUMNS]


def _value(name: str, word: str) -> object:
    if word == "\\N":
        return None
    return int(word) if name in _NUMBERS else _ESCAPE.sub(lambda m: _ESCAPES.get(m[1], m[1]), word)


# --- the programs -----------------------------------------------------------------------------------------------------------------


def program(name: str) -> str:
    """Where it is; Unfit with the package that brings it."""
    found = shutil.which(name)
    if found is None:
        raise Unfit(f"{name} is missing: apt-get install postgresql-client")
    return found


def _not_older(name: str, session: Session) -> None:
    """A program of an older release cannot read a newer server."""
    said = subprocess.run([program(name), "--version"], capture_output=True, text=True).stdout  # noqa: S603
    match = re.search(r"\) (\d+)", said)
    server = int((session.one("SHOW server_version_num") or ("0",))[0]) // 10_000
    if match is None or int(match[1]) < server:
        mine = match[1] if match else "of an unknown release"
        raise Unfit(
            f"{name} is {mine} and the server is PostgreSQL {server}: apt-get install postgresql-client-{server}"
        )


def _run(name: str, url: str, *words: str) -> None:
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    given = conninfo_to_dict(url)
    password = given.pop("password", None)
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    command = [program(name), f"--dbname={make_conninfo('', **given)}", "--no-password", *words]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL)  # noqa: S603
    if done.returncode:
        raise Unfit(f"{name} failed: {_last(done.stderr)}")


def _last(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if "error" in line), lines[-1] if lines else "it said nothing")


# --- an emptied schema ------------------------------------------------------------------------------------------------------------


def occupied(session: Session) -> bool:
    """Whether there is anything of maild's in the schema."""
    return session.one("SELECT 1 WHERE to_regclass('schema_migration') IS NOT NULL") is not None


def move_aside(session: Session, name: str) -> str:
    """Rename the schema, and make an empty one of its name; where the old tables are now."""
    row = session.one("SELECT current_schema()")
    assert row is not None
    here, there = str(row[0]), f"{ASIDE}{name}"
    extensions = session.all(
        "SELECT extname FROM pg_extension WHERE extnamespace=(SELECT oid FROM pg_namespace WHERE nspname=?)", (here,)
    )
    with session.transaction():
        session.execute(f'ALTER SCHEMA "{here}" RENAME TO "{there}"')
        session.execute(f'CREATE SCHEMA "{here}"')
        for (extension,) in extensions:
            session.execute(f'ALTER EXTENSION "{extension}" SET SCHEMA "{here}"')
    return there
