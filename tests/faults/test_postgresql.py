"""PostgreSQL that only reads, that forgets, that is slow, and whose connection goes just as it says that all is kept."""

from __future__ import annotations

import smtplib
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection

import psycopg
import pytest
from parts.faultproxy import Wire
from parts.mails import mail
from parts.net import free_port, wait_until
from parts.sink import Sink
from parts.site import Site, planted

ANN = "Ann Berg <ann@kunde.example>"
# What was leased to a daemon by a COMMIT that it never heard of is free again after the lease.
SOON = """
from datetime import timedelta
from maild.store import incoming, outbox
incoming.LEASE = outbox.LEASE = timedelta(seconds=3)
"""


def answer(site: Site, subject: str) -> str:
    """What the door said of the whole mail; nothing when it hung up."""
    try:
        site.send(mail(ANN, subject, "Hei.", Message_ID=f"<{subject}@kunde.example>"))
    except smtplib.SMTPDataError as refused:
        return f"{refused.smtp_code} {refused.smtp_error.decode()[:5]}"
    except smtplib.SMTPServerDisconnected:
        return "nothing"
    return "250"


@pytest.fixture
def far(make_site: Callable[..., Site], wire: Wire) -> Site:
    """A site that speaks to its PostgreSQL over a wire that can fail."""
    site = make_site(options=("--database", wire.url))
    site.program = planted(SOON)
    return site


def name_in(url: str) -> str:
    return url.removeprefix("postgresql:///").partition("?")[0]


def set_for_all(url: str, setting: str) -> None:
    """For whoever connects from now on; and everybody has to."""
    with psycopg.connect(url, autocommit=True) as other:
        # The other daemon's settings must not bind us.
        other.execute("SET default_transaction_read_only = off")
        other.execute(f"ALTER DATABASE {name_in(url)} SET {setting}")
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        ("default_transaction_read_only = on", "default_transaction_read_only = off"),
        ("synchronous_commit = off", "synchronous_commit = on"),
    ],
    ids=["a standby, which only reads", "one that forgets"],
)
def test_a_postgresql_that_cannot_keep_a_mail_is_451_until_one_can(
    make_site: Callable[..., Site], sink: Sink, postgres_url: str, bad: str, good: str
) -> None:
    site = make_site(options=("--database", postgres_url)).start()
    assert answer(site, "foer") == "250"
    sink.wait("ack", count=1)
    set_for_all(postgres_url, bad)
    assert answer(site, "under") == "451 4.3.0"
    assert answer(site, "under") == "451 4.3.0"
    assert site.running
    # Nobody is disconnected this time: after a failover the daemon must find the new one by itself.
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute("SET default_transaction_read_only = off")
        other.execute(f"ALTER DATABASE {name_in(postgres_url)} SET {good}")
    assert wait_until(lambda: answer(site, "under") == "250"), site.log_text()[-2000:]
    sink.wait("ack", count=2)
    assert sorted(case["subject"] for case in site.cases()) == ["foer", "under"]
    assert site.stop() == 0


def test_a_connection_that_goes_at_commit_is_asked_again_and_the_mail_is_there_once(
    far: Site, wire: Wire, sink: Sink
) -> None:
    far.start()
    for number in range(4):
        wire.proxy.arm("swallow")
        assert answer(far, f"sak{number}") == "250"
        assert wait_until(lambda number=number: wire.proxy.spoiled > number)
    assert len(sink.wait("ack", count=4)) == 4
    assert sorted(case["subject"] for case in far.cases()) == [f"sak{n}" for n in range(4)]
    assert len({letter.message_id for letter in sink.of("ack")}) == 4


def test_a_commit_that_nobody_can_be_asked_about_gets_no_reply_and_is_no_second_case(
    far: Site, wire: Wire, sink: Sink
) -> None:
    far.start()
    assert answer(far, "foer") == "250"
    sink.wait("ack", count=1)
    assert wait_until(lambda: cut_and_away(far, wire)), "no mail's COMMIT was ever cut"
    assert far.running
    wire.proxy.disarm()
    assert wait_until(lambda: answer(far, "under") == "250"), far.log_text()[-2000:]
    sink.wait("ack", count=2)
    assert sorted(case["subject"] for case in far.cases()) == ["foer", "under"]


def cut_and_away(site: Site, wire: Wire) -> bool:
    """The COMMIT of a mail is cut, and then nobody is there.  Others' commits are cut as well: then once more."""
    wire.proxy.disarm()
    if not wait_until(lambda: probe(site)):
        return False
    wire.proxy.arm("swallow")
    wire.proxy.shut = True
    told = answer(site, "under")
    assert told in ("nothing", "451 4.3.0"), told
    return told == "nothing"


def probe(site: Site) -> bool:
    return answer(site, "foer") == "250"


def test_a_slow_postgresql_holds_up_mail_and_nothing_else(far: Site, wire: Wire, sink: Sink) -> None:
    port = free_port()
    text = far.config.read_text("utf-8").replace("health:\n", f"health:\n  listen: 127.0.0.1:{port}\n")
    far.config.write_text(text, "utf-8")
    far.start()
    assert answer(far, "foer") == "250"
    sink.wait("ack", count=1)
    answers: list[str] = []
    client = threading.Thread(target=lambda: answers.append(answer(far, "under")))
    # Each way: an answer takes two seconds and a half.
    wire.proxy.delay = 1.25
    client.start()
    time.sleep(1.0)
    for _ in range(10):
        monitor = HTTPConnection("127.0.0.1", port, timeout=2)
        monitor.request("GET", "/healthz")
        assert monitor.getresponse().status in (200, 503)
        monitor.close()
        with smtplib.SMTP("127.0.0.1", far.port, timeout=2) as door:
            assert door.noop()[0] == 250
    assert not answers, "the mail still waits for its database"
    wire.proxy.delay = 0.0
    client.join(30)
    assert answers == ["250"]
    sink.wait("ack", count=2)
    assert sorted(case["subject"] for case in far.cases()) == ["foer", "under"]
