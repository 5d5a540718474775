"""A rule wants facts of a case: the acknowledgement asks for what the mail lacks, and the answer is read from the reply."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from parts.facts_of import FACTS
from parts.house import Got, House

ANN = "Ann Berg <ann@kunde.example>"
ASK = "- name: faults\n  when: {subject: [virker ikke, verkar ikkje, ne dela, does not work]}\n  set: {ask: [user_name, computer]}\n"
DESKS = {"nb": "support", "nn": "drift", "sl": "podpora", "en": "help"}
FAULT = {
    "nb": "Skriver virker ikke",
    "nn": "Skrivaren verkar ikkje",
    "sl": "Tiskalnik ne dela",
    "en": "Printer does not work",
}
LABELS = {
    "nb": ("Brukernavn", "Datamaskin"), "nn": ("Brukarnamn", "Datamaskin"),
    "sl": ("Uporabniško ime", "Računalnik"), "en": ("User name", "Computer"),
}  # fmt: skip
TEXT = {
    "nb": "Jeg får ikke skrevet ut, og jeg vet ikke hva jeg skal gjøre med den.",
    "nn": "Eg får ikkje skrive ut, og eg veit ikkje kva eg skal gjere med han.",
    "sl": "Ne morem tiskati in ne vem, kaj naj naredim s tem tiskalnikom.",
    "en": "I cannot print anything, and I do not know what I should do with it.",
}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, ASK, facts=FACTS)
    yield made
    made.database.close()


def begun(house: House, text: str = TEXT["nb"], language: str = "nb", *, proven: bool = True) -> Got:
    """The acknowledgement."""
    house.mail(ANN, FAULT[language], text, f"{DESKS[language]}@desk.example", proven=proven)
    return next(letter for letter in house.letters() if letter.kind == "ack")


def update(house: House) -> Got:
    house.wait(seconds=61)
    return next(letter for letter in house.letters() if letter.kind in ("update", "notice"))


def blanks(letter: Got) -> list[str]:
    return [line for line in letter.text.splitlines() if line.endswith("____")]


@pytest.mark.parametrize("language", DESKS)
def test_the_acknowledgement_asks_in_the_customers_language(house: House, language: str):
    ack = begun(house, TEXT[language], language)
    assert blanks(ack) == [f"{label}: ____" for label in LABELS[language]]


@pytest.mark.parametrize("proven", [True, False])
def test_who_is_not_proven_is_asked_the_same_and_nothing_of_his_stands_in_it(house: House, proven: bool):
    ack = begun(house, proven=proven)
    assert (len(blanks(ack)), "Skriver virker ikke" in ack.text) == (2, proven)


def test_what_the_mail_says_already_is_not_asked_for(house: House):
    ack = begun(house, f"{TEXT['nb']}\nMaskinen er PC-4411.\nBrukernavn: ann01")
    assert (blanks(ack), "opplysning" in ack.text) == ([], False)
    assert house.kinds("1001").count("fact_given") == 2


def test_a_mail_that_no_rule_asks_of_is_acknowledged_as_ever(house: House):
    house.mail(ANN, "Nytt passord", TEXT["nb"])
    assert blanks(house.letters("ack")[0]) == []


def test_a_machine_is_not_asked(house: House):
    house.mail("robot@kunde.example", FAULT["nb"], TEXT["nb"], Auto_Submitted="auto-generated")
    assert "facts_wanted" not in house.kinds("1001")


def test_the_handler_reads_what_is_known_and_what_is_not(house: House):
    house.mail(ANN, FAULT["nb"], f"{TEXT['nb']} Jeg sitter ved PC-4411.")
    notice = house.letters("notice")[0].text.splitlines()
    assert ("Datamaskin: PC-4411" in notice, "Brukernavn: (mangler)" in notice) == (True, True)


def test_what_was_said_stands_in_no_event(house: House):
    begun(house, f"{TEXT['nb']}\nBrukernavn: ann01")
    assert "ann01" not in str(house.case("1001")["events"])


def _quoted(ack: Got, values: tuple[str, ...]) -> str:
    """As Gmail quotes, with the block filled in where it stands."""
    text = ack.text
    for label, value in zip(LABELS["nb"], values, strict=True):
        text = text.replace(f"{label}: ____", f"{label}: {value}")
    return "man. 2. mars 2026 kl. 10:00 skrev Kundeservice <support@desk.example>:\n\n" + "".join(
        f"> {line}\n" for line in text.splitlines()
    )


def test_filled_in_inside_the_quotation_and_nothing_above_it(house: House):
    ack = begun(house)
    house.reply(ack, _quoted(ack, ("ann01", "PC-1")))
    told = update(house)
    assert ("Brukernavn: ann01" in told.text, "Datamaskin: PC-1" in told.text) == (True, True)
    assert "enquired" not in house.kinds("1001")


def test_words_above_the_block_reach_the_handler_too(house: House):
    ack = begun(house)
    house.reply(ack, "Takk, det haster litt.\n\n" + _quoted(ack, ("ann01", "PC-1")))
    told = update(house)
    assert ("| Takk, det haster litt." in told.text, "Brukernavn: ann01" in told.text) == (True, True)


@pytest.mark.parametrize("language", LABELS)
def test_retyped_with_the_labels_of_any_language(house: House, language: str):
    one, two = LABELS[language]
    house.reply(begun(house), f"{one.upper()}: ann01\n{two}: PC-1")
    told = update(house)
    assert ("Brukernavn: ann01" in told.text, "Datamaskin: PC-1" in told.text) == (True, True)


def test_what_is_still_missing_is_asked_for_once_more_and_never_again(house: House):
    house.reply(begun(house), "Brukernavn: ann01")
    house.wait(seconds=61)
    again = [letter for letter in house.letters() if letter.kind == "facts"]
    assert [blanks(letter) for letter in again] == [["Datamaskin: ____"]]
    house.reply(again[0], "Det vet jeg ikke, det er den på kontoret.")
    house.wait(seconds=61)
    assert [letter.kind for letter in house.letters()] == ["update"]
    assert house.kinds("1001").count("facts_asked") == 2


@pytest.mark.parametrize("language", DESKS)
def test_the_second_question_is_in_his_language(house: House, language: str):
    ack = begun(house, TEXT[language], language)
    house.reply(ack, f"{LABELS[language][0]}: ann01", to=ack.reply_to)
    house.wait(seconds=61)
    again = next(letter for letter in house.letters() if letter.kind == "facts")
    assert blanks(again) == [f"{LABELS[language][1]}: ____"]


def test_a_fact_that_is_no_more_in_the_file_is_asked_for_no_more(house: House):
    ack = begun(house)
    (house.folder / "rules" / "facts.yaml").write_text(FACTS[FACTS.index("room:") :])
    (house.folder / "rules" / "routing.yaml").write_text("")
    house.load()
    house.reply(ack, "Brukernavn: ann01")
    house.wait(seconds=61)
    assert [letter.kind for letter in house.letters()] == ["update"]


def test_a_value_that_does_not_fit_is_none(house: House):
    house.reply(begun(house), "Brukernavn: vet ikke\nDatamaskin: PC-1")
    assert "Brukernavn: (mangler)" in update(house).text


def test_a_correction_above_the_quotation_holds(house: House):
    ack = begun(house)
    house.reply(ack, "Brukernavn: ann01\nDatamaskin: PC-1")
    update(house)
    house.reply(ack, "Jeg skrev feil.\nBrukernavn: ann02\n\n" + _quoted(ack, ("ann01", "PC-1")))
    assert "Brukernavn: ann02" in update(house).text


def test_what_is_not_proven_corrects_nothing(house: House):
    ack = begun(house)
    house.reply(ack, "Brukernavn: ann01\nDatamaskin: PC-1")
    update(house)
    house.reply(ack, "Brukernavn: eve66", proven=False)
    assert "Brukernavn: ann01" in update(house).text


def test_a_stranger_to_the_case_says_nothing_of_it(house: House):
    house.reply(begun(house), "Brukernavn: per99\nDatamaskin: PC-9", "Per <per@annet.example>")
    assert "fact_given" not in house.kinds("1001")


def test_a_command_in_a_value_is_a_value(house: House):
    house.reply(begun(house), "Datamaskin: /lukk\nBrukernavn: ann01")
    told = update(house)
    assert ("Datamaskin: /lukk" in told.text, house.case("1001")["status"]) == (True, "new")


# --- who said it --------------------------------------------------------------------------------------------------------------------

MARKS = {
    "nb": "(avsenderen er ikke bekreftet)",
    "nn": "(avsendaren er ikkje stadfesta)",
    "sl": "(istovetnost pošiljatelja ni preverjena)",
    "en": "(sender not verified)",
}


def _mine(house: House, text: str = "Det haster.") -> str:
    """What the handler reads when Ann herself has written more."""
    house.mail(ANN, "Re: [#1001]", text)
    return update(house).text


@pytest.mark.parametrize("language", DESKS)
def test_what_nobody_proved_to_have_said_is_marked_from_then_on(house: House, language: str):
    label = LABELS[language][0]
    ack = begun(house, TEXT[language], language)
    house.reply(ack, f"{label}: eve66", proven=False)
    update(house)
    house.reply(ack, TEXT[language])
    assert f"{label}: eve66 {MARKS[language]}" in update(house).text


def test_what_an_unproven_mail_began_with_is_marked(house: House):
    house.mail(ANN, FAULT["nb"], f"{TEXT['nb']}\nBrukernavn: ann01", proven=False)
    assert f"Brukernavn: ann01 {MARKS['nb']}" in house.letters("notice")[0].text


@pytest.mark.parametrize("said", ["ann01", "ann02"])
def test_until_he_proves_himself_and_says_it(house: House, said: str):
    house.reply(begun(house), "Brukernavn: ann01", proven=False)
    update(house)
    assert f"Brukernavn: {said}" in _mine(house, f"Brukernavn: {said}").splitlines()


def test_the_true_value_is_read_where_our_letter_asked_for_it(house: House):
    ack = begun(house)
    house.reply(ack, "Brukernavn: eve66", proven=False)
    update(house)
    house.reply(ack, _quoted(ack, ("ann01", "PC-1")))
    assert "Brukernavn: ann01" in update(house).text.splitlines()


@pytest.mark.parametrize(("line", "marked"), [("Brukernavn: ann01", False), ("Brukernavn: kommer snart", True)])
def test_or_a_handler_writes_the_same(house: House, line: str, marked: bool):
    house.reply(begun(house), "Brukernavn: ann01", proven=False)
    house.reply(update(house), f"/notat\n{line}")
    assert (f"Brukernavn: ann01 {MARKS['nb']}" in _mine(house)) == marked


def test_a_value_in_any_script_is_taken_whole(tmp_path: Path):
    facts = (
        "name: {label: {en: User name}, pattern: '\\w{2,20}'}\n"
        "computer: {label: {en: Machine}, where: 'maskinen (?P<value>\\w+)'}\n"
    )
    house = House(tmp_path, "- name: all\n  set: {ask: [name, computer], handler: kari}\n", facts=facts)
    house.mail(ANN, "Feil", "Hei, maskinen blåbær starter ikke.\nUser name: bjørnå")
    told = house.letters("notice")[0].text.splitlines()
    assert ("User name: bjørnå" in told, "Machine: blåbær" in told) == (True, True)
