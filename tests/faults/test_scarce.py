"""Too few file descriptors, too little memory, hardly any CPU, a reading process that dies: senders wait or try again, none is lost."""

from __future__ import annotations

import os
import resource
import signal
import smtplib
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from parts.mails import authenticated, mail
from parts.net import wait_until
from parts.sink import Sink
from parts.site import DESK, Site

KINDLY = {"250", "421", "451", "452", "nothing"}


def who(subject: str) -> str:
    return f"{subject}@kunde.example"


def acknowledged(sink: Sink, *subjects: str) -> None:
    """Each once."""
    for subject in subjects:
        assert len(sink.wait("ack", to=who(subject))) == 1


def cases(site: Site, *subjects: str) -> list[str]:
    """Of these subjects."""
    return sorted(case["subject"] for case in site.cases() if case["subject"] in subjects)


def attempt(site: Site, subject: str, text: str = "Hei.", seconds: float = 20.0) -> str:
    """The code of the last reply; nothing when there was none."""
    made, sender = (
        authenticated(mail(who(subject), subject, text, Message_ID=f"<{subject}@kunde.example>")),
        who(subject),
    )
    try:
        with smtplib.SMTP("127.0.0.1", site.port, timeout=seconds) as door:
            door.sendmail(sender, [DESK], made)
    except smtplib.SMTPRecipientsRefused as refused:
        return str(next(iter(refused.recipients.values()))[0])
    except smtplib.SMTPResponseException as refused:
        return str(refused.smtp_code)
    except OSError:
        return "nothing"
    return "250"


@contextmanager
def limited(site: Site, what: int, limit: int) -> Iterator[None]:
    before = resource.prlimit(site.pid, what)
    resource.prlimit(site.pid, what, (limit, before[1]))
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            resource.prlimit(site.pid, what, before)


def test_without_file_descriptors_mail_waits_and_comes_when_there_are_some(besieged: Site, far: Sink) -> None:
    in_use = max(int(name) for name in os.listdir(f"/proc/{besieged.pid}/fd")) + 1
    with limited(besieged, resource.RLIMIT_NOFILE, in_use + 3):
        idle = [socket.create_connection(("127.0.0.1", besieged.port), timeout=5) for _ in range(12)]
        told = [attempt(besieged, f"knapp{n}", seconds=1.0) for n in range(3)]
        assert set(told) <= KINDLY, told
        assert "nothing" in told, "there was none left for them"
        for one in idle:
            one.close()
        assert wait_until(lambda: attempt(besieged, "etter") == "250")
    assert besieged.running
    taken = sorted([f"knapp{n}" for n, code in enumerate(told) if code == "250"] + ["etter"])
    acknowledged(far, *taken)
    assert cases(besieged, *taken) == taken


def test_without_memory_a_large_mail_is_for_later(besieged: Site, far: Sink) -> None:
    size = int(Path(f"/proc/{besieged.pid}/statm").read_text().split()[0]) * resource.getpagesize()
    large = "x" * 70 + "\n"
    with limited(besieged, resource.RLIMIT_AS, size + (4 << 20)):
        told = attempt(besieged, "stor", large * 250_000)
    assert told in KINDLY - {"250"}, told
    if not besieged.running:
        # As systemd would.
        besieged.start()
    assert attempt(besieged, "stor", large * 250_000) == "250"
    assert attempt(besieged, "liten") == "250"
    acknowledged(far, "liten", "stor")
    assert cases(besieged, "liten", "stor") == ["liten", "stor"]


def test_a_daemon_that_hardly_gets_to_run_refuses_nobody(besieged: Site, far: Sink) -> None:
    over = threading.Event()

    def starve() -> None:
        """A twentieth of a CPU."""
        while not over.is_set():
            os.kill(besieged.pid, signal.SIGSTOP)
            time.sleep(0.19)
            os.kill(besieged.pid, signal.SIGCONT)
            time.sleep(0.01)

    starving = threading.Thread(target=starve)
    starving.start()
    try:
        told = Counter(attempt(besieged, f"sak{n}") for n in range(5))
    finally:
        over.set()
        starving.join()
    assert told == {"250": 5}
    acknowledged(far, *(f"sak{n}" for n in range(5)))
    assert besieged.running


def children(pid: int) -> list[int]:
    found = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    return [int(child) for line in found for child in line.split()]


def test_a_reading_process_that_crashes_costs_neither_its_mail_nor_the_next(besieged: Site, far: Sink) -> None:
    large = "Den står.\n" * 40_000
    assert attempt(besieged, "foerste", large) == "250"
    acknowledged(far, "foerste")
    assert wait_until(lambda: children(besieged.pid))
    for child in children(besieged.pid):
        os.kill(child, signal.SIGSEGV)
    assert attempt(besieged, "andre", large) == "250"
    assert attempt(besieged, "tredje") == "250"
    acknowledged(far, "andre", "tredje")
    assert cases(besieged, "andre", "foerste", "tredje") == ["andre", "foerste", "tredje"]


def test_the_same_mail_fifty_times_at_once_is_one_case(besieged: Site, far: Sink) -> None:
    told: list[str] = []
    clients = [threading.Thread(target=lambda: told.append(attempt(besieged, "samme"))) for _ in range(50)]
    for client in clients:
        client.start()
    for client in clients:
        client.join(30)
    # More than its share of connections from one address is told to come later.
    assert set(told) <= {"250", "421"}, Counter(told)
    assert told.count("250") > 10
    acknowledged(far, "samme")
    assert cases(besieged, "samme") == ["samme"]
