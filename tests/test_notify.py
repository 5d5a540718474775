"""What the daemon says to its service manager, and what it takes from it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from maild.notify import credential, inherited, notify, reloading, watchdog_interval


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> socket.socket:
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    channel.bind(str(tmp_path / "notify"))
    channel.settimeout(5)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    return channel


def test_without_a_manager_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")


def test_the_manager_hears_every_state(manager: socket.socket) -> None:
    notify("READY=1\nSTATUS=3 cases")
    assert manager.recv(100) == b"READY=1\nSTATUS=3 cases"


def test_a_reload_names_the_instant_it_began(manager: socket.socket) -> None:
    reloading()
    said = manager.recv(100).decode().split("\n")
    assert said[0] == "RELOADING=1"
    assert said[1].removeprefix("MONOTONIC_USEC=").isdigit()


def test_an_abstract_socket_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.settimeout(5)
        channel.bind(f"\0maild-test-{os.getpid()}")
        monkeypatch.setenv("NOTIFY_SOCKET", f"@maild-test-{os.getpid()}")
        notify("WATCHDOG=1")
        assert channel.recv(100) == b"WATCHDOG=1"


def test_a_manager_that_is_gone_or_deaf_stops_nothing(manager: socket.socket) -> None:
    for _ in range(2000):
        notify("WATCHDOG=1")
    manager.close()
    notify("STOPPING=1")


@pytest.mark.parametrize(
    ("microseconds", "pid", "seconds"),
    [
        ("30000000", None, 15.0),
        ("30000000", "1", None),
        ("", None, None),
        ("0", None, None),
        ("soon", None, None),
        ("-5", None, None),
    ],
)
def test_pings_come_twice_as_often_as_the_manager_asks(
    monkeypatch: pytest.MonkeyPatch, microseconds: str, pid: str | None, seconds: float | None
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", microseconds)
    monkeypatch.setenv("WATCHDOG_PID", pid or str(os.getpid()))
    assert watchdog_interval() == seconds


def test_sockets_meant_for_another_process_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LISTEN_PID", "1")
    monkeypatch.setenv("LISTEN_FDS", "1")
    assert inherited() == {}


ASK = """
import json, os
from maild.notify import inherited
os.environ["LISTEN_PID"] = str(os.getpid())
found = inherited()
print(json.dumps({name: [s.getsockname() for s in them] for name, them in found.items()}))
assert not any(s.getblocking() or s.get_inheritable() for them in found.values() for s in them)
"""


def test_passed_sockets_are_named_and_unknown_names_go_by_family(tmp_path: Path) -> None:
    tcp, unix = socket.socket(), socket.socket(socket.AF_UNIX)
    tcp.bind(("127.0.0.1", 0))
    unix.bind(str(tmp_path / "s"))

    def pass_on() -> None:
        # High numbers first: the two descriptors may themselves be 3 or 4.
        os.dup2(tcp.fileno(), 50)
        os.dup2(unix.fileno(), 51)
        os.dup2(50, 3)
        os.dup2(51, 4)

    environment = {**os.environ, "LISTEN_FDS": "3", "LISTEN_FDNAMES": "unknown:lmtp:smtp"}
    said = subprocess.run(
        [sys.executable, "-c", ASK],
        env=environment,
        pass_fds=(3, 4),
        preexec_fn=pass_on,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == f'{{"smtp": [["127.0.0.1", {tcp.getsockname()[1]}]], "lmtp": ["{tmp_path / "s"}"]}}'
    tcp.close()
    unix.close()


def test_a_secret_is_read_where_systemd_puts_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "smtp-password").write_bytes(b"s3cret\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert credential("smtp-password") == b"s3cret\n"


@pytest.mark.parametrize("name", ["other", "../smtp-password", "", ".", "a\0b"])
def test_no_other_file_is_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / "smtp-password").write_bytes(b"s3cret\n")
    (tmp_path / "folder").mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "folder"))
    assert credential(name) is None
