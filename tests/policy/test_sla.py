"""sla.yaml: what is promised to whom, in which hours, and what happens when it slips."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from parts import pristine

from maild.errors import RuleError
from maild.model.events import Priority, Status
from maild.model.policy import Policy
from maild.model.sla import Asked, Step, Target, Terms
from maild.policy import build

ROOT = Path(__file__).parents[2]
DESKS = """
support: {addresses: [support@desk.example], name: Support, language: en, zone: Europe/Oslo, calendar: office, lines: {"1": [kari]}}
night: {addresses: [night@desk.example], name: Night, language: en, zone: Europe/Oslo, calendar: nights}
open: {addresses: [open@desk.example], name: Open, language: en, zone: Europe/Oslo}
"""
PEOPLE = "kari: {name: Kari, addresses: [kari@staff.example]}\n"
CALENDARS = """
office: {zone: Europe/Oslo, hours: {weekdays: 08:00-15:30, friday: 08:00-12:00, saturday: 10:00-11:00}}
nights: {zone: Europe/Oslo, hours: {everyday: "00:00-06:00, 22:00-24:00"}}
"""
CUSTOMERS = "clinic: {name: Clinic, domains: [clinic.example]}\n"
HIGH = Priority.HIGH


def policy(folder: Path, sla: str, calendars: str = CALENDARS) -> Policy:
    files = {"desks": DESKS, "people": PEOPLE, "calendars": calendars, "organisations": CUSTOMERS, "sla": sla}
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return pristine.policy(folder, folder / "templates")


def terms(folder: Path, sla: str, asked: Asked) -> Terms:
    found = policy(folder, sla).slas.of(asked)
    assert found is not None
    return found


def test_a_day_is_the_open_time_of_the_ordinary_day_of_the_calendar_in_which_it_is_counted(tmp_path: Path):
    slas = policy(tmp_path, "targets: {all-of-us: {high: {resolution: 2d, first_response: 90m}}}\n").slas
    amounts = {desk: slas.of(Asked(desk, HIGH)) for desk in ("support", "night", "open")}
    assert {desk: found and found.targets[Target.SOLUTION].amount for desk, found in amounts.items()} == {
        "support": timedelta(hours=15),
        "night": timedelta(hours=16),
        "open": timedelta(hours=48),
    }
    assert {found and found.targets[Target.RESPONSE].amount for found in amounts.values()} == {timedelta(minutes=90)}


def test_each_desk_counts_in_its_own_calendar_where_none_is_named(tmp_path: Path):
    slas = policy(tmp_path, "targets: {x: {for: {desk: [support, open]}, high: {resolution: 2h}}}\n").slas
    found = [slas.of(Asked(desk, HIGH)) for desk in ("support", "open", "night")]
    assert [one and one.targets[Target.SOLUTION].calendar.key for one in found] == ["office", "always", None]


def test_the_nearest_word_says_the_calendar_and_the_ladder(tmp_path: Path):
    text = """
ladders: {calm: {steps: [{at: 100%, tell: lead}]}, loud: {steps: [{at: 50%, tell: desk}]}}
targets:
  x:
    calendar: nights
    ladder: calm
    critical: {first_response: {within: 1d, calendar: office}, resolution: 1d, calendar: always, ladder: loud, pauses: []}
    high: {resolution: 1d}
"""
    critical, high = (terms(tmp_path, text, Asked("open", word)) for word in (Priority.CRITICAL, HIGH))
    assert {
        str(target): (one.calendar.key, one.amount / timedelta(hours=1)) for target, one in critical.targets.items()
    } == {
        "first_response": ("office", 7.5),
        "resolution": ("always", 24),
    }
    assert high.targets[Target.SOLUTION].calendar.key == "nights"
    assert (critical.ladder and critical.ladder.key, high.ladder and high.ladder.key) == ("loud", "calm")
    assert (critical.pauses, high.pauses) == (frozenset(), frozenset({Status.WAITING}))


def test_the_first_entry_that_fits_decides_also_where_it_does_not_name_the_priority(tmp_path: Path):
    text = """
targets:
  clinic: {for: {organisation: clinic, line: "1"}, critical: {resolution: 1h}}
  rest: {high: {resolution: 2h}}
