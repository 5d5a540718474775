"""Signals in the middle of traffic: SIGTERM once and twice, SIGHUP a thousand times, and with rules that do not hold."""

from __future__ import annotations

import json
import os
import signal
import smtplib
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from parts.mails import authenticated, mail
from parts.net import wait_until
from parts.sink import Sink
from parts.site import DESK, Site

ANN = "ann@kunde.example"
SENDERS = 4


@dataclass
class Traffic:
    """Clients that send as fast as they can, each mail with its own subject; what became of every attempt."""

    port: int
    fates: dict[str, str] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Traffic:
        self.threads = [threading.Thread(target=self._send, args=(n,)) for n in range(SENDERS)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join(30)

    def _send(self, sender: int) -> None:
        count = 0
        while not self.over.is_set():
            count += 1
            subject = f"Sak {sender}-{count}"
            self.fates[subject] = attempt(self.port, subject)

    def of(self, fate: str) -> list[str]:
        return sorted(subject for subject, found in self.fates.items() if found == fate)


def attempt(port: int, subject: str) -> str:
    """The code of a mail's last reply; "away" before its last octet, "lost" after it."""
    fate = "away"
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as door:
            for step in (door.ehlo, lambda: door.mail(ANN), lambda: door.rcpt(DESK)):
                code, _ = step()  # type: ignore[operator]
                if code != 250:
                    return str(code)
            fate = "lost"
            fate = str(door.data(authenticated(mail(ANN, subject, "Hei.")))[0])
    except smtplib.SMTPDataError as refused:
        return str(refused.smtp_code)
    except (OSError, smtplib.SMTPException):
        pass
    return fate


def half_a_mail(port: int) -> socket.socket:
    """A client in the middle of its mail."""
    wire = socket.create_connection(("127.0.0.1", port), timeout=20)
    talk(wire, b"EHLO a", b"MAIL FROM:<ann@kunde.example>", b"RCPT TO:<support@desk.example>", b"DATA")
    wire.sendall(b"From: ann@kunde.example\r\nSubject: Halv\r\n\r\nDet er")
    return wire


def talk(wire: socket.socket, *lines: bytes) -> bytes:
    said = wire.recv(4096)
    for line in lines:
        wire.sendall(line + b"\r\n")
        said = wire.recv(4096)
    return said


def test_sigterm_under_load_leaves_no_mail_in_doubt(make_site: Callable[..., Site], sink: Sink) -> None:
    site = make_site().start()
    idle = socket.create_connection(("127.0.0.1", site.port), timeout=20)
    talk(idle, b"EHLO a")
    with Traffic(site.port) as traffic:
        assert wait_until(lambda: len(traffic.of("250")) > 25)
        code = site.stop()
        traffic.over.set()
    assert code == 0
    assert idle.recv(100).startswith(b"421 4.3.2")
    assert set(traffic.fates.values()) <= {"250", "421", "away"}, Counter(traffic.fates.values())
    site.start()
    taken = traffic.of("250")
    sink.wait("ack", count=1)
    assert wait_until(lambda: len(site.cases()) == len(taken))
    assert sorted(case["subject"] for case in site.cases()) == taken


def test_a_second_sigterm_ends_at_once_and_loses_nothing(make_site: Callable[..., Site]) -> None:
    site = make_site().start()
    site.send(mail(ANN, "Før", "Hei."))
    slow = half_a_mail(site.port)
    site.process.send_signal(signal.SIGTERM)  # type: ignore[union-attr]
    time.sleep(1.0)
    assert site.running, "it waits for whoever is in the middle of a mail"
    site.process.send_signal(signal.SIGTERM)  # type: ignore[union-attr]
    # Alone, the client would have ten seconds.
    assert site.process.wait(6) == 0  # type: ignore[union-attr]
    assert slow.recv(100) == b"", "no reply: the mail was not taken, and nobody said that it never will be"
    site.start()
    assert wait_until(lambda: [case["subject"] for case in site.cases()] == ["Før"])


def test_a_thousand_sighups_drop_no_session_and_leave_nothing_open(make_site: Callable[..., Site]) -> None:
    site = make_site().start()
    slow = half_a_mail(site.port)
    assert attempt(site.port, "Varm opp") == "250"
    site.reload()
    assert wait_until(lambda: '"reloaded"' in site.log_text())
    before = opened(site)
    with Traffic(site.port) as traffic:
        for _ in range(1000):
            site.reload()
            time.sleep(0.001)
        desks = site.config.parent / "rules" / "desks.yaml"
        desks.write_text(desks.read_text("utf-8") + "# the last word\n", "utf-8")
        site.reload()
        assert wait_until(lambda: len(traffic.of("250")) > 25)
    slow.sendall(b" meg.\r\n.\r\n")
    assert slow.recv(100).startswith(b"250 2.0.0")
    slow.close()
    assert set(traffic.fates.values()) == {"250"}, Counter(traffic.fates.values())
    first = reloads(site)[0].split()[1]
    assert wait_until(lambda: reloads(site)[-1].split()[1] != first)
    in_force = reloads(site)[-1].split()[1]
    last = site.maild("reload")
    assert last.stdout.split()[1] == in_force, "the set that was written last is the one in force"
    # A few are opened at their first use; a leak would be of hundreds.
    assert wait_until(lambda: opened(site) < before + 10), (before, opened(site))
    assert len(reloads(site)) < 1000, "signals that wait share a reload"
    assert site.stop() == 0


def reloads(site: Site) -> list[str]:
    """ "reloaded HASH" of each, in order."""
    lines = [json.loads(line) for line in site.log_text().splitlines() if line.startswith("{")]
    return [f"policy {line['policy']}" for line in lines if line["event"] == "reloaded"]


def opened(site: Site) -> int:
    """Files and pipes; the relay's connections come and go as letters do."""
    folder, found = Path(f"/proc/{site.pid}/fd"), 0
    for name in os.listdir(folder):
        with suppress(FileNotFoundError):
            found += not os.readlink(folder / name).startswith("socket:")
    return found


def test_mail_goes_on_by_the_old_rules_when_the_new_ones_do_not_hold(site: Site, sink: Sink) -> None:
    routing = site.config.parent / "rules" / "routing.yaml"
    whole = routing.read_text("utf-8") if routing.exists() else ""
    routing.write_text("- name: [half\n", "utf-8")
    site.reload()
    assert wait_until(lambda: "reload refused" in site.log_text())
    site.send(mail(ANN, "Etter et dårlig sett", "Hei."))
    assert sink.wait("ack", to=ANN)
    assert "the last reload failed" in site.maild("status").stdout
    routing.write_text(whole, "utf-8")
    assert site.maild("reload").returncode == 0
    assert "the last reload failed" not in site.maild("status").stdout
