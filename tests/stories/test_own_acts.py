"""Whatever handlers do, in any order: nobody gets a letter about his own act but the receipt, or the error, of it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from parts.house import Got, House

ANN, BO = "Ann Berg <ann@kunde.example>", "Bo Li <bo@kunde.example>"
PEOPLE = """
kari: {name: Kari Nordmann, addresses: [kari@staff.example], digest: none, cover: ola}
ola: {name: Ola Hansen, addresses: [ola@staff.example], digest: none, cover: [kari, per]}
per: {name: Per Li, addresses: [per@staff.example], digest: none}
"""
COMMANDS = (
    *("/ta", "/tildel kari", "/tildel ola", "/tildel per", "/tildel ingen", "/tildel drift", "/lukk", "/lukk stille"),
    *(
        "/gjenåpne",
        "/vent kunde",
        "/vent 3d",
        "/vent #1001",
        "/vent #1002",
        "/prioritet høy",
        "/notat",
        "/hjelp",
        "/borte",
    ),
    *("/borte 3d", "/tilbake", "/lukkk", "/tildel ukjent", ""),
)
WORDS = ("", "", "Slå den av og på.", "Takk for hjelpen!")
ANSWERS = {"receipt", "error", "confirm"}


def act(house: House, chance: random.Random, had: list[Got]) -> str:
    """One handler does something by answering a letter that he has; his address."""
    letter = chance.choice(had)
    lines = [line for line in chance.sample(COMMANDS, chance.choice((1, 1, 2))) if line]
    # Words to a letter of no case are an ordinary mail: he is a customer then, and is answered as one.
    words = chance.choice(WORDS) if letter.mail["X-Maild-Case"] else "" if lines else "/hjelp"
    text = "\n".join([*lines, words]).strip() or "Hei."
    house.reply(letter, text)
    return letter.to


@pytest.mark.parametrize("seed", range(6))
def test_no_letter_about_one_s_own_act_but_the_receipt(tmp_path: Path, seed: int) -> None:
    chance, house = random.Random(seed), House(tmp_path, people=PEOPLE)
    had: list[Got] = []
    acks: list[Got] = []
    for subject, sender in (("Skriver", ANN), ("Nett", BO), ("Mus", ANN)):
        house.mail(sender, subject, "Hei.", chance.choice(["support@desk.example", "drift@desk.example"]))
        for letter in house.letters():
            (had if letter.to.endswith("staff.example") else acks).append(letter)
    acts = 0
    for _ in range(40):
        if chance.random() < 0.2:
            house.reply(chance.choice(acks), "Hallo?")
            had += [letter for letter in house.letters() if letter.to.endswith("staff.example")]
            # What waits for the end of a burst is news of the customer's mail: it leaves before the next act.
            house.wait(seconds=61)
            had += [letter for letter in house.letters() if letter.to.endswith("staff.example")]
            continue
        actor = act(house, chance, had)
        now = house.letters()
        house.wait(seconds=61)
        told = [*now, *house.letters()]
        assert {letter.kind for letter in told if letter.to == actor} <= ANSWERS, [(x.kind, x.to, x.text) for x in told]
        had += [letter for letter in told if letter.to.endswith("staff.example")]
        acts += 1
    house.database.close()
    assert acts > 20


def test_a_case_that_goes_on_by_his_own_doing_stands_in_the_receipt(tmp_path: Path) -> None:
    house = House(tmp_path, "- {name: all, set: {handler: kari}}\n", people=PEOPLE)
    for subject in ("Skriver", "Nett"):
        house.mail(ANN, subject, "Hei.")
    first, second = house.letters("notice")
    house.reply(first, "/vent #1002")
    house.letters()
    house.reply(second, "/lukk stille")
    (receipt,) = house.letters()
    assert (receipt.kind, "#1001 går videre" in receipt.text) == ("receipt", True)
    assert house.case("1001")["status"] == "open"
    house.database.close()
