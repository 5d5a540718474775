"""A policy that drops what open cases use is refused, with their numbers: whoever reads along, and what customers are asked for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from parts.facts_of import FACTS
from parts.house import DESKS, PEOPLE, House
from parts.site import maild

from maild.store.used import gone

ANN = "Ann Berg <ann@kunde.example>"
RULES = "- name: it\n  set: {handler: kari, watch: [ola, drift], ask: [user_name]}\n"
ROOM = "room: {label: {nb: Rom, nn: Rom, sl: Soba, en: Room}}\n"
DROPPED = {
    "the handler 'ola', who reads along, is gone": {"people": PEOPLE[: PEOPLE.index("ola:")]},
    "the desk 'drift', which reads along, is gone": {
        "desks": DESKS[: DESKS.index("drift:")] + DESKS[DESKS.index("podpora:") :]
    },
    "the fact 'user_name', for which a customer was asked, is gone": {"facts": ROOM},
}


def used(folder: Path) -> House:
    house = House(folder, RULES, facts=FACTS)
    house.mail(ANN, "Skriver", "Den står.")
    return house


def dropped(rules: Path, files: dict[str, str]) -> None:
    for name, text in {"routing": "", **files}.items():
        (rules / f"{name}.yaml").write_text(text)


@pytest.mark.parametrize("said", DROPPED)
def test_what_an_open_case_uses_stays(tmp_path: Path, said: str):
    house = used(tmp_path)
    dropped(tmp_path / "rules", DROPPED[said])
    house.load()
    [problem] = gone(house.session, house.policy)
    assert problem.what == f"{said}, but 1 open case uses it: #1001"


def test_a_retired_watcher_is_there(tmp_path: Path):
    house = used(tmp_path)
    dropped(tmp_path / "rules", {"people": PEOPLE + "  retired: true\n"})
    house.load()
    assert not gone(house.session, house.policy)


def test_what_was_answered_is_not_asked_for_any_more(tmp_path: Path):
    house = used(tmp_path)
    ack = next(letter for letter in house.letters() if letter.kind == "ack")
    house.reply(ack, "Brukernavn: ann01")
    dropped(tmp_path / "rules", {"facts": ROOM})
    house.load()
    assert not gone(house.session, house.policy)


def test_check_says_what_a_reload_would(tmp_path: Path):
    (tmp_path / "house").mkdir()
    house = used(tmp_path / "house")
    house.database.close()
    made = maild(
        "init", "site", "--desk", "support@desk.example", "--handler", "Ola Hansen <ola@staff.example>", folder=tmp_path
    )
    assert made.returncode == 0
    site = tmp_path / "site"
    shutil.rmtree(site / "rules")
    shutil.copytree(tmp_path / "house" / "rules", site / "rules")
    assert maild("check", "site", folder=tmp_path).returncode == 0
    dropped(site / "rules", DROPPED["the handler 'ola', who reads along, is gone"])
    assert maild("check", "site", folder=tmp_path).returncode == 0
    (site / "state").mkdir(exist_ok=True)
    shutil.copy(tmp_path / "house" / "maild.db", site / "state" / "maild.sqlite")
    done = maild("check", "site", folder=tmp_path)
    assert done.returncode == 1
    assert "the handler 'ola', who reads along, is gone, but 1 open case uses it: #1001" in done.stdout
