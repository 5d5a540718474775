"""YAML as admins write it: no surprising words, every value with its place, and nothing that blows up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.errors import RuleError
from maild.policy.read import DEEPEST, LARGEST, read


def test_words_and_times_stay_words() -> None:
    document, _ = read("{lang: no, on: x, at: 22:30, day: 2026-01-01, off: yes, quoted: 'true'}", "f")
    assert document == {"lang": "no", "on": "x", "at": "22:30", "day": "2026-01-01", "off": "yes", "quoted": "true"}


def test_numbers_truths_and_nothing_are_what_yaml_1_2_says() -> None:
    document, _ = read("[1, 010, 0x10, 0o17, 1.5, true, ~, null, ]", "f")
    assert document == [1, 10, 16, 15, 1.5, True, None, None]


def test_every_value_has_its_place() -> None:
    _, positions = read("rules:\n  - name: a\n    set: {desk: x}\n", "f")
    assert positions[("rules",)] == (1, 1)
    assert positions[("rules", 0)] == (2, 5)
    assert positions[("rules", 0, "set", "desk")] == (3, 11)


def test_an_empty_file_is_nothing() -> None:
    assert read("# only a comment\n", "f")[0] is None


def problems(text: str) -> list[str]:
    with pytest.raises(RuleError) as told:
        read(text, "f")
    return [str(problem) for problem in told.value.problems]


def test_all_aliases_and_doubled_keys_are_told_at_once() -> None:
    assert [line[:6] for line in problems("a: &x [1]\nb: *x\nc: *x\n")] == ["f:2:4:", "f:3:4:"]
    assert len(problems("{a: 1, a: 2, b: 1, b: 2}")) == 2


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "- " * 50_000, "{a: " * 5000, "a:\n" + "".join(" " * n + "a:\n" for n in range(1, 200))]
)
def test_depth_is_refused_before_anything_recurses(text: str) -> None:
    assert problems(text)


def test_sixty_levels_are_enough_for_anybody_and_allowed() -> None:
    read("[" * DEEPEST + "]" * DEEPEST, "f")


def test_a_bomb_of_aliases_does_not_go_off() -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60))]
    assert "aliases" in problems("\n".join(lines))[0]


def test_a_file_beyond_the_limit_is_not_even_scanned() -> None:
    assert "longer" in problems("#" * (LARGEST + 1))[0]


@pytest.mark.parametrize(
    "text",
    ["1: a", "true: a", "? [a]\n: b", "~: x", "9" * 5000 + ": x", "a: " + "9" * 5000, "a: \ud800", "a: \0", "%x\n"],
)
def test_odd_keys_and_characters_are_problems_with_a_place(text: str) -> None:
    assert all(line.startswith(("f:1:", "f:2:")) for line in problems(text))


@given(st.text("ab:-[]{}&*!|>'\"#%@\n \t0,?~.\u00e6", max_size=60))
def test_any_text_is_a_document_or_problems(text: str) -> None:
    try:
        read(text, "f")
    except RuleError as error:
        told = error
    else:
        return
    assert all(problem.cure for problem in told.problems)
