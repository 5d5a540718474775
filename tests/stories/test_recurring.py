"""Cases that open by themselves, each day of theirs once, with their note, their handler and their tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from parts.house import Got, House

from maild.edges.ticker import tick
from maild.store import incoming

ANN = "Ann Berg <ann@kunde.example>"
KARI, OLA = "kari@staff.example", "ola@staff.example"
VISIT = """
visit:
  desk: support
  every: FREQ=YEARLY;INTERVAL=3;BYMONTH=9;BYMONTHDAY=1
  start: 2026-09-01
  title: Besøk hos biblioteket
  text: Ring og avtal dag.
  handler: kari
  priority: high
  label: besøk
  tasks: [Avtale dag, {text: Skrive rapport, handler: ola, due: 7d}]
"""
MONTHLY = "backup: {desk: support, every: monthly, start: 2026-03-31, title: Prøve backup, handler: kari%s}\n"
Site = Callable[..., House]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made: list[House] = []

    def make(recurring: str, at: str = "2026-03-02T10:00", **files: str) -> House:
        """at: on the clock in Oslo."""
        made.append(House(tmp_path, recurring=recurring, **files))
        made[-1].now = oslo(at)
        made[-1].wait(seconds=5)
        return made[-1]

    yield make
    for one in made:
        one.database.close()


def oslo(at: str) -> datetime:
    return datetime.fromisoformat(at).replace(tzinfo=ZoneInfo("Europe/Oslo")).astimezone(UTC)


def until(house: House, at: str) -> list[Got]:
    """Maild runs until then; the letters that are there then."""
    house.wait(seconds=(oslo(at) - house.now).total_seconds())
    house.wait(seconds=5)
    return house.letters()


def numbers(house: House) -> list[str]:
    return [row[0] for row in house.session.all("SELECT number FROM cases ORDER BY id")]


def test_a_visit_every_third_year_opens_a_case_with_its_tasks(site: Site) -> None:
    house = site(VISIT)
    assert until(house, "2026-09-01T07:59") == []
    letters = {letter.to: letter for letter in until(house, "2026-09-01T08:00")}
    notice, task = letters[KARI], letters[OLA]
    assert (notice.kind, task.kind, len(letters)) == ("notice", "task", 2)
    assert "Gjentakende sak, tirsdag 1. september 2026 kl. 08:00" in notice.text
    assert "Ring og avtal dag." in notice.text
    assert "1 Avtale dag (Kari Nordmann)" in notice.text
    case = house.case("1001")
    assert (case["handler"], case["priority"], case["status"], case["labels"]) == (KARI, "high", "new", ["besøk"])
    assert notice.subject.endswith("Besøk hos biblioteket")
    until(house, "2029-08-31T12:00")
    assert numbers(house) == ["1001"]
    until(house, "2029-09-01T08:00")
    assert numbers(house) == ["1001", "1002"]


def test_it_is_a_case_like_any_other(site: Site) -> None:
    house = site(VISIT)
    until(house, "2026-09-01T08:00")
    house.reply(house.newest("1001", "handler:kari"), "/lukk")
    house.letters()
    assert house.case("1001")["status"] == "solved"


def test_nobody_it_is_about_gets_a_letter(site: Site) -> None:
    house = site(VISIT)
    letters = until(house, "2026-09-01T08:00")
    assert {letter.to for letter in letters} == {KARI, OLA}
    assert house.case("1001")["customer"] in (None, "", "nobody")


def test_a_day_before_the_entry_was_written_is_past(site: Site) -> None:
    house = site(MONTHLY % "", at="2026-06-10T10:00")
    assert until(house, "2026-06-30T07:59") == []
    assert [letter.kind for letter in until(house, "2026-06-30T08:00")] == ["notice"], "June has no 31st: its last day"


def test_down_across_several_days_the_newest_is_opened_and_its_letter_says_so(site: Site) -> None:
    house = site(MONTHLY % "")
    house.now = oslo("2026-06-12T03:00")
    (late,) = until(house, "2026-06-12T03:01")
    assert numbers(house) == ["1001"]
    said = "Gjentakende sak som skulle vært åpnet søndag 31. mai 2026 kl. 08:00; da kjørte ikke maild, og 2 før den er utelatt"
    assert said in " ".join(late.text.split())
    until(house, "2026-06-30T08:00")
    assert numbers(house) == ["1001", "1002"]


def test_one_that_was_missed_alone_leaves_nothing_out(site: Site) -> None:
    house = site(MONTHLY % "")
    until(house, "2026-03-31T08:00")
    house.now = oslo("2026-05-02T12:00")
    (late,) = until(house, "2026-05-02T12:01")
    assert "da kjørte ikke maild\n" in late.text.replace("\r", "")


def test_two_daemons_and_a_restart_open_it_once(site: Site) -> None:
    house = site(MONTHLY % "")
    house.now = oslo("2026-03-31T08:00")
    other = house.database.session()
    for session in (house.session, other, house.session, other):
        with session.transaction():
            tick(session, house.policy, house.now)
    house.settle()
    assert numbers(house) == ["1001"]


def test_a_day_is_an_arrival_once_even_where_nobody_remembers_it(site: Site) -> None:
    house = site(MONTHLY % "")
    until(house, "2026-03-31T08:00")
    house.session.execute("UPDATE recurring SET day=''")
    until(house, "2026-03-31T09:00")
    assert numbers(house) == ["1001"]


def test_a_rule_that_changes_counts_from_then_on(site: Site) -> None:
    house = site(MONTHLY % "")
    until(house, "2026-04-02T10:00")
    assert numbers(house) == ["1001"]
    (house.folder / "rules" / "recurring.yaml").write_text((MONTHLY % "").replace("2026-03-31", "2026-03-01"))
    house.load()
    until(house, "2026-04-30T10:00")
    assert numbers(house) == ["1001"], "the first of April is past"
    until(house, "2026-05-01T08:00")
    assert numbers(house) == ["1001", "1002"]


def test_an_entry_that_is_gone_opens_nothing_any_more(site: Site) -> None:
    house = site(MONTHLY % "")
    with house.session.transaction():
        incoming.occurrence(house.session, "older", "2026-03-02", house.now, 0)
    house.settle()
    assert numbers(house) == []


@pytest.mark.parametrize(
    ("day", "at", "opens"),
    [
        ("2026-03-29", "02:30", "2026-03-29T01:30:00+00:00"),  # spring leaves the hour out: half past three
        ("2026-10-25", "02:30", "2026-10-25T00:30:00+00:00"),  # autumn has it twice: the first
        ("2026-03-30", "08:00", "2026-03-30T06:00:00+00:00"),
        ("2026-10-26", "08:00", "2026-10-26T07:00:00+00:00"),
    ],
)
def test_the_hour_is_that_of_the_wall_when_the_clock_changes(site: Site, day: str, at: str, opens: str) -> None:
    house = site(f"x: {{desk: support, every: yearly, start: {day}, at: '{at}', title: Noe}}\n", at=f"{day}T00:10")
    instant = datetime.fromisoformat(opens)
    house.wait(seconds=(instant - house.now).total_seconds() - 1)
    assert numbers(house) == []
    house.wait(seconds=1)
    assert numbers(house) == ["1001"]
    for _ in range(5):
        house.wait(minutes=30)
    assert numbers(house) == ["1001"]


def test_without_a_handler_everybody_has_a_turn(site: Site) -> None:
    house = site("x: {desk: support, every: daily, start: 2026-03-03, title: Se over køen}\n")
    got = [until(house, f"2026-03-0{day}T08:00")[0].to for day in (3, 4, 5)]
    assert got in ([KARI, OLA, KARI], [OLA, KARI, OLA])


def test_a_case_that_nobody_gets_is_told_to_the_team(site: Site) -> None:
    house = site("x: {desk: support, every: daily, start: 2026-03-03, title: Se over køen, handler: none}\n")
    assert {letter.to for letter in until(house, "2026-03-03T08:00")} == {KARI, OLA}


PLANNED = {
    "support": "Dette er planlagt til tirsdag 3. mars 2026 kl. 08:00: Noe.",
    "drift": "Dette er planlagt til tysdag 3. mars 2026 kl. 08:00: Noe.",
    "podpora": "obveščamo vas o načrtovanem opravilu v torek, 3. marca 2026, ob 8.00: Noe.",
    "help": "This is planned for Tuesday 3 March 2026 at 07:00: Noe.",
}


@pytest.mark.parametrize("desk", PLANNED)
def test_a_customer_is_told_where_the_entry_says_so(site: Site, desk: str) -> None:
    hour = "07:00" if desk == "help" else "08:00"
    entry = f"desk: {desk}, every: daily, start: 2026-03-03, at: '{hour}', title: Noe, customer: ann@kunde.example"
    house = site(f"x: {{{entry}, acknowledge: true}}\n")
    letters = until(house, "2026-03-03T08:00")
    (planned,) = [letter for letter in letters if letter.to == "ann@kunde.example"]
    assert planned.kind == "planned"
    assert PLANNED[desk] in " ".join(planned.text.split())
    number = planned.mail["X-Maild-Case"]
    house.reply(planned, "Kan vi ta det en annen dag?", ANN)
    assert "received" in house.kinds(number), "an answer is in the case"


def test_a_customer_who_is_not_told_is_the_customer_all_the_same(site: Site) -> None:
    house = site("x: {desk: support, every: daily, start: 2026-03-03, title: Noe, customer: ann@kunde.example}\n")
    letters = until(house, "2026-03-03T08:00")
    assert {letter.to for letter in letters} <= {KARI, OLA}
    assert house.case("1001")["customer"] == "ann@kunde.example"


# --- a case that begins later -------------------------------------------------------------------------------------------------


SLA = "targets: {every: {calendar: always, pauses: [waiting], medium: {first_response: 4h}}}\n"


def test_the_clocks_of_a_case_that_opens_ahead_begin_on_its_day(site: Site) -> None:
    house = site(MONTHLY % ", ahead: 14d", sla=SLA)
    until(house, "2026-03-17T08:00")
    until(house, "2026-03-31T11:59")
    assert "breached" not in house.kinds("1001")
    until(house, "2026-03-31T12:00")
    assert [event["data"]["due_at"] for event in house.case("1001")["events"] if event["kind"] == "breached"] == [
        "2026-03-31T10:00:00+00:00"
    ]


def test_of_a_day_that_was_missed_time_counts_from_now(site: Site) -> None:
    house = site(MONTHLY % "", sla=SLA)
    house.now = oslo("2026-04-02T12:00")
    until(house, "2026-04-02T12:01")
    until(house, "2026-04-02T15:59")
    assert house.kinds("1001").count("breached") == 0
    until(house, "2026-04-02T16:02")
    assert house.kinds("1001").count("breached") == 1


def test_a_case_that_opens_ahead_rests_until_its_day_and_is_open_then(site: Site) -> None:
    house = site(MONTHLY % ", ahead: 14d")
    (notice,) = until(house, "2026-03-17T08:00")
    assert "Planlagt: arbeidet begynner tirsdag 31. mars 2026 kl. 08:00, og saken er på vent til da" in notice.text
    case = house.case("1001")
    assert case["status"] == "on_hold"
    (starts,) = [event["data"]["starts_at"] for event in case["events"] if event["kind"] == "scheduled"]
    assert starts == "2026-03-31T06:00:00+00:00", "eight in summer"
    assert until(house, "2026-03-31T07:59") == []
    (woken,) = until(house, "2026-03-31T08:00")
    assert (woken.kind, woken.to) == ("woken", KARI)
    assert "Arbeidet i denne saken begynner nå. Saken er åpen igjen." in woken.text
    assert house.case("1001")["status"] == "open"


@pytest.mark.parametrize(
    ("desk", "said"),
    [
        ("support", "Arbeidet i denne saken begynner nå."),
        ("drift", "Arbeidet i denne saka byrjar no."),
        ("podpora", "Delo pri tem zahtevku se začenja."),
        ("help", "The work in this case begins now."),
    ],
)
def test_its_handler_hears_when_the_work_begins(site: Site, desk: str, said: str) -> None:
    house = site(f"x: {{desk: {desk}, every: daily, start: 2026-03-04, ahead: 1d, title: Noe, handler: kari}}\n")
    until(house, "2026-03-03T12:00")
    woken = next(letter for letter in until(house, "2026-03-04T12:00") if letter.kind == "woken")
    assert said in woken.text


def test_a_handler_may_begin_earlier(site: Site) -> None:
    house = site(MONTHLY % ", ahead: 14d")
    (notice,) = until(house, "2026-03-17T08:00")
    house.reply(notice, "/gjenåpne")
    house.letters()
    assert house.case("1001")["status"] == "open"
    assert until(house, "2026-03-31T08:00") == []


def test_an_entry_that_is_written_when_its_day_is_near_opens_its_case_at_once(site: Site) -> None:
    """Five days before the work, and it is to be prepared for a fortnight."""
    entry = (
        "work: {desk: support, every: FREQ=DAILY;COUNT=1, start: 2026-03-07, title: Flytte, handler: kari, ahead: 14d}"
    )
    house = site(f"{entry}\n")
    (notice,) = until(house, "2026-03-02T12:00")
    assert "Planlagt: arbeidet begynner lørdag 7. mars 2026" in notice.text
    assert [letter.kind for letter in until(house, "2026-03-08T12:00")] == ["woken"]
    assert house.session.all("SELECT number FROM cases") == [("1001",)]


def test_so_does_one_that_is_to_open_ahead_from_now_on_and_each_of_its_days_is_one_case(site: Site) -> None:
    weekly = "x: {desk: support, every: weekly, start: 2026-03-09, title: Noe, handler: kari%s}\n"
    house = site(weekly % "")
    assert until(house, "2026-03-03T12:00") == []
    for rule in (weekly % ", ahead: 14d", weekly % ", ahead: 15d"):
        (house.folder / "rules" / "recurring.yaml").write_text(rule)
        house.load()
        until(house, "2026-03-04T12:00")
    assert [when.day for when in begins(house)] == [9, 16]
    until(house, "2026-03-09T07:00")
    assert [when.day for when in begins(house)] == [9, 16, 23]


def begins(house: House) -> list[datetime]:
    events = [event for (n,) in house.session.all("SELECT number FROM cases") for event in house.case(n)["events"]]
    return sorted(datetime.fromisoformat(e["data"]["starts_at"]) for e in events if e["kind"] == "scheduled")


def test_the_days_letter_names_what_begins_today(site: Site) -> None:
    people = "kari: {name: Kari Nordmann, addresses: [kari@staff.example]}\n"
    house = site(MONTHLY % ", ahead: 14d", people=people)
    until(house, "2026-03-17T08:00")
    (digest,) = [letter for letter in until(house, "2026-03-31T07:30") if letter.kind == "digest"]
    assert "Tas opp igjen i dag (1)" in digest.text
