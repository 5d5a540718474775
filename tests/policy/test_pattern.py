"""Regular expressions: the usual writing, Python's own answers, and no text that makes them slow."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.policy import pattern
from maild.policy.automaton import Automaton
from maild.policy.fold import fold
from maild.policy.pattern import PatternError
from maild.policy.tree import ways, written

ATOMS = st.sampled_from(["a", "b", "ab", ".", "[ab]", "[^a]", r"\d", r"\w", r"\s", "1", " ", r"\b", "^", "$", "-"])
PARTS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda x: f"({'|'.join(x)})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{2,}"])).map(lambda x: f"(?:{x[0]}){x[1]}"),
    ),
    max_leaves=8,
)


@given(PARTS, st.text("ab1 \n-_", max_size=12))
def test_the_automaton_says_what_python_says(text: str, sample: str) -> None:
    tree = pattern.parse(text)
    expected = re.search(text, sample, re.MULTILINE) is not None
    assert Automaton(tree).search(sample) is expected
    assert (re.search(written(tree), sample, re.MULTILINE) is not None) is expected


@given(st.text(string.printable + "æøåß\u0301", max_size=30), st.text(string.printable, max_size=40))
def test_any_text_at_all_is_an_expression_or_a_problem_with_its_place(text: str, sample: str) -> None:
    try:
        pattern.compile(text).search(fold(sample))
    except PatternError as refused:
        error = refused
    else:
        return
    assert 0 <= error.at <= len(text)
    assert error.what
    assert error.cure


@pytest.mark.parametrize(
    ("text", "sample"),
    [
        ("skriver|printer", "Min PRINTER brenner"),
        ("Fødselsnummer", "fodselsnummer"),
        ("[æøå]", "naering"),
        ("[A-ZÆØÅ]{3}", "sol"),
        (r"\b\d{11}\b", "nr 01017012345."),
        (r"^nede$", "status\nNede\nhilsen"),
        (r"(\w+\.)+kunde", "a.b.kunde"),
        ("a.*?b", "a x b"),
        ("(?P<vert>[a-z]+) is DOWN", "host db is down"),
        (r"3\.5 \(beta\)", "3.5 (beta)"),
        ("{n}", "{N}"),
        ("[]a]", "]"),
    ],
)
def test_what_an_admin_would_write_matches_without_case_and_accents(text: str, sample: str) -> None:
    assert pattern.compile(text).search(fold(sample))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (r"(a)\1", "not known"), ("(?=a)", "looks around"), ("(?i)a", "sets a flag"), ("(a", "not closed"), ("[a", "not closed"),
        ("a)", "closes nothing"), ("*a", "repeats nothing"), ("a**", "repeats a repetition"), ("a{4,2}", "no repetition"),
        ("a{101}", "no repetition"), ("[z-a]", "no range"), ("[a-å]", "no range"), ("[^æ]", "cannot be excluded"),
        ("((((a{99}){99}){99}){99})", "too large"), ("\\", "not known"), ("x" * 1001, "longer"),
        ("(" * 40 + ")" * 40, "30 brackets"), (r"\Bx", "not known"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_a_reason(text: str, what: str) -> None:
    with pytest.raises(PatternError, match=re.escape(what)):
        pattern.compile(text)


@pytest.mark.parametrize(
    "text", ["(a+)+$", "(a|a)*b", "(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)b", "a*a*a*a*b", r"(.*)(.*)x"]
)
def test_cve_2014_1474_expressions_that_ruin_other_engines_take_one_step_a_character(text: str) -> None:
    # No clock: a lazy automaton's work is its look-ups that were not known yet.
    automaton = Automaton(pattern.parse(text))
    assert ways(pattern.parse(text)) > pattern.FEW, "Python's own engine is not asked for it"
    assert automaton.search("a" * 65_536 + "!") is False
    assert automaton._kept < 100


def test_a_text_of_every_character_there_is_keeps_memory_bounded() -> None:
    automaton = Automaton(pattern.parse(r"a+.*z\d+$"))
    automaton.search("".join(map(chr, range(32, 60_000))))
    assert automaton._kept <= 20_000
    assert sum(map(len, automaton._sets.values())) <= 20_001


def test_folding_a_long_run_of_marks_is_linear_and_drops_them() -> None:
    assert fold("e" + "\u0301\u0327" * 30_000 + "X") == "ex"


def test_invisible_characters_cannot_hide_a_word() -> None:
    assert fold("skri\u200bv\u00ader") == "skriver"
