"""pager in maild.yaml: a program that can be run, named whole, and nothing for a shell."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from maild import config
from maild.config import Config, Pager
from maild.errors import RuleError


def load(folder: Path, text: str) -> Config:
    (folder / "maild.yaml").write_text(text, "utf-8")
    return config.load(folder / "maild.yaml", {})


def told(folder: Path, text: str) -> str:
    with pytest.raises(RuleError) as error:
        load(folder, text)
    return str(error.value).replace(f"{folder}/", "")


def program(folder: Path, mode: int) -> Path:
    made = folder / "sms"
    made.write_text("#!/bin/sh\n")
    made.chmod(mode)
    return made


def test_a_program_with_its_words(tmp_path: Path) -> None:
    made = program(tmp_path, 0o755)
    found = load(tmp_path, f"pager: {{command: [{made}, --now, $HOME], timeout: 10s}}\n")
    assert found.pager == Pager((str(made), "--now", "$HOME"), timedelta(seconds=10))
    assert load(tmp_path, "").pager is None


def test_it_is_named_by_its_whole_path(tmp_path: Path) -> None:
    what = told(tmp_path, "pager: {command: [sms, --now]}\n")
    assert (
        what == "maild.yaml:1:9: command: 'sms' is no program (name it by its whole path: [/usr/local/bin/sms, --now])"
    )


def test_one_line_for_a_shell_is_no_command(tmp_path: Path) -> None:
    assert told(tmp_path, "pager: {command: /usr/bin/sms --now}\n").startswith("maild.yaml:1:9: ")


@pytest.mark.parametrize(
    ("mode", "why"),
    [(0o644, "cannot be run"), (0o757, "can be changed by everybody on this machine")],
)
def test_it_can_be_run_and_is_nobody_else_s(tmp_path: Path, mode: int, why: str) -> None:
    made = program(tmp_path, mode)
    assert f"sms {why}" in told(tmp_path, f"pager: {{command: [{made}]}}\n")


def test_one_that_is_not_there_is_told_at_the_start(tmp_path: Path) -> None:
    assert "there is no program gone" in told(tmp_path, f"pager: {{command: [{tmp_path}/gone]}}\n")
