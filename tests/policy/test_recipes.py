"""The ten recipes of rules/README.md: each is a site without a fault, its tests hold, and a mail comes out as the recipe says.

The files are read from the README: under a heading `### N. ...` a block of YAML begins with the comment that names it, and a letter
stands below its path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from parts.house import House

from maild.cli.check import check

ROOT = Path(__file__).parents[2]
README = (ROOT / "rules" / "README.md").read_text("utf-8")
SECTION = README.partition("\n## Ten recipes\n")[2].partition("\n## ")[0]
RECIPES = {int(n): text for n, text in re.findall(r"^### (\d+)\. .*?\n(.*?)(?=^### |\Z)", SECTION, re.M | re.S)}
LETTER = re.compile(r"^`templates/\{([\w,]+)\}/([\w-]+\.txt)`.*?\n\n```text\n(.*?)^```$", re.M | re.S)
DESKS = "support: {addresses: [support@desk.example], name: Kundeservice, language: nb, zone: Europe/Oslo}\n"
PEOPLE = """
kari: {name: Kari Nordmann, addresses: [kari@staff.example], digest: none}
ola: {name: Ola Hansen, addresses: [ola@staff.example], digest: none}
"""
ANN = "Ann Berg <ann@kunde.example>"
KARI, OLA = "kari@staff.example", "ola@staff.example"
Play = Callable[[int], House]


def files(number: int) -> dict[str, str]:
    """Path from the site's folder -> text, without desks and people that the recipe does not show."""
    text = RECIPES[number]
    found = {
        f"rules/{name}": block for name, block in re.findall(r"^```yaml\n# ([\w.]+)\n(.*?)^```$", text, re.M | re.S)
    }
    for languages, name, block in LETTER.findall(text):
        found |= {f"templates/{language}/{name}": block for language in languages.split(",")}
    assert len(re.findall(r"^```\w", text, re.M)) == len({re.sub(r"/\w\w/", "/", name) for name in found}), (
        "each is named"
    )
    return found


def write(folder: Path, made: dict[str, str]) -> None:
    for name, text in made.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    """A house that lives by a recipe."""
    made: list[House] = []

    def make(number: int) -> House:
        found = files(number)
        write(tmp_path, {name: text for name, text in found.items() if name.startswith("templates/")})
        rules = {Path(name).stem: text for name, text in found.items() if name.startswith("rules/")}
        made.append(
            House(tmp_path, **{"desks": DESKS, "people": PEOPLE, "customers": rules.pop("organisations", ""), **rules})
        )
        return made[-1]

    yield make
    for house in made:
        house.database.close()


def test_there_are_ten():
    assert list(RECIPES) == list(range(1, 11))


@pytest.mark.parametrize("number", RECIPES)
def test_its_files_have_no_fault_and_its_tests_hold(number: int, tmp_path: Path):
    needed = {"maild.yaml": 'door: {smtp: "127.0.0.1:2525"}\n', "rules/desks.yaml": DESKS, "rules/people.yaml": PEOPLE}
    made = {**needed, **files(number)}
    write(tmp_path, made)
    found = check(tmp_path / "maild.yaml")
    assert (found.problems, found.policy is not None) == ([], True)
    assert "    - mail: " in made["rules/routing.yaml"]


def test_1_a_school_hears_of_its_contact_who_has_the_mail(play: Play):
    house = play(1)
    house.mail("Lise <lise@skole.storas.example>", "Utlån", "Det går ikke.")
    letters = {one.kind: one for one in house.letters()}
    assert "skolebibliotek@storas.example" in letters["ack"].text
    assert letters["forward"].to == "skolebibliotek@storas.example"
    assert house.case("1001")["labels"] == ["school"]
    assert house.case("1001")["followers"] == ["skolebibliotek@storas.example"]


def test_1_whoever_only_writes_in_its_name_gets_the_usual_acknowledgement(play: Play):
    house = play(1)
    house.mail("Lise <lise@skole.storas.example>", "Utlån", "Det går ikke.", proven=False)
    assert "skolebibliotek" not in house.letters("ack")[0].text


def test_2_a_list_is_a_case_by_rule_only_and_is_never_answered(play: Play):
    house = play(2)
    for subject in ("Vårmøte", "Feil i katalogen"):
        house.mail(ANN, subject, "Hei.", List_Id="<systembib.lists.example>", Precedence="list")
    assert [(one.kind, one.to) for one in house.letters()] == [("notice", KARI)]
    house.mail(ANN, "Automaten står", "Den piper.")
    assert (house.case("1001")["labels"], house.case("1002")["handler"]) == (["list", "automatic"], OLA)
    for subject in ("Utlån", "Katalogen"):
        house.mail(ANN, subject, "Hei.")
    assert [house.case(number)["handler"] for number in ("1003", "1004")] == [KARI, KARI]


def test_3_staff_and_public_are_told_apart_and_every_case_is_counted(play: Play):
    house = play(3)
    house.mail("Ana <ana@mestna.example>", "Izposoja ne dela", "Prosim za pomoč.")
    house.mail("Ana <ana@mestna.example>", "Kartica", "Prosim za pomoč.", proven=False)
    seen = [(house.case(number)["labels"], house.case(number)["category"]) for number in ("1001", "1002")]
    assert seen == [(["staff"], "izposoja"), (["public"], "drugo")]


