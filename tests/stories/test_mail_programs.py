"""A handler's commands in the mail programs that handlers have (tests/corpus/commands): what is typed at the top is done, what is
quoted is not, and no command ever reaches a customer.
"""

from __future__ import annotations

import pytest
from corpus.commands.keyboards import TYPING
from corpus.commands.playing import ADDRESSES, MATTERS, PLACES, Came, Variation, houses, play
from corpus.commands.programs import PROGRAMS
from corpus.commands.table import TABLE
from corpus.commands.tally import LEAST, Tally
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maild.decide.acts import COMMANDS

MANY = 250
SIGNED = (
    "Kari Nordmann",
    "Rådgiver, Avdeling for digitalisering og informasjonssikkerhet, Eksempel kommune",
    *("Rådhusgata 1, 0101 Eksempel", "Postboks 1, 0101 Eksempel", "Sentralbord 22 00 00 00", "Mobil 90 00 00 00"),
    *("www.eksempel.no", "Org.nr. 900 000 000", "Åpent 8-15", "Følg oss: @eksempel"),
    "Denne e-posten kan være konfidensiell. Er du ikke rett mottaker, slett den.",
)
FAREWELLS = ("Thanks,", "Med hilsen", "Med helsing", "Z lepimi pozdravi,")
BANNERS = ("[EXTERNAL]", "[EKSTERN]", "Gradering: Intern", "Zaupnost: Interno")
GREETINGS = ("Hi Ann,", "Hei Ann,", "Hei,", "Pozdravljeni,")
VARIATIONS = st.builds(
    Variation,
    program=st.sampled_from(sorted(PROGRAMS)),
    language=st.sampled_from(sorted(ADDRESSES)),
    verb=st.sampled_from(sorted(TABLE)),
    place=st.sampled_from(PLACES),
    typing=st.sampled_from(sorted(TYPING)),
    matter=st.sampled_from(MATTERS),
    signed=st.booleans(),
)


def test_every_command_is_written_in_every_mail_program() -> None:
    missing = sorted(set(COMMANDS) - set(TABLE))
    assert not missing, (
        f"corpus/commands/table.py says nothing of {', '.join(missing)}: give each a row with an argument"
    )
    assert set(TABLE) <= set(COMMANDS), "a row for a command that is gone"


@pytest.mark.timeout(600)
def test_what_is_typed_is_done_and_what_is_quoted_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    tally = Tally()

    @settings(
        max_examples=MANY, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(VARIATIONS)
    def each(variation: Variation) -> None:
        tally.add(play(house, variation), house)

    with houses() as house:
        each()
    with capsys.disabled():
        print(f"\n{tally}")
    assert tally.count >= 200
    assert not tally.quoted
    assert not tally.leaked
    assert tally.share >= LEAST


@pytest.mark.parametrize("program", sorted(PROGRAMS))
def test_a_quote_with_nothing_above_it_does_nothing_and_goes_nowhere(program: str) -> None:
    with houses() as house:
        played = play(house, Variation(program, "nb", "take", matter="nothing"), Came((), (), ()))
        assert played.came.texts == ()
        assert not played.from_the_quote
        assert ("error", "kari@staff.example") in played.came.letters


@pytest.mark.parametrize("program", sorted(PROGRAMS))
def test_a_gateways_banner_above_a_command_changes_nothing(program: str) -> None:
    with houses() as house:
        for language, banner in zip(sorted(ADDRESSES), BANNERS, strict=True):
            played = play(house, Variation(program, language, "close", "top", above=banner))
            assert played.understood, played.variation
            assert not played.leaks(house)


@pytest.mark.parametrize("program", sorted(PROGRAMS))
def test_a_greeting_above_a_command_holds_the_mail(program: str) -> None:
    with houses() as house:
        for language, greeting in zip(sorted(ADDRESSES), GREETINGS, strict=True):
            came = play(house, Variation(program, language, "note", "top", above=greeting)).came
            assert came.letters == (("error", "kari@staff.example"),), (program, language)


@pytest.mark.parametrize("program", sorted(PROGRAMS))
def test_a_long_signature_below_a_command_changes_nothing(program: str) -> None:
    with houses() as house:
        for language, farewell in zip(sorted(ADDRESSES), FAREWELLS, strict=True):
            signed = Variation(program, language, "take", "top", matter="a command", signature=(farewell, *SIGNED))
            played = play(house, signed)
            assert played.understood, (played.variation, played.came)
            assert not played.came.texts
