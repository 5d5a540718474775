"""maild demo: the first thing a stranger sees."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = [sys.executable, "-m", "maild", "demo"]


@pytest.mark.timeout(120)
def test_it_tells_one_case_from_the_first_mail_to_the_last() -> None:
    done = subprocess.run(
        DEMO, capture_output=True, text=True, timeout=100, env={**os.environ, "DEMO_EXIT": "1", "PYTHONUTF8": "1"}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    titles = re.findall(r"^(\d+)\. ", done.stdout, re.M)
    assert titles == [str(n) for n in range(1, 20)]
    assert "✗ /priortet høy: ingen kommando jeg kjenner; mente du /prioritet?" in done.stdout
    assert "✓ /angre: " in done.stdout
    answer = done.stdout.partition("\n9. ")[2].partition("\n10. ")[0]
    assert "Takk for beskjeden." in answer
    assert "/prior" not in answer
    assert "Re: Skriveren blinker rødt [#1001]" in done.stdout
    assert re.search(r"^1001 +solved +high ", done.stdout, re.M)
    assert "\x1b" not in done.stdout, "a file or a pipe gets no colours"


@pytest.mark.timeout(120)
def test_ctrl_c_ends_it_with_its_daemon_and_leaves_the_folder_that_was_named(tmp_path: Path) -> None:
    demo = subprocess.Popen(
        [*DEMO, "--dir", str(tmp_path / "site")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A shell that runs the tests in the background ignores Ctrl-C for all its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert demo.stdout is not None
    said = ""
    while "Change who gets what" not in said:
        line = demo.stdout.readline()
        assert line, said
        said += line
    demo.send_signal(signal.SIGINT)
    rest, _ = demo.communicate(timeout=30)
    assert demo.returncode == 0, rest
    assert "Stopping." in rest
    assert (tmp_path / "site" / "maild.yaml").exists()
    assert '"event": "ended"' in (tmp_path / "site" / "demo.log").read_text()
