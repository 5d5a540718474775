"""Somebody is erased whose cases hold what rules asked for: facts, and a wish that others voted on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from parts.facts_of import FACTS
from parts.house import House
from parts.traces import ANN, NAME, WORDS, chain_holds, erase_now, folds_hold, in_rows

RULES = """
- name: faults
  when: {subject: virker ikke}
  set: {ask: [user_name, room]}
- name: proposals
  when: {subject: forslag}
  set: {approve: {by: sjef@styret.example}}
"""


def test_nothing_of_what_she_said_is_in_any_row(make_house: Callable[..., House], tmp_path: Path) -> None:
    house = make_house(routing=RULES, facts=FACTS)
    house.mail(ANN, "Skriver virker ikke", f"Den står.\n\nRom: hos {NAME}, {WORDS}")
    house.reply(house.letters("ack")[0], f"Rom: {WORDS} 2")
    house.mail(ANN, "Forslag", f"Vi ønsker {WORDS}.")
    house.wait(seconds=61)
    house.letters()
    phrases = house.session.all("SELECT c.text FROM content c JOIN phrase p ON p.commitment=c.commitment")
    assert sum(WORDS in text for (text,) in phrases) == 3
    report = erase_now(house, tmp_path, force=True)
    assert report.refused == ()
    assert in_rows(house.session) == {}
    assert (chain_holds(house.session), folds_hold(house.session)) == (True, True)
    house.reply(house.newest("1001"), "Vi ser på det.")
    house.wait(seconds=61)
    assert house.kinds("1001").count("fact_given") == 2
