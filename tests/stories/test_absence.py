"""A handler who is away: who gets what meanwhile, and that nobody is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from parts.house import DESKS, Got, House

from maild.cli.status import page
from maild.edges.watch import report
from maild.store import health

ANN, BO = "Ann Berg <ann@kunde.example>", "Bo Li <bo@kunde.example>"
KARI, OLA, PER = "kari@staff.example", "ola@staff.example", "per@staff.example"
PEOPLE = """
kari: {name: Kari Nordmann, addresses: [kari@staff.example], digest: none, cover: ola}
ola: {name: Ola Hansen, addresses: [ola@staff.example], digest: none}
per: {name: Per Li, addresses: [per@staff.example], digest: none, cover: [kari, ola]}
"""
TO_KARI = "- {name: all, set: {handler: kari}}\n"
Make = Callable[..., House]


@pytest.fixture
def make(tmp_path: Path):  # type: ignore[no-untyped-def]
    made: list[House] = []

    def house(routing: str = TO_KARI, people: str = PEOPLE) -> House:
        made.append(House(tmp_path, routing, people=people))
        return made[-1]

    yield house
    for one in made:
        one.database.close()


def begun(
    house: House, subject: str = "Skriver", to: str = "support@desk.example", sender: str = ANN
) -> tuple[Got, Got]:
    """A case: the customer's acknowledgement, and the notice of whoever has it."""
    house.mail(sender, subject, "Den står.", to)
    ack, notice = house.letters()
    return ack, notice


def goes(house: House, words: str = "/borte", notice: Got | None = None) -> Got:
    """Kari goes away; her receipt."""
    house.reply(notice or begun(house)[1], words)
    return next(letter for letter in house.letters("receipt"))


@pytest.mark.parametrize(
    ("desk", "away", "said", "back", "welcome"),
    [
        (
            "support",
            "/borte til fredag",
            "du er borte til fredag 6. mars 2026 kl. 08:00",
            "/tilbake",
            "velkommen tilbake",
        ),
        ("drift", "/borte til fredag", "du er borte til fredag 6. mars 2026 kl. 08:00", "/tilbake", "velkomen tilbake"),
        ("podpora", "/odsotna do petka", "odsotni ste do petka, 6. marca 2026, do 8.00", "/nazaj", "dobrodošli nazaj"),
        ("help", "/away until fri", "you are away until Friday 6 March 2026 at 08:00", "/back", "welcome back"),
    ],
)
def test_she_says_that_she_is_away_and_back_in_any_language(
    make: Make, desk: str, away: str, said: str, back: str, welcome: str
) -> None:
    house = make()
    _, notice = begun(house, to=f"{desk}@desk.example")
    assert said in goes(house, away, notice).text
    house.reply(notice, back)
    (receipt,) = house.letters("receipt")
    assert welcome in receipt.text
    house.mail(BO, "Mus", "Hei.", f"{desk}@desk.example")
    assert [letter.to for letter in house.letters("notice")] == [KARI]


def test_her_cover_is_told_once_and_she_gets_a_receipt_only(make: Make) -> None:
    house = make()
    house.reply(begun(house)[1], "/borte til fredag")
    receipt, told = sorted(house.letters(), key=lambda letter: letter.kind, reverse=True)
    assert (receipt.kind, receipt.to) == ("receipt", KARI)
    assert (told.kind, told.to, told.subject) == ("absence", OLA, "Du er vikar for Kari Nordmann")
    assert "Kari Nordmann er borte til fredag 6. mars 2026 kl. 08:00." in told.text
    assert "får Ola Hansen e-posten om sakene" in told.text


def test_while_she_is_away_her_cover_reads_what_her_customers_write_with_all_that_was_said(make: Make) -> None:
    house = make()
    ack, notice = begun(house)
    goes(house, "/borte", notice)
    house.reply(ack, "Nå brenner den!", ANN)
    (letter,) = house.letters()
    assert (letter.kind, letter.to) == ("notice", OLA)
    assert letter.text.index("| Den står.") < letter.text.index("| Nå brenner den!")
    assert "Kari Nordmann har saken" in letter.text
    assert "vikar for en kollega" in letter.text
    assert house.case("1001")["handler"] == KARI, "the case stays hers"
    house.reply(letter, "Slå av strømmen.")
    house.wait(seconds=61)
    assert "Slå av strømmen." in house.letters("update")[0].text


def test_a_case_that_wakes_while_she_is_away_wakes_with_her_cover(make: Make) -> None:
    house = make()
    _, notice = begun(house)
    house.reply(notice, "/vent 3d")
    goes(house, "/borte", notice)
    house.letters()
    house.wait(days=3)
    assert [(letter.kind, letter.to) for letter in house.letters()] == [("woken", OLA)]


