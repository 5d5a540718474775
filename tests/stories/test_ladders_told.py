"""What an admin is shown of a ladder: `maild case show` and `maild explain`."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from parts.house import House
from parts.ladders import PEOPLE, TO_NOBODY, house_of, sla

from maild.cli.case_page import Look, page
from maild.cli.explain import explain
from maild.store import views

ANN = "Ann Berg <ann@kunde.example>"
OSLO = ZoneInfo("Europe/Oslo")


def shown(house: House) -> str:
    look = Look(OSLO, "Europe/Oslo", columns=140)
    return "\n".join(line.text for line in page(house.case("1001"), look))


def test_a_cases_page_says_what_slipped_and_which_steps_were_taken(tmp_path: Path):
    house = house_of(tmp_path, sla("50%: handler", "+2h: lead priority=high", response="1h"))
    house.mail(ANN, "Skriver", "Den står.")
    house.wait(hours=3)
    said = shown(house)
    for line in (
        "step 50% of the ladder: first response",
        "too late: first response was due 2026-03-02T10:00:00+00:00",
        "step +2h of the ladder: first response",
        "priority high (ladder, +2h)",
        "warning to kari@staff.example",
    ):
        assert line in said, line
    house.database.close()


def test_a_cases_page_says_that_nobody_took_it(tmp_path: Path):
    desk = "support: {addresses: [support@desk.example], name: Kundeservice, language: nb, zone: Europe/Oslo,"
    house = House(tmp_path, TO_NOBODY, desks=f"{desk} unassigned: {{after: 2h, tell: lead}}}}", people=PEOPLE)
    house.mail(ANN, "Skriver", "Den står.")
    house.wait(hours=2)
    assert "nobody has taken it since 2026-03-02T09:00:00+00:00" in shown(house)
    house.database.close()


def test_explain_says_when_each_step_was_due_and_whom_it_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    house = house_of(tmp_path, sla("50%: handler", "100%: handler lead", response="1h"))
    house.mail(ANN, "Skriver", "Den står.")
    house.wait(hours=1)
    traces = views.traces(house.session, "1001")
    assert [trace["source"] for trace in traces] == ["smtp", "wake", "warning", "warning"]
    explain(traces[1])
    said = capsys.readouterr().out
    assert "step         first response: 50%, due 2026-03-02T09:30:00+00:00, tells kari" in said
    assert "step         first response: breached, due 2026-03-02T10:00:00+00:00" in said
    assert "step         first response: 100%, due 2026-03-02T10:00:00+00:00, tells kari, lise" in said
    assert "trust" not in said, "nobody wrote it"
    explain(traces[2])
    assert "letter       warning to" in capsys.readouterr().out
    house.database.close()
