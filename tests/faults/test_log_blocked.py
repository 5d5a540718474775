"""Whoever reads the log is stuck or gone: the mail goes on, and what is missing from the log is counted."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from parts.mails import mail
from parts.net import wait_until
from parts.sink import Sink
from parts.site import Site, planted

MAILS = 12
# A pipe of the kernel takes 64 kB more.
SHORT = "from maild import log\nlog.Outlet.MOST = 3000"


def stuck(log: Path) -> int:
    """Somebody has the pipe and does not read; his end."""
    os.mkfifo(log)
    return os.open(log, os.O_RDWR | os.O_NONBLOCK)


def open_door(site: Site) -> Site:
    """Its log cannot be asked whether it is ready."""
    site.launch()
    assert wait_until(lambda: answers(site)), "the door never opened"
    return site


def answers(site: Site) -> bool:
    try:
        site.send(mail("Ann <ann@kunde.example>", "Den første", "Hei.", Message_ID="<first@kunde.example>"))
    except OSError:
        return False
    return True


def fill(descriptor: int) -> None:
    """Until the pipe takes no more."""
    try:
        while True:
            os.write(descriptor, b"\n" * 4096)
    except BlockingIOError:
        return


@pytest.fixture
def talkative(make_site: Callable[..., Site]) -> Iterator[Site]:
    site = make_site()
    site.config.write_text(site.config.read_text("utf-8").replace("# log_level: info", "log_level: debug"), "utf-8")
    yield site
    if site.running:
        site.kill()
    site.log.unlink()


def send_mails(site: Site, sink: Sink) -> None:
    for number in range(MAILS):
        site.send(mail(f"Kunde <{number}@kunde.example>", f"Sak {number}", "Hei."))
    assert len(sink.wait("ack", count=MAILS + 1)) == MAILS + 1


def test_the_mail_path_does_not_wait_for_the_log(talkative: Site, sink: Sink) -> None:
    end = stuck(talkative.log)
    site = open_door(talkative)
    fill(end)
    send_mails(site, sink)
    assert site.stop() == 0
    os.close(end)


@pytest.mark.parametrize("reader", ["slow", "gone"])
def test_what_the_log_misses_is_counted(talkative: Site, sink: Sink, reader: str) -> None:
    end = stuck(talkative.log)
    talkative.program = planted(SHORT)
    site = open_door(talkative)
    if reader == "slow":
        fill(end)
    else:
        os.close(end)
    send_mails(site, sink)
    if reader == "gone":
        end = os.open(talkative.log, os.O_RDWR | os.O_NONBLOCK)
    told = bytearray()

    def missing() -> list[int]:
        with suppress(BlockingIOError):
            told.extend(os.read(end, 65536))
        lines = [json.loads(line) for line in told.split(b"\n")[:-1] if line]
        return [line["lines"] for line in lines if "lines are missing" in line["event"]]

    def again() -> list[int]:
        site.reload()
        return missing()

    assert wait_until(again), bytes(told)[-2000:]
    assert missing()[0] > MAILS
    assert site.stop() == 0
    os.close(end)
