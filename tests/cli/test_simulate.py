"""maild simulate: a mailbox of the past played through rules, clocks and rota, and what would have come of it."""

from __future__ import annotations

import json
import mailbox
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from parts import duty
from parts.golden import golden
from parts.house import House

from maild.cli import root
from maild.config import load
from maild.founding import load_policy
from maild.simulations.play import Play, Wish

# Nothing stands there, and nothing may come to stand there.
CONFIG = "door: {lmtp: lmtp}\ndatabase: maild.db\nstate: .\n"
ROUTING = "- {name: down, when: {subject: nede}, set: {priority: critical, handler: kari}}\n"
SLA = """
targets:
  support:
    for: {desk: support}
    ladder: usual
    critical: {first_response: 30m, calendar: always}
    medium: {first_response: 4h, resolution: 2d}
ladders:
  usual: {steps: [{at: 100%, tell: lead}]}
"""
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)


class Past:
    """A mailbox as mail programs keep it."""

    def __init__(self, file: Path) -> None:
        self.file, self.box, self.count = file, mailbox.mbox(str(file)), 0

    def mail(self, after: float, sender: str, subject: str, answers: str = "", to: str = "support@desk.example") -> str:
        """So many hours after Monday morning."""
        self.count += 1
        made = EmailMessage()
        made["From"], made["To"], made["Subject"] = sender, to, subject
        made["Cc"] = "support@desk.example"
        made["Message-ID"] = f"<{self.count}@kunde.example>"
        made["Date"] = format_datetime(MONDAY + timedelta(hours=after))
        if answers:
            made["In-Reply-To"] = answers
        made.set_content("Hei, det virker ikke.\n")
        self.box.add(made)
        self.box.flush()
        return str(made["Message-ID"])


@pytest.fixture
def house(tmp_path: Path) -> House:
    files = {"desks": duty.DESKS, "people": duty.PEOPLE, "calendars": duty.CALENDARS, "oncall": duty.ONCALL}
    made = House(tmp_path, ROUTING, sla=SLA, **files)
    (tmp_path / "maild.yaml").write_text(CONFIG)
    made.database.close()
    return made


@pytest.fixture
def past(tmp_path: Path) -> Past:
    """Kari answers her case in time, nobody Bo's; at night the system is down."""
    made = Past(tmp_path / "march.mbox")
    first = made.mail(0, "Ann <ann@kunde.example>", "Skriver")
    made.mail(1, "Bo <bo@kunde.example>", "Skjerm")
    made.mail(2, "Kari <kari@staff.example>", "Re: Skriver", first, "ann@kunde.example")
    made.mail(17, "Cy <cy@kunde.example>", "Alt er nede")
    return made


def run(house: House, past: Past, *words: str) -> Result:
    return CliRunner(env={"COLUMNS": "100"}).invoke(
        root, ["simulate", str(past.file), *words, "--config", str(house.folder / "maild.yaml")], catch_exceptions=False
    )


def told(house: House, past: Past, *words: str) -> dict[str, Any]:
    done = run(house, past, "--json", *words)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_golden_it_tells_who_is_paged_what_breaks_and_how_much_there_is_to_do(house: House, past: Past) -> None:
    golden("simulate.txt", run(house, past).stdout)


def test_who_has_duty_is_paged_once_and_is_taken_to_answer_at_once(house: House, past: Past) -> None:
    assert told(house, past)["pages"] == [{"at": "2026-03-03T02:00:00+01:00", "handler": "kari", "case": "1003"}]


def test_a_mail_that_a_handler_wrote_is_his_answer(house: House, past: Past) -> None:
    found = told(house, past)
    kept = {(one["priority"], one["target"]): (one["kept"], one["broken"]) for one in found["promises"]}
    assert kept["medium", "first_response"] == (1, 1)
    assert [one["case"] for one in found["broken"] if one["target"] == "first_response"] == ["1002", "1003"]
    assert (found["mails"], found["cases"], found["left"]) == (4, 3, {})


def test_answers_in_no_case_are_counted_and_left_out(house: House, past: Past) -> None:
    past.mail(20, "Kari <kari@staff.example>", "Noe annet", "<nobody@nowhere.example>", "ann@kunde.example")
    found = told(house, past)
    assert (found["cases"], found["left"]) == (3, {"answers of handlers in no case of these": 1})


def test_with_faster_answers_every_promise_is_kept(house: House, past: Past) -> None:
    found = told(house, past, "--answer", "15m", "--solve", "7h")
    assert [one["case"] for one in found["broken"]] == ["1003"], "at night nobody answers: the desk is closed"
    assert {day["day"]: day["open"] for day in found["days"]} == {"2026-03-02": 1, "2026-03-03": 0}


