"""What a priority means is said where a handler chooses one, in his language."""

from __future__ import annotations

from pathlib import Path

import pytest
from parts.house import PEOPLE, Got, House

ANN = "Ann Berg <ann@kunde.example>"
MEANINGS = """
priorities:
  critical: {nb: Mange er rammet, nn: Mange er råka, sl: Prizadetih je veliko ljudi, en: Many are hit}
  high: {nb: Noen får ikke arbeidet, nn: Nokon får ikkje arbeidd, sl: Nekdo ne more delati, en: Somebody cannot work}
  medium: {nb: Det går, nn: Det går greitt, sl: Gre, en: It goes on}
  low: {nb: Det kan vente, nn: Det kan vere til seinare, sl: Lahko počaka, en: It can wait}
"""
SAID = {
    "nb": ("/prioritet lilla", "kritisk: Mange er rammet", "høy: Noen får ikke arbeidet", "lav: Det kan vente"),
    "nn": (
        "/prioritet lilla",
        "kritisk: Mange er råka",
        "høg: Nokon får ikkje arbeidd",
        "låg: Det kan vere til seinare",
    ),
    "sl": (
        "/prioriteta vijola",
        "kritična: Prizadetih je veliko ljudi",
        "visoka: Nekdo ne more delati",
        "nizka: Lahko počaka",
    ),
    "en": ("/priority purple", "critical: Many are hit", "high: Somebody cannot work", "low: It can wait"),
}
HELP = {"nb": "/hjelp prioritet", "nn": "/hjelp prioritet", "sl": "/pomoč prioriteta", "en": "/help priority"}
SHOWN = {
    "nb": "det betyr: Det går",
    "nn": "det tyder: Det går greitt",
    "sl": "to pomeni: Gre",
    "en": "that means: It goes on",
}


def house(folder: Path, language: str, sla: str = MEANINGS) -> House:
    return House(folder, people=PEOPLE.replace("digest: none", f"digest: none\n  language: {language}"), sla=sla)


def answered(house: House, words: str) -> Got:
    house.mail(ANN, "Skriver", "Den står.")
    house.reply(house.letters("notice")[0], words)
    (answer,) = [letter for letter in house.letters() if letter.to.endswith("@staff.example")]
    return answer


@pytest.mark.parametrize("language", list(SAID))
def test_who_writes_a_word_that_is_no_priority_reads_what_each_means(tmp_path: Path, language: str):
    words, *meanings = SAID[language]
    error = answered(house(tmp_path, language), words)
    assert error.kind == "error"
    rows = [row.strip() for row in error.text.splitlines()]
    begin = next(number for number, row in enumerate(rows) if row.startswith(f"✗ {words}"))
    found = rows[begin + 1 : begin + 5]
    assert [found[0], found[1], found[3]] == meanings


@pytest.mark.parametrize("language", list(SAID))
def test_the_help_about_priorities_says_what_each_means(tmp_path: Path, language: str):
    receipt = answered(house(tmp_path, language), HELP[language])
    assert receipt.kind == "receipt"
    assert [meaning for meaning in SAID[language][1:] if f"✓ {meaning}" not in receipt.text] == []


@pytest.mark.parametrize("language", list(SAID))
def test_a_case_that_is_shown_says_what_its_priority_means(tmp_path: Path, language: str):
    assert SHOWN[language] in answered(house(tmp_path, language), "/show").text


def test_where_nobody_says_it_there_is_nothing_more_to_read(tmp_path: Path):
    site = house(tmp_path, "en", sla="")
    error = answered(site, "/priority purple")
    rows = error.text.splitlines()
    wrong = next(number for number, row in enumerate(rows) if row.endswith("choose among critical, high, medium, low"))
    assert rows[wrong + 1] == ""
    site.reply(error, "/show")
    assert "that means" not in site.letters()[0].text


def test_who_reads_another_language_gets_the_desks_words_before_any_others(tmp_path: Path):
    """Kari reads Slovenian, and the desk is a Norwegian one."""
    text = "priorities: {high: {en: Somebody cannot work, nb: Noen får ikke arbeidet}}\n"
    assert "visoka: Noen får ikke arbeidet" in answered(house(tmp_path, "sl", text), "/prioriteta vijola").text


def test_in_a_list_to_the_desk_the_meanings_stand_below_the_wrong_line(tmp_path: Path):
    site = house(tmp_path, "en")
    site.mail(ANN, "Skriver", "Den står.")
    site.letters()
    site.mail("Kari Nordmann <kari@staff.example>", "Morning", "#1001 /priority purple\n#1001 /take")
    (error,) = site.letters()
    rows = [row.strip() for row in error.text.splitlines()]
    assert "critical: Many are hit" in rows
    assert rows.index("low: It can wait") < next(
        number for number, row in enumerate(rows) if "/take: understood" in row
    )


def test_the_meanings_quoted_in_a_reply_are_no_commands_of_his(tmp_path: Path):
    site = house(tmp_path, "en", MEANINGS.replace("It can wait", "/close quiet"))
    error = answered(site, "/priority purple")
    site.reply(error, "/priority low\n\n" + "\n".join(f"> {row}" for row in error.text.splitlines()))
    assert (site.case("1001")["status"], site.case("1001")["priority"]) == ("new", "low")
