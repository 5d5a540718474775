"""Replayed from any mail on, whoever had the next turn by weight, by skill, of a line, or the customer's last case, has it again."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from parts.house import DESKS, PEOPLE, House

from maild.config import Config, Door, RelayTo
from maild.replays.run import Replay, Wish

ANN, BO = "Ann Berg <ann@kunde.example>", "Bo Dal <bo@annen.example>"
LINES = DESKS.replace(
    "  addresses: [support@desk.example]\n",
    '  addresses: [support@desk.example]\n  lines: {"1": [kari], "2": [ola, ida]}\n',
)
THREE = PEOPLE.replace("  digest: none\n", "  digest: none\n  skills: [printers]\n")
THREE += "ida: {name: Ida Moen, addresses: [ida@staff.example], digest: none}\n"


@pytest.mark.parametrize(
    "decides",
    [
        "{handler: {weighted: {kari: 2, ola: 1}}}",
        "{handler: {skill: printers}}",
        "{line: 2}",
        "{handler: {sticky: {round_robin: all}}}",
    ],
)
def test_whose_turn_it_was_it_is_again(tmp_path: Path, decides: str):
    house = House(tmp_path, routing=f"- name: it\n  set: {decides}\n", desks=LINES, people=THREE)
    for number, sender in enumerate((ANN, BO, ANN, ANN, BO, ANN)):
        house.mail(sender, f"Sak {number}", "Hei.")
        house.wait(hours=1)
    times = [row[0] for row in house.session.all("SELECT received_at FROM incoming WHERE source='smtp' ORDER BY id")]
    places = (tmp_path / "maild.yaml", tmp_path, tmp_path / "rules", tmp_path / "templates", str(tmp_path / "maild.db"))
    for place, at in enumerate(times[1:], 1):
        wish = Wish(house.policy, None, datetime.fromtimestamp(at / 1000, house.now.tzinfo))
        report = Replay(Config(*places, Door(), RelayTo()), house.keys, house.session, wish).run(
            lambda done, told: None
        )
        assert [(one.mail.where, one.fields) for one in report.differs] == [], f"from mail {place} on"
        assert report.count.mails == len(times) - place
    house.database.close()
