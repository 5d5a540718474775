"""What a backup is made of, and what it tells when something is wrong with it."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest
from backups.conftest import Maker, asks, backed_up, founded
from parts.mails import mail
from parts.net import wait_until
from parts.sink import Sink
from parts.site import Site

from maild.cli.desk import opened
from maild.store.database import Database

ANN = "Ann Berg <ann@kunde.example>"
CANARY = "zebrafink@kunde.example"


@pytest.fixture(scope="module")
def lived(another: Maker, far: Sink) -> Site:
    """A site with a case, its daemon down; the same for all tests here, each of which leaves it as it was (but the last)."""
    site = another(far).start()
    site.send(mail(ANN, "Skriver", "Den står.\n"))
    (ack,) = far.wait("ack")[-1:]
    far.wait("notice")
    assert wait_until(lambda: not [row for row in site.queue() if row["state"] != "done"]), ack
    assert site.stop() == 0
    return site


def cases(site: Site) -> list[str]:
    with opened(site.config) as desk:
        return [row[0] for row in desk.session.all("SELECT number FROM cases ORDER BY id")]


def setting(site: Site, key: str) -> str | None:
    with opened(site.config) as desk:
        row = desk.session.one("SELECT value FROM setting WHERE key=?", (key,))
    return str(row[0]) if row else None


def test_a_backup_is_secret_whole_and_noted(lived: Site) -> None:
    (lived.config.parent / "state" / "erasures").write_text('{"who": "x"}\n')
    backup = backed_up(lived)
    manifest = json.loads((backup / "manifest.json").read_text())
    names = {path.relative_to(backup).as_posix() for path in backup.rglob("*") if path.is_file()}
    assert names == {"manifest.json", "manifest.sha256", *manifest["files"]}
    assert {"keys", "erasures", "site/maild.yaml", "site/rules/people.yaml"} < names
    assert (manifest["counts"]["cases"], manifest["counts"]["outbox"], manifest["keys"]) == (1, 2, True)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in backup.rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert stat.S_IMODE(backup.stat().st_mode) == 0o700
    assert setting(lived, "last_backup") == manifest["instant"].replace("+00:00", "Z")
    assert [path.name for path in backup.parent.iterdir()] == [backup.name], "no draft is left"


def test_a_damaged_byte_is_found_wherever_it_is(lived: Site) -> None:
    backup = backed_up(lived)
    assert asks(lived, "backup", "verify", str(backup)).returncode == 0
    chance = random.Random(3)
    files = [path for path in backup.rglob("*") if path.is_file() and "schema/" not in str(path)]
    for path in files:
        octets = path.read_bytes()
        at = chance.randrange(len(octets))
        path.write_bytes(octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1 :])
        done = asks(lived, "backup", "verify", str(backup))
        assert done.returncode == 1, f"{path.name} octet {at}"
        assert "manifest.json" in done.stderr or path.name in done.stderr
        path.write_bytes(octets)
    assert asks(lived, "backup", "verify", str(backup)).returncode == 0


def test_a_file_too_few_or_too_many_is_named(lived: Site) -> None:
    backup = backed_up(lived)
    (backup / "site" / "rules" / "routing.yaml").unlink()
    (backup / "site" / "rules" / "more.yaml").write_text("- rule")
    done = asks(lived, "backup", "verify", str(backup))
    assert done.returncode == 1
    assert "routing.yaml is missing" in done.stderr
    assert "more.yaml does not belong" in done.stderr


def test_an_event_that_somebody_changed_is_no_good_backup(lived: Site) -> None:
    before = setting(lived, "last_backup")
    with opened(lived.config) as desk:
        (actor,) = desk.session.one("SELECT actor FROM event WHERE id=2") or ("",)
        desk.session.execute("UPDATE event SET actor='handler:ola' WHERE id=2")
        done = lived.maild("backup", str(lived.folder / "backups"))
        desk.session.execute("UPDATE event SET actor=? WHERE id=2", (actor,))
    assert done.returncode == 1
    assert "event 2 is not what was recorded" in done.stderr
    assert setting(lived, "last_backup") == before


def test_without_keys_is_said_loudly(lived: Site) -> None:
    done = lived.maild("backup", str(lived.folder / "keyless"), "--without-keys")
    assert done.returncode == 0
    assert "THE KEYS ARE NOT IN IT" in done.stderr
    backup = Path(done.stdout.strip())
    assert not (backup / "keys").exists()
    assert json.loads((backup / "manifest.json").read_text())["keys"] is False
    assert "without keys" in asks(lived, "backup", "verify", str(backup)).stderr


def test_only_the_newest_are_kept(lived: Site) -> None:
    folder = lived.folder / "kept"
    for name in ("maild-20200101T000000Z", "maild-20210101T000000Z", "other"):
        (folder / name).mkdir(parents=True)
    newest = backed_up(lived, "--keep", "2", target=str(folder))
    assert sorted(path.name for path in folder.iterdir()) == ["maild-20210101T000000Z", newest.name, "other"]


def test_a_program_of_postgresql_that_is_missing_or_too_old_is_told(make_site, postgres_url: str) -> None:  # type: ignore[no-untyped-def]
    site = make_site(options=("--database", postgres_url))
    founded(site)
    empty, old = site.folder / "empty", site.folder / "old"
    empty.mkdir()
    old.mkdir()
    (old / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    (old / "pg_dump").chmod(0o755)
    for folder, said in (
        (empty, "pg_dump is missing: apt-get install"),
        (old, "pg_dump is 9 and the server is PostgreSQL"),
    ):
        site.extra["PATH"] = f"{folder}"
        done = site.maild("backup", str(site.folder / "backups"))
        assert (done.returncode, said in done.stderr) == (1, True), done.stderr
    assert list((site.folder / "backups").iterdir()) == [], "no half of a backup stays"


# --- putting back -----------------------------------------------------------------------------------------------------------------


def test_a_restore_overwrites_nothing_without_force_and_then_moves_it_aside(lived: Site, far: Sink) -> None:
    backup, before = backed_up(lived), len(far.of("ack"))
    lived.start().send(mail(ANN, "Etterpå", "Hei.\n"))
    far.wait("ack", count=before + 1)
    assert lived.maild("restore", str(backup)).returncode == 75, "the daemon runs"
    lived.stop()
    refused = lived.maild("restore", str(backup))
    assert (refused.returncode, "--force" in refused.stderr) == (1, True)
    assert cases(lived) == ["1001", "1002"]
    done = lived.maild("restore", str(backup), "--force")
    assert done.returncode == 0, done.stderr
    assert cases(lived) == ["1001"]
    (aside,) = [line for line in done.stderr.splitlines() if line.startswith("what was there:")]
    if "schema before_restore_" in aside:
        schema = aside.split()[4]
        with opened(lived.config) as desk:
            assert desk.session.one(f"SELECT count(*) FROM {schema}.cases") == (2,)
        assert asks(lived, "backup", "verify", str(backed_up(lived))).returncode == 0, (
            "what is aside is no part of a backup"
        )
    else:
        there = Database(aside.removeprefix("what was there: "))
        assert there.session().one("SELECT count(*) FROM cases") == (2,)
        there.close()


def test_an_empty_machine_gets_the_whole_site(make_site, sink: Sink) -> None:  # type: ignore[no-untyped-def]
    site = make_site().start()
    site.send(mail(ANN, "Skriver", "Den står.\n"))
    sink.wait("ack")
    backup = backed_up(site)
    site.stop()
    shutil.move(backup, site.folder / "saved")
    shutil.rmtree(site.config.parent)
    done = site.maild("restore", str(site.folder / "saved"))
    assert done.returncode == 0, done.stderr
    assert [case["subject"] for case in site.start().cases()] == ["Skriver"]
    assert site.maild("check").returncode == 0


def test_a_site_that_is_there_keeps_its_files_unless_they_are_wanted(make_site) -> None:  # type: ignore[no-untyped-def]
    site = founded(make_site())
    backup = backed_up(site)
    people = site.config.parent / "rules" / "people.yaml"
    before = people.read_text()
    people.write_text(before + "# later\n")
    elsewhere = site.folder / "elsewhere"
    assert site.maild("restore", str(backup), "--into-state", str(elsewhere)).returncode == 0
    assert (people.read_text(), (elsewhere / "maild.sqlite").exists()) == (before + "# later\n", True)
    assert site.maild("restore", str(backup), "--force", "--files").returncode == 0
    assert people.read_text() == before
    (aside,) = people.parent.parent.glob("rules.before-*")
    assert (aside / "people.yaml").read_text().endswith("# later\n")


def test_a_later_list_of_erasures_outlives_the_backup(make_site) -> None:  # type: ignore[no-untyped-def]
    site = founded(make_site())
    erasures = site.config.parent / "state" / "erasures"
    erasures.write_text('{"who": "a"}\n')
    backup = backed_up(site)
    erasures.write_text('{"who": "a"}\n{"who": "b"}\n')
    lost = site.folder / "list"
    lost.write_text('{"who": "c"}\n')
    assert site.maild("restore", str(backup), "--force", "--erasures", str(lost)).returncode == 0
    assert erasures.read_text() == '{"who": "a"}\n{"who": "b"}\n{"who": "c"}\n'


def test_a_damaged_backup_or_one_of_a_newer_maild_is_not_restored(make_site) -> None:  # type: ignore[no-untyped-def]
    site = founded(make_site())
    database = site.config.parent / "state" / "maild.sqlite"
    backup = backed_up(site)
    with sqlite3.connect(database) as connection:
        connection.execute("INSERT INTO schema_migration(name, applied) VALUES ('9999_future', '2030-01-01')")
    connection.close()
    future = site.maild("backup", str(site.folder / "future"))
    newer = site.maild("restore", future.stdout.strip(), "--force")
    assert (newer.returncode, "of a newer maild" in newer.stderr) == (1, True)
    (backup / "database.sqlite").write_bytes(b"\0" * 100)
    broken = site.maild("restore", str(backup), "--force")
    assert (broken.returncode, "not as it was written" in broken.stderr) == (1, True)
    assert not list(database.parent.glob("*.before-*")), "nothing was touched"


def test_half_a_restore_does_not_start(make_site) -> None:  # type: ignore[no-untyped-def]
    site = founded(make_site())
    backup = backed_up(site)
    (site.config.parent / "state" / "restoring").write_text("")
    refused = site.maild("run")
    assert (refused.returncode, "did not come to its end" in refused.stderr) == (78, True)
    assert site.maild("restore", str(backup), "--force").returncode == 0
    assert site.start().running


def test_who_was_erased_since_the_backup_is_erased_from_what_comes_back(another: Maker, far: Sink) -> None:
    place = another(far).impatient().start()
    place.send(mail(f"Ann Berg <{CANARY}>", "Skriver", "Hei.\n"))
    assert wait_until(lambda: len(place.cases()) == 1 and not place.queue(), 60)
    backup = backed_up(place)
    assert place.maild("person", "erase", CANARY, "--yes", "--force").returncode == 0
    assert place.stop() == 0
    done = place.maild("restore", str(backup), "--force")
    assert done.returncode == 0, done.stderr
    assert "erased again, as they were since the backup: 1 person" in done.stdout
    told = place.maild("person", "show", CANARY)
    assert "zebrafink" not in told.stdout
    state = place.config.parent / "state"
    assert [path.name for path in state.iterdir() if path.is_file() and b"zebrafink" in path.read_bytes()] == []
