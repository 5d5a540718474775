"""What the daemon asks of the kernel in a whole life is what its unit allows.

strace is the witness: start, a small mail, one for the reading process, letters, a reload, the end.  Then each system call
is held against SystemCallFilter, each socket against RestrictAddressFamilies, each mapping against MemoryDenyWriteExecute.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from parts.mails import mail
from parts.net import wait_until
from parts.sink import Sink
from parts.site import MAILD, Site
from parts.strace import Call, calls, traced

SERVICE = (Path(__file__).parents[2] / "systemd" / "maild.service").read_text("utf-8")
# SQLite gives its files to the owner of the database when root runs it; the service is not root.
ROOTS = {"fchown"}
ANN = "Ann Berg <ann@kunde.example>"


@pytest.fixture(scope="module")
def expanded() -> Callable[[str], set[str]]:
    program = shutil.which("systemd-analyze")
    assert program, "systemd-analyze is missing: apt-get install systemd"
    done = subprocess.run([program, "--no-pager", "syscall-filter"], capture_output=True, text=True, check=True)
    sets: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        word = re.sub(r"\x1b\[[0-9;]*m", "", line).strip()
        if line.startswith("@") or (word.startswith("@") and not line.startswith(" ")):
            name = word
            sets[name] = []
        elif word and not word.startswith("#"):
            sets[name].append(word)

    def expand(name: str) -> set[str]:
        if not name.startswith("@"):
            return {name}
        return {call for part in sets[name] for call in expand(part)}

    return expand


def allowed(expand: Callable[[str], set[str]]) -> set[str]:
    """As systemd.exec(5) reads the lines: the first names what may be, one with ~ takes away."""
    found: set[str] = set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", SERVICE, re.M):
        named = {call for name in line.lstrip("~").split() for call in expand(name)}
        found = found - named if line.startswith("~") else found | named
    return found


def life(site: Site, sink: Sink) -> list[Call]:
    trace = site.folder / "trace"
    site.program = tuple(traced(list(MAILD), trace, "all"))
    site.launch().ready(60)
    site.send(mail(ANN, "Liten", "Hei.\n"))
    site.send(mail(ANN, "Stor", "En linje til.\n" * 30_000))
    sink.wait("ack", count=2, seconds=60)
    assert site.maild("reload").returncode == 0
    (daemon,) = Path(f"/proc/{site.pid}/task/{site.pid}/children").read_text().split()
    subprocess.run(["kill", f"-{signal.SIGTERM.value}", daemon], check=True)
    assert site.process.wait(30) == 0, site.log_text()
    return calls(trace)


@pytest.mark.timeout(200)
def test_the_program_that_pages_runs_within_it_too(
    make_site: Callable[..., Site], sink: Sink, expanded: Callable[[str], set[str]]
) -> None:
    """A shell script, as most of them are: it reads what it is told, and writes into the state folder."""
    site, read = make_site(), Path("site") / "state" / "rung"
    program = site.folder / "sms"
    program.write_text(
        f"#!/bin/sh\ncat > {site.folder / read}.part && mv {site.folder / read}.part {site.folder / read}\n"
    )
    program.chmod(0o755)
    rules = site.config.parent / "rules"
    (rules / "routing.yaml").write_text("- name: fire\n  when: {subject: brann}\n  set: {priority: critical}\n")
    (rules / "oncall.yaml").write_text("vakt: {name: Vakt, desks: [support], people: [kari], start: 2026-01-05}\n")
    with site.config.open("a") as file:
        file.write(f"pager: {{command: [{program}]}}\n")
    trace = site.folder / "trace"
    site.program = tuple(traced(list(MAILD), trace, "all"))
    site.launch().ready(60)
    site.send(mail(ANN, "brann", "Det brenner.\n"))
    wait_until((site.folder / read).exists, 60)
    (daemon,) = Path(f"/proc/{site.pid}/task/{site.pid}/children").read_text().split()
    subprocess.run(["kill", f"-{signal.SIGTERM.value}", daemon], check=True)
    assert site.process.wait(30) == 0, site.log_text()
    seen = calls(trace)
    assert [call for call in seen if call.name == "execve" and str(program) in call.text], "it was traced"
    assert {call.name for call in seen} - allowed(expanded) <= ROOTS


@pytest.mark.timeout(200)
def test_the_daemon_lives_within_its_sandbox(
    make_site: Callable[..., Site], sink: Sink, expanded: Callable[[str], set[str]]
) -> None:
    seen = life(make_site(), sink)
    assert {"fdatasync", "accept4", "prlimit64"} <= {call.name for call in seen}, "all of it was traced"
    assert {call.name for call in seen} - allowed(expanded) <= ROOTS
    families = {match[1] for call in seen if call.name == "socket" and (match := re.match(r"(AF_\w+)", call.text))}
    (permitted,) = re.findall(r"^RestrictAddressFamilies=(.*)$", SERVICE, re.M)
    # glibc asks netlink for the machine's addresses when it resolves a name, and does without.
    assert families <= {*permitted.split(), "AF_NETLINK"}
    assert "MemoryDenyWriteExecute=yes" in SERVICE
    assert not [call for call in seen if "PROT_WRITE|PROT_EXEC" in call.text]
    assert not [call for call in seen if call.name in ("mprotect", "pkey_mprotect") and "PROT_EXEC" in call.text]
