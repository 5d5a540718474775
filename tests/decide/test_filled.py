"""The block of our letter, filled in with whatever mail program, in any language and order, wholly or partly: read as it was meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parts.facts_of import FACTS, compiled

from maild.decide import filled
from maild.mail import html

FOUND = compiled(FACTS)
VALUES = {
    "user_name": ["ann01", "kurt1234"],
    "computer": ["PC-4411", "laptop til Per", "pisarna_3"],
    "room": ["2. etg", "B 14"],
}
Block = list[tuple[str, str]]


def _typed(block: Block) -> str:
    return "\n".join(f"{label}: {value or '____'}" for label, value in block)


def _outlook(block: Block) -> str:
    return f"Takk.\n\nFra: Kundeservice\nSendt: mandag 2. mars\nEmne: Re: Skriver\n\nHei,\n\nFyll ut:\n\n{_typed(block)}\n\nHilsen oss"


def _gmail(block: Block) -> str:
    return "On Mon, Ann wrote:\n\n" + "\n".join(f"> {line}" for line in _typed(block).splitlines())


def _apple(block: Block) -> str:
    return "Sendt fra min iPhone\n\n" + "\n".join(f">>\xa0{line}" for line in _typed(block).splitlines())


def _between(block: Block) -> str:
    return (
        "\n".join(f"> {label}: ____\n{value}" if value else f"> {label}: ____" for label, value in block) + "\n> Hilsen"
    )


def _on_the_line(block: Block) -> str:
    return "\n".join(f"{label}: __{value}__" if value else f"{label}: ____" for label, value in block)


def _bold(block: Block) -> str:
    return "\n".join(f"* *{label}:* {value}" for label, value in block)


def _in_one_line(block: Block) -> str:
    return " ".join(f"{label}: {value or '____'}" for label, value in block)


def _table(block: Block) -> str:
    cells = "".join(f"<tr><td>{escape(label)}:</td><td>{escape(value)}</td></tr>" for label, value in block)
    return html.text(f"<p>Hei</p><blockquote><table>{cells}</table></blockquote>")


def _paragraphs(block: Block) -> str:
    return html.text("".join(f"<p><b>{escape(label)}</b>: {escape(value) or '____'}<br></p>" for label, value in block))


PROGRAMS: list[Callable[[Block], str]] = [
    _typed, _outlook, _gmail, _apple, _between, _on_the_line, _bold, _in_one_line, _table, _paragraphs,
]  # fmt: skip


@st.composite
def answers(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    """A mail, and what it says."""
    keys = draw(st.permutations(list(FOUND)))
    language = draw(st.sampled_from(["nb", "nn", "sl", "en"]))
    said = {key: draw(st.sampled_from(["", *VALUES[key]])) for key in keys}
    block = [(FOUND[key].called(language), said[key]) for key in keys]
    return draw(st.sampled_from(PROGRAMS))(block), {key: value for key, value in said.items() if value}


@given(answers())
def test_what_was_filled_in_is_read_and_nothing_else(mail: tuple[str, dict[str, str]]):
    text, said = mail
    assert filled.read(text, FOUND.values()) == said


@given(st.text(max_size=400))
def test_any_text_is_read_without_a_word_too_much(text: str):
    assert set(filled.read(text, FOUND.values())) <= set(FOUND)
    assert all(len(value) <= 200 and "\n" not in value for value in filled.read(text, FOUND.values()).values())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("uporabnisko ime: ann01", {"user_name": "ann01"}),
        ("BRUKERNAVN = ann01", {"user_name": "ann01"}),
        ("Brukernavn:\nann01", {"user_name": "ann01"}),
        ("Brukernavn: ____\nann01 her", {}),
        ("Computer is broken", {}),
        ("Datamaskinen: PC-1", {}),
        ("Jeg vet ikke hva Brukernavn: betyr", {}),
        ("Datamaskin: PC-1\n\n> Datamaskin: PC-2", {"computer": "PC-1"}),
        ("> Datamaskin: PC-2\n\nDatamaskin: PC-1", {"computer": "PC-1"}),
        ("Brukernavn ann01\nDatamaskin PC-1", {"user_name": "ann01", "computer": "PC-1"}),
        ("Brukernavn: <b>", {}),
    ],
)
def test_what_is_a_value_and_what_is_not(text: str, said: Mapping[str, str]):
    assert filled.read(text, FOUND.values()) == said


def test_an_expression_finds_it_in_running_text():
    assert filled.within("Skriveren ved pc-4411 står", FOUND.values()) == {"computer": "pc-4411"}


def test_a_wall_of_labels_is_read_in_one_walk():
    assert filled.read("Brukernavn: Datamaskin: " * 40_000, FOUND.values()) == {}