def test_new_cases_that_a_rule_gives_her_go_to_her_cover(make: Make) -> None:
    house = make()
    goes(house)
    house.letters()
    _, notice = begun(house, "Mus", sender=BO)
    assert (notice.to, house.case("1002")["handler"]) == (OLA, OLA)


def test_a_round_robin_passes_over_her(make: Make) -> None:
    house = make(routing="")
    _, notice = begun(house)
    assert notice.to == KARI
    goes(house, "/borte", notice)
    house.letters()
    told = [begun(house, f"Sak {n}", sender=BO)[1].to for n in range(4)]
    assert set(told) == {OLA, PER}


def test_when_her_hour_has_come_she_is_back_without_a_word(make: Make) -> None:
    house = make()
    goes(house, "/borte til i morgen 08:00")
    house.letters()
    house.wait(days=1)
    assert begun(house, "Mus", sender=BO)[1].to == KARI


def test_without_a_cover_the_others_of_the_desk_are_told(make: Make) -> None:
    house = make(people=PEOPLE.replace(", cover: ola", ""))
    ack, notice = begun(house)
    house.reply(notice, "/borte")
    assert sorted(letter.to for letter in house.letters("absence")) == [OLA, PER]
    house.reply(ack, "Hallo?", ANN)
    assert sorted(letter.to for letter in house.letters()) == [OLA, PER]


def test_is_everybody_away_everybody_is_told(make: Make) -> None:
    house = make(routing="", people="kari: {name: Kari, addresses: [kari@staff.example], digest: none}\n")
    goes(house)
    house.mail(BO, "Mus", "Hei.")
    assert [letter.to for letter in house.letters("notice")] == [KARI]
    assert house.case("1002")["handler"] is None


def test_who_gives_her_a_case_gives_it_to_her_cover_and_is_told_so(make: Make) -> None:
    house = make(routing="- {name: bo, when: {from: bo@kunde.example}, set: {handler: per}}\n" + TO_KARI)
    goes(house)
    house.letters()
    _, notice = begun(house, "Mus", sender=BO)
    house.reply(notice, "/tildel kari")
    (receipt,) = house.letters("receipt")
    assert "Ola Hansen har saken som vikar" in receipt.text
    assert house.case("1002")["handler"] == OLA


def test_a_case_for_somebody_away_without_cover_is_refused_with_who_is_here(make: Make) -> None:
    house = make(routing="", people=PEOPLE.replace(", cover: ola", ""))
    _, first = begun(house)
    goes(house, "/borte", first)
    house.letters()
    _, notice = begun(house, "Mus", sender=BO)
    house.reply(notice, "/tildel kari")
    (error,) = house.letters()
    assert error.kind == "error"
    assert "er borte, og har ingen vikar; du kan velge ola, per" in error.text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/borte til i fjor", "ingen slik dato eller tid"),
        ("/borte 1.3.2026", "det er allerede forbi"),
        ("/borte 400d", "mer enn ett år fram"),
        ("/tilbake nå", "skriv bare /tilbake"),
    ],
)
def test_an_absence_that_cannot_be_is_refused_with_its_cure(make: Make, words: str, said: str) -> None:
    house = make()
    house.reply(begun(house)[1], words)
    (error,) = house.letters()
    assert (error.kind, said in error.text) == ("error", True), error.text


def test_who_was_not_away_is_told_so(make: Make) -> None:
    house = make()
    house.reply(begun(house)[1], "/tilbake")
    assert "du var ikke borte" in house.letters("receipt")[0].text


def test_a_command_in_a_mail_with_a_mistake_sends_nobody_away(make: Make) -> None:
    house = make()
    house.reply(begun(house)[1], "/borte\n/lukkk")
    assert [letter.kind for letter in house.letters()] == ["error"]
    assert begun(house, "Mus", sender=BO)[1].to == KARI


# --- her mailbox answers for her --------------------------------------------------------------------------------------------------


def robot(house: House, letter: Got, *, proven: bool = True, **more: str) -> None:
    more.setdefault("Auto_Submitted", "auto-replied")
    house.reply(letter, "Jeg er på ferie til 1. april.", proven=proven, **more)


def test_her_mailbox_sends_her_away_for_a_day_and_both_are_told_once(make: Make) -> None:
    house = make()
    ack, notice = begun(house)
    robot(house, notice)
    told = {letter.to: letter for letter in house.letters()}
    assert {letter.kind for letter in told.values()} == {"absence"}
    assert set(told) == {KARI, OLA}
    assert "Det kom fram av et automatisk svar fra Kari Nordmann." in told[OLA].text
    assert "Postkassen din svarte automatisk at du er borte." in told[KARI].text
    assert "/tilbake" in told[KARI].text
    robot(house, notice)
    assert house.letters() == [], "once"
    house.reply(ack, "Hallo?", ANN)
    assert [letter.to for letter in house.letters()] == [OLA]
    house.wait(days=1)
    assert begun(house, "Mus", sender=BO)[1].to == KARI


