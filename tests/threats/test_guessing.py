"""Guessing: ten thousand tries lead into no case."""

from __future__ import annotations

import random

import pytest
from making import mail
from parts.house import House

from maild.decide.judge import judge, question
from maild.mail import token
from maild.model.events import Opened
from maild.model.plan import Prepared
from maild.settle import desk_at
from maild.store import cases

GUESSES = 10_000


@pytest.fixture
def busy(house: House) -> House:
    """A hundred open cases, whose numbers are easily guessed."""
    for n in range(100):
        house.mail(f"Ann <ann{n}@kunde.example>", f"Sak {n}", "Hei")
    house.letters()
    return house


def opens_its_own(house: House, guess: Prepared) -> bool:
    """Whether all that came of it stands in a new case."""
    plan = judge(guess, cases.look(house.session, question(guess, house.policy, house.now)), house.policy, house.now)
    return isinstance(plan.events[0].record.event, Opened) and len({happened.case for happened in plan.events}) == 1


def test_threat_4_ten_thousand_guessed_numbers_join_nothing(busy: House):
    for n in range(GUESSES):
        subject = random.choice(["[#{}]", "Re: Sak [#{}]", "#{}", "Re: #{} Sak"]).format(1000 + n % 150)
        assert opens_its_own(busy, mail(subject, "Hei", "eve@evil.example", message_id=f"<{n}@evil.example>")), subject


def test_threat_4_ten_thousand_guessed_addresses_and_ids_are_nobodys(house: House):
    chance = random.Random(4)
    desk = house.policy.desks["support"]
    for n in range(GUESSES):
        mac = "".join(chance.choices("abcdefghijklmnopqrstuvwxyz234567", k=16))
        word = f"{chance.choice('rtncbm')}{token._base36(1 + n % 200)}aa{mac}"
        assert token.verify(word, house.keys) is None
        assert token.of_message_id(f"<{word}@desk.example>", house.keys) is None
        assert token.of_markers(f"> [maild:{1001 + n % 100}:{word}] Skriv over", house.keys) == ()
        # Whatever stands behind the plus, it is the desk's address, and no more.
        assert desk_at(f"support+{word}@desk.example", house.policy) == (desk, word)
