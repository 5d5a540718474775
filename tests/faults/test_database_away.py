"""PostgreSQL goes away under a running daemon and comes back: senders are told to wait, and nothing ends."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Callable, Iterator

import pytest
from parts.mails import mail
from parts.net import wait_until
from parts.postgres import Postgres, running
from parts.sink import Sink
from parts.site import Site

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
    own_postgres.start()
    assert wait_until(lambda: taken(site, "Etter"), 30), site.log_text()[-2000:]
    sink.wait("ack", count=2)
    assert sorted(case["subject"] for case in site.cases()) == ["Etter", "Før"]
    assert site.stop() == 0
