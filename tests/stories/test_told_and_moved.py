"""A case moves to a desk that promises nothing: what its customer was told holds, and those who have it hear when it is broken."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from parts.house import House
from parts.ladders import PEOPLE, sla

KARI, LISE = "kari@staff.example", "lise@staff.example"


def test_the_handler_and_the_leads_hear_that_a_told_date_is_broken_where_nothing_is_promised(tmp_path: Path) -> None:
    promises = (
        sla("50%: handler", response="4h", solution="1d") + "    tell: [first_response]\n    for: {desk: support}\n"
    )
    house = House(tmp_path, "- {name: hers, set: {handler: kari}}\n", people=PEOPLE, sla=promises)
    house.mail("Ann Berg <ann@kunde.example>", "Skriver", "Hei, skriveren virker ikke. Kan dere hjelpe meg?")
    (ack,) = house.letters("ack")
    assert "i dag" in ack.text or "innen" in ack.text
    notice = house.newest("1001")
    house.reply(notice, "/tildel drift")
    house.reply(notice, "/ta")
    house.wait(hours=3)
    house.letters()
    house.now += timedelta(hours=1)
    house.wait(minutes=2)
    assert "breached" in house.kinds("1001")
    assert {letter.to for letter in house.letters("warning")} == {KARI, LISE}
    house.wait(days=3)
    assert house.letters("warning") == [], "once"
    house.database.close()