def test_what_her_mailbox_says_ends_when_she_says_so(make: Make) -> None:
    house = make()
    _, notice = begun(house)
    robot(house, notice)
    house.letters()
    house.reply(notice, "/tilbake")
    house.letters()
    assert begun(house, "Mus", sender=BO)[1].to == KARI


def test_she_answers_the_very_letter_that_told_her(make: Make) -> None:
    house = make()
    robot(house, begun(house)[1])
    (told,) = [letter for letter in house.letters() if letter.to == KARI]
    house.reply(told, "/tilbake")
    assert "velkommen tilbake" in house.letters("receipt")[0].text
    assert begun(house, "Mus", sender=BO)[1].to == KARI


def test_nobody_else_can_send_her_away(make: Make) -> None:
    house = make()
    ack, notice = begun(house)
    robot(house, notice, proven=False)
    robot(house, ack, sender="Kari <kari@staff.example>", In_Reply_To="<other@x.example>")
    house.reply(notice, "Borte.", "ann@kunde.example", Auto_Submitted="auto-replied")
    robot(house, notice, Auto_Submitted="auto-generated")
    assert house.letters("absence") == []
    assert begun(house, "Mus", sender=BO)[1].to == KARI


def test_a_customer_s_mailbox_is_filed_and_nobody_hears_of_it(make: Make) -> None:
    house = make()
    ack, _ = begun(house)
    robot(house, ack, sender=ANN)
    house.wait(seconds=61)
    assert house.letters() == []
    assert house.kinds("1001")[-1] == "received"


# --- who has left ------------------------------------------------------------------------------------------------------------------


GONE = """
kari: {name: Kari Nordmann, addresses: [kari@staff.example], retired: true}
ola: {name: Ola Hansen, addresses: [ola@staff.example], digest: none}
per: {name: Per Li, addresses: [per@staff.example], digest: none}
"""


def test_the_cases_of_a_retired_handler_wake_with_the_team(make: Make) -> None:
    house = make(routing="")
    ack, notice = begun(house)
    house.reply(notice, "/vent 3d")
    house.letters()
    (house.folder / "rules" / "people.yaml").write_text(GONE)
    house.load()
    house.wait(days=3)
    assert [(letter.kind, letter.to) for letter in house.letters()] == [("woken", OLA), ("woken", PER)]
    house.reply(ack, "Hallo?", ANN)
    house.wait(seconds=61)
    assert sorted(letter.to for letter in house.letters()) == [OLA, PER]


def test_status_says_who_is_away_and_until_when(make: Make) -> None:
    house = make()
    goes(house, "/borte til fredag")
    found = report(health.snapshot(house.session, house.now), (), house.now)
    assert found["away"] == [{"handler": "kari", "until": "2026-03-06T07:00:00Z"}]
    assert "away      kari until 2026-03-06T07:00:00Z" in page({**found, "running": True, "since": None}, house.now)
    house.wait(days=5)
    assert report(health.snapshot(house.session, house.now), (), house.now)["away"] == []


def test_a_cover_of_another_desk_answers_what_he_reads_but_reads_nothing_confidential(tmp_path: Path):
    people = """
kari: {name: Kari Nordmann, addresses: [kari@staff.example], digest: none, cover: ola, desks: [support, varsling, podpora, help]}
ola: {name: Ola Hansen, addresses: [ola@staff.example], digest: none, desks: [drift]}
"""
    secret = (
        "varsling: {addresses: [varsling@desk.example], name: V, language: nb, zone: Europe/Oslo, confidential: true}"
    )
    house = House(tmp_path, TO_KARI, people=people, desks=f"{DESKS}\n{secret}\n")
    ack, _ = begun(house)
    hidden, notice = begun(house, "Om sjefen", "varsling@desk.example", BO)
    goes(house, notice=notice)
    house.letters()
    house.reply(ack, "Den står ennå.", ANN)
    house.reply(hidden, "Han stjeler.", BO)
    house.wait(minutes=2)
    (told,) = [letter for letter in house.letters() if letter.to == OLA]
    assert "Den står ennå." in told.text
    house.reply(told, "Jeg kommer.")
    house.wait(minutes=2)
    assert [letter.to for letter in house.letters() if "Jeg kommer." in letter.text] == ["ann@kunde.example"]
    house.database.close()
