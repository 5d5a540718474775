"""The words of the commands: every language at once, each word with one meaning."""

from __future__ import annotations

from pathlib import Path

import pytest
from making import shipped_vocabulary

from maild.decide.acts import COMMANDS
from maild.errors import RuleError
from maild.model.vocabulary import Clash, build
from maild.places import shipped
from maild.policy.texts import load

LANGUAGES = ("en", "nb", "nn", "sl")
WORDS = shipped_vocabulary()


def test_every_command_has_a_word_in_every_language():
    assert {verb for _, verb in WORDS.own} == set(COMMANDS)
    assert [(x, verb) for x in LANGUAGES for verb in COMMANDS if (x, verb) not in WORDS.own] == []


@pytest.mark.parametrize(
    ("written", "verb"),
    [
        ("close", "close"),
        ("LUKK", "close"),
        ("Gjenåpne", "reopen"),
        ("gjenapne", "reopen"),
        ("opne att", "reopen"),
        ("Ponovno  odpri", "reopen"),
        ("pomoc", "help"),
        ("closed", ""),
        ("", ""),
    ],
)
def test_a_word_is_known_without_case_and_accents(written: str, verb: str):
    assert WORDS.verb(written) == verb


@pytest.mark.parametrize(
    ("begun", "verb"), [("prev", "take"), ("prio", "priority"), ("clo", "close"), ("cl", ""), ("ti", ""), ("xyz", "")]
)
def test_three_letters_serve_where_only_one_verb_begins_so(begun: str, verb: str):
    assert WORDS.begun(begun) == verb


def test_a_slip_of_the_finger_finds_the_word_as_it_is_written():
    assert WORDS.nearest("asign") == "assign"
    assert WORDS.nearest("gjenopne") == "gjenåpne"
    assert WORDS.nearest("printer") == ""


def test_a_verb_has_a_name_in_each_language_and_english_where_it_has_none():
    assert [WORDS.word("close", x) for x in (*LANGUAGES, "fi")] == ["close", "lukk", "lukk", "zapri", "close"]


def test_a_word_that_means_two_things_is_a_clash_wherever_it_stands():
    _, clashes = build(
        {"en": {"command.split": "split"}, "nb": {"command.split": "del"}, "sl": {"command.close": "zapri, Del"}}
    )
    assert clashes == [Clash("del", ("nb", "command.split"), ("sl", "command.close"))]


def test_a_word_shared_by_languages_with_one_meaning_is_none():
    assert build({"nb": {"command.take": "ta"}, "nn": {"command.take": "ta"}})[1] == []


def test_a_sites_own_word_joins_and_one_that_clashes_stops_the_start(tmp_path: Path):
    own = tmp_path / "nb"
    own.mkdir()
    (own / "words.txt").write_text("command.take: ta, tar saken\n", "utf-8")
    assert load(tmp_path, shipped("templates")).vocabulary.verb("Tar saken") == "take"
    (own / "words.txt").write_text("# ours\ncommand.take: ta, lukk\n", "utf-8")
    with pytest.raises(RuleError) as refused:
        load(tmp_path, shipped("templates"))
    (problem,) = refused.value.problems
    assert "'lukk' means" in str(problem)
    assert f"{own / 'words.txt'}:2" in str(problem)
    assert "choose another word" in str(problem)
