"""maild recurring list: which cases will open by themselves, and when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from parts.house import House

from maild.cli import root

CONFIG = "door: {lmtp: lmtp}\ndatabase: maild.db\nstate: .\n"
ENTRIES = """
visit: {desk: support, every: yearly, start: 2090-09-01, ahead: 14d, title: Visit, at: "09:00"}
backup: {desk: support, every: monthly, start: 2091-01-31, title: Backup}
once: {desk: support, every: FREQ=DAILY;COUNT=1, start: 2020-01-01, title: Long ago}
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, recurring=ENTRIES)
    (tmp_path / "maild.yaml").write_text(CONFIG)
    yield made
    made.database.close()


def run(house: House, *words: str) -> Result:
    return CliRunner().invoke(root, ["recurring", "list", *words, "--config", str(house.folder / "maild.yaml")])


def test_the_next_days_of_all_the_earliest_first(house: House) -> None:
    page = run(house, "--next", "2").output.splitlines()
    assert [line.split()[:4] for line in page[1:5]] == [
        ["2090-08-18", "09:00", "2090-09-01", "visit"],
        ["2091-01-31", "08:00", "2091-01-31", "backup"],
        ["2091-02-28", "08:00", "2091-02-28", "backup"],
        ["2091-08-18", "09:00", "2091-09-01", "visit"],
    ]


def test_of_one_as_json(house: House) -> None:
    rows = [json.loads(line) for line in run(house, "backup", "--next", "1", "--json").output.splitlines()]
    assert rows == [
        {
            "entry": "backup",
            "desk": "support",
            "title": "Backup",
            "day": "2091-01-31",
            "opens": "2091-01-31T08:00:00+01:00",
        }
    ]


def test_one_that_is_over(house: House) -> None:
    assert run(house, "once").output == "no day comes any more\n"
    assert date(2020, 1, 1) < datetime.now(UTC).date()


def test_an_entry_that_is_not_there_is_named(house: House) -> None:
    found = run(house, "visits")
    assert (found.exit_code, "there is no entry visits" in found.output) == (1, True)


def test_a_site_without_any_says_so(house: House) -> None:
    (house.folder / "rules" / "recurring.yaml").unlink()
    assert "rules/recurring.yaml" in run(house).output
