"""What a handler asks by mail: a case, its reasons, his list, the commands; and which receipts he gets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from making import shipped_vocabulary
from parts.house import DESKS, PEOPLE, Got, House
from parts.mails import AUTHSERV, authenticated
from parts.mails import mail as written

from maild.decide.acts import COMMANDS

ANN = "Ann Berg <ann@kunde.example>"
KARI, OLA = "Kari Nordmann <kari@staff.example>", "Ola Hansen <ola@staff.example>"
ROUTING = """
- name: skrivere
  when: {subject: skriver}
  set: {priority: high}
  because: skriverne er gamle
"""


def begun(house: House) -> Got:
    house.mail(ANN, "Skriver", "Den står.")
    return house.letters()[1]


def answered(house: House, notice: Got | None, words: str, who: str = KARI) -> str:
    """The one letter that answers the words: in the case, or to the desk."""
    if notice is None:
        house.mail(who, "Spørsmål", words)
    else:
        house.reply(notice, words)
    (letter,) = house.letters()
    assert letter.kind in ("receipt", "error")
    return letter.text


@pytest.mark.parametrize("words", ["/show", "vis", "/pokaži", "/show #1001"])
def test_a_case_is_shown_with_what_was_said(house: House, words: str):
    text = answered(house, begun(house), words)
    for line in ("#1001 Skriver", "kunde: Ann Berg", "status: ny", "prioritet: medium", "saksbehandler: Kari Nordmann"):
        assert line in text
    assert "| Den står." in text


def test_the_files_of_what_is_shown_travel_along(house: House):
    mail = written(ANN, "Skriver", "Se bildet.", Message_ID="<f@kunde.example>")
    mail.add_attachment(b"PNG", maintype="image", subtype="png", filename="skriver.png")
    house.arrives(authenticated(mail, AUTHSERV), "support@desk.example", "ann@kunde.example")
    notice = house.letters()[1]
    house.reply(notice, "/vis")
    (receipt,) = house.letters()
    assert [file.get_filename() for file in receipt.mail.iter_attachments()] == ["skriver.png"]


@pytest.mark.parametrize("words", ["vis 1001", "/show #1001", "pokaži #1001", "vis #1001."])
def test_a_case_is_shown_by_its_number_without_a_case(house: House, words: str):
    begun(house)
    assert "#1001 Skriver" in answered(house, None, words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/vis", "hvilken sak? For eksempel vis #1042"),
        ("/vis #7777", "det finnes ingen sak #7777"),
        ("/liste alt", "skriv bare /liste"),
    ],
)
def test_a_question_about_nothing_is_told_its_cure(house: House, words: str, said: str):
    assert said in answered(house, None, words)


@pytest.mark.parametrize("words", ["status", "/status", "/stanje"])
def test_the_state_is_told_without_the_talk(house: House, words: str):
    text = answered(house, begun(house), words)
    assert "status: ny" in text
    assert "Den står." not in text


def test_the_state_tells_what_it_rests_for_what_was_promised_and_the_time(house: House):
    notice = begun(house)
    house.reply(notice, "/vent 3d\n/frist fre 12:00\n/tid 25m\n/merke vpn")
    house.letters()
    text = answered(house, notice, "/status")
    for line in (
        "saken er satt på vent til torsdag 5. mars",
        "lovet innen fredag 6. mars",
        "0:25 arbeid i alt",
        "merker: vpn",
    ):
        assert line in text


@pytest.mark.parametrize("words", ["/why", "hvorfor", "kvifor", "/zakaj"])
def test_the_reasons_of_its_way_are_the_sites_own_rules(tmp_path: Path, words: str):
    house = House(tmp_path, ROUTING)
    text = answered(house, begun(house), words)
    assert "denne regelen slo til: skrivere (routing.yaml:2)" in text
    assert "bestemt: priority = high, skrivere: skriverne er gamle" in text
    assert "saksbehandler: Kari Nordmann (" in text


ON_TRIAL = """
- name: på prøve
  shadow: true
  set: {priority: critical}
- name: minst å gjøre
  when: {subject: Skriver}
  set: {handler: {least_loaded: all}}
"""


PER = """
per:
  name: Per Li
  addresses: [per@staff.example]
  digest: none
