"""A mail that looks critical or grave: its acknowledgement says where to phone, and who has duty and was called, where that is so."""

from __future__ import annotations

import pytest
from parts import duty
from parts.calls import ANN, LANGUAGES, ROUTING, at
from parts.duty import Site

HELLO = {
    "en": "Hello, the printer does not work and I need it today. Could you help me, please?",
    "nb": "Hei, skriveren virker ikke, og jeg trenger den i dag. Kan dere hjelpe meg?",
    "nn": "Hei, skrivaren verkar ikkje, og eg treng han i dag. Kan de hjelpe meg?",
    "sl": "Pozdravljeni, tiskalnik ne deluje, potrebujem pa ga danes. Mi lahko pomagate?",
}
PHONE = {
    "en": "please phone 55 00 00 00",
    "nb": "så ring 55 00 00 00",
    "nn": "så ring 55 00 00 00",
    "sl": "pokličite 55 00 00 00",
}
DUTY = {
    "en": "Kari Nordmann is on duty, and has been called.",
    "nb": "Kari Nordmann har vakt og er varslet.",
    "nn": "Kari Nordmann har vakt og er varsla.",
    "sl": "Dežurstvo: Kari Nordmann. Klic je že poslan.",
}


def phoned(language: str) -> str:
    desks = duty.DESKS.replace("language: nb", f"language: {language}")
    return desks.replace("  calendar: office\n", "  calendar: office\n  phone: 55 00 00 00\n")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("proven", [True, False])
def test_a_mail_that_looks_critical_is_told_the_number(rota: Site, language: str, proven: bool):
    house = at(rota(language, routing=ROUTING, desks=phoned(language)), "2026-03-03T20:00")
    house.mail(ANN, "brann", HELLO[language], proven=proven)
    assert PHONE[language] in house.letters("ack")[0].text


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_told_who_has_duty_and_was_called(rota: Site, language: str):
    house = at(rota(language, routing=ROUTING, desks=phoned(language)), "2026-03-03T20:00")
    house.mail(ANN, "brann", HELLO[language])
    text = house.letters("ack")[0].text
    assert DUTY[language] in text
    assert "55 00 00 00" in text


def test_who_has_phoned_already_is_not_asked_to_phone(rota: Site):
    house = at(rota(routing=ROUTING, desks=phoned("nb")), "2026-03-03T20:00")
    house.mail("ola@staff.example", "brann", "/for ann@kunde.example\n\nAnn ringte: Det brenner.")
    house.wait(minutes=2)
    (ack,) = [letter for letter in house.letters("ack") if letter.to == "ann@kunde.example"]
    assert "55 00 00 00" not in ack.text


def test_other_mails_are_told_neither(rota: Site):
    house = at(rota(routing=ROUTING, desks=phoned("nb")), "2026-03-03T20:00")
    house.mail(ANN, "skriver", HELLO["nb"])
    text = house.letters("ack")[0].text
    assert "55 00 00 00" not in text
    assert "vakt" not in text


def test_in_opening_hours_nobody_is_said_to_be_called(rota: Site):
    house = at(rota(routing=ROUTING, desks=phoned("nb")), "2026-03-03T10:00")
    house.mail(ANN, "brann", HELLO["nb"])
    text = house.letters("ack")[0].text
    assert "55 00 00 00" in text
    assert "vakt" not in text


def test_a_desk_that_shows_no_names_names_nobody(rota: Site):
    desks = phoned("nb").replace("  phone:", "  shows: desk\n  phone:")
    house = at(rota(routing=ROUTING, desks=desks), "2026-03-03T20:00")
    house.mail(ANN, "brann", HELLO["nb"])
    assert "Kari" not in house.letters("ack")[0].text


def test_a_grave_mail_is_told_the_number_and_calls_nobody(rota: Site):
    routing = ROUTING.replace("critical", "high")
    house = at(rota(routing=routing, desks=phoned("nb")), "2026-03-03T20:00")
    house.mail(ANN, "brann", HELLO["nb"])
    letters = house.letters()
    (ack,) = [letter for letter in letters if letter.kind == "ack"]
    assert "55 00 00 00" in ack.text
    assert "vakt" not in ack.text
    assert "page" not in [letter.kind for letter in letters]
