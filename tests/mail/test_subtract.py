"""Our own letter, quoted without a mark, is no word of the customer's."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.mail.subtract import subtract

LETTER = """Hei Kari,

Vi har sett på bestillingen din, og pakken ligger fremdeles på lageret i Drammen. Den kan sendes i dag hvis adressen stemmer.

Stemmer adressen Storgata 4?
Og passer det at budet kommer etter klokka fire?

Med vennlig hilsen
Ola Hansen
Kundeservice, telefon 22 00 00 00"""


def test_a_letter_quoted_without_marks_goes() -> None:
    assert subtract(f"Ja, den stemmer.\n\n{LETTER}\n", [LETTER]) == "Ja, den stemmer."


@pytest.mark.parametrize("width", [38, 60, 72, 76, 80, 998])
def test_a_client_may_wrap_the_letter_as_it_likes(width: int) -> None:
    wrapped = "\n".join(textwrap.fill(line, width) for line in LETTER.split("\n"))
    assert subtract(f"Ja, den stemmer.\n\n{wrapped}", [LETTER]) == "Ja, den stemmer."
    assert subtract(f"Ja, den stemmer.\n\n{LETTER}", [wrapped]) == "Ja, den stemmer."


def test_a_bottom_reply_survives() -> None:
    assert subtract(f"{LETTER}\n\nJa, den stemmer.", [LETTER]) == "Ja, den stemmer."


def test_answers_between_our_lines_survive() -> None:
    answered = LETTER.replace("Storgata 4?", "Storgata 4?\nJa.").replace(
        "klokka fire?", "klokka fire?\nNei, heller før tolv."
    )
    assert subtract(answered, [LETTER]) == "Ja.\nNei, heller før tolv."


@pytest.mark.parametrize("mark", ["> ", "| ", ">> ", "    "])
def test_a_mark_before_a_line_changes_nothing(mark: str) -> None:
    quoted = "\n".join(mark + line for line in LETTER.split("\n"))
    assert subtract(f"Ja.\n{quoted}", [LETTER]) == "Ja."


def test_the_attribution_goes_with_what_it_introduces() -> None:
    for line in (
        "Kundeservice skrev:",
        "Den 3. mars 2026 kl. 08:12 skrev Kundeservice <k@desk.example>:",
        "_______________",
    ):
        assert subtract(f"Ja.\n\n{line}\n\n{LETTER}", [LETTER]) == "Ja."


def test_a_link_that_the_client_unfolded_is_the_same_link() -> None:
    letter = "Se alle sakene dine på https://desk.example/saker/1042 eller ring oss."
    assert subtract("Takk.\n" + letter.replace("1042", "1042<https://desk.example/saker/1042>"), [letter]) == "Takk."


def test_a_short_answer_that_coincides_stays() -> None:
    letter = "Hei,\nsvar gjerne med bare ett ord, som for eksempel:\nTakk\nOla"
    assert subtract("Takk", [letter]) == "Takk"
    assert subtract(f"Takk\n\n{letter}", [letter]) == "Takk"


def test_when_nothing_would_be_left_nothing_is_taken() -> None:
    assert subtract(LETTER, [LETTER]) == LETTER
    assert subtract("Stemmer adressen Storgata 4?", [LETTER]) == "Stemmer adressen Storgata 4?"


def test_our_words_within_somebodys_sentence_stay() -> None:
    text = (
        "Dere skriver at pakken ligger fremdeles på\nlageret i Drammen. Den kan sendes\n"
        "i dag hvis adressen stemmer. Men dette\nsa dere forrige uke også."
    )
    assert subtract(text, [LETTER]) == text


def test_a_changed_line_stays() -> None:
    assert subtract("Nytt.\nStemmer adressen Lillegata 9?", [LETTER]) == "Nytt.\nStemmer adressen Lillegata 9?"
    assert subtract("Nytt.\nSTEMMER ADRESSEN STORGATA 4?", [LETTER]) == "Nytt.\nSTEMMER ADRESSEN STORGATA 4?"


def test_several_letters_are_known() -> None:
    other = "Hei igjen, vi hørte aldri fra deg og spør derfor en gang til."
    assert subtract(f"Beklager!\n{other}\n{LETTER}", [LETTER, other]) == "Beklager!"


def test_a_text_without_ours_is_the_same_to_the_last_space() -> None:
    for text in ("", " \n", "Hei \n\n\n der \n", "Hei\r\nder"):
        assert subtract(text, [LETTER]) == text
        assert subtract(text, []) == text


def test_a_mail_beyond_all_measure_is_left_alone() -> None:
    text = f"{LETTER}\n" * 2500
    assert subtract(text, [LETTER]) == text


LINES = st.lists(
    st.sampled_from([*LETTER.split("\n"), "Ja.", "", "Takk", "> svar", "a b c d e f g", "Kari skrev:"]), max_size=30
)
WORDS = st.lists(
    st.sampled_from(["a", "b", "c\n", "\n", "langt-ord-med-mange-tegn", ">", "skrev:", "Den", "3.3.2026"]), max_size=80
).map(" ".join)


@given(LINES.map("\n".join) | WORDS | st.text(), st.lists(LINES.map("\n".join) | WORDS | st.just(LETTER), max_size=3))
def test_subtracting_never_adds_or_reorders_and_twice_is_once(text: str, sent: list[str]) -> None:
    rest = subtract(text, sent)
    left = iter(text.split("\n"))
    assert all(line in left for line in rest.split("\n"))
    assert subtract(rest, sent) == rest
    assert bool(rest.strip()) == bool(text.strip())
