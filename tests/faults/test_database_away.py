"""PostgreSQL goes away under a running daemon and comes back: senders are told to wait, and nothing ends."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Callable, Iterator

import pytest
from parts.faultproxy import Wire
from parts.mails import mail
from parts.net import wait_until
from parts.postgres import Postgres, running
from parts.sink import Sink
from parts.site import Site

from maild.store.database import Database, is_database_error

ANN = "Ann Berg <ann@kunde.example>"


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """Not the session's: this one is stopped."""
    with running() as server:
        yield server


def taken(site: Site, subject: str) -> bool:
    try:
        site.send(mail(ANN, subject, "Hei.\n"))
    except smtplib.SMTPException:
        return False
    return True


@pytest.mark.timeout(120)
def test_mail_waits_with_its_sender_until_the_database_is_back(
    make_site: Callable[..., Site], sink: Sink, own_postgres: Postgres
) -> None:
    site = make_site(options=("--database", own_postgres.fresh()))
    site.extra = {"NOTIFY_SOCKET": str(site.folder / "nobody"), "WATCHDOG_USEC": "400000"}
    site.start()
    assert taken(site, "Før")
    sink.wait("ack", count=1)
    own_postgres.stop()
    with pytest.raises(smtplib.SMTPResponseException) as refused:
        site.send(mail(ANN, "Under", "Hei.\n"))
    assert (refused.value.smtp_code, refused.value.smtp_error[:5]) == (451, b"4.3.0")
    time.sleep(1.0)
    assert site.running, "the watchdog's question to a database that is away ends nothing"
    assert '"event": "fault' not in site.log_text()
    own_postgres.start()
    assert wait_until(lambda: taken(site, "Etter"), 30), site.log_text()[-2000:]
    sink.wait("ack", count=2)
    assert sorted(case["subject"] for case in site.cases()) == ["Etter", "Før"]
    assert site.stop() == 0


def test_a_connection_that_goes_without_a_word_is_no_bug_of_ours(wire: Wire) -> None:
    database = Database(wire.url)
    session = database.session()
    wire.proxy.reset()
    with pytest.raises(Exception, match="closed the connection") as gone:
        session.one("SELECT 1")
    assert is_database_error(gone.value)
    database.close()
    wire.proxy.shut = True
    with pytest.raises(Exception, match="connection") as none:
        database.session()
    assert is_database_error(none.value)


def test_a_commit_whose_answer_is_lost_is_asked_after_and_answered(make_site: Callable[..., Site], wire: Wire) -> None:
    site = make_site(options=("--database", wire.url)).start()
    wire.proxy.arm("swallow")
    site.send(mail(ANN, "Borte på veien", "Hei.\n"))
    assert wire.proxy.spoiled == 1
    assert wait_until(lambda: [case["subject"] for case in site.cases()] == ["Borte på veien"])


def test_rfc_5321_4_2_5_no_4yz_is_said_of_a_commit_that_may_have_happened(
    make_site: Callable[..., Site], sink: Sink, wire: Wire
) -> None:
    site = make_site(options=("--database", wire.url)).start()
    there, unanswered, refusals = list[str](), list[str](), set[int]()
    # Another commit of the daemon's may meet the fault in the mail's place: then the mail is refused, and must not be there.
    for number in range(20):
        # One that is taken says that the daemon is through to its database; with its letters gone, it is at rest.
        there.append(f"Før {number}")
        assert wait_until(lambda: taken(site, there[-1]), 20)
        sink.wait("ack", count=len(there))
        assert wait_until(lambda: not site.queue())
        wire.proxy.arm("swallow")
        wire.proxy.shut = True
        try:
            site.send(mail(ANN, f"Mail {number}", "Hei.\n"))
        except smtplib.SMTPServerDisconnected:
            unanswered = [f"Mail {number}"]
        except smtplib.SMTPResponseException as refusal:
            refusals.add(refusal.smtp_code)
        wire.proxy.disarm()
        if unanswered:
            break
    assert unanswered
    assert refusals <= {451}
    expected = sorted(there + unanswered)
    assert wait_until(lambda: sorted(case["subject"] for case in site.cases()) == expected, 20), site.cases()
    assert site.running
