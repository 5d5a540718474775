"""warm: commands of maild, each a process of its own, forked from one that has loaded Python and our modules already.

run(command, environment, folder, seconds, stdin) -> CompletedProcess, as subprocess.run gives it
start(command, environment, folder, files) -> one that goes on, as subprocess.Popen gives it

Half a second of each command is Python loading modules; a fork of a process that has them costs a twentieth of that.  The rest is
what `python -m maild` does: its own arguments, environment, folder, files, exit code.  One that begins with lines of Python
(site.planted) is forked from a process that has everything but our modules, so that the lines come before them.  Any other command,
and one in whose environment Python itself would start otherwise, is started cold.

The servers (this file as a program) have one thread and run no function of maild, so that what they fork knows nothing.  A request
is JSON with four file descriptors: stdin, stdout, stderr and a socket, on which come the child's number and how it ended.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]
# What Python and the loader read once, when a process starts.
AT_START = ("PYTHON", "LC_", "LANG", "LD_", "MALLOC_")
LARGEST = 1 << 17
COLD = (sys.executable, "-m", "maild")
LINES = (sys.executable, "-c")
# What maild loads of others where it is needed first.
LATE = (
    "rich.console",
    "rich.markup",
    "rich.table",
    "rich.traceback",
    "structlog",
    "psycopg",
    "uvloop",
    "dkim",
    "smtplib",
)


def run(
    command: Sequence[str | bytes],
    environment: Mapping[str, str],
    folder: Path,
    seconds: float,
    stdin: str | bytes = "",
) -> subprocess.CompletedProcess[str]:
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(open(os.memfd_create(name), "w+b")) for name in ("stdin", "stdout", "stderr")]
        files[0].write(stdin.encode() if isinstance(stdin, str) else stdin)
        files[0].seek(0)
        child = start(command, environment, folder, files)
        try:
            code = child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            raise
        told = [file.read().decode().replace("\r\n", "\n") for file in files[1:] if file.seek(0) == 0]
    return subprocess.CompletedProcess([*command], code, *told)


def start(
    command: Sequence[str | bytes], environment: Mapping[str, str], folder: Path, files: Sequence[IO[bytes]]
) -> Child | subprocess.Popen[bytes]:
    """files: stdin, stdout and stderr."""
    said = [os.fsdecode(word) for word in command]
    before = said[2] if tuple(said[:2]) == LINES else None
    if (before is None and tuple(said[:3]) != COLD) or not _server(ours=True).starts_alike(environment):
        stdin, stdout, stderr = files
        return subprocess.Popen(said, stdin=stdin, stdout=stdout, stderr=stderr, env=environment, cwd=folder)
    request = {"before": before, "words": said[3:], "environment": dict(environment), "folder": str(folder)}
    return Child(said, _server(ours=before is None).ask(request, files))


class Child:
    """What subprocess.Popen is to a process that it started."""

    def __init__(self, words: list[str], answers: socket.socket) -> None:
        self.args, self.returncode, self._answers = words, None, answers
        self._answers.settimeout(60)
        self.pid = int(answers.recv(20))

    returncode: int | None

    def poll(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, negative for a signal."""
        if self.returncode is None:
            if not select.select([self._answers], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            self.returncode = int(self._answers.recv(20))
            self._answers.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Server:
    def __init__(self, *, ours: bool) -> None:
        self.environment = dict(os.environ)
        self.requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.requests.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * LARGEST)
        program = [sys.executable, str(Path(__file__)), str(theirs.fileno()), "ours" if ours else "others"]
        with theirs:
            self.serving = subprocess.Popen(
                program, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()], cwd=ROOT, env=_with_us(os.environ)
            )
        atexit.register(self.close)

    def starts_alike(self, environment: Mapping[str, str]) -> bool:
        """Whether Python would start in that environment as it did here."""
        names = {name for name in (*environment, *self.environment) if name.startswith(AT_START)}
        return all(environment.get(name) == self.environment.get(name) for name in names)

    def ask(self, request: dict[str, Any], files: Sequence[IO[bytes]]) -> socket.socket:
        """The socket on which the answers come."""
        octets = json.dumps(request).encode()
        assert len(octets) < LARGEST
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            # A packet is whole: threads need no lock.
            socket.send_fds(self.requests, [octets], [*(file.fileno() for file in files), theirs.fileno()])
        return ours

    def close(self) -> None:
        self.requests.close()
        self.serving.wait(10)


def _with_us(environment: Mapping[str, str]) -> dict[str, str]:
    """Where our modules are: a file that is run finds those beside it only."""
    return {**environment, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [environment.get("PYTHONPATH")])])}


_server = cache(Server)


# --- the server -------------------------------------------------------------------------------------------------------------


def serve(requests: socket.socket) -> dict[str, Any] | None:
    """Forks for each request until there are no more: in a child, what is asked; else None."""
    born: dict[int, socket.socket] = {}
    wake, died = socket.socketpair()
    for end in (wake, died):
        end.setblocking(False)
    before = [(number, signal.getsignal(number)) for number in (signal.SIGCHLD, signal.SIGINT)]
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.set_wakeup_fd(died.fileno(), warn_on_full_buffer=False)
    while True:
        readable, _, _ = select.select([requests, wake], [], [])
        if wake in readable:
            wake.recv(1000)
            _bury(born)
        if requests not in readable:
            continue
        octets, files, _, _ = socket.recv_fds(requests, LARGEST, 4)
        if not octets:
            return None
        answers = socket.socket(fileno=files.pop())
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            for number, handler in before:
                signal.signal(number, handler)
            for each in (requests, wake, died, answers, *born.values()):
                each.close()
            return _become(json.loads(octets), files)
        for file in files:
            os.close(file)
        answers.send(str(pid).encode())
        born[pid] = answers


def _bury(born: dict[int, socket.socket]) -> None:
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            with born.pop(found[0]) as answers, contextlib.suppress(BrokenPipeError):
                answers.send(str(os.waitstatus_to_exitcode(found[1])).encode())


def _become(request: dict[str, Any], files: Sequence[int]) -> dict[str, Any]:
    """A process as it were just started."""
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    os.chdir(request["folder"])
    # Where `python -m` and `python -c` look first; ours was the folder of this file.
    sys.path[0] = "" if request["before"] else request["folder"]
    if sys.path[1] == str(ROOT) != request["environment"].get("PYTHONPATH", "").partition(os.pathsep)[0]:
        # It stands first for us (_with_us); an editable installation puts it last.
        sys.path.append(sys.path.pop(1))
    sys.argv = ["-c" if request["before"] else str(ROOT / "maild" / "__main__.py"), *request["words"]]
    return request


def load(*, ours: bool) -> None:
    before = set(sys.modules)
    import maild

    for module in pkgutil.walk_packages(maild.__path__, "maild."):
        if module.name != "maild.__main__":
            importlib.import_module(module.name)
    for name in LATE:
        importlib.import_module(name)
    if not ours:
        for name in set(sys.modules) - before:
            if name.partition(".")[0] == "maild":
                del sys.modules[name]
    gc.collect()
    gc.freeze()


def main() -> None:
    load(ours=sys.argv[2] == "ours")
    request = serve(socket.socket(fileno=int(sys.argv[1])))
    if request is None:
        return
    if request["before"]:
        exec(compile(request["before"], "<string>", "exec"), {"__name__": "__main__"})
    else:
        from maild.cli import main

        main(request["words"])


if __name__ == "__main__":
    main()
