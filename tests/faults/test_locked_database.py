"""SQLite's file is locked, its log grows, its disk does not sync: senders are told to wait or told nothing, and all goes on after."""

from __future__ import annotations

import smtplib
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from parts.mails import mail
from parts.net import wait_until
from parts.sink import Sink
from parts.site import Site, planted
from parts.strace import injected

ANN = "Ann Berg <ann@kunde.example>"
AT_ONCE = 6
# More than the eight megabytes that the log may keep when it is done.
SOON = "from maild.decide import health\nhealth.LONG_WAL = 9_000_000"


def database(site: Site) -> sqlite3.Connection:
    return sqlite3.connect(site.config.parent / "state" / "maild.sqlite", isolation_level=None)


def answer(site: Site, subject: str) -> str:
    """What the door said of the whole mail; nothing when it hung up, was going or gone."""
    try:
        site.send(mail(ANN, subject, "Hei.", Message_ID=f"<{subject}@kunde.example>"))
    except smtplib.SMTPDataError as refused:
        return f"{refused.smtp_code} {refused.smtp_error.decode()[:5]}"
    except OSError:
        return "nothing"
    return "250"


def all_at_once(site: Site) -> list[str]:
    answers: list[str] = []
    clients = [threading.Thread(target=lambda n=n: answers.append(answer(site, f"sak{n}"))) for n in range(AT_ONCE)]
    for client in clients:
        client.start()
    for client in clients:
        # smtplib itself gives up after twenty seconds; waiting for the lock one after the other would take longer.
        client.join(30)
    return answers


def test_a_database_that_somebody_locks_is_451_for_all_who_come_and_nothing_is_lost(site: Site, sink: Sink) -> None:
    with closing(database(site)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert all_at_once(site) == ["451 4.3.0"] * AT_ONCE
        assert site.running
        other.execute("ROLLBACK")
    assert all_at_once(site) == ["250"] * AT_ONCE
    assert len(sink.wait("ack", count=AT_ONCE)) == AT_ONCE
    assert sorted(case["subject"] for case in site.cases()) == [f"sak{n}" for n in range(AT_ONCE)]
    assert "Traceback" not in site.log_text()


def test_a_log_that_somebody_keeps_from_shrinking_is_told_until_it_has_shrunk(
    make_site: Callable[..., Site],
) -> None:
    site = make_site()
    site.program = planted(SOON)
    site.start()
    large = mail(ANN, "Logg", "Se vedlegg.")
    large.add_attachment(b"x" * 3_000_000, maintype="application", subtype="octet-stream", filename="logg.bin")
    with closing(database(site)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM incoming").fetchone()
        for number in range(4):
            large.replace_header("Message-ID", f"<{number}@kunde.example>")
            site.send(large)
        told = site.maild("status").stdout
        assert "log beside the database has grown to" in told
        assert "fuser" in told
    assert answer(site, "etter") == "250"

    def over() -> bool:
        answer(site, f"etter{site.log.stat().st_size}")
        return "has grown to" not in site.maild("status").stdout

    assert wait_until(over)


@pytest.mark.timeout(120)
def test_a_disk_that_does_not_sync_gets_no_reply_and_exit_70_and_the_next_try_is_no_second_case(
    make_site: Callable[..., Site], sink: Sink
) -> None:
    site = make_site()
    whole = site.program
    # Once it is ready and quiet: every sync fails from then on.
    site.program = injected(whole, Path("/dev/null"), "fdatasync,fsync", "error=EIO:when=40+")
    site.launch().ready(60)
    said = [answer(site, f"sak{n}") for n in range(60) if site.running]
    assert site.process.wait(20) == 70  # type: ignore[union-attr]
    assert set(said) == {"250", "nothing"}, "nobody was told 4yz or 5yz of a mail that may be there"
    site.program = whole
    site.start()
    subjects = [f"sak{n}" for n in range(len(said))]
    assert [answer(site, subject) for subject in subjects] == ["250"] * len(subjects)
    # One address gets twenty acknowledgements a day; a handler hears of every case.
    sink.wait("notice", count=len(subjects))
    assert sorted(case["subject"] for case in site.cases()) == sorted(subjects)
