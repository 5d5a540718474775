"""Others on the same machine, another daemon on the same site, and what a mail would have us fetch."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from parts.mails import mail
from parts.net import wait_until
from parts.sink import Sink
from parts.site import Site

NOBODY = 65534


def knock(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as control:
        control.connect(str(path))
        control.sendall(b'{"order": "reload"}\n')


ATTEMPTS: dict[str, Callable[[Path], object]] = {
    "state/control.sock": knock,
    "state/maild.sqlite": Path.read_bytes,
    "state/keys": Path.read_bytes,
    "state/lock": lambda path: path.open("ab").close(),
}


def as_somebody_else(attempt: Callable[[Path], object], path: Path) -> str:
    """What comes of it in a process of another user: the error's name."""
    assert os.geteuid() == 0, "only root can be somebody else"
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        told = "nothing was in the way"
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            attempt(path)
        except OSError as error:
            told = type(error).__name__
        finally:
            os.write(there, told.encode())
            os._exit(0)
    os.close(there)
    os.waitpid(child, 0)
    with os.fdopen(here, "rb") as answer:
        return answer.read().decode()


def test_threat_46_what_the_daemon_keeps_is_its_users_alone(besieged: Site):
    state = besieged.config.parent / "state"
    besieged.send(mail("Ann <ann@kunde.example>", "Hei", "Hei"))
    assert wait_until(lambda: besieged.cases(), 20)
    assert state.stat().st_mode & 0o777 == 0o700
    names = {path.name for path in state.iterdir()}
    assert {"control.sock", "keys", "maild.sqlite", "lock"} <= names
    assert {path.name: oct(path.stat().st_mode & 0o077) for path in state.iterdir()} == dict.fromkeys(names, "0o0")


@pytest.mark.parametrize("path", ATTEMPTS)
def test_threat_46_another_user_neither_gives_orders_nor_reads(besieged: Site, path: str):
    """Through the closed folder, and if somebody opened it, at the file itself."""
    target, state = besieged.config.parent / path, besieged.config.parent / "state"
    assert as_somebody_else(ATTEMPTS[path], target) == "PermissionError"
    state.chmod(0o755)
    try:
        assert as_somebody_else(ATTEMPTS[path], target) == "PermissionError"
        target.chmod(0o666)
        assert as_somebody_else(ATTEMPTS[path], target) == "nothing was in the way", "the attempt itself is sound"
    finally:
        target.chmod(0o600)
        state.chmod(0o700)


def test_threat_46_a_crash_leaves_no_core(besieged: Site):
    limits = Path(f"/proc/{besieged.pid}/limits").read_text()
    assert re.search(r"Max core file size +0 +0 ", limits), limits


def test_threat_48_a_second_daemon_does_not_start(besieged: Site):
    second = besieged.maild("run")
    assert (second.returncode, "another maild works on" in second.stderr) == (75, True)
    assert besieged.running
    assert besieged.maild("status").returncode == 0


def test_threat_29_no_link_of_a_mail_is_followed(besieged: Site, far: Sink):
    """A server waits at every link, image, style and answer address; nobody comes."""
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.setblocking(False)
        url = f"http://127.0.0.1:{trap.getsockname()[1]}"
        made = mail("Eve <eve@evil.example>", "Se her", f"{url}/text")
        made["List-Unsubscribe"], made["List-Unsubscribe-Post"] = f"<{url}/u>", "List-Unsubscribe=One-Click"
        made["Face"], made["X-Face-URL"], made["BIMI-Location"] = f"{url}/f", f"{url}/f", f"v=BIMI1; l={url}/b.svg"
        made.add_alternative(
            f'<html><head><link rel=stylesheet href="{url}/c"><base href="{url}"></head><body background="{url}/b"><img src="{url}/i">'
            f'<iframe src="{url}/f"></iframe><script src="{url}/s"></script><object data="{url}/o"></object></body></html>',
            subtype="html",
        )
        made.add_attachment(
            b"x", maintype="message", subtype="external-body", params={"access-type": "URL", "URL": url}
        )
        before = len(far.of("notice"))
        besieged.send(made)
        assert wait_until(lambda: len(far.of("notice")) > before, 20)
        with pytest.raises(BlockingIOError):
            trap.accept()


# --- 23 -------------------------------------------------------------------------------------------------------------------------

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(8)
)
BOMBS = {
    "a billion laughs": LAUGHS,
    "an object": "- name: x\n  when: !!python/object/apply:os.system ['touch {mark}']\n",
    "a module": "!!python/module:os\n",
    "a deep well": "[" * 5000,
    "a merge": "base: &b {name: x}\nitems:\n  - <<: *b\n",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_cve_2020_14343_a_bomb_among_the_rules_is_refused_and_the_old_rules_stay(besieged: Site, far: Sink, bomb: str):
    rules = besieged.config.parent / "rules" / "routing.yaml"
    good, mark = rules.read_text("utf-8"), besieged.folder / "mark"
    before, letters = besieged.log_text().count("reload refused"), len(far.of("notice"))
    rules.write_text(BOMBS[bomb].replace("{mark}", str(mark)), "utf-8")
    try:
        besieged.reload()
        assert wait_until(lambda: besieged.log_text().count("reload refused") > before, 20), besieged.log_text()[-500:]
        besieged.send(mail("Ann <ann@kunde.example>", f"Under {bomb}", "Hei"))
        assert wait_until(lambda: len(far.of("notice")) > letters, 20)
        assert not mark.exists()
    finally:
        rules.write_text(good, "utf-8")
    kilobytes = int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{besieged.pid}/status").read_text())[1])  # type: ignore[index]
    assert kilobytes < 300_000
