"""notify: what systemd and a service say to each other, without a library.

notify(state)          -> nothing; one datagram to $NOTIFY_SOCKET: READY=1, STOPPING=1, WATCHDOG=1, STATUS=...
reloading()            -> nothing; RELOADING=1 with its instant, to be followed by READY=1
watchdog_interval()    -> seconds between two pings, or None
inherited()            -> the listening sockets that were opened for us, by name: smtp, lmtp
credential(name)       -> the bytes of a secret in $CREDENTIALS_DIRECTORY, or None

LIMITS  Linux only.  Nothing raises: a service manager that went away must not stop the mail.
        inherited() hands out the descriptors; call it once.
"""

from __future__ import annotations

import os
import re
import socket
import time
from contextlib import suppress
from pathlib import Path

# sd_listen_fds(3): the first passed descriptor, after standard input, output and error.
FIRST = 3
CREDENTIAL_SIZE = 1 << 20
_NAME = re.compile(r"[A-Za-z0-9_.@-]{1,255}")
_DEFAULT = {socket.AF_UNIX: "lmtp", socket.AF_INET: "smtp", socket.AF_INET6: "smtp"}


def notify(state: str) -> None:
    """Tell the service manager.  Without one nothing happens."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if not path.startswith(("/", "@")):
        return
    address = "\0" + path[1:] if path.startswith("@") else path
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        # A manager that does not read must not hold the loop: the datagram is dropped, the next ping tells again.
        channel.setblocking(False)
        channel.sendto(state.encode(), address)


def reloading() -> None:
    """SIGHUP has come; to be followed by READY=1.  sd_notify(3) wants the monotonic clock beside it."""
    notify(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")


def watchdog_interval() -> float | None:
    """Half of what the manager waits (sd_watchdog_enabled(3)), if it is us that it watches."""
    pid = os.environ.get("WATCHDOG_PID", "")
    if pid and pid != str(os.getpid()):
        return None
    microseconds = _whole(os.environ.get("WATCHDOG_USEC", ""))
    return microseconds / 2_000_000 if microseconds > 0 else None


def inherited() -> dict[str, list[socket.socket]]:
    """Sockets passed by sd_listen_fds(3), non-blocking and not for our children.  Unknown names go by the family."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return {}
    names = os.environ.get("LISTEN_FDNAMES", "").split(":")
    found: dict[str, list[socket.socket]] = {}
    for index in range(_whole(os.environ.get("LISTEN_FDS", ""))):
        passed = _adopt(FIRST + index)
        if passed is None:
            continue
        given = names[index] if index < len(names) else ""
        name = given if given in ("smtp", "lmtp") else _DEFAULT.get(passed.family, "smtp")
        found.setdefault(name, []).append(passed)
    return found


def _adopt(descriptor: int) -> socket.socket | None:
    try:
        os.set_inheritable(descriptor, False)
        passed = socket.socket(fileno=descriptor)
    except OSError:
        return None
    passed.setblocking(False)
    return passed


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def credential(name: str) -> bytes | None:
    """A secret handed over by LoadCredential=.  None: no such secret, or no service manager."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    if not folder or not _NAME.fullmatch(name) or name in (".", ".."):
        return None
    try:
        with (Path(folder) / name).open("rb") as secret:
            return secret.read(CREDENTIAL_SIZE)
    except OSError:
        return None
