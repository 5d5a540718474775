"""How case numbers look, and which patterns can never meet."""

from __future__ import annotations

import pytest

from maild.model.numbers import can_meet, problem, render, scope


@pytest.mark.parametrize(
    ("pattern", "number"),
    [("#{n}", "1042"), ("{year}-{n:04}", "2026-1042"), ("IT-{n}", "IT-1042"), ("{n:6}", "001042")],
)
def test_a_number_is_the_pattern_filled_in(pattern: str, number: str):
    assert render(pattern, 1042, 2026) == number


def test_a_pattern_with_the_year_counts_each_year_anew():
    assert scope("{year}-{n}", 2026) != scope("{year}-{n}", 2027)
    assert scope("#{n}", 2026) == scope("#{n}", 2027)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("IT", "exactly once"),
        ("{n}-{n}", "exactly once"),
        ("{year}-{year}-{n}", "only once"),
        ("{year}{n}", "between"),
        ("sak {n}", "only letters"),
        ("A" * 40 + "{n}", "longer"),
    ],
)
def test_a_pattern_that_cannot_serve_says_why(pattern: str, why: str):
    assert why in (problem(pattern) or "")


@pytest.mark.parametrize("pattern", ["#{n}", "{year}-{n:04}", "IT-{n}", "{n}"])
def test_good_patterns_have_no_problem(pattern: str):
    assert problem(pattern) is None


@pytest.mark.parametrize(
    ("a", "b", "meet"),
    [
        ("#{n}", "{n}", False),
        ("#{n}", "{n:04}", True),
        ("#{n}", "IT-{n}", False),
        ("{year}-{n}", "{n}", False),
        ("1{n}", "#{n}", True),
        ("A{n}", "a{n:3}", True),
        ("{year}-{n}", "2026-{n}", True),
        ("IT-{n}", "ITX-{n}", False),
        ("{n}-A", "{n}-B", False),
        ("1{n}2", "{n}", True),
    ],
)
def test_two_patterns_meet_when_one_number_could_be_both(a: str, b: str, meet: bool):
    assert can_meet(a, b) is can_meet(b, a) is meet
