"""maild report: a month that was lived through (parts/month.py), as a table, as CSV, as JSON and as a page.

After a change of a figure or a word: MAILD_GOLDEN=write python -m pytest tests/cli/test_report.py -k golden, then read the difference.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from mail.test_letters_golden import LANGUAGES
from parts import month
from parts.house import House

from maild.cli import root

GOLDEN = Path(__file__).parents[1] / "golden" / "report"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = month.lived(tmp_path_factory.mktemp("month"))
    yield made
    made.database.close()


def run(house: House, *words: str, **environment: str) -> Result:
    words = ("report", *words, "--config", str(house.folder / "maild.yaml"))
    return CliRunner(env={"NO_COLOR": "1", "COLUMNS": None, **environment}).invoke(root, words)


def told(house: House, *words: str) -> str:
    # CSV has line ends of its own.
    done = run(house, "--month", "2026-10", *words)
    assert done.exit_code == 0, done.output
    return done.stdout_bytes.decode()


def sheet(house: House, *words: str) -> dict[tuple[str, str, str], str]:
    rows = csv.reader(io.StringIO(told(house, "--format", "csv", *words), newline=""))
    return {(section, key, measure): value for section, key, measure, value in list(rows)[1:]}


def golden(name: str, text: str) -> None:
    file = GOLDEN / name
    if os.environ.get("MAILD_GOLDEN") == "write":
        file.write_bytes(text.encode())
    assert text == file.read_bytes().decode(), (
        f"{name} differs: if that is meant, write it anew with MAILD_GOLDEN=write"
    )


# --- as it looks ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_golden_table_speaks_its_language(house: House, language: str) -> None:
    golden(f"table.{language}.txt", told(house, "--language", language, "--bars"))


def test_golden_sheet(house: House) -> None:
    text = told(house, "--format", "csv")
    golden("report.csv", text)
    assert text.count("\r\n") == text.count("\n")


def test_golden_json(house: House) -> None:
    golden("report.json", told(house, "--format", "json"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_golden_page(house: House, language: str) -> None:
    golden(f"page.{language}.html", told(house, "--format", "html", "--language", language))


def test_json_and_the_sheet_say_the_same(house: House) -> None:
    found = json.loads(told(house, "--format", "json"))
    assert found.pop("maild_report") == 1
    found.pop("period")
    flat = {(s, k, m): str(v) for s, keys in found.items() for k, measures in keys.items() for m, v in measures.items()}
    assert flat == {place: value for place, value in sheet(house).items() if place[0] != "period"}


def test_a_narrow_window_has_a_line_for_each_figure(house: House) -> None:
    lines = run(house, "--month", "2026-10", "--language", "en", COLUMNS="50").output.splitlines()
    assert max(map(len, lines)) <= 50
    assert "  median, opening hours: 8:00" in lines


def test_without_a_language_it_is_the_desks(house: House) -> None:
    assert told(house).startswith("Rapport: oktober 2026, alle grupper")
    assert told(house, "--desk", "podpora").startswith("Poročilo: oktober 2026, Podpora")


# --- what it says -----------------------------------------------------------------------------------------------------------------


def test_what_came_is_counted_by_how_it_came(house: House) -> None:
    found = sheet(house)
    channels = {key: value for (section, key, _), value in found.items() if section == "volume.channel"}
    assert channels == {"mail": "4", "imap": "3", "phone": "1", "form": "1", "monitoring": "1"}
    assert (found["totals", "all", "spam"], found["totals", "all", "merged"]) == ("1", "1")


def test_a_day_begins_at_midnight_on_the_desks_clock(house: House) -> None:
    found = sheet(house)
    # Ten past midnight in Oslo on the first is still September in UTC; in November likewise.
    assert found["days", "2026-10-01", "cases"] == "1"
    assert found["totals", "all", "opened"] == "10"


def test_the_hour_that_autumn_gives_back_is_waited_for_too(house: House) -> None:
    found = sheet(house, "--desk", "podpora")
    # From 23:00 on the 24th to 23:30 on the 25th are 25 hours and a half.
    assert found["times.answer", "all", "wall_median_seconds"] == str(25 * 3600 + 1800)


def test_promises_are_judged_by_what_was_told(house: House) -> None:
    found = sheet(house)
    answers = {word: found["promises.first_response", "all", word] for word in ("kept", "broken", "unpromised")}
    assert answers == {"kept": "3", "broken": "2", "unpromised": "4"}
    solutions = {word: found["promises.resolution", "all", word] for word in ("kept", "broken", "unpromised")}
    assert solutions == {"kept": "1", "broken": "2", "unpromised": "7"}


def test_the_report_of_a_month_stays_what_it_is(house: House) -> None:
    """1007 was solved in November: in October's it is open."""
    found = sheet(house)
    assert found["totals", "all", "open_at_end"] == "1"
    assert found["handlers", "kari", "open_at_end"] == "1"


