"""Somebody is erased of whom tasks, questions, offers and requests speak, in the case that is hers and in others'."""

from __future__ import annotations

from pathlib import Path

from parts.house import House
from parts.traces import ANN, BOB, NAME, WORDS, chain_holds, erase_now, folds_hold, in_rows


def asked(house: House, sender: str, words: str) -> None:
    """A case in which a handler asks everybody about her."""
    house.mail(sender, "Skriver", "Den står.")
    notice = house.letters("notice")[0]
    house.reply(
        notice,
        f"/oppgave Ringe {NAME} om {words}; 20.3.\n/tilbud 2t Se til {NAME}\n/innhent sjef@styret.example Gi {NAME} ny skriver",
    )
    house.reply(notice, f"/spør help@canon.example Skriveren til {NAME}\nHva gjør vi med {NAME}?")
    house.wait(seconds=61)
    question = house.letters("question")[0]
    house.reply(question, f"{NAME} må bytte den.")
    house.wait(seconds=61)
    house.letters()


def test_nothing_of_her_is_in_any_row(house: House, tmp_path: Path) -> None:
    asked(house, ANN, WORDS)
    asked(house, BOB, "skriveren")
    assert "content" in "\n".join(in_rows(house.session)), "the words of tasks must be among the traces"
    report = erase_now(house, tmp_path, force=True)
    assert report.refused == ()
    assert in_rows(house.session) == {}
    assert chain_holds(house.session)
    assert folds_hold(house.session)
    assert house.case("1001")["tasks"][0]["text"] == ""
    (task,) = house.case("1002")["tasks"]
    assert task["text"].startswith("Ringe ")
    assert task["text"].endswith(" om skriveren")


def test_a_reminder_comes_though_its_words_are_gone(house: House, tmp_path: Path) -> None:
    asked(house, ANN, WORDS)
    erase_now(house, tmp_path, force=True)
    house.wait(days=20)
    assert "task" in {letter.kind for letter in house.letters()}
