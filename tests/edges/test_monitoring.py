"""What a monitor sees of a running daemon."""

from __future__ import annotations

import json
import re
import signal
import socket
import sqlite3
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
from parts.mails import mail
from parts.net import free_port, wait_until
from parts.sink import Sink
from parts.site import Site
from prometheus_client.parser import text_string_to_metric_families


class Door(HTTPConnection):
    """HTTP over a UNIX socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=10)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(str(self.path))


def listening(site: Site, where: str, more: str = "") -> Site:
    text = site.config.read_text("utf-8").replace("health:\n", f"health:\n  listen: {where}\n{more}")
    site.config.write_text(text, "utf-8")
    return site


def ask(monitor: HTTPConnection, page: str, verb: str = "GET") -> tuple[HTTPResponse, bytes]:
    monitor.request(verb, page)
    answer = monitor.getresponse()
    return answer, answer.read()


@pytest.fixture
def monitored(make_site: Callable[..., Site]) -> Site:
    made = make_site()
    made.monitor = HTTPConnection("127.0.0.1", free_port(), timeout=10)  # type: ignore[attr-defined]
    return listening(made, f"127.0.0.1:{made.monitor.port}").start()  # type: ignore[attr-defined]


def figures(site: Site) -> dict[str, dict[tuple[str, ...], float]]:
    """name -> labels' values -> value"""
    answer, body = ask(site.monitor, "/metrics")  # type: ignore[attr-defined]
    assert answer.status == 200
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(body.decode()):
        for sample in family.samples:
            labels = tuple(value for _, value in sorted(sample.labels.items()))
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


def test_figures_of_a_mail_and_its_letters(monitored: Site, sink: Sink) -> None:
    monitored.send(mail("Ann Berg <ann@kunde.example>", "Skriver", "Den står."))
    sink.wait("ack")
    sink.wait("notice")
    assert wait_until(lambda: ("sent", "notice") in figures(monitored).get("maild_letters_total", {}), 10)
    found = figures(monitored)
    assert found["maild_arrivals_total"] == {("settled", "smtp"): 1}
    assert found["maild_letters_total"] == {("sent", "ack"): 1, ("sent", "notice"): 1}
    for name in ("answer", "wait", "read", "settle"):
        assert found[f"maild_{name}_seconds_count"] == {(): 1}
    assert found["maild_letter_seconds_count"] == {(): 2}
    assert found["maild_relay_up"] == {(): 1}
    assert found["maild_well"][("relay",)] == 1
    assert found["maild_last_mail_timestamp_seconds"][()] == pytest.approx(time.time(), abs=300)
    assert found["process_resident_memory_bytes"][()] > 10_000_000
    [build] = found["maild_build_info"]
    assert build[0].startswith("SQLite")


# Prometheus' own rules (promtool check metrics): base units, _total for counters and for nothing else, help for all.
UNITS = re.compile(r"_(milliseconds|ms|minutes|hours|days|kilobytes|megabytes|kb|mb|percent)(_|$)")


def test_names_are_as_prometheus_wants_them(monitored: Site) -> None:
    _, body = ask(monitored.monitor, "/metrics")  # type: ignore[attr-defined]
    families = list(text_string_to_metric_families(body.decode()))
    assert len(families) > 25
    assert len({family.name for family in families}) == len(families)
    for family in families:
        assert re.fullmatch("[a-z][a-z_]+[a-z]", family.name), family.name
        assert family.name.startswith(("maild_", "process_"))
        assert family.documentation, family.name
        assert not UNITS.search(family.name), family.name
        ends = {sample.name.removeprefix(family.name) for sample in family.samples}
        if family.type == "counter":
            assert ends <= {"_total", "_created"}, family.name
        else:
            assert not family.name.endswith(("_total", "_count", "_sum", "_bucket")), family.name
        if family.type == "histogram":
            assert family.name.endswith("_seconds")
            assert ends == {"_bucket", "_count", "_sum"}


def test_health_is_a_status_and_some_words(monitored: Site) -> None:
    answer, body = ask(monitored.monitor, "/healthz")  # type: ignore[attr-defined]
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert json.loads(body) == {"taking_mail": True, "well": True, "ill": []}
    answer, body = ask(monitored.monitor, "/healthz", "HEAD")  # type: ignore[attr-defined]
    assert (answer.status, body) == (200, b"")
    assert ask(monitored.monitor, "/")[0].status == 404  # type: ignore[attr-defined]
    assert ask(monitored.monitor, "/healthz", "POST")[0].status == 405  # type: ignore[attr-defined]


def test_while_the_writer_does_not_answer_health_does_and_says_so(monitored: Site) -> None:
    """Another program has locked the database: the daemon waits for it, and a monitor need not."""
    other = sqlite3.connect(monitored.config.parent / "state" / "maild.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    slowest = 0.0

    def status() -> int:
        nonlocal slowest
        began = time.monotonic()
        found = ask(monitored.monitor, "/healthz")[0].status  # type: ignore[attr-defined]
        slowest = max(slowest, time.monotonic() - began)
        return found

    assert wait_until(lambda: status() == 503, 30)
    assert ask(monitored.monitor, "/metrics")[0].status == 200  # type: ignore[attr-defined]
    _, body = ask(monitored.monitor, "/healthz")  # type: ignore[attr-defined]
    assert json.loads(body)["ill"][0]["part"] == "database"
    other.execute("ROLLBACK")
    other.close()
    assert wait_until(lambda: status() == 200, 30)
    # It has never waited for the five seconds that SQLite gives a lock.
    assert slowest < 4


def test_a_unix_socket_is_for_whom_its_mode_says(make_site: Callable[..., Site]) -> None:
    site = make_site()
    path = site.folder / "health"
    listening(site, str(path), '  mode: "0600"\n').start()
    assert path.stat().st_mode & 0o777 == 0o600
    assert ask(Door(path), "/healthz")[0].status == 200
    site.kill()
    # A dead daemon's socket is replaced.
    site.start()
    assert ask(Door(path), "/healthz")[0].status == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_are_still_the_daemons(monitored: Site, number: signal.Signals) -> None:
    monitored.monitor.connect()  # type: ignore[attr-defined]
    assert monitored.process is not None
    monitored.process.send_signal(number)
    assert monitored.process.wait(30) == 0
    assert '"event": "ended"' in monitored.log_text()


def test_an_address_that_is_taken_is_a_sentence_at_the_start(make_site: Callable[..., Site]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        site = listening(make_site(), f"127.0.0.1:{taken.getsockname()[1]}")
        done = site.maild("run")
    assert done.returncode == 78
    assert "health cannot listen on 127.0.0.1" in done.stderr
    assert "Traceback" not in done.stderr


def test_its_libraries_are_loaded_only_where_they_are_wanted() -> None:
    import subprocess
    import sys

    program = "import sys, maild.daemon, maild.config_schema; print([m for m in ('uvicorn', 'prometheus_client') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "[]\n"
