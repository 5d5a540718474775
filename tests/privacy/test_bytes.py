"""After an erasure on SQLite she is byte for byte in no file of the state folder, nor in a backup made after it."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest
from parts.mails import mail
from parts.net import wait_until
from parts.site import MAILD, Site, planted
from parts.traces import ADDRESS, ANN, BOB, NAME, WORDS, in_files

Maker = Callable[..., Site]


@pytest.fixture
def living(make_site: Maker) -> Site:
    """A site with Ann in it, in every way: a case with talk, a mail of hers that is ignored, a colleague who quotes and copies her."""
    site = make_site().impatient().start()
    tell(site)
    return site


def tell(site: Site) -> None:
    site.send(mail(ANN, f"Zebrafink {NAME}", f"{WORDS}.\nHilsen {NAME}\n" * 40))
    site.send(mail(ANN, "Ikke bevist", f"{WORDS}."), proven=False)
    settled(site, 2)
    made = mail(BOB, "Også min", f"> {NAME} <{ADDRESS}> skrev:\n> Hei\nMin er treg.\n", Cc=ANN)
    made.add_attachment(f"{NAME};{ADDRESS}\n".encode() * 9, "text", "csv", filename=f"{NAME}.csv")
    site.send(made)
    site.send(large(NAME))
    settled(site, 4)


def settled(site: Site, cases: int) -> None:
    """So many cases, and nothing waits any more; asked of the file, since a command would cost half a second."""
    waits = (
        "SELECT (SELECT count(*) FROM cases), (SELECT count(*) FROM incoming WHERE state<>'done'),"
        " (SELECT count(*) FROM outbox WHERE state NOT IN ('done', 'cancelled'))"
    )

    def asked() -> bool:
        with contextlib.closing(sqlite3.connect(state(site) / "maild.sqlite")) as there:
            return bool(there.execute(waits).fetchone() == (cases, 0, 0))

    assert wait_until(asked, 60)


def large(name: str) -> EmailMessage:
    """Over a megabyte, so that it comes in pieces and is read by another process; she stands in its last lines, in base64."""
    made = mail("carl@kunde.example", "Stor", "Se vedlegg")
    made.add_attachment(b"x;y;z\n" * 200_000 + f"{name};{ADDRESS}\n".encode(), "text", "csv", filename="liste.csv")
    return made


def state(site: Site) -> Path:
    return site.config.parent / "state"


def backup(site: Site) -> Path:
    """As an admin makes one, while maild runs."""
    folder = site.folder / "backup"
    folder.mkdir()
    with (
        contextlib.closing(sqlite3.connect(state(site) / "maild.sqlite")) as there,
        contextlib.closing(sqlite3.connect(folder / "maild.sqlite")) as here,
    ):
        there.backup(here)
    return folder


def erase(site: Site) -> None:
    done = site.maild("person", "erase", ADDRESS, "--yes", "--force")
    assert done.returncode == 0, done.stderr
    assert "masked in" in done.stdout
    assert "compacted" in done.stdout


def test_while_the_daemon_runs(living: Site) -> None:
    # In the database or still in its log: where, is up to the last checkpoint.
    assert in_files(state(living)).keys() & {"maild.sqlite", "maild.sqlite-wal"}
    erase(living)
    assert in_files(state(living)) == {}
    assert in_files(backup(living)) == {}
    assert ADDRESS not in living.log_text()
    assert "Kanarifugl" not in living.log_text()
    living.send(mail(BOB, "Enda en", "Hei"))
    assert living.maild("person", "compact").stdout == "compacted\n"
    settled(living, 5)
    assert living.stop() == 0
    assert in_files(state(living)) == {}


def test_while_the_daemon_is_down(living: Site) -> None:
    assert living.stop() == 0
    erase(living)
    assert in_files(state(living)) == {}
    living.start()
    assert [case["customer"] for case in living.cases()] == ["carl@kunde.example", "bob@kunde.example", None, None]


def test_killed_in_the_middle_it_goes_on_at_the_next_start(make_site: Maker) -> None:
    site = make_site().impatient()
    site.program = planted(
        "import os\nfrom maild.store import erasure\nerasure.blank_messages = lambda *a: os.kill(os.getpid(), 9)"
    )
    site.start()
    tell(site)
    died = site.maild("person", "erase", ADDRESS, "--yes", "--force")
    assert (died.returncode, "when it starts again" in died.stderr) == (75, True)
    assert in_files(state(site)) != {}
    site.program = MAILD
    site.start()
    assert wait_until(lambda: b'"done"' in (state(site) / "erasures").read_bytes())
    assert site.maild("person", "compact").stdout == "compacted\n"
    assert in_files(state(site)) == {}


def test_what_is_known_of_her_is_told_and_handed_out(living: Site) -> None:
    shown = json.loads(living.maild("person", "show", ADDRESS.upper(), "--json").stdout)
    assert (shown["addresses"], shown["names"], shown["mails"]["count"]) == ([ADDRESS], [NAME], 2)
    assert len(shown["cases"]) == 2
    assert [place.partition(",")[0].rstrip("0123456789") for place in shown["elsewhere"]].count("in-") == 2
    page = living.maild("person", "show", ADDRESS).stdout
    assert NAME in page
    done = living.maild("person", "export", ADDRESS, "ann.zip")
    assert done.returncode == 0, done.stderr
    path = living.folder / "ann.zip"
    assert path.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(BytesIO(path.read_bytes())) as packed:
        assert sum(name.startswith("mails/") for name in packed.namelist()) == 2
        assert sum(name.startswith("letters/") for name in packed.namelist()) == 2
        told = json.loads(packed.read("person.json"))
        assert WORDS in told["correspondence"][0]["text"]
        assert b"Zebrafink" in packed.read("mails/1.eml")
    assert "bob@" not in json.dumps(told)
    again = living.maild("person", "export", ADDRESS, "ann.zip")
    assert (again.returncode, "--force" in again.stderr) == (1, True)

    not_without_reason(living)


def not_without_reason(living: Site) -> None:
    nobody = living.maild("person", "erase", "nobody@nowhere.example", "--yes")
    assert (nobody.returncode, nobody.stderr) == (1, "maild: nothing is known of nobody@nowhere.example\n")
    still_open = living.maild("person", "erase", ADDRESS, "--yes")
    assert (still_open.returncode, "close it first" in still_open.stderr) == (1, True)
    handler = living.maild("person", "erase", "kari@staff.example", "--yes")
    assert (handler.returncode, "people.yaml" in handler.stderr) == (1, True)
    dry = living.maild("person", "erase", ADDRESS, "--force", "--dry-run")
    assert (dry.returncode, "2 mails" in dry.stdout) == (0, True)
    missing = living.maild("case", "archived", "1001", "4711")
    assert (missing.returncode, "4711" in missing.stderr) == (1, True)
    assert living.maild("case", "archived", "1001").returncode == 0
    assert living.case("1001")["events"][-1]["kind"] == "archived"