def test_each_turn_of_the_next_word_is_a_promise(house: House, tmp_path: Path) -> None:
    """Open till four: answered at 10, 12 and 15, and then no more; the last turn ends the next day, by noon or before."""
    (house.folder / "rules" / "sla.yaml").write_text(
        "targets: {support: {for: {desk: support}, medium: {first_response: 4h, next_update: 4h}}}\n"
    )
    past = Past(tmp_path / "turns.mbox")
    first = past.mail(0, "Ann <ann@kunde.example>", "Skriver")
    for after in (1, 3, 6):
        past.mail(after, "Kari <kari@staff.example>", "Re: Skriver", first, "ann@kunde.example")

    def counted(solve: str) -> tuple[int, int, int]:
        promises = told(house, past, "--solve", solve)["promises"]
        (found,) = [one for one in promises if one["target"] == "next_update"]
        return found["kept"], found["broken"], found["open"]

    assert counted("12h") == (2, 1, 0)
    assert counted("9h") == (3, 0, 0)


def test_a_day_is_an_open_day_as_in_sla_yaml(house: House, past: Past) -> None:
    found = told(house, past, "--solve", "1d")
    assert {day["day"]: day["open"] for day in found["days"]} == {"2026-03-02": 2, "2026-03-03": 0}


def test_only_mail_of_some_days(house: House, past: Past) -> None:
    assert told(house, past, "--from", "2026-03-03")["cases"] == 1
    assert told(house, past, "--until", "2026-03-03")["cases"] == 2


def test_other_rules_are_tried_on_the_same_mail(house: House, past: Past, tmp_path: Path) -> None:
    new = tmp_path / "new"
    new.mkdir()
    for file in (house.folder / "rules").glob("*.yaml"):
        (new / file.name).write_text(file.read_text())
    (new / "routing.yaml").write_text(ROUTING.replace("critical", "low"))
    assert told(house, past, "--rules", str(new))["pages"] == []


def test_nothing_is_written_but_the_drawing(house: House, past: Past) -> None:
    before = {path: path.stat().st_mtime_ns for path in house.folder.rglob("*")}
    done = run(house, past, "--svg", str(house.folder / "march.svg"))
    assert done.exit_code == 0
    after = {path: path.stat().st_mtime_ns for path in house.folder.rglob("*")}
    assert after.keys() - before.keys() == {house.folder / "march.svg"}
    assert {path for path in before if before[path] != after[path]} <= {house.folder}


def test_the_drawing_is_one_file_that_says_in_words_what_it_shows(house: House, past: Past) -> None:
    file = house.folder / "march.svg"
    run(house, past, "--svg", str(file))
    drawing = ElementTree.fromstring(file.read_text())
    said = [part.text for part in drawing.iter("{http://www.w3.org/2000/svg}title")]
    assert said[0] == "4 mails, 3 cases, 1 pages, 4 broken promises"
    assert "2026-03-02: 2 opened, 2 open at its end" in said
    assert {part.tag.rpartition("}")[2] for part in drawing.iter()} == {
        *("svg", "title", "style", "text", "rect", "line", "polyline"),
    }


def test_a_hostile_mail_ends_nothing_and_shows_on_no_terminal(house: House, past: Past) -> None:
    past.mail(3, "\x1b[2J <evil@kunde.example>", "Hei")
    with past.file.open("ab") as box:
        box.write(b"From evil Mon Mar  2 09:30:00 2026\nContent-Type: multipart/mixed; boundary=\n\n--\xff\x00\n\n")
    done = run(house, past)
    assert done.exit_code == 0
    assert "\x1b" not in done.stdout


def test_time_passes_at_the_speed_that_was_asked_for(house: House, past: Past) -> None:
    config = load(house.folder / "maild.yaml")
    instants: list[datetime] = []
    Play(config, load_policy(config), past.file, Wish()).run(lambda done, what: None, instants.append)
    assert instants == sorted(instants)
    assert instants[0] == MONDAY
    assert instants[-1] > MONDAY + timedelta(days=1), "promises break after the last mail"


def test_at_a_speed_each_event_is_told_as_it_happens(house: House, past: Past) -> None:
    lines = run(house, past, "--speed", "100000000").stdout.splitlines()
    at = lines.index(next(line for line in lines if "#1003  paged kari" in line))
    assert any("#1003  breached first_response" in line for line in lines[at:])


@pytest.mark.parametrize("words", [("--speed", "fast"), ("--speed", "0"), ("--answer", "soon"), ("--solve", "0h")])
def test_what_is_no_speed_or_amount_is_said(house: House, past: Past, words: tuple[str, str]) -> None:
    done = CliRunner(env={"COLUMNS": "100"}).invoke(
        root, ["simulate", str(past.file), *words, "-c", str(house.folder / "maild.yaml")]
    )
    assert done.exit_code == 2
    assert "write" in done.output
