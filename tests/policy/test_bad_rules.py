"""Every mistake in tests/bad_rules gets the answer that stands beside it.  MAILD_GOLDEN=write rewrites the answers.

A mistake is a folder: its files take the places of the good site's (maild.yaml beside rules/, all others in it), and `expected` is what
`maild check` says.
"""

from __future__ import annotations

import os
import re
import shutil
from functools import cache
from pathlib import Path

import pytest
from parts import pristine

from maild.cli.check import check
from maild.errors import Problem
from maild.policy import texts

FOLDER = Path(__file__).parents[1] / "bad_rules"
BAD = sorted(path for path in FOLDER.iterdir() if path.name != "good")
FORM = re.compile(r"[\w./-]+(?::[1-9]\d*:[1-9]\d*)?: .+ \(.+\)")


def site(folder: Path, bad: Path | None = None) -> Path:
    """The good site, with the files of a mistake."""
    shutil.copytree(FOLDER / "good", folder / "rules")
    if bad:
        shutil.copytree(bad, folder / "rules", dirs_exist_ok=True, ignore=shutil.ignore_patterns("expected"))
    (folder / "rules" / "maild.yaml").rename(folder / "maild.yaml")
    return folder / "maild.yaml"


def said(file: Path) -> str:
    return "".join(f"{problem}\n".replace(f"{file.parent}/", "") for problem in check(file).problems)


def test_the_good_site_is_good(tmp_path: Path) -> None:
    assert said(site(tmp_path)) == ""


@cache
def problems_of_letters() -> list[Problem]:
    return texts.check(pristine.shipped())


@pytest.fixture
def letters_are_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """None of these sites has letters of its own; the shipped ones in all languages are half a second of each check."""
    letters, problems = pristine.shipped(), problems_of_letters()
    monkeypatch.setattr(texts, "load", lambda overlay, shipped: letters)
    monkeypatch.setattr(texts, "check", lambda letters: problems)


@pytest.mark.usefixtures("letters_are_tried_once")
@pytest.mark.parametrize("bad", BAD, ids=lambda path: path.name)
def test_golden_mistake_is_named_with_its_place_and_a_cure(bad: Path, tmp_path: Path) -> None:
    answer = said(site(tmp_path, bad))
    expected = bad / "expected"
    if os.environ.get("MAILD_GOLDEN") == "write":
        expected.write_text(answer, "utf-8")
    assert answer == expected.read_text("utf-8")
    assert answer
    for line in answer.splitlines():
        assert FORM.fullmatch(line), line


def test_all_files_tell_their_problems_at_once() -> None:
    told = (FOLDER / "several-files" / "expected").read_text("utf-8").splitlines()
    assert {line.partition(":")[0] for line in told} == {
        "maild.yaml",
        "desks.yaml",
        "people.yaml",
        "routing.yaml",
        "rules.yaml",
    }


def test_mistakes_are_many_and_each_is_a_folder() -> None:
    assert len(BAD) >= 40
    assert all((path / "expected").is_file() for path in BAD)


def test_an_unreadable_desks_file_is_not_blamed_on_the_rules(tmp_path: Path) -> None:
    file = site(tmp_path, FOLDER / "desks-tab")
    (tmp_path / "rules" / "routing.yaml").write_text("- name: a\n  when: {desk: support}\n  set: {desk: drift}\n")
    assert [problem.file for problem in check(file).problems] == ["desks.yaml"]


def test_missing_files_and_folders_say_how_to_make_them(tmp_path: Path) -> None:
    file = site(tmp_path)
    (tmp_path / "rules" / "people.yaml").unlink()
    assert said(file).startswith("people.yaml: there is no such file")
    shutil.rmtree(tmp_path / "rules")
    assert "maild init" in said(file)


def test_a_file_that_is_not_utf8_names_the_place(tmp_path: Path) -> None:
    file = site(tmp_path)
    (tmp_path / "rules" / "people.yaml").write_bytes("kari:\n  name: Bj\xf8rn\n".encode("latin-1"))
    assert said(file).startswith("people.yaml:2:11: is not UTF-8")
