"""calls: a desk at night, with a rota whose people are called for critical cases.  Kari has the week of Monday 2 March 2026; the office
is open 8 to 16, duty runs outside."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from parts import duty
from parts.house import Got, House

ANN = "Ann Berg <ann@kunde.example>"
LARS = "lars@staff.example"
LANGUAGES = ("en", "nb", "nn", "sl")
ROUTING = """
- name: fire
  when: {subject: brann}
  set: {priority: critical}
- name: nobody's
  when: {desk: support}
  set: {handler: nobody}
"""
FOUR = duty.ONCALL + "  page: {within: 10m, rounds: 2}\n"


def at(house: House, when: str) -> House:
    """That time in Oslo, in winter."""
    house.now = datetime.fromisoformat(f"{when}+01:00").astimezone(UTC)
    return house


def fire(house: House) -> list[Got]:
    """A customer's critical mail; the pages that leave."""
    house.mail(ANN, "brann i serverrommet", "Det brenner.")
    return house.letters("page")


def paged(house: House, number: str = "1001") -> list[str]:
    return [e["data"]["handler"] for e in house.case(number)["events"] if e["kind"] == "paged"]


def events(house: House, kind: str, number: str = "1001") -> list[Any]:
    return [e["data"] for e in house.case(number)["events"] if e["kind"] == kind]
