"""maild doctor and what is on this machine: files, disk, clock, database, rules; and that it always ends, in words."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from parts.doctoring import doctored, levels, only, texts
from parts.mails import mail, wire
from parts.net import wait_until
from parts.postgres import Postgres
from parts.postgres import running as postgres_running
from parts.sink import Sink
from parts.site import Site, planted, short_folder

from maild import config as plumbing
from maild.cli.doctor import checks
from maild.cli.doctor.finding import Unseen
from maild.cli.doctor.service import locked


@pytest.fixture(scope="module")
def kept() -> Iterator[Site]:
    """A site whose daemon has settled a mail and gone; its state is put back after each test (`site`)."""
    sink = Sink()
    made = Site(short_folder(), sink.address)
    made.start()
    made.send(mail("Ann <ann@kunde.example>", "Printer", "It is on fire"))
    assert wait_until(lambda: not made.queue() and made.cases())
    assert made.stop() == 0
    yield made
    made.close()
    sink.close()


@pytest.fixture
def site(kept: Site) -> Iterator[Site]:
    folder = kept.config.parent
    before = {p: (p.read_bytes(), p.stat().st_mode) for p in folder.rglob("*") if p.is_file()}
    modes = {p: p.stat().st_mode for p in folder.rglob("*") if p.is_dir()}
    yield kept
    for path in [p for p in folder.rglob("*") if p.is_file() and p not in before]:
        path.unlink()
    for path, (octets, mode) in before.items():
        path.write_bytes(octets)
        path.chmod(mode)
        os.chown(path, os.geteuid(), os.getegid())
    for path, mode in modes.items():
        path.chmod(mode)


def change(site: Site, sql: str, *values: object) -> None:
    with sqlite3.connect(plumbing.load(site.config).database) as connection:
        connection.execute(sql, values)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


# --- the command itself -----------------------------------------------------------------------------------------------------------


def test_it_lists_its_checks_without_a_site(tmp_path: Path, kept: Site) -> None:
    kept_config, kept.config = kept.config, tmp_path / "nowhere.yaml"
    try:
        done = kept.maild("doctor", "--list")
    finally:
        kept.config = kept_config
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(checks.CHECKS)
    assert all(len(line.split()) > 3 for line in done.stdout.splitlines())


def test_a_wrong_name_is_a_mistake_in_use(site: Site) -> None:
    done = site.maild("doctor", "--only", "everything")
    assert (done.returncode, "there is no check 'everything'" in done.stderr) == (64, True)
    assert site.maild("doctor", "--address", "mx.example.org").returncode == 64
    assert site.maild("doctor", "--resolver", "ns.example.org").returncode == 64


def test_a_site_in_order_is_well_and_exit_is_0(site: Site) -> None:
    names = ("configuration", "people", "permissions", "schema", "keys", "queues", "database", "ticket-trick")
    done = site.maild("doctor", *(word for name in names for word in ("--only", name)))
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1].startswith("All is well: ")
    assert "✗" not in done.stdout


def test_a_broken_maild_yaml_is_told_with_line_and_cure_and_the_rest_is_not_looked_at(site: Site) -> None:
    edit(site.config, "door:", "doors:")
    done = site.maild(
        "doctor", "--json", *(x for name in ("versions", "mx", "way-back", "dkim", "dmarc") for x in ("--skip", name))
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    wrong = [row for row in rows if row["level"] == "error"]
    assert done.returncode == 1
    assert [row["check"] for row in wrong] == ["configuration"]
    assert re.search(r"maild.yaml:\d+: .*doors", wrong[0]["text"])
    assert {
        row["facts"].get("unseen") for row in rows if row["check"] not in ("configuration", "clock", "ticket-trick")
    } <= {True, None}
    assert done.stderr == ""


def test_a_check_that_fails_or_never_ends_is_a_finding_and_harms_no_other(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(ground: object) -> list[object]:
        await asyncio.sleep(3600)
        return []

    def broken(ground: object) -> list[object]:
        raise ZeroDivisionError("of all things")

    def blind(ground: object) -> list[object]:
        raise Unseen("it is dark")

    monkeypatch.setattr(checks, "CHECKS", {**checks.CHECKS, "hang": hang, "broken": broken, "blind": blind})
    told = doctored(site.config, "hang", "broken", "blind", "configuration", deadline=0.3)
    assert [(x.check, str(x.finding.level)) for x in told][:3] == [
        ("hang", "warning"),
        ("broken", "warning"),
        ("blind", "note"),
    ]
    assert "ZeroDivisionError: of all things" in texts(told)
    assert told[3].check == "configuration"


STUCK = """
import threading, time
from maild.cli.doctor import checks
checks.CHECKS["stuck"] = lambda ground: threading.Thread(target=time.sleep, args=(3600,), daemon=False).start() or []
"""


def test_a_thread_that_never_ends_does_not_keep_the_command(site: Site) -> None:
    words = [*planted(STUCK), "doctor", "--only", "stuck", "--only", "keys"]
    done = subprocess.run(words, env=site.environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "the keys belong" in done.stdout) == (0, True), done.stderr


# --- files ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "mode", "level", "cure"),
    [
        ("state", 0o755, "error", "chmod 700"),
        ("state", 0o770, "warning", "chmod 700"),
        ("state/keys", 0o640, "error", "chmod 600"),
        ("rules", 0o777, "error", "chmod -R o-w"),
        ("maild.yaml", 0o666, "error", "chmod -R o-w"),
    ],
)
def test_what_is_open_to_others_is_told_with_its_chmod(site: Site, path: str, mode: int, level: str, cure: str) -> None:
    assert only(doctored(site.config, "permissions")).level == "ok"
    (site.config.parent / path).chmod(mode)
    found = only(doctored(site.config, "permissions"))
    assert (found.level, cure in found.cure) == (level, True), found.text


def test_a_file_of_another_user_in_the_state_is_an_error(site: Site) -> None:
    os.chown(site.config.parent / "state" / "maild.sqlite", 65534, 65534)
    found = only(doctored(site.config, "permissions"))
    assert (found.level, "maild.sqlite" in found.text, "chown -R root" in found.cure) == ("error", True, True)


def test_keys_of_another_database_are_found(site: Site) -> None:
    change(site, "UPDATE setting SET value='another' WHERE key='key_fingerprint'")
    assert only(doctored(site.config, "keys")).level == "error"
    (site.config.parent / "state" / "keys").write_text("nonsense\n")
    assert "is no key file" in only(doctored(site.config, "keys")).text


# --- disk and clock ---------------------------------------------------------------------------------------------------------------


def test_the_disk_of_this_machine_can_be_looked_at(site: Site) -> None:
    assert levels(doctored(site.config, "disk")) <= {"ok", "note", "warning"}
    edit(site.config, "  hostname:", "  min_free: 900000GB\n  hostname:")
    assert levels(doctored(site.config, "disk")) >= {"error"}


def test_a_clock_before_the_newest_event_of_this_site_is_an_error(site: Site) -> None:
    assert "error" not in levels(doctored(site.config, "clock"))
    told = doctored(site.config, "clock", now=datetime.now(UTC) - timedelta(hours=2))
    assert [x.finding.level for x in told if "newest event" in x.finding.text] == ["error"]


# --- the database -----------------------------------------------------------------------------------------------------------------


def test_a_damaged_database_is_found(site: Site) -> None:
    path = Path(plumbing.load(site.config).database)
    octets = bytearray(path.read_bytes())
    for page in range(3, len(octets) // 8192):
        octets[page * 8192 : page * 8192 + 200] = bytes(200)
    path.write_bytes(octets)
    found = only(doctored(site.config, "database"))
    assert (found.level, "maild.sqlite" in found.text) == ("error", True)
    path.write_bytes(b"this was never a database" * 1000)
    assert "not a database" in only(doctored(site.config, "database")).text


def test_a_newer_schema_is_refused_in_words(site: Site) -> None:
    change(site, "INSERT INTO schema_migration(name, applied) VALUES ('9999_from_the_future', '2030-01-01')")
    found = only(doctored(site.config, "schema"))
    assert (found.level, "newer maild" in found.text) == ("error", True)


def test_what_is_held_is_counted(site: Site) -> None:
    assert only(doctored(site.config, "queues")).level == "ok"
    change(site, "UPDATE incoming SET state='held'")
    assert "1 mail is held" in only(doctored(site.config, "queues")).text


@pytest.fixture(scope="module")
def forgetful() -> Iterator[Postgres]:
    with postgres_running() as server:
        server.stop()
        data, log = str(server.folder / "data"), str(server.folder / "log")
        options = (
            f"-k {server.folder} -c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        )
        server.run("pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start")
        yield server


def test_a_postgresql_that_forgets_is_an_error_for_each_setting(site: Site, forgetful: Postgres) -> None:
    config = replace(plumbing.load(site.config), database=forgetful.fresh())
    told = doctored(site.config, "database", settings=config)
    assert [x.finding.facts.get("setting") for x in told if x.finding.level == "error"] == [
        "fsync", "synchronous_commit", "full_page_writes"]  # fmt: skip


def test_a_durable_postgresql_is_well_and_one_that_is_away_is_not(site: Site, postgres: Postgres) -> None:
    config = replace(plumbing.load(site.config), database=postgres.fresh())
    told = doctored(site.config, "database", "schema", settings=config)
    assert "error" not in levels(told), texts(told)
    assert "migrations are pending" in texts(told)
    away = replace(config, database="postgresql:///maild?host=/nonexistent&user=maild")
    told = doctored(site.config, "database", "people", "queues", settings=away)
    assert [str(x.finding.level) for x in told] == ["error", "note", "note"]


def test_the_newest_backup_is_read_from_the_database(site: Site) -> None:
    assert "no backup" in only(doctored(site.config, "backup")).text
    change(site, "INSERT INTO setting(key, value) VALUES ('last_backup', ?)", datetime.now(UTC).isoformat())
    assert only(doctored(site.config, "backup")).level == "ok"


# --- rules and trust --------------------------------------------------------------------------------------------------------------


def test_open_cases_of_somebody_who_works_no_more_are_told(site: Site) -> None:
    assert only(doctored(site.config, "people")).level == "ok"
    people = site.config.parent / "rules" / "people.yaml"
    people.write_text(re.sub(r"^(kari:\n)", r"\1  retired: true\n", people.read_text("utf-8"), flags=re.M), "utf-8")
    change(site, "UPDATE cases SET handler='kari'")
    found = only(doctored(site.config, "people"))
    assert (found.level, "kari" in found.text, found.facts["cases"]) == ("warning", True, 1)


def test_threat_6_desks_in_the_domain_of_the_staff_are_warned_of_the_ticket_trick(
    make_site: Callable[..., Site], site: Site
) -> None:
    assert only(doctored(site.config, "ticket-trick")).level == "ok"
    shared = make_site(handlers=("Kari <kari@desk.example>",))
    found = only(doctored(shared.config, "ticket-trick"))
    assert (found.level, found.facts["domain"], "help.desk.example" in found.cure) == ("warning", "desk.example", True)


def test_without_an_authenticator_handlers_are_told_to_be_strangers(site: Site) -> None:
    config = replace(plumbing.load(site.config), authenticators=())
    assert only(doctored(site.config, "authenticators", settings=config)).level == "warning"


def test_a_server_of_another_name_than_the_configured_is_seen_in_the_mails(make_site: Callable[..., Site]) -> None:
    site = make_site().start()
    for n in range(3):
        head = b"Authentication-Results: mx9.desk.example; dmarc=pass header.from=kunde.example\r\n"
        site.send(head + wire(mail("Ann <ann@kunde.example>", f"Printer {n}", "It is on fire")))
    assert wait_until(lambda: len(site.cases()) == 3 and not site.queue())
    found = only(doctored(site.config, "authenticators"))
    assert (found.level, "authserv-id: mx9.desk.example" in found.cure) == ("warning", True), found.text
    site.send(mail("Ann <ann@kunde.example>", "Printer 4", "It is on fire"))
    assert wait_until(lambda: len(site.cases()) == 4)
    assert only(doctored(site.config, "authenticators")).level == "ok"


def test_the_lock_of_a_daemon_is_seen_without_trying_it(site: Site, tmp_path: Path) -> None:
    import fcntl

    path = tmp_path / "lock"
    with path.open("w") as file:
        assert not locked(path)
        fcntl.flock(file, fcntl.LOCK_EX)
        assert locked(path)
    assert not locked(path)