def test_work_is_told_by_agreement_and_billed_in_steps(house: House) -> None:
    found = sheet(house)
    mine = {
        measure: value
        for (section, key, measure), value in found.items()
        if (section, key) == ("agreements", "service")
    }
    assert mine == {
        "name": "Driftsavtale",
        "all_minutes": "70",
        "covered_minutes": "25",
        "unsaid_minutes": "35",
        "charged_minutes": "10",
        "billed_minutes": "15",
        "cause_(none)_minutes": "35",
        "cause_machine_minutes": "25",
        "cause_user_minutes": "10",
    }
    assert found["agreements", "(none)", "billed_minutes"] == "30"


@pytest.mark.parametrize("form", ["table", "csv", "json", "html"])
def test_no_customer_and_nobody_of_a_confidential_desk_is_in_it(house: House, form: str) -> None:
    text = told(house, "--format", form, "--language", "en")
    for word in (
        "Ann",
        "Bo ",
        "Cene",
        "kunde.example",
        "annen.example",
        "knjiznica",
        "blinker",
        "Skriver",
        "Sjefen",
        "1002",
    ):
        assert word not in text, word
    assert not re.search(r"\bida\b|Ida Lie", text)
    assert "Kari Nordmann" in text


def test_a_handlers_times_of_fewer_than_three_cases_are_not_told(house: House) -> None:
    found = sheet(house)
    assert found["times.answer", "handler/kari", "cases"] == "2"
    assert ("times.answer", "handler/kari", "open_median_seconds") not in found
    assert ("times.answer", "handler/maja", "open_median_seconds") in found


def test_several_months_are_told_beside_each_other(house: House) -> None:
    done = run(house, "--from", "2026-09-01", "--to", "2026-11-30", "--language", "en")
    page = done.output
    assert page.startswith("Report: 2026-09-01 – 2026-11-30, all desks")
    rows = page[page.index("Channels by month") :].splitlines()[2:5]
    assert [row.split()[:3] for row in rows] == [
        ["September", "2026", "1"],
        ["October", "2026", "4"],
        ["November", "2026", "1"],
    ]


def test_an_empty_month_says_so(house: House) -> None:
    for form in ("table", "html"):
        page = run(house, "--month", "2025-03", "--language", "en", "--format", form).output
        assert "Nothing came in and nothing was done in this period." in page
        assert "<svg" not in page
    rows = list(csv.reader(io.StringIO(run(house, "--month", "2025-03", "--format", "csv").output)))
    assert ["totals", "all", "opened", "0"] in rows


def test_a_period_that_is_not_over_says_so(house: House) -> None:
    assert "not over yet" in run(house, "--month", "2126-10", "--language", "en").output
    assert json.loads(run(house, "--month", "2126-10", "--format", "json").output)["period"]["complete"] is False
    assert json.loads(told(house, "--format", "json"))["period"]["complete"] is True


# --- where it goes ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "start"), [("r.csv", "section,"), ("r.json", "{"), ("r.html", "<!DOCTYPE"), ("r.txt", "Rapport")]
)
def test_a_file_says_by_its_name_what_it_is(house: House, tmp_path: Path, name: str, start: str) -> None:
    done = run(house, "--month", "2026-10", "-o", str(tmp_path / name))
    assert (done.exit_code, done.stdout) == (0, "")
    assert (tmp_path / name).read_text("utf-8").startswith(start)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_that_cannot_be_written_is_a_sentence(house: House, tmp_path: Path) -> None:
    done = run(house, "--month", "2026-10", "-o", str(tmp_path / "none" / "r.csv"))
    assert done.exit_code == 1
    assert "cannot write" in done.output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--month", "2026-13"), "is no month"),
        (("--month", "october"), "is no month"),
        (("--from", "2026-10-32"), "is no day"),
        (("--from", "2026-10-05", "--to", "2026-10-01"), "lies before"),
        (("--from", "0001-01-01"), "is no day"),
        (("--from", "1990-01-01"), "ten years at most"),
        (("--month", "2026-10", "--to", "2026-10-05"), "either --month"),
        (("--desk", "nowhere"), "there is no desk 'nowhere'"),
        (("--language", "de"), "there are no words in 'de'"),
    ],
)
def test_what_cannot_be_understood_is_answered_with_the_cure(
    house: House, words: tuple[str, ...], sentence: str
) -> None:
    done = run(house, *words)
    assert done.exit_code == 2
    assert sentence in done.output


def test_a_desk_that_is_in_no_rules_any_more_still_has_its_figures(house: House) -> None:
    desks = house.folder / "rules" / "desks.yaml"
    people = house.folder / "rules" / "people.yaml"
    before: dict[Path, Any] = {
        path: path.read_text() for path in (desks, people, house.folder / "rules" / "routing.yaml")
    }
    try:
        desks.write_text("\n".join(line for line in month.DESKS.splitlines() if "podpora" not in line))
        people.write_text("\n".join(line for line in month.PEOPLE.splitlines() if "maja" not in line))
        (house.folder / "rules" / "routing.yaml").unlink()
        done = run(house, "--month", "2026-10", "--desk", "podpora", "--format", "json")
        assert json.loads(done.output)["totals"]["all"]["opened"] == 3
    finally:
        for path, text in before.items():
            path.write_text(text)
