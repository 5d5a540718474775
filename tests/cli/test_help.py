"""maild --help, maild help, maild --version: the first words a stranger reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from parts.site import maild

from maild import __version__
from maild.cli import COMMANDS, sections


def test_every_command_stands_once_under_a_heading() -> None:
    names = [name for _, some in sections() for name in some]
    assert sorted(names) == sorted(COMMANDS)


def test_a_command_without_a_heading_comes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "brew", "demo")
    assert sections()[-1] == ("More", ["brew"])


def test_the_help_lists_commands_by_what_they_are_for(tmp_path: Path) -> None:
    said = maild("--help", folder=tmp_path).stdout
    assert re.findall(r"^([A-Z].*):$", said, re.M) == ["Options", *(title for title, _ in sections())]
    assert re.search(r"^  case +\S", said, re.M)


@pytest.mark.parametrize("words", [("case",), ("case", "show"), ("init",)])
def test_help_is_the_help_of_the_command(tmp_path: Path, words: tuple[str, ...]) -> None:
    asked, told = maild("help", *words, folder=tmp_path), maild(*words, "--help", folder=tmp_path)
    assert (asked.returncode, asked.stdout) == (0, told.stdout)


def test_help_alone_is_all_of_it(tmp_path: Path) -> None:
    assert maild("help", folder=tmp_path).stdout == maild("--help", folder=tmp_path).stdout


@pytest.mark.parametrize(
    ("words", "there"), [(("cases",), "case"), (("case", "close"), "attachment"), (("run", "x"), "--help")]
)
def test_help_for_what_is_not_there_says_what_is(tmp_path: Path, words: tuple[str, ...], there: str) -> None:
    done = maild("help", *words, folder=tmp_path)
    assert done.returncode == 64
    assert f"no command {words[-1]!r}" in done.stderr
    assert there in done.stderr


def test_the_version_says_what_a_report_of_a_fault_needs(tmp_path: Path) -> None:
    first, *rest = maild("--version", folder=tmp_path).stdout.splitlines()
    assert first == f"maild {__version__}"
    assert re.search(r"Python 3\.\d+\.\d+, SQLite 3\.", rest[0])
    assert "postgres (psycopg" in rest[1]


def test_the_commands_of_a_mail_are_listed_in_every_language(tmp_path: Path) -> None:
    said = maild("help", "commands", folder=tmp_path).stdout
    for words in ("/take", "/ta ", "/opne att", "/ponovno odpri", "saken er min", "zahtevek prevzamem"):
        assert words in said


def test_the_commands_of_a_mail_are_listed_in_one_language(tmp_path: Path) -> None:
    said = maild("help", "commands", "--language", "nn", folder=tmp_path).stdout
    assert "/opne att" in said
    assert "/gjenåpne" not in said
    unknown = maild("help", "commands", "--language", "xx", folder=tmp_path)
    assert unknown.returncode == 64
    assert "there are en, nb, nn, sl" in unknown.stderr
    assert maild("help", "case", "--language", "nb", folder=tmp_path).returncode == 64