def test_4_on_saturday_afternoon_the_acknowledgement_says_when(play: Play):
    house = play(4)
    house.now = datetime(2026, 3, 7, 13, 0, tzinfo=UTC)
    house.mail(ANN, "Pomoč", "Pozdravljeni, tiskalnik ne deluje, potrebujem pa ga danes.")
    ack = house.letters("ack")[0].text
    assert ("Trenutno imamo zaprto. Znova odpremo v ponedeljek" in ack, "ob 9.00" in ack) == (True, True)
    assert house.case("1001")["labels"] == ["out-of-hours"]


def test_5_life_and_health_is_critical_and_gets_the_number(play: Play):
    house = play(5)
    house.mail(ANN, "Legevakt", "Skjermen er svart.")
    letters = house.letters()
    assert "57 00 00 00" in next(one.text for one in letters if one.kind == "ack")
    assert {one.to for one in letters if one.kind == "notice"} == {KARI, OLA}
    assert house.case("1001")["priority"] == "critical"


def test_6_a_mail_that_a_consultant_passes_on_is_the_senders_case_in_the_first_line(play: Play):
    house = play(6)
    head = f"From: {ANN}\nDate: Mon, 2 Mar 2026 at 09:00\nSubject: Skrivar\nTo: <per@staff.example>"
    passed = f"---------- Forwarded message ---------\n{head}\n\nSkrivaren verkar ikkje.\n"
    house.mail("Per Dale <per@staff.example>", "Fwd: Skrivar", passed)
    case = house.case("1001")
    assert (case["customer"], case["handler"]) == ("ann@kunde.example", KARI)
    house.wait(seconds=61)
    assert "support@desk.example" in house.letters("ack")[0].text
    house.reply(house.newest("1001"), "/escalate")
    assert house.case("1001")["handler"] == "per@staff.example"


def test_7_an_order_is_a_case_with_a_task_for_each(play: Play):
    house = play(7)
    house.mail(ANN, "Bestilling", "Vi trenger en ny skriver.")
    case = house.case("1001")
    assert [task["handler"] for task in case["tasks"]] == [OLA, OLA, KARI]
    assert (case["type"], case["labels"]) == ("order", ["order"])


def test_8_the_acknowledgement_asks_for_what_the_mail_lacks(play: Play):
    house = play(8)
    house.mail(ANN, "Skriveren virker ikke", "Jeg sitter ved PC-12345 og får ikke skrevet ut.")
    ack = house.letters("ack")[0].text
    assert ("Brukernavn: ____" in ack, "Datamaskin: ____" in ack) == (True, False)


def test_8_a_known_trouble_has_its_cases_from_the_beginning(play: Play):
    house = play(8)
    house.mail(ANN, "Noe er galt", "Hei.")
    house.reply(house.letters("notice")[0], "/incident Nettet er nede\n/tag nett-nede")
    house.mail("Bo Li <bo@kunde.example>", "Nettet er borte", "Ingenting går.")
    assert house.case("1002")["parent"] == "1001"


def test_9_the_committee_is_asked_and_the_customer_knows_of_it(play: Play):
    house = play(9)
    house.mail(ANN, "Forslag om en ny kalender", "Vi ønsker oss en kalender til alle.")
    letters = house.letters()
    assert "Dette må godkjennes av andre" in next(one.text for one in letters if one.kind == "ack")
    house.wait(seconds=61)
    asked = {one.to for one in [*letters, *house.letters()] if one.kind in ("approval", "vote")}
    assert asked == {"leder@kommune.example", "fag@kommune.example", OLA}


def test_9_two_of_three_are_enough(play: Play):
    house = play(9)
    house.mail(ANN, "Forslag om en ny kalender", "Vi ønsker oss en kalender til alle.")
    house.wait(seconds=61)
    asked = [one for one in house.letters() if one.kind in ("approval", "vote")]
    assert house.case("1001")["status"] == "on_hold"
    for letter in asked[:2]:
        house.reply(letter, "ja")
    house.wait(seconds=61)
    assert house.case("1001")["status"] != "on_hold"


def test_10_an_alarm_is_solved_by_the_machine_and_a_form_is_his_who_filled_it_in(play: Play):
    house = play(10)
    for state in ("DOWN", "UP"):
        house.mail("nagios@monitor.example", f"web01/http is {state}", "Se loggen.", Auto_Submitted="auto-generated")
    house.mail("Skjema <skjema@kommune.example>", "Skjema", "Navn: Ann\nE-post: ann@kunde.example\n")
    house.mail("Vakt <vakt@sykehus.example>", "Skriver", "Den står.")
    assert house.case("1001")["status"] == "solved"
    assert [one.to for one in house.letters() if one.to.endswith("monitor.example")] == []
    assert house.case("1002")["customer"] == "ann@kunde.example"
    assert (house.case("1003")["priority"], house.case("1003")["labels"]) == ("high", ["vip"])
