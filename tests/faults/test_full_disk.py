"""A disk that is really full: 452 at the door, what was taken is kept, and all goes on when there is room again."""

from __future__ import annotations

import os
import re
import smtplib
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from parts.mails import mail
from parts.net import wait_until
from parts.sink import Sink
from parts.site import Site

DISK = 56 << 20
# More than the write-ahead log that could not be moved into the database meanwhile: it must fit twice before it shrinks.
BALLAST = 36 << 20
FILE = os.urandom(700_000)


@pytest.fixture
def cramped(make_site: Callable[..., Site]) -> Iterator[Site]:
    """A site whose state lies on a disk of 56 MB, 36 MB of which somebody else takes."""
    site = make_site()
    state = site.folder / "site" / "state"
    state.mkdir(mode=0o700, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0700", "tmpfs", str(state)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"a small disk needs the right to mount one: {mounted.stderr.strip()}")
    (state / "ballast").write_bytes(b"\0" * BALLAST)
    yield site
    if site.running:
        site.kill()
    subprocess.run(["umount", str(state)], check=True)


def free(site: Site, setting: str) -> Site:
    text = site.config.read_text("utf-8")
    site.config.write_text(re.sub(r"^door:$", f"door:\n  min_free: {setting}", text, flags=re.M), "utf-8")
    return site.start()


def fill(site: Site) -> tuple[list[str], smtplib.SMTPResponseException]:
    """Mails until the door refuses one: the subjects of those that were taken, and the refusal."""
    taken: list[str] = []
    for n in range(100):
        made = mail("Ann Berg <ann@kunde.example>", f"Logg {n}", "Se vedlegg.")
        made.add_attachment(FILE, maintype="application", subtype="octet-stream", filename=f"logg-{n}.bin")
        try:
            site.send(made)
        except smtplib.SMTPResponseException as refusal:
            return taken, refusal
        taken.append(f"Logg {n}")
    pytest.fail("20 MB held 100 MB")


def deliver_in_the_end(site: Site) -> None:
    """As an MTA does: 452 is tried again.  The daemon looks at its disk twice a second."""

    def taken() -> bool:
        try:
            site.send(mail("Ann Berg <ann@kunde.example>", "Plass igjen", "Takk.", Message_ID="<again@kunde.example>"))
        except smtplib.SMTPResponseException:
            return False
        return True

    wait_until(taken, 20.0)


@pytest.mark.parametrize("reserve", ["6MB", "0"], ids=["the reserve is reached", "not an octet is left"])
def test_a_full_disk_is_452_and_loses_nothing(cramped: Site, sink: Sink, reserve: str) -> None:
    site = free(cramped, reserve)
    taken, refusal = fill(site)
    assert (refusal.smtp_code, refusal.smtp_error.startswith(b"4.3.1")) == (452, True), refusal
    assert site.running
    assert len(taken) >= 3
    (Path(site.config).parent / "state" / "ballast").unlink()
    deliver_in_the_end(site)
    sink.wait("ack", count=len(taken) + 1)
    assert sorted(case["subject"] for case in site.cases()) == sorted([*taken, "Plass igjen"])
    assert "Traceback" not in site.log_text(), site.log_text()[-6000:]
