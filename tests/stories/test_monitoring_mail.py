"""What a monitoring system says of one thing is one case: opened when it is down, solved when it is up, and a storm stays small."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from parts.house import House

from maild.cli import explain
from maild.store import views

NAGIOS = "Nagios <nagios@monitor.example>"
RULE = r"""
- name: alarms
  when: {from: nagios@monitor.example, subject: {matches: '(?P<host>\w+)/(?P<service>\w+) is (?P<state>\w+)'}}
  set:
    handler: kari
    priority: high
    correlate: {key: '{host}/{service}', open: [DOWN, CRITICAL], close: [UP, OK], flap: 10m}
"""
MACHINE = {"Auto_Submitted": "auto-generated"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, RULE)
    yield made
    made.database.close()


def says(house: House, what: str, sender: str = NAGIOS, *, proven: bool = True) -> None:
    house.mail(sender, f"** {what} **", "Se loggen.", proven=proven, **MACHINE)


def letters(house: House) -> list[tuple[str, str]]:
    house.wait(seconds=61)
    return [(letter.to, letter.kind) for letter in house.letters()]


def status(house: House, number: str = "1001") -> str:
    return str(house.case(number)["status"])


def count(house: House) -> int:
    return int(house.session.one("SELECT count(*) FROM cases")[0])  # type: ignore[index]


def test_down_is_a_case_of_which_its_handler_is_told_and_the_machine_is_not(house: House):
    says(house, "web01/http is DOWN")
    assert (letters(house), status(house)) == ([("kari@staff.example", "notice")], "new")
    assert "alarmed" in house.kinds("1001")


def test_the_trace_of_more_of_the_same_says_what_it_joined_and_nothing_that_it_did_not_decide(house: House):
    says(house, "web01/http is DOWN")
    says(house, "web01/http is DOWN")
    first, second = views.traces(house.session, "1001")
    assert {"handler", "priority", "correlate"} <= first["decisions"].keys()
    assert list(second["decisions"]) == ["correlate"]
    told = "\n".join(f"{label}: {text}" for label, text in explain._lines(second))
    assert "thread: 1001, customer: what a monitoring system speaks of" in told
    assert "alarm: down, of the case 1001" in told


def test_a_handler_reads_how_often_it_was_reported(house: House):
    for _ in range(3):
        says(house, "web01/http is DOWN")
    [row] = house.session.one("SELECT id FROM cases WHERE number='1001'") or ()
    assert views.case(house.session, row, {})["alarms"] == 3
    says(house, "web01/http is UP")
    house.wait(minutes=15)
    house.letters()
    says(house, "web01/http is DOWN")
    house.wait(seconds=61)
    [letter] = house.letters()
    assert "Overvåkningen har meldt dette 4 ganger." in letter.text


def test_more_of_the_same_joins_it_quietly(house: House):
    says(house, "web01/http is DOWN")
    letters(house)
    for _ in range(3):
        says(house, "WEB01/http is critical")
    assert (letters(house), count(house)) == ([], 1)
    assert house.kinds("1001").count("alarmed") == 4


def test_two_that_are_settled_together_are_one_case(house: House, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as busy:
        busy.setattr(house, "settle", lambda: None)
        says(house, "web01/http is DOWN")
        says(house, "web01/http is DOWN")
    house.settle()
    assert (count(house), house.kinds("1001").count("alarmed")) == (1, 2)


def test_up_solves_it_quietly(house: House):
    says(house, "web01/http is DOWN")
    letters(house)
    says(house, "web01/http is UP")
    assert (letters(house), status(house)) == ([], "solved")


def test_down_again_at_once_is_the_same_trouble(house: House):
    for what in ("DOWN", "UP"):
        says(house, f"web01/http is {what}")
    letters(house)
    house.wait(minutes=8)
    says(house, "web01/http is DOWN")
    assert (letters(house), status(house), count(house)) == ([], "open", 1)


def test_down_again_after_a_while_is_told(house: House):
    for what in ("DOWN", "UP"):
        says(house, f"web01/http is {what}")
    letters(house)
    house.wait(minutes=11)
    says(house, "web01/http is DOWN")
    assert (letters(house), status(house)) == ([("kari@staff.example", "update")], "open")


def test_what_a_handler_solved_himself_is_told_when_it_is_down_again(house: House):
    says(house, "web01/http is DOWN")
    house.reply(house.letters("notice")[0], "/lukk stille")
    letters(house)
    says(house, "web01/http is DOWN")
    assert (letters(house), status(house)) == ([("kari@staff.example", "update")], "open")


def test_long_after_it_is_a_new_case_that_names_the_old_one(house: House):
    for what in ("DOWN", "UP"):
        says(house, f"web01/http is {what}")
    house.wait(days=20)
    letters(house)
    says(house, "web01/http is DOWN")
    assert (status(house), status(house, "1002")) == ("closed", "new")
    assert "1001" in house.letters("notice")[0].text
    says(house, "web01/http is UP")
    assert status(house, "1002") == "solved"


def test_two_things_are_two_cases(house: House):
    says(house, "web01/http is DOWN")
    says(house, "web01/smtp is DOWN")
    says(house, "web01/smtp is OK")
    assert (status(house), status(house, "1002")) == ("new", "solved")


def test_up_of_what_was_never_down_opens_nothing(house: House):
    says(house, "web01/http is UP")
    assert (letters(house), count(house)) == ([], 0)
    [(kind,)] = house.session.all("SELECT kind FROM event")
    assert kind == "ignored"


def test_who_only_says_that_he_is_the_monitor_solves_nothing(house: House):
    says(house, "web01/http is DOWN")
    says(house, "web01/http is UP", proven=False)
    assert status(house) == "new"


def test_another_domain_cannot_speak_of_it(tmp_path: Path):
    house = House(tmp_path, RULE.replace("from: nagios@monitor.example, ", ""))
    says(house, "web01/http is DOWN")
    says(house, "web01/http is UP", "Eve <eve@annet.example>")
    assert status(house) == "new"
    house.database.close()


def test_what_says_neither_joins_the_open_case(house: House):
    says(house, "web01/http is DOWN")
    letters(house)
    says(house, "web01/http is ACKNOWLEDGED")
    assert (letters(house), status(house), count(house)) == ([], "new", 1)


def test_one_that_does_not_say_that_it_is_a_machine_gets_no_acknowledgement(house: House):
    house.mail(NAGIOS, "web01/http is DOWN", "See the log.")
    assert letters(house) == [("kari@staff.example", "notice")]
    house.mail(NAGIOS, "web01/http is UP", "See the log.")
    assert (letters(house), status(house)) == ([], "solved")


def test_a_handlers_answer_to_the_notice_is_his_own(house: House):
    says(house, "web01/http is DOWN")
    house.reply(house.letters("notice")[0], "/ta")
    assert "assigned" in house.kinds("1001")[-3:]


def test_a_flapping_thing_sends_no_letters_after_the_first(house: House):
    for _ in range(20):
        says(house, "web01/http is DOWN")
        says(house, "web01/http is UP")
        house.now = house.now.replace(second=(house.now.second + 1) % 60)
    assert letters(house) == [("kari@staff.example", "notice")]


def test_an_outage_of_everything_is_bounded(house: House):
    for host in range(40):
        says(house, f"host{host}/ping is DOWN")
    assert (len(letters(house)), count(house)) == (30, 40)
    house.wait(hours=1)
    says(house, "late/ping is DOWN")
    assert len(letters(house)) == 1


@pytest.mark.parametrize("one", ["skjærva", "hå", "čakalnica"])
def test_what_is_down_may_be_called_anything(tmp_path: Path, one: str):
    rule = RULE.replace("is (?P<state>", "er (?P<state>").replace("DOWN", "NEDE").replace("UP", "OPPE")
    house = House(tmp_path, rule)
    house.mail(NAGIOS, f"{one}/http er NEDE", "x", **MACHINE)
    house.mail(NAGIOS, "tjærva/http er NEDE", "x", **MACHINE)
    house.mail(NAGIOS, f"{one}/http er OPPE", "x", **MACHINE)
    assert [house.case(number)["status"] for number in ("1001", "1002")] == ["solved", "new"]


@pytest.mark.parametrize("what", ["web01/http is DOWN", "web01/http is UP"])
def test_what_a_rule_quarantines_says_nothing(tmp_path: Path, what: str):
    doubtful = "- name: doubtful\n  when: {text: casino}\n  set: {quarantine: looks like spam}\n"
    house = House(tmp_path, doubtful + RULE)
    says(house, "web01/http is DOWN")
    letters(house)
    house.mail(NAGIOS, f"** {what} **", "Casino!", **MACHINE)
    assert letters(house) == []
    assert house.kinds("1001").count("alarmed") == 1
    assert (status(house), "quarantine" in house.case("1002")["labels"]) == ("new", True)


def test_where_everybody_may_have_an_address_a_key_is_its_authors(tmp_path: Path):
    house = House(tmp_path, RULE.replace("from: nagios@monitor.example, ", ""))
    says(house, "pump/power is DOWN", "Ann <ann@gmail.com>")
    says(house, "pump/power is UP", "Eve <eve@gmail.com>")
    assert (status(house), house.kinds("1001").count("received")) == ("new", 0)
    says(house, "pump/power is UP", "Ann <ann@gmail.com>")
    assert status(house) == "solved"
