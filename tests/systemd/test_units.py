"""The units that are shipped: correct by systemd's own judgement, and tight."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "systemd"
EXPOSURE = 1.2


def analyze(*words: str) -> str:
    program = shutil.which("systemd-analyze")
    assert program, "systemd-analyze is missing: apt-get install systemd"
    done = subprocess.run([program, "--no-pager", *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """As on a machine where maild is installed: systemd checks that the program can be run."""
    for unit in UNITS.glob("maild.*"):
        text = unit.read_text("utf-8")
        (tmp_path / unit.name).write_text(text.replace("/opt/maild/bin/maild", "/bin/true"), "utf-8")
    return tmp_path


def test_systemd_finds_no_fault_in_the_units(units: Path) -> None:
    said = analyze("verify", "--man=no", str(units / "maild.service"), str(units / "maild.socket"))
    assert not [line for line in said.splitlines() if "maild" in line], said


def test_the_service_is_as_closed_as_the_figure_says() -> None:
    said = analyze("security", "--offline=true", str(UNITS / "maild.service"))
    found = re.search(r"exposure level for maild.service: ([0-9.]+)", said)
    assert found, said
    assert float(found[1]) <= EXPOSURE


@pytest.mark.parametrize(
    "line",
    [
        "Type=notify",
        'ExecReload=/bin/sh -c "kill -HUP $MAINPID"',
        "WatchdogSec=30",
        "LimitCORE=0",
        "Requires=maild.socket",
        "LoadCredential=relay-password:maild.relay-password",
        "RestartPreventExitStatus=78",
    ],
)
def test_the_service_keeps_its_bargain_with_the_daemon(line: str) -> None:
    assert line in (UNITS / "maild.service").read_text("utf-8").splitlines()


def test_the_doors_stand_where_a_chrooted_postfix_finds_them() -> None:
    lines = (UNITS / "maild.socket").read_text("utf-8").splitlines()
    assert {"ListenStream=/var/spool/postfix/maild/lmtp", "SocketGroup=postfix", "SocketMode=0660"} <= set(lines)
    # Names go by the family of the socket (maild/notify.py); one name for all would make SMTP speak LMTP.
    assert not [line for line in lines if line.startswith("FileDescriptorName")]
