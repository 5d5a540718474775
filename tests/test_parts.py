"""The parts that stories stand on hold by themselves."""

from __future__ import annotations

import os
import smtplib
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from parts import pristine, warm
from parts.mails import AUTHSERV, mail, wire
from parts.postgres import Postgres
from parts.sink import Sink
from parts.site import DESK, KARI, MAILD, OLA, Site, planted

from maild.store import migrate
from maild.store.database import Database


def deliver(sink: Sink, kind: str) -> None:
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=10) as door:
        letter = mail("desk@desk.example", "Takk", "Hei\n.\n..\n", X_Maild_Kind=kind, X_Maild_Case="1042")
        door.sendmail("bounce@desk.example", ["ann@kunde.example", "bo@kunde.example"], wire(letter))


def test_the_sink_keeps_a_letter_as_it_was_sent(sink: Sink) -> None:
    deliver(sink, "ack")
    (kept,) = sink.wait("ack", to="bo@kunde.example")
    assert (kept.sender, kept.case, kept.text) == ("bounce@desk.example", "1042", "Hei\n.\n..\n")


def test_the_sink_tells_letters_apart_by_kind_and_recipient(sink: Sink) -> None:
    deliver(sink, "ack")
    deliver(sink, "notice")
    assert len(sink.of("notice")) == 1
    assert not sink.of("ack", to="cy@kunde.example")
    assert len(sink.of(to="ann@kunde.example")) == 2


@pytest.mark.parametrize(
    ("at", "reply", "raised"),
    [
        ("RCPT", b"451 4.2.0 later", smtplib.SMTPRecipientsRefused),
        ("DATA", b"554 5.7.1 no", smtplib.SMTPDataError),
        (".", b"452 4.3.1 full", smtplib.SMTPDataError),
    ],
)
def test_the_sink_refuses_when_told_to(sink: Sink, at: str, reply: bytes, raised: type[Exception]) -> None:
    sink.answers[at] = reply
    with pytest.raises(raised):
        deliver(sink, "ack")
    assert not sink.letters


def test_the_throw_away_postgres_is_durable_and_each_test_has_its_own_database(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as database:
        asked = [database.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit")]
        assert asked == [("on",), ("on",)]
        assert database.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def cold(command: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, **environment}
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environ, check=False)


@pytest.mark.parametrize("words", [["--help"], ["check"], ["chekc"], ["completion", "bash"], ["queue", "list"]])
def test_a_command_says_and_ends_warm_as_it_does_cold(words: list[str], tmp_path: Path) -> None:
    said = warm.run([*MAILD, *words], dict(os.environ), tmp_path, 60)
    told = cold([*MAILD, *words], tmp_path)
    assert (said.returncode, said.stdout, said.stderr) == (told.returncode, told.stdout, told.stderr)


def test_a_command_has_its_own_input_environment_and_folder(make_site, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    site = make_site()
    command = [*MAILD, "pipe", "--from", "ann@kunde.example", "--to", DESK]
    assert warm.run(command, site.environment, tmp_path, 60, b"Subject: hi\n\nhello\n").returncode == 0
    assert len(site.queue()) == 1
    relative = {**site.environment, "MAILD_CONFIG": site.config.name}
    assert warm.run([*MAILD, "check"], relative, site.config.parent, 60).returncode == 0
    assert warm.run([*MAILD, "check"], relative, tmp_path, 60).returncode == 78


def test_one_that_takes_too_long_is_killed_and_told(site: Site) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        warm.run([*planted("import time; time.sleep(60)"), "check"], site.environment, site.folder, 0.1)
    site.kill()
    assert site.process is not None
    assert site.process.returncode == -9


def test_modules_are_looked_for_where_python_looks(tmp_path: Path) -> None:
    asked = planted("import sys; print(sys.path, sys.argv)")
    said = warm.run([*asked, "--help"], dict(os.environ), tmp_path, 60)
    assert said.stdout == cold([*asked, "--help"], tmp_path).stdout


def test_planted_lines_come_before_our_modules(tmp_path: Path) -> None:
    lines = "import sys; print([name for name in sys.modules if name.startswith('maild')])"
    assert warm.run([*planted(lines), "--help"], dict(os.environ), tmp_path, 60).stdout.startswith("[]\n")


def test_where_python_itself_would_start_otherwise_it_does(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONWARNINGS": "error"}
    with (tmp_path / "out").open("w+b") as file:
        started = warm.start([*MAILD, "--version"], environment, tmp_path, (file, file, file))
        assert isinstance(started, subprocess.Popen)
        assert started.wait(60) == 0
        before = warm.start([sys.executable, *MAILD[1:], "--version"], dict(os.environ), tmp_path, (file, file, file))
        assert isinstance(before, warm.Child)
        assert before.wait(60) == 0


def test_a_pristine_database_is_what_migrations_make(tmp_path: Path) -> None:
    made = Database(str(tmp_path / "migrated.db"))
    migrate.up(made, pristine.MIGRATIONS)
    copied = Database(str(pristine.sqlite(tmp_path / "copied.db")))
    assert migrate.pending(copied, pristine.MIGRATIONS) == ()
    schema = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"
    assert copied.session().all(schema) == made.session().all(schema)
    for database in (made, copied):
        database.close()


def test_each_pristine_database_of_a_server_is_one_of_its_own(postgres: Postgres) -> None:
    one, other = (Database(pristine.postgresql(postgres)) for _ in range(2))
    one.session().execute("INSERT INTO counter VALUES ('a', 1)")
    assert other.session().all("SELECT * FROM counter WHERE key='a'") == []
    assert migrate.pending(other, pristine.MIGRATIONS) == ()
    for database in (one, other):
        database.close()


def test_a_site_that_is_a_copy_is_what_init_writes(make_site, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    make_site()
    site = make_site()
    words = ["init", str(tmp_path / "site"), "--smtp", f"127.0.0.1:{site.port}", "--lmtp", str(site.lmtp)]
    words += ["--relay", site.relay, "--desk", DESK, "--handler", KARI, "--handler", OLA]
    words += ["--authserv-id", AUTHSERV, "--zone", "Europe/Oslo", "--language", "nb"]
    assert site.maild(*words).returncode == 0
    assert _files(site.config.parent) == _files(tmp_path / "site")


def _files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}