"""
    slas = policy(tmp_path, text).slas
    assert slas.of(Asked("support", HIGH, organisation="clinic", line="1")) is None
    found = slas.of(Asked("support", HIGH, organisation="clinic"))
    assert found is not None
    assert found.sla == "rest"


def test_letters_tell_of_the_first_response_unless_other_targets_are_named(tmp_path: Path):
    text = """
targets:
  x: {for: {desk: open}, high: {first_response: 1h, resolution: 2h}}
  y: {tell: [resolution], high: {resolution: 2h}}
"""
    assert terms(tmp_path, text, Asked("open", HIGH)).told == (Target.RESPONSE,)
    assert terms(tmp_path, text, Asked("support", HIGH)).told == (Target.SOLUTION,)


def test_steps_are_shares_of_the_time_or_so_long_after_it(tmp_path: Path):
    text = """
ladders:
  serious:
    quiet: 22:00-07:00
    steps:
      - {at: 50%, tell: handler}
      - {at: 100%, of: resolution, tell: [lead, kari, lead]}
      - {at: +2h, escalate: true}
      - {at: +2d, priority: critical}
targets: {x: {ladder: serious, high: {resolution: 2h}}}
"""
    ladder = terms(tmp_path, text, Asked("support", HIGH)).ladder
    assert ladder is not None
    assert ladder.quiet == ((0, 420), (1320, 1440))
    every, none = tuple(Target), timedelta(0)
    assert ladder.steps == (
        Step("50%", 50, none, every, ("handler",)),
        Step("100%", 100, none, (Target.SOLUTION,), ("lead", "kari")),
        Step("+2h", None, timedelta(hours=2), every, escalate=True),
        Step("+2d", None, none, every, raise_to=Priority.CRITICAL, days=2),
    )
    office = policy(tmp_path, text).calendars["office"]
    assert ladder.steps[3].behind(office) == timedelta(hours=15)


def test_of_days_that_are_as_often_the_shorter_one_is_the_ordinary_one(tmp_path: Path):
    even = (
        "office: {zone: UTC, hours: {mon: 08:00-16:00, tue: 08:00-14:00}}\nnights: {zone: UTC, hours: {mon: all day}}\n"
    )
    assert policy(tmp_path, "", even).calendars["office"].ordinary() == timedelta(hours=6)


def test_a_calendar_called_always_is_the_sites_own(tmp_path: Path):
    own = CALENDARS + "always: {zone: UTC, hours: {everyday: 01:00-23:00}}\n"
    found = policy(tmp_path, "targets: {x: {calendar: always, high: {resolution: 1d}}}\n", own).slas.of(
        Asked("open", HIGH)
    )
    assert found is not None
    assert found.targets[Target.SOLUTION].amount == timedelta(hours=22)


def test_a_broken_calendars_file_is_not_blamed_on_the_promises(tmp_path: Path):
    with pytest.raises(RuleError) as told:
        policy(
            tmp_path,
            "targets: {x: {calendar: office, high: {resolution: 1d}}}\n",
            "office: {zone: Nowhere, hours: {mon: all day}}\n",
        )
    assert "sla.yaml" not in {problem.file for problem in told.value.problems}


def test_the_words_of_priorities_are_kept_by_language(tmp_path: Path):
    text = "priorities: {high: {en: Somebody cannot work, nb: Noen får ikke arbeidet}}\n"
    assert policy(tmp_path, text).slas.definitions == {
        HIGH: {"en": "Somebody cannot work", "nb": "Noen får ikke arbeidet"}
    }


def test_without_the_file_nothing_is_promised_and_its_shipped_example_loads_as_it_is(tmp_path: Path):
    assert not policy(tmp_path, "").slas
    found = policy(tmp_path, (ROOT / "rules" / "sla.yaml").read_text("utf-8"))
    assert build.warnings(found) == ()
    one = found.slas.of(Asked("support", Priority.LOW))
    assert one is not None
    assert one.targets[Target.RESPONSE].amount == timedelta(hours=7.5)


def test_the_policy_is_made_again_of_its_files(tmp_path: Path):
    first = policy(tmp_path, (ROOT / "rules" / "sla.yaml").read_text("utf-8"))
    again = build.of(first.files)
    assert (again.hash, again.slas.ladders, again.slas.definitions) == (
        first.hash,
        first.slas.ladders,
        first.slas.definitions,
    )
