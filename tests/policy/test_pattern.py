"""Regular expressions: the usual writing, Python's own answers, and no text that makes them slow."""

from __future__ import annotations

import re
import string

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from maild.policy import pattern
from maild.policy.fold import fold
from maild.policy.many import Many
from maild.policy.pattern import PatternError

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
def test_an_expression_means_what_python_means(text: str, sample: str) -> None:
    expected = re.search(text, sample, re.MULTILINE) is not None
    assert pattern.compile(text).search(sample) is expected


@given(st.sampled_from(list(r"dDwWsS")), st.characters(codec="utf-8"))
def test_classes_know_every_script(kind: str, char: str) -> None:
    lower = char.isdecimal() if kind in "dD" else char.isspace() if kind in "sS" else char.isalnum() or char == "_"
    assert pattern.compile(f"^\\{kind}$").search(char) is (lower == kind.islower()) or char in "\n"
    assert pattern.compile(f"^[x\\{kind}]$").search(char) is (lower == kind.islower() or char == "x") or char in "\n"


@given(st.lists(PARTS, min_size=1, max_size=6), st.text("ab1 \n-_", max_size=12))
def test_many_expressions_in_one_walk_are_found_as_one_by_one(texts: list[str], sample: str) -> None:
    patterns = [pattern.compile(text) for text in texts]
    found = Many([one.written for one in patterns]).found(sample)
    assert set(found) == {number for number, one in enumerate(patterns) if one.search(sample)}


def test_a_set_that_outgrows_its_memory_still_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maild.policy.many.LARGEST", 4000)
    many = Many([pattern.compile(f"w{n}.*z").written for n in range(50)])
    assert set(many.found("w7 and w9, then z")) == {7, 9}


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
        (r"принт\w+", "мой ПРИНТЕР"),
        (r"(^|\W)принтер(\W|$)", "мой принтер."),
        (r"[\W_]x", "a_x"),
        (r"[^\s\d]", "a"),
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
        ("(a{50}){50}", "too large"), (r"[^\Wx]", "not-not"), (r"\bпринтер", "words of a to z"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_a_reason(text: str, what: str) -> None:
    with pytest.raises(PatternError, match=re.escape(what)):
        pattern.compile(text)


RUINOUS = (
    "(a+)+$",
    "(a|a)*b",
    "(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)b",
    "a*a*a*a*b",
    r"(.*)(.*)x\d",
    r"(\w+\s?)+!b",
    "(a?){100}b",
)
LONG = (
    "a" * 65_535 + "!", "ab" * 32_768, "a " * 32_768, "a\n" * 32_768, "å" * 65_536, "e" + "\u0301\u0327" * 32_767,
    "".join(map(chr, range(32, 55_000))), "ﬃ" * 20_000, "İ" * 65_536, "\ud800" * 65_536,
)  # fmt: skip


@pytest.mark.parametrize("text", RUINOUS)
def test_cve_2014_1474_expressions_that_ruin_other_engines_are_answered(text: str) -> None:
    # Backtracking would outlive us all; RE2's promise is one walk.  What it costs: make bench-rules.
    one, many = pattern.compile(text), Many([pattern.compile(each).written for each in RUINOUS])
    for sample in map(fold, LONG):
        assert (RUINOUS.index(text) in many.found(sample)) is one.search(sample)
    assert one.search(fold("a" * 65_535 + "!")) is False


def test_the_engine_is_one_whose_time_is_linear() -> None:
    # RE2 refuses whatever cannot be searched so; a backtracking engine would take this.
    with pytest.raises(re2.error):
        re2.compile(r"(a+)\1", pattern.options(pattern.MEMORY))
    assert pattern.options(pattern.MEMORY).max_mem == pattern.MEMORY


def test_folding_a_long_run_of_marks_is_linear_and_drops_them() -> None:
    assert fold("e" + "\u0301\u0327" * 30_000 + "X") == "ex"


def test_invisible_characters_cannot_hide_a_word() -> None:
    assert fold("skri\u200bv\u00ader") == "skriver"
