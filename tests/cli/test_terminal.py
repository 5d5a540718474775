"""Strangers' words on a person's screen."""

from __future__ import annotations

import json

import pytest

from maild.cli import desk
from maild.cli.terminal import harmless, one_line, size, wrapped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words, blåbær og čaj", "plain words, blåbær og čaj"),
        ("\x1b[31mred\x1b[0m", "^[[31mred^[[0m"),
        ("\x1b]0;a new title\x07", "^[]0;a new title^G"),
        ("\x9b31m", "<009B>31m"),
        ("over\rwritten", "over^Mwritten"),
        ("back\x08\x08\x08\x08", "back^H^H^H^H"),
        ("evil\u202etxt.exe", "evil<202E>txt.exe"),
        ("lone \ud800", "lone <D800>"),
        ("two\r\nlines", "two\nlines"),
    ],
)
def test_what_a_terminal_obeys_is_shown_and_not_sent(text: str, shown: str) -> None:
    assert harmless(text) == shown


def test_a_subject_stays_on_its_line() -> None:
    assert one_line(" Skriver\n\x1b[2J\tstår ") == "Skriver ^[[2J står"


def test_nothing_is_wider_than_the_window() -> None:
    text = "Skriveren i tredje etasje blinker rødt, og det kommer ingen ark. " * 5
    rows = list(wrapped(text, 40, "   "))
    assert max(map(len, rows)) <= 40
    assert " ".join(" ".join(rows).split()) == text.strip()


def test_wide_characters_count_as_two_columns() -> None:
    assert list(wrapped("漢字 漢字 漢字", 10, "")) == ["漢字 漢字", "漢字"]


def test_a_word_that_is_wider_than_the_window_stays_whole() -> None:
    link = "https://example.org/" + "a" * 100
    assert list(wrapped(f"Se {link} der", 30, " ")) == [" Se", f" {link}", " der"]


def test_a_list_keeps_its_indent_and_a_pipe_its_lines() -> None:
    assert list(wrapped("  - one two three four", 14, "")) == ["  - one two", "  three four"]
    assert list(wrapped("one " * 100, None, "  ")) == ["  " + ("one " * 100).rstrip()]


@pytest.mark.parametrize(
    ("octets", "shown"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (34_567, "35 kB"), (999_700, "1.0 MB"), (3_450_000_000, "3.5 GB")],
)
def test_sizes_are_told_as_people_say_them(octets: int, shown: str) -> None:
    assert size(octets) == shown


def test_json_on_a_terminal_means_the_same_and_does_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"subject": "blå \x9b31m \x7f \x1b[2J"}
    desk.say_json(value)
    said = capsys.readouterr().out
    assert said.strip().isprintable()
    assert json.loads(said) == value
