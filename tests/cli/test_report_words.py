"""What stands in a report and was written by somebody: names that a spreadsheet, a terminal or a browser must not obey."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta

import click
import pytest
from decide.test_report import ANN, FIRST, SITE, K, case, report

from maild.cli.report_files import as_csv, as_json, figures
from maild.cli.report_page import page
from maild.cli.report_sheets import Mark, Tongue, clock, duration, sheets
from maild.cli.report_table import lines
from maild.model.deed_events import Categorised
from maild.model.events import Assigned, Solved
from maild.model.report import Report

EVIL = '=HYPERLINK("https://evil.example";"x")'
MARKUP = "<script>alert(1)</script>\x1b[2J\x9b2J"


def named(name: str) -> Report:
    """A month whose handler is called so, and its category too."""
    handlers = {key: replace(one, name=name) for key, one in SITE.handlers.items()}
    steps = ((0, Assigned("kari", "x")), (1, Categorised(name, "x")), (2, Solved(K, False, FIRST + timedelta(days=9))))
    return report(case(*steps, actor=ANN), site=replace(SITE, handlers=handlers))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_spreadsheet_takes_no_name_for_a_formula(start: str) -> None:
    rows = list(csv.reader(io.StringIO(as_csv(named(f"{start}1+1")), newline="")))
    values = [cell for row in rows for cell in row]
    assert [cell for cell in values if cell.startswith(tuple("=+-@\t\r"))] == []
    assert any("1+1" in cell for cell in values)


def test_a_number_below_nothing_stays_a_number() -> None:
    found = replace(named("x"), loads=(replace(named("x").loads[0], minutes=-15),))
    assert ["handlers", "kari", "minutes", "-15"] in list(csv.reader(io.StringIO(as_csv(found))))


def test_quotes_and_commas_come_back_as_they_were() -> None:
    rows = list(csv.reader(io.StringIO(as_csv(named('Kari "K", Nordmann')), newline="")))
    assert ["handlers", "kari", "name", 'Kari "K", Nordmann'] in rows
    assert {len(row) for row in rows} == {4}


def test_a_page_and_a_terminal_show_markup_and_obey_none() -> None:
    found, tongue = named(MARKUP), Tongue({})
    made = page(found, tongue, "en")
    assert "<script" not in made
    assert "&lt;script&gt;" in made
    told = click.unstyle("\n".join(lines(found, tongue, None, bars=True)))
    for text in (made, told, as_csv(found)):
        assert not {"\x1b", "\x9b"} & set(text)
    assert "\\u001b[2J\\u009b" in as_json(found)


def test_figures_have_no_two_lines_of_the_same_place() -> None:
    places = [figure[:3] for figure in figures(named(EVIL))]
    assert len(places) == len(set(places))


def test_a_word_that_a_language_lacks_stands_as_its_key() -> None:
    assert [sheet.title for sheet in sheets(named("x"), Tongue({}))][:2] == ["totals", "cut.channel"]


def test_times_are_hours_and_minutes() -> None:
    assert [duration(seconds) for seconds in (None, 0, 29, 31, 3600, 90_000)] == [
        "–",
        "0:00",
        "0:00",
        "0:01",
        "1:00",
        "25:00",
    ]
    assert [clock(minutes) for minutes in (-75, 5, 60)] == ["-1:15", "0:05", "1:00"]


def test_bars_are_as_long_as_what_they_show() -> None:
    from maild.cli.report_table import _bar

    marks = [Mark("a", 8), Mark("b", 4), Mark("c", 0), Mark("d", 0.01)]
    assert [len(_bar(mark, marks, 8)) for mark in marks] == [8, 4, 0, 1]
