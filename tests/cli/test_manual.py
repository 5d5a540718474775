"""The man pages: of the commands as they are, and without a fault in the eyes of man's own tools.  `make man` writes them again."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from maild.cli import COMMANDS, root
from maild.cli.manual import pages
from maild.cli.roff import Page, prose, usage

FOLDER = Path(__file__).parents[2] / "man"
MADE = pages()


def program(name: str) -> str:
    found = shutil.which(name)
    assert found, f"{name} is missing: see tests/apt-packages.txt"
    return found


def lint(*words: str, page: str = "") -> str:
    done = subprocess.run([program("mandoc"), "-Tlint", *words], input=page, capture_output=True, text=True)
    # No date stands in a page: one that changes would make every build another one.
    return "\n".join(line for line in (done.stdout + done.stderr).splitlines() if "missing date" not in line)


@pytest.mark.parametrize("name", sorted(MADE))
def test_golden_page_is_what_the_commands_say(name: str) -> None:
    if os.environ.get("MAILD_GOLDEN") == "write":
        (FOLDER / name).write_text(MADE[name], "utf-8")
    page = FOLDER / name
    assert page.exists(), f"man/{name} is missing: make man"
    assert page.read_text("utf-8") == MADE[name], f"man/{name} is stale: make man"


def test_golden_folder_holds_no_page_of_a_command_that_is_gone() -> None:
    left = {str(page.relative_to(FOLDER)) for page in FOLDER.glob("man?/*")} - set(MADE)
    if os.environ.get("MAILD_GOLDEN") == "write":
        for name in left:
            (FOLDER / name).unlink()
        left = set()
    assert not left, "make man"


def test_each_command_has_its_page() -> None:
    assert set(MADE) == {"man1/maild.1", "man5/maild.yaml.5", *(f"man1/maild-{name}.1" for name in COMMANDS)}
    for name in COMMANDS:
        assert rf"\fBmaild\-{name}\fR(1)" in MADE["man1/maild.1"]


def test_mandoc_finds_no_fault() -> None:
    assert lint("-Wwarning", *(str(page) for page in sorted(FOLDER.glob("man?/*")))) == ""


def test_man_finds_no_fault_and_shows_what_is_to_be_typed() -> None:
    for page in sorted(FOLDER.glob("man?/*")):
        words = [program("man"), "--warnings", "-l", str(page)]
        done = subprocess.run(
            words,
            capture_output=True,
            text=True,
            env={**os.environ, "LC_ALL": "C.UTF-8", "MANPAGER": "cat", "MAN_KEEP_FORMATTING": ""},
        )
        assert (done.returncode, done.stderr) == (0, ""), page.name
        if page.name == "maild-init.1":
            # Hyphens, as one who copies a line needs them (U+002D, not U+2010).
            assert "--authserv-id NAME" in done.stdout


@pytest.mark.parametrize(
    ("text", "roff"),
    [
        (".yaml files", r"\&.yaml files"),
        ("'quoted'", r"\(aqquoted\(aq"),
        (r"a\nb", r"a\enb"),
        ("see `maild check`, or --json", r"see \fBmaild check\fR, or \fB\-\-json\fR"),
        ("well-kept -c", r"well-kept \fB\-c\fR"),
    ],
)
def test_what_roff_would_obey_is_text(text: str, roff: str) -> None:
    page = Page("x", 1, "x", "x").name("x", "an x").heading("DESCRIPTION").text(text).source()
    assert page.splitlines()[-1] == roff
    assert lint("-Wwarning", page=page) == ""


def test_a_wrapped_line_that_starts_with_a_dot_is_text() -> None:
    page = Page("x", 1, "x", "x").name("x", "an x").heading("DESCRIPTION").text(f"{'x' * 78} .TH is text").source()
    assert "\n\\&.TH is text\n" in page


def test_options_are_to_be_typed_and_their_values_stand_for_something() -> None:
    assert usage("-c, --config FILE") == r"\fB\-c\fR, \fB\-\-config\fR \fIFILE\fR"
    assert prose("--raw") == r"\fB\-\-raw\fR"


def test_every_option_of_every_command_stands_on_its_page() -> None:
    context = click.Context(root, info_name="maild")
    for name in COMMANDS:
        command = root.get_command(context, name)
        assert command is not None
        for option in (o for p in command.params for o in p.opts if o.startswith("--")):
            assert option.replace("-", r"\-") in MADE[f"man1/maild-{name}.1"]
