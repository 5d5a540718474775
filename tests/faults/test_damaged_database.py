"""A database that is damaged, gone or not ours to write: a sentence with its cure at the start, and while the daemon runs only
the mail that needs what is damaged waits.
"""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from parts.mails import mail
from parts.net import wait_until
from parts.sink import Sink
from parts.site import MAILD, Site

PAGE = 8192
ANN = "Ann Berg <ann@kunde.example>"


def database(site: Site) -> Path:
    return site.config.parent / "state" / "maild.sqlite"


def overwrite(path: Path, page: int) -> None:
    with path.open("r+b") as file:
        file.seek(page * PAGE)
        file.write(b"\xff" * PAGE)


def page_with(path: Path, words: bytes) -> int:
    """The one page of a table that has these words."""
    whole = path.read_bytes()
    pages = [whole[at : at + PAGE] for at in range(0, len(whole), PAGE)]
    [found] = [number for number, page in enumerate(pages) if page[0] == 0x0D and words in page]
    return found


def refused(site: Site, *words: str) -> tuple[int, str]:
    done = site.maild(*(words or ("run",)))
    return done.returncode, done.stderr


@pytest.fixture
def lived(make_site: Callable[..., Site], sink: Sink) -> Site:
    """A site that has one case, stopped."""
    site = make_site().start()
    site.send(mail(ANN, "Skriver", "Den står."))
    sink.wait("ack")
    assert site.stop() == 0
    return site


def test_an_old_case_on_a_damaged_page_is_held_alone_and_the_rest_goes_on(
    make_site: Callable[..., Site], sink: Sink
) -> None:
    site = make_site(options=("--admin", "sys@desk.example")).start()
    site.send(mail(ANN, "Skriver", "Den står."))
    [ack] = sink.wait("ack")
    for number in range(25):
        site.send(mail(f"Kunde <{number}@kunde.example>", f"Sak {number}", "Hei. " * 200))
    sink.wait("ack", count=26)
    assert site.stop() == 0
    overwrite(database(site), page_with(database(site), f"Message-ID: {ack.message_id}".encode()))
    site.start()
    answer = mail(ANN, "Re: Skriver", "Nå går det.", ack.reply_to, In_Reply_To=ack.message_id)
    site.send(answer, to=ack.reply_to)
    site.send(mail("Bo <bo@kunde.example>", "Noe nytt", "Hei."))
    assert sink.wait("ack", to="bo@kunde.example"), site.log_text()[-3000:]
    assert wait_until(lambda: [row["state"] for row in site.queue() if row["queue"] == "incoming"] == ["held"])
    status = site.maild("status").stdout
    assert "a part of the database cannot be read: SQLITE_CORRUPT" in status
    assert "maild restore" in status
    assert site.running
    assert "Traceback" not in site.log_text()


def test_a_damaged_database_is_not_started_and_never_made_anew(lived: Site) -> None:
    with database(lived).open("r+b") as file:
        file.write(b"\0" * 100)
    before = database(lived).read_bytes()
    code, said = refused(lived)
    assert code == 78
    assert "the database is damaged (SQLITE_NOTADB: file is not a database)" in said
    assert "maild restore BACKUP --force" in said
    assert database(lived).read_bytes() == before


@pytest.mark.parametrize("left", ["nothing", "an empty file"])
def test_a_database_that_is_gone_is_told_and_none_is_made_in_its_place(lived: Site, left: str) -> None:
    database(lived).unlink()
    if left == "an empty file":
        database(lived).touch()
    for words in (("run",), ("migrate",)):
        code, said = refused(lived, *words)
        assert code == 78, said
        assert "is missing" in said
        assert "maild restore BACKUP --force" in said
    # An MTA keeps the mail meanwhile.
    come = lived.maild("pipe", "--to", "support@desk.example", stdin="From: ann@kunde.example\nSubject: x\n\nHei.\n")
    assert come.returncode == 75, come.stderr
    assert not database(lived).exists() or not database(lived).stat().st_size


def test_a_database_of_a_newer_maild_is_not_started(lived: Site) -> None:
    with sqlite3.connect(database(lived)) as other:
        columns = [row[1] for row in other.execute("PRAGMA table_info(schema_migration)")]
        other.execute(
            f"INSERT INTO schema_migration({','.join(columns)})"
            f" SELECT {','.join('?' if c == 'name' else ('max(id)+1' if c == 'id' else c) for c in columns)}"
            " FROM schema_migration",
            ("9999_of_tomorrow",),
        )
    other.close()
    code, said = refused(lived)
    assert code == 78, said
    assert "newer maild" in said


def test_a_state_folder_that_cannot_be_written_is_told(lived: Site) -> None:
    state = lived.config.parent / "state"
    mounted = subprocess.run(["mount", "--bind", str(state), str(state)], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"a folder that root cannot write needs the right to mount: {mounted.stderr.strip()}")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(state)], check=True)
        code, said = refused(lived)
    finally:
        subprocess.run(["umount", str(state)], check=True)
    assert code == 78
    assert f"the state folder {state} cannot be used: Read-only file system (make it writable" in said


def test_a_lock_that_is_a_link_is_not_followed(lived: Site) -> None:
    victim = lived.folder / "victim"
    victim.write_text("whole")
    lock = lived.config.parent / "state" / "lock"
    lock.unlink()
    lock.symlink_to(victim)
    code, said = refused(lived)
    assert code == 78
    assert "cannot be used" in said
    assert victim.read_text() == "whole"


def test_a_database_of_another_user_is_told(lived: Site) -> None:
    """As after a restore by root: the folder is the daemon's, the file is not."""
    state = lived.config.parent / "state"
    subprocess.run(["chown", "-R", "nobody", str(lived.config.parent)], check=True)
    database(lived).chmod(0o600)
    subprocess.run(["chown", "root", str(database(lived))], check=True)
    lived.folder.chmod(0o755)
    done = subprocess.run(
        ["setpriv", "--reuid=nobody", "--clear-groups", *MAILD, "run"],
        capture_output=True,
        text=True,
        timeout=60,
        env=lived.environment,
        cwd=state,
    )
    assert done.returncode == 78, done.stderr
    assert "the database cannot be written" in done.stderr
    assert "must belong to the user that maild runs as" in done.stderr
