"""The daemon under a service manager: doors passed in, ready told, watchdog fed, an orderly end.

systemd itself is not needed: `systemd-socket-activate` passes the sockets as PID 1 would, and the manager's end of
NOTIFY_SOCKET is a datagram socket here.
"""

from __future__ import annotations

import shutil
import signal
import smtplib
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from parts.mails import authenticated, mail
from parts.net import free_port, wait_until
from parts.sink import Sink
from parts.site import MAILD, Site

ANN = "Ann Berg <ann@kunde.example>"


class Manager:
    """The service manager's ear."""

    def __init__(self, path: Path) -> None:
        self.path, self.heard = path, []
        self._channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._channel.bind(str(path))
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while said := self._channel.recv(4096):
            self.heard += said.decode().split("\n")

    def count(self, state: str) -> int:
        return self.heard.count(state)

    def hears(self, state: str, times: int = 1) -> None:
        assert wait_until(lambda: self.count(state) >= times, 20), f"{state} was not said; heard: {self.heard}"


class Activated:
    """A site whose doors are opened by somebody else before it lives."""

    def __init__(self, site: Site) -> None:
        self.site, self.manager = site, Manager(site.folder / "notify")
        self.lmtp, self.smtp = site.folder / "passed", free_port()
        self.site.port = self.smtp
        program = shutil.which("systemd-socket-activate")
        assert program, "systemd-socket-activate is missing: apt-get install systemd"
        given = {"NOTIFY_SOCKET": str(self.manager.path), "WATCHDOG_USEC": "600000", "MAILD_CONFIG": str(site.config)}
        words = [
            program,
            *(f"-E{name}={value}" for name, value in given.items()),
            f"-l{self.lmtp}",
            f"-l127.0.0.1:{self.smtp}",
        ]
        with site.log.open("ab") as log:
            site.process = subprocess.Popen(
                [*words, *MAILD, "run"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=site.folder
            )
        assert wait_until(self.lmtp.is_socket, 10), site.log_text()


@pytest.fixture
def activated(make_site: Callable[..., Site]) -> Iterator[Activated]:
    return Activated(make_site())


def by_lmtp(path: Path, subject: str) -> None:
    # The connection waits in the kernel until the daemon, which it wakes, takes it.
    with smtplib.LMTP(str(path)) as door:
        door.sendmail("ann@kunde.example", ["support@desk.example"], authenticated(mail(ANN, subject, "Hei.\n")))


def test_a_mail_over_a_passed_socket_wakes_the_daemon_and_becomes_a_case(activated: Activated, sink: Sink) -> None:
    by_lmtp(activated.lmtp, "Skriver virker ikke")
    activated.manager.hears("READY=1")
    assert sink.wait("ack", to="ann@kunde.example")
    assert [case["subject"] for case in activated.site.cases()] == ["Skriver virker ikke"]


def test_a_passed_tcp_socket_speaks_smtp(activated: Activated, sink: Sink) -> None:
    activated.site.send(mail(ANN, "Over TCP", "Hei.\n"))
    assert sink.wait("ack", to="ann@kunde.example")


def test_the_watchdog_is_fed_while_the_writer_answers(activated: Activated) -> None:
    by_lmtp(activated.lmtp, "Våken")
    activated.manager.hears("WATCHDOG=1", times=3)


def test_a_daemon_that_does_not_answer_is_not_kept_alive(activated: Activated) -> None:
    by_lmtp(activated.lmtp, "Vakt")
    activated.manager.hears("WATCHDOG=1")
    activated.site.process.send_signal(signal.SIGSTOP)
    time.sleep(0.2)
    heard = activated.manager.count("WATCHDOG=1")
    time.sleep(1.0)
    assert activated.manager.count("WATCHDOG=1") == heard
    activated.site.process.send_signal(signal.SIGCONT)


def test_a_reload_is_announced_and_ended(activated: Activated) -> None:
    by_lmtp(activated.lmtp, "Før omlasting")
    activated.manager.hears("READY=1")
    activated.site.reload()
    activated.manager.hears("RELOADING=1")
    activated.manager.hears("READY=1", times=2)


def test_a_stop_is_announced_and_ends_with_nothing_owed(activated: Activated, sink: Sink) -> None:
    by_lmtp(activated.lmtp, "Før stopp")
    activated.manager.hears("READY=1")
    assert activated.site.stop() == 0
    activated.manager.hears("STOPPING=1")
    assert activated.lmtp.is_socket(), "the door stays where the mail server looks for it"
    assert sink.of("ack"), "the acknowledgement left before the end"
