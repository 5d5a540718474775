"""What the author wrote is shown, the rest is folded, and nothing is lost."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from maild.mail.folding import Piece, folded
from maild.mail.owntext import own_text


def shape(text: str, own: str | None = None) -> list[tuple[bool, str]]:
    return [(piece.own, piece.text.strip()) for piece in folded(text, own_text(text) if own is None else own)]


def test_a_reply_above_its_quote() -> None:
    text = "Ja.\n\nDen 3.3.2026 skrev Ola:\n> Virker det?\n> Ola\n"
    assert shape(text) == [(True, "Ja."), (False, "Den 3.3.2026 skrev Ola:\n> Virker det?\n> Ola")]
    assert [piece.lines for piece in folded(text, "Ja.")] == [1, 3]


def test_answers_between_quotes() -> None:
    text = "> Når?\nI dag.\n> Hvor?\nHer.\n"
    assert shape(text) == [(False, "> Når?"), (True, "I dag."), (False, "> Hvor?"), (True, "Her.")]


def test_a_signature_is_folded() -> None:
    assert shape("Hei.\n\n-- \nKari\n") == [(True, "Hei."), (False, "-- \nKari")]


def test_the_own_words_below_what_looks_the_same() -> None:
    text = "Ola skreiv dette:\nTakk\nHei\n----\nSvar:\nTakk\nHei"
    assert shape(text, "Svar:\nTakk\nHei") == [
        (False, "Ola skreiv dette:\nTakk\nHei\n----"),
        (True, "Svar:\nTakk\nHei"),
    ]
    assert shape("Takk\nHei\n----\nNei\nTakk\nHei", "Takk\nHei") == [
        (True, "Takk\nHei"),
        (False, "----\nNei\nTakk\nHei"),
    ]


def test_own_words_that_the_page_breaks_elsewhere() -> None:
    assert shape("En lang linje som\nplain text brøt.\n\n> gammelt", "En lang linje som plain text brøt.") == [
        (True, "En lang linje som\nplain text brøt."), (False, "> gammelt"),
    ]  # fmt: skip


def test_a_line_that_the_author_shares_with_an_attribution() -> None:
    text = "Greit. On Wed, Mar 4, 2026 at 3:59 PM, o@desk.example wrote:\n> gammelt\n"
    assert shape(text) == [
        (True, "Greit."),
        (False, "On Wed, Mar 4, 2026 at 3:59 PM, o@desk.example wrote:\n> gammelt"),
    ]


def test_in_doubt_everything_is_shown() -> None:
    for own in ("noe annet", ""):
        assert folded("Hei.\n> gammelt", own) == (Piece("Hei.\n> gammelt", own=True),)
    assert folded("", "Hei") == ()


TEXTS = st.lists(
    st.sampled_from(["Ja.", "> gammelt", "", "Takk for svar", "-- ", "Den 3.3.2026 skrev Ola:", "a\x0bb", "\r"])
)


@given(TEXTS.map("\n".join) | st.text(), TEXTS.map("\n".join) | st.text())
def test_nothing_is_lost(text: str, own: str) -> None:
    for given_own in (own, own_text(text)):
        pieces = folded(text, given_own)
        assert "".join(piece.text for piece in pieces) == text
        assert all(one.own != other.own for one, other in pairwise(pieces))
