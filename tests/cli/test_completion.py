"""The shells' completion, asked as the shells ask it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from parts.mails import mail
from parts.sink import Sink
from parts.site import MAILD, Site

from maild.cli.completion import script

ANN = "Ann Berg <ann@kunde.example>"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A PATH where `maild` is this one."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "maild"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m maild "$@"\n')
    program.chmod(0o755)
    return program.parent


def in_bash(programs: Path, line: str, **environ: str) -> list[str]:
    """What Tab offers after this line."""
    words = line.split(" ")
    asked = f"""
eval "$(maild completion bash)"
COMP_WORDS=({" ".join(words)} {'""' if not words[-1] else ""})
COMP_CWORD={len(words) - 1}
_maild_completion maild
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-c", asked],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", **environ},
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_bash_completes_a_command_an_option_and_a_choice(programs: Path) -> None:
    assert in_bash(programs, "maild ca") == ["case"]
    assert in_bash(programs, "maild case sh") == ["show"]
    assert "--json" in in_bash(programs, "maild case list --")
    assert in_bash(programs, "maild completion f") == ["fish"]
    assert in_bash(programs, "maild help case at") == ["attachment"]


def test_bash_completes_numbers_of_cases_and_rows_of_queues(
    programs: Path, make_site: Callable[..., Site], sink: Sink
) -> None:
    site = make_site().start()
    for subject in ("Skriver", "Skjerm"):
        site.send(mail(ANN, subject, "Hei.\n"))
    sink.wait("ack", count=2)
    sink.answers["MAIL"] = b"451 4.3.0 later"
    site.send(mail(ANN, "Tastatur", "Hei.\n"))
    given = {"MAILD_CONFIG": str(site.config)}
    assert sorted(in_bash(programs, "maild case show ", **given))[:2] == ["1001", "1002"]
    assert in_bash(programs, "maild case show 1002", **given) == ["1002"]
    # No wildcards: what is typed is a number, or the start of one.
    assert in_bash(programs, "maild case show %", **given) == []
    # A site that is named on the line, not by the environment.
    assert in_bash(programs, f"maild case show -c {site.config} 1001", MAILD_CONFIG="") == ["1001"]
    waiting = {row["id"] for row in site.queue() if row["queue"] == "outbox"}
    assert waiting <= set(in_bash(programs, "maild queue retry out", **given))
    assert waiting


def test_without_a_site_nothing_is_offered_and_nothing_said(programs: Path, tmp_path: Path) -> None:
    assert in_bash(programs, "maild case show ", MAILD_CONFIG=str(tmp_path / "nowhere.yaml")) == []


@pytest.mark.parametrize("shell", ["bash", "fish"])
def test_each_shell_gets_a_script_without_that_shell_being_here(shell: str) -> None:
    done = subprocess.run([*MAILD, "completion", shell], capture_output=True, text=True, timeout=60, env={"PATH": ""})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == script(shell)
    assert f"{shell}_complete" in done.stdout


def test_another_shell_is_a_usage_error() -> None:
    done = subprocess.run([*MAILD, "completion", "csh"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 64
    assert "bash" in done.stderr
