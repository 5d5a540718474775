"""A person's mistakes and a world that is not as it should be: a sentence and an exit code, never a traceback."""

from __future__ import annotations

import asyncio
import errno
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from parts.site import maild

from maild import cli
from maild.edges import control
from maild.store import incoming
from maild.store.database import Database

SITE = ("--desk", "support@desk.example", "--handler", "Kari Nordmann <kari@staff.example>")
MAIL = b"From: ann@kunde.example\r\nTo: support@desk.example\r\nSubject: Skriver\r\n\r\nDen st\xe5r.\r\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    assert maild("init", "site", *SITE, folder=tmp_path).returncode == 0
    (tmp_path / "site" / "mail.eml").write_bytes(MAIL)
    return tmp_path / "site"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("case", "show", b"\xff"), 64, "an argument is not written in UTF-8"),
        (("explain", b"\xff"), 64, "an argument is not written in UTF-8"),
        (("try", "mail.eml", "--at", "9999-12-31T23:59:59"), 64, "is no time"),
        (("try", "mail.eml", "--at", "0001-01-01T00:00:00+14:00"), 64, "is no time"),
    ],
)
def test_an_odd_argument_is_told(site: Path, words: tuple[str | bytes, ...], code: int, said: str) -> None:
    assert maild("migrate", folder=site).returncode == 0
    done = maild(*words, folder=site)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [("migrate", "--status"), ("case", "list"), ("explain", "1")])
def test_a_database_that_is_none_is_told(site: Path, words: tuple[str, ...]) -> None:
    (site / "state").mkdir(mode=0o700)
    (site / "state" / "maild.sqlite").write_text("this is no database, whatever its name says\n" * 100)
    done = maild(*words, folder=site)
    assert (done.returncode, "Traceback" in done.stderr) == (78, False)
    assert "database" in done.stderr


def test_a_door_that_is_taken_is_told(site: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert maild("init", "other", *SITE, "--smtp", f"127.0.0.1:{port}", folder=site).returncode == 0
        done = maild("run", "-c", "other", folder=site)
    assert done.returncode == 75
    assert done.stderr.count("\n") == 1
    assert "in use" in done.stderr


def test_a_file_that_cannot_be_read_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """As root everything can be read, so the error is made by hand."""
    denied = PermissionError(errno.EACCES, "Permission denied", "/var/lib/maild/keys")
    assert cli._explain(denied) == 78
    assert capsys.readouterr().err == "maild: /var/lib/maild/keys: Permission denied\n"


def test_a_bug_shows_where_and_ends_with_70(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli._explain(KeyError("a bug")) == 70
    assert "KeyError: 'a bug'" in capsys.readouterr().err


def test_an_order_that_fails_is_answered(tmp_path: Path) -> None:
    """The admin learns that it was not done, and not that the daemon has ended."""

    async def broken(asked: dict[str, Any], actor: str) -> dict[str, Any]:
        raise OSError("the database is away")

    async def asked() -> dict[str, Any] | None:
        async with await control.serve(tmp_path / "control", {"retry": broken}):
            return await asyncio.to_thread(control.ask, tmp_path / "control", {"order": "retry", "id": "in-1"})

    answer = asyncio.run(asked())
    assert answer is not None
    assert answer == {"ok": False, "text": "it could not be done (OSError); the daemon's log says more"}


def test_queues_are_open_while_somebody_is_at_the_rules(site: Path) -> None:
    assert maild("migrate", folder=site).returncode == 0
    (site / "rules" / "people.yaml").write_text("kari: [\n")
    for words in (("queue", "list"), ("queue", "list", "--json"), ("explain", "1")):
        done = maild(*words, folder=site)
        assert "people.yaml" not in done.stderr
    assert maild("try", "mail.eml", folder=site).returncode == 78


def test_cases_are_shown_while_somebody_is_at_the_rules(site: Path) -> None:
    assert maild("migrate", folder=site).returncode == 0
    (site / "rules" / "people.yaml").write_text("kari: [\n")
    done = maild("case", "list", folder=site)
    assert (done.returncode, done.stdout) == (0, "no cases\n")
    assert "maild check" in done.stderr


@pytest.mark.parametrize("words", [("migrate", "--status"), ("migrate",), ("run",)])
def test_a_database_of_a_newer_release_is_told(site: Path, words: tuple[str, ...]) -> None:
    assert maild("migrate", folder=site).returncode == 0
    database = Database(str(site / "state" / "maild.sqlite"))
    database.session().execute("INSERT INTO schema_migration(name, applied) VALUES ('9999_future', '2030-01-01')")
    database.close()
    done = maild(*words, folder=site)
    assert (done.returncode, done.stderr.count("\n")) == (78, 1)
    assert "written by a newer maild (it has 9999_future)" in done.stderr


def test_what_is_pending_is_named(site: Path) -> None:
    assert maild("migrate", folder=site).returncode == 0
    assert maild("migrate", "--status", folder=site).stdout == "up to date\n"
    database = Database(str(site / "state" / "maild.sqlite"))
    database.session().execute("DELETE FROM schema_migration")
    database.close()
    pending = maild("migrate", "--status", folder=site)
    assert (pending.returncode, "0001_initial" in pending.stdout) == (1, True)


def test_what_a_daemon_had_in_hand_at_its_end_can_be_dropped(site: Path) -> None:
    assert maild("migrate", folder=site).returncode == 0
    database = Database(str(site / "state" / "maild.sqlite"))
    session = database.session()
    incoming.wake(session, 1, datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    assert len(incoming.claim(session, datetime(2026, 3, 2, 9, 1, tzinfo=UTC), 1)) == 1
    database.close()
    done = maild("queue", "drop", "in-1", folder=site)
    assert (done.returncode, done.stdout) == (0, "in-1: dropped\n")