"""
REASONS = {
    "en": ("the sender is verified", "considered for it: Ola Hansen (0), Per Li (0)", "away then: Kari Nordmann (1)",
           "a rule on trial would have decided otherwise: på prøve (routing.yaml:2): priority = critical", "rules in force then: "),
    "nb": ("avsenderen er bekreftet", "vurdert for saken: Ola Hansen (0), Per Li (0)", "borte da: Kari Nordmann (1)",
           "en regel på prøve ville ha bestemt noe annet: på prøve (routing.yaml:2): priority = critical", "regler som gjaldt da: "),
    "nn": ("avsendaren er stadfesta", "vurderte for saka: Ola Hansen (0), Per Li (0)", "borte då: Kari Nordmann (1)",
           "ein regel på prøve ville ha avgjort noko anna: på prøve (routing.yaml:2): priority = critical", "reglar som galdt då: "),
    "sl": ("pošiljatelj je potrjen", "za zahtevek so prišli v poštev: Ola Hansen (0), Per Li (0)", "takrat odsotni: Kari Nordmann (1)",
           "pravilo na preizkušnji bi odločilo drugače: på prøve (routing.yaml:2): priority = critical", "takrat veljavna pravila: "),
}  # fmt: skip


@pytest.mark.parametrize(("words", "language"), [("/why", "en"), ("hvorfor", "nb"), ("kvifor", "nn"), ("/zakaj", "sl")])
def test_the_reasons_tell_who_was_considered_and_by_which_rules(tmp_path: Path, words: str, language: str):
    people = (PEOPLE + PER).replace("digest: none", f"digest: none\n  language: {language}")
    house = House(tmp_path, ON_TRIAL, people=people)
    notice = begun(house)
    house.reply(notice, "/away")
    house.mail("Bo <bo@annen.example>", "Skriver", "Den også.")
    house.letters()
    text = " ".join(answered(house, None, f"{words} #1002", OLA).split())
    for line in REASONS[language]:
        assert line in text
    assert f"{REASONS[language][-1]}{house.policy.hash[:12]}" in text
    house.database.close()


@pytest.mark.parametrize("words", ["list", "/liste", "seznam"])
def test_his_open_cases_are_listed_and_nobody_elses(house: House, words: str):
    notice = begun(house)
    house.mail(ANN, "Nettet", "Nede.")
    house.mail(ANN, "Kaffe", "Tom.")
    house.letters()
    house.reply(notice, "/vent kunde")
    house.letters()
    text = answered(house, None, words)
    assert "#1001 Skriver · venter på kunden" in text
    assert "#1003 Kaffe · ny" in text
    assert "Nettet" not in text, "it is Ola's"


def test_an_empty_list_says_so(house: House):
    assert "du har ingen åpne saker" in answered(house, None, "/liste")


@pytest.mark.parametrize(
    ("language", "take"),
    [
        ("nb", "/ta: saken er min"),
        ("nn", "/ta: saka er mi"),
        ("sl", "/prevzemi: zahtevek prevzamem"),
        ("en", "/take: I handle it"),
    ],
)
def test_all_commands_are_told_in_his_language(house: House, language: str, take: str):
    kari = replace(house.policy.handlers["kari"], language=language)
    house.policy = replace(house.policy, handlers={**house.policy.handlers, "kari": kari})
    text = answered(house, begun(house), "/help")
    assert take in text
    words = shipped_vocabulary()
    assert [verb for verb in COMMANDS if f"/{words.word(verb, language)}" not in text] == []


def test_one_command_is_explained_alone(house: House):
    text = answered(house, None, "/hjelp vent")
    assert "/vent NÅR: saken venter" in text
    assert "/lukk" not in text


@pytest.mark.parametrize("verb", sorted(COMMANDS))
def test_a_command_that_is_explained_is_explained_in_every_language(verb: str):
    told = {language for language, known in shipped_vocabulary().help if known == verb}
    assert told in (set(), {"en", "nb", "nn", "sl"})


def test_a_case_of_a_desk_that_is_not_his_is_not_there(tmp_path: Path):
    house = House(tmp_path, desks=DESKS)
    ola = replace(house.policy.handlers["ola"], desks=("drift",))
    house.policy = replace(house.policy, handlers={**house.policy.handlers, "ola": ola})
    begun(house)
    assert "det finnes ingen sak #1001" in answered(house, None, "/vis #1001", OLA)
    house.mail(OLA, "Oppdrag", "#1001 close quiet")
    assert house.case("1001")["status"] == "new"


@pytest.mark.parametrize(("setting", "kinds"), [("commands", ["receipt"]), ("errors", []), ("all", ["receipt"])])
def test_the_site_says_which_receipts_there_are(house: House, setting: str, kinds: list[str]):
    house.policy = replace(house.policy, limits=replace(house.policy.limits, receipts=setting))
    notice = begun(house)
    house.reply(notice, "/prioritet lav")
    assert [letter.kind for letter in house.letters()] == kinds
    assert "#1001" in answered(house, notice, "/vis"), "a question is always answered"
    assert "✗" in answered(house, notice, "/prioritet lilla")


def test_a_receipt_of_a_mail_without_commands_where_the_site_wants_it(house: House):
    house.policy = replace(house.policy, limits=replace(house.policy.limits, receipts="all"))
    assert "teksten din går til Ann Berg" in answered(house, begun(house), "Hei Ann, vi ser på det.")
