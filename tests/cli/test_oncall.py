"""maild oncall: who has duty, as a table, as JSON and as a calendar file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from mail.test_ics import parsed
from parts import duty
from parts.house import House

from maild.cli import root

CONFIG = "door: {lmtp: lmtp}\ndatabase: maild.db\nstate: .\n"
OLA = "ola@staff.example"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, desks=duty.DESKS, people=duty.PEOPLE, calendars=duty.CALENDARS, oncall=duty.ONCALL)
    (tmp_path / "maild.yaml").write_text(CONFIG)
    yield made
    made.database.close()


def run(house: House, *words: str) -> Result:
    return CliRunner().invoke(root, ["oncall", *words, "--config", str(house.folder / "maild.yaml")])


def rows(house: House, *words: str) -> list[dict[str, str]]:
    found = run(house, "show", "--json", "--at", "2026-03-02T20:00", *words)
    return [json.loads(line) for line in found.output.splitlines()]


def swapped(house: House) -> None:
    """Kari's Friday is Ola's."""
    house.mail("kari@staff.example", "Vakt", "/bytt ola 6.3.")
    question = next(letter for letter in house.letters() if letter.kind == "swap")
    house.reply(question, "ja")


def test_it_says_who_has_duty_and_whose_the_next_turns_are(house: House) -> None:
    page = run(house, "show", "--at", "2026-03-02T20:00", "--weeks", "2").output.splitlines()
    assert page[0] == "vakt: Kari Nordmann has duty (2026-03-02 20:00, Europe/Oslo)"
    assert [line.split()[:2] + line.split()[-3:-1] for line in page[3:]] == [
        ["2026-03-02", "20:00", "kari", "Kari"],
        ["2026-03-09", "08:00", "ola", "Ola"],
        ["2026-03-16", "08:00", "lars", "Lars"],
    ]


def test_outside_the_hours_nobody_has(house: House) -> None:
    assert run(house, "show", "--at", "2026-03-03T12:00").output.startswith("vakt: nobody has duty")


def test_a_swap_shows_with_whose_turn_it_was(house: House) -> None:
    swapped(house)
    told = [(row["from"][:16], row["login"], row["why"]) for row in rows(house, "--weeks", "1")]
    assert told == [
        ("2026-03-02T20:00", "kari", ""),
        ("2026-03-06T08:00", "ola", "swapped with Kari Nordmann"),
        ("2026-03-07T08:00", "kari", ""),
        ("2026-03-09T08:00", "ola", ""),
    ]


def test_a_turn_of_somebody_away_is_marked(house: House) -> None:
    house.mail(OLA, "Ferie", "/borte til 20.3.")
    told = [(row["from"][:10], row["login"], row["why"]) for row in rows(house, "--weeks", "2")]
    assert told == [
        ("2026-03-02", "kari", ""),
        ("2026-03-09", "lars", "Ola Hansen is away and has not swapped"),
        ("2026-03-16", "lars", ""),
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "vagt"), "there is no rota vagt (there is vakt)"),
        (("show", "--at", "fredag"), "write it like 2026-12-24T18:00"),
        (("ics", "--handler", "kåre"), "nobody is called kåre"),
    ],
)
def test_a_mistake_is_told_with_its_cure(house: House, words: tuple[str, ...], said: str) -> None:
    found = run(house, *words)
    assert found.exit_code != 0
    assert said in found.output


def test_without_a_rota_it_says_where_one_is_written(house: House) -> None:
    (house.folder / "rules" / "oncall.yaml").unlink()
    assert "rules/oncall.yaml" in run(house, "show").output


def test_before_the_first_start_the_rota_alone_is_shown(house: House, tmp_path: Path) -> None:
    site = tmp_path / "fresh"
    shutil.copytree(house.folder / "rules", site / "rules")
    (site / "maild.yaml").write_text(CONFIG)
    found = CliRunner().invoke(root, ["oncall", "show", "--config", str(site / "maild.yaml")])
    assert (found.exit_code, "vakt:" in found.output) == (0, True)
    assert not list(site.glob("*.db"))


# --- the calendar file ------------------------------------------------------------------------------------------------------------


def events(house: House, *words: str) -> dict[str, dict[str, str]]:
    found = run(house, "ics", *words)
    assert found.exit_code == 0, found.output
    return {event["UID"]: event for event in parsed(found.stdout_bytes)}


def test_the_calendar_file_has_each_stretch_of_duty(house: House) -> None:
    found = events(house, "--weeks", "104")
    assert found
    assert {event["SUMMARY"] for event in found.values()} == {
        *("Driftsvakt: Kari Nordmann", "Driftsvakt: Ola Hansen", "Driftsvakt: Lars Li")
    }
    starts = sorted(event["DTSTART"] for event in found.values())
    assert len(starts) == len(set(starts))


def test_it_may_be_one_persons(house: House) -> None:
    found = events(house, "vakt", "--handler", "ola")
    assert {event["SUMMARY"] for event in found.values()} == {"Driftsvakt: Ola Hansen"}


def test_an_entry_is_the_same_one_when_the_file_is_made_anew(house: House) -> None:
    assert events(house).keys() == events(house).keys()
    assert all(uid.endswith("@desk.example") for uid in events(house))
