"""A ladder, whatever happens: nobody ran, much slips at once, the clock jumps, a case wakes twice, a letter cannot be written."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from parts.house import House
from parts.ladders import KARI, LISE, OLA, TO_KARI, Site, events, house_of, sla, told

from maild import settle
from maild.edges import ticker
from maild.edges.steady import Steady
from maild.model.plan import Letter
from maild.store import incoming, outbox
from maild.store.writer import Writer

ANN = "Ann Berg <ann@kunde.example>"
RESPONSE = "first_response"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made: list[House] = []

    def make(*steps: str, routing: str = TO_KARI, **said: str) -> House:
        made.append(house_of(tmp_path, sla(*steps, **said), routing))
        return made[-1]

    yield make
    for house in made:
        house.database.close()


def cases(house: House, count: int) -> list[str]:
    """So many new cases; their numbers."""
    for number in range(count):
        house.mail(f"Ann Berg <ann{number}@kunde.example>", f"Skriver {number}", "Den står.")
    house.letters()
    return [str(1001 + number) for number in range(count)]


# --- nobody ran -------------------------------------------------------------------------------------------------------------------


def test_what_came_due_while_nobody_ran_is_done_once_and_in_order_and_told_in_one_letter(site: Site):
    house = site("50%: handler", "100%: handler", "+1h: lead", "+5h: ola", response="1h", solution="3h")
    [number] = cases(house, 1)
    house.wait(hours=4, minutes=30)
    assert events(house, number) == [
        ("warned", RESPONSE, "50%"), ("breached", RESPONSE, ""), ("warned", RESPONSE, "100%"),
        ("warned", "resolution", "50%"), ("warned", RESPONSE, "+1h"),
        ("breached", "resolution", ""), ("warned", "resolution", "100%"), ("warned", "resolution", "+1h"),
    ]  # fmt: skip
    kari, lise = sorted(house.letters("warning"), key=lambda letter: letter.to)
    assert (kari.to, lise.to) == (KARI, LISE)
    # Of each target what was to be told last.
    assert "Første svar: frist mandag 2. mars 2026 kl. 11:00, 3 t 30 min over fristen." in kari.text
    assert "Løsning: frist mandag 2. mars 2026 kl. 13:00, 1 t 30 min over fristen." in kari.text
    assert kari.text.count("frist mandag") == 2
    house.wait(hours=2)
    assert told(house) == [("warning", OLA)]
    assert len({*events(house, number)}) == len(events(house, number))


# --- much at once -----------------------------------------------------------------------------------------------------------------


def test_what_is_found_to_be_late_in_quiet_hours_waits_for_their_end(site: Site):
    """It was due at eleven in the morning; maild runs again at eleven at night."""
    house = site("100%: handler", quiet="22:00-07:00", response="1h", solution="99d")
    [number] = cases(house, 1)
    house.wait(hours=13)
    assert events(house, number) == [("breached", RESPONSE, "")]
    seen = house.kinds(number)
    for _ in range(3):
        house.wait(minutes=1)
    house.wait(hours=7, minutes=56)
    assert house.kinds(number) == seen, "nobody looks at it meanwhile"
    assert house.letters("warning") == []
    house.wait(minutes=1)
    assert [letter.to for letter in house.letters("warning")] == [KARI]


def test_a_critical_case_waits_for_no_morning(site: Site):
    house = site(
        "100%: handler",
        quiet="22:00-07:00",
        response="1h",
        solution="99d",
        routing="- {name: all, when: {subject: Skriver}, set: {handler: kari, priority: critical}}\n",
    )
    cases(house, 1)
    house.wait(hours=13)
    assert [letter.to for letter in house.letters("warning")] == [KARI]


def test_who_would_get_more_than_ten_letters_at_once_gets_one_that_lists_them(site: Site):
    house = site("100%: handler", response="1h")
    numbers = cases(house, 12)
    house.wait(hours=3)
    (letter,) = house.letters()
    assert (letter.kind, letter.to, letter.subject) == ("warnings", KARI, "Kundeservice: Over fristen 12")
    for number in numbers:
        assert f"#{number} · Ann Berg · Skriver {int(number) - 1001} · ny · Kari Nordmann" in letter.text
        assert events(house, number) == [("breached", RESPONSE, ""), ("warned", RESPONSE, "100%")]
        told_of = [e["data"]["what"] for e in house.case(number)["events"] if e["kind"] == "told"]
        assert told_of[-1] == "warnings"
    assert letter.text.count("Første svar: frist mandag 2. mars 2026 kl. 11:00, 2 t over fristen") == 12
    house.wait(days=1)
    assert house.letters() == []


def test_a_list_that_would_be_too_long_says_how_many_more_there_are(site: Site):
    house = site("100%: handler", response="1h")
    cases(house, 60)
    house.wait(hours=1)
    (letter,) = house.letters()
    assert letter.subject == "Kundeservice: Over fristen 60"
    assert letter.text.count("Første svar: frist") == 50
    assert "og 10 til" in letter.text.splitlines()
    assert letter.text.rstrip().endswith("så de er samlet i én e-post (sla.yaml).")
    assert all("told" in house.kinds(str(1001 + number))[-1:] for number in range(60))


def test_ten_at_once_are_ten_letters(site: Site):
    house = site("100%: handler", response="1h")
    cases(house, 10)
    house.wait(hours=1)
    assert told(house) == [("warning", KARI)] * 10


def test_each_gets_as_many_letters_as_concern_him(site: Site):
    """Kari is told of eleven, the lead of those two that are two hours late."""
    house = site("100%: handler", "+2h: lead", response="1h")
    cases(house, 2)
    house.now += timedelta(minutes=90)
    cases(house, 9)
    house.wait(minutes=90)
    assert told(house) == [("warning", LISE), ("warning", LISE), ("warnings", KARI)]


def test_what_is_looked_at_in_several_lots_is_told_when_all_of_it_was(site: Site, monkeypatch: pytest.MonkeyPatch):
    """The ticker takes some at a time; the list waits for the last of them."""
    monkeypatch.setattr(ticker, "MOST", 5)
    house = site("100%: handler", response="1h")
    cases(house, 14)
    for _ in range(3):
        house.wait(hours=1 if _ == 0 else 0)
    (letter,) = house.letters()
    assert (letter.kind, letter.subject) == ("warnings", "Kundeservice: Over fristen 14")


def test_what_keeps_coming_does_not_hold_letters_back_for_longer_than_a_minute(site: Site):
    house = site("100%: handler", response="1h")
    cases(house, 1)
    house.now += timedelta(hours=1)
    with house.session.transaction():
        ticker.wake(house.session, house.now)
    house.settle()
    # Something is on its way and never comes to its end.
    with house.session.transaction():
        incoming.wake(house.session, 1, house.now - timedelta(seconds=1))
        house.session.execute(
            "UPDATE incoming SET state='leased', due_at=due_at+600000 WHERE source='wake' AND state='ready'"
        )
        assert ticker.tick(house.session, house.policy, house.now) == 0
        assert ticker.tick(house.session, house.policy, house.now + timedelta(seconds=61)) == 1
    house.now += timedelta(seconds=61)
    house.settle()
    assert told(house) == [("warning", KARI)]


def test_the_list_is_worked_off_like_a_mornings(site: Site):
    house = site("100%: handler", response="1h")
    cases(house, 11)
    house.wait(hours=1)
    (letter,) = house.letters("warnings")
    house.reply(letter, "1001 lukk stille\n1002 lukk stille")
    assert [house.case(number)["status"] for number in ("1001", "1002", "1003")] == ["solved", "solved", "new"]


# --- the clock --------------------------------------------------------------------------------------------------------------------


class Clocks:
    """The one on the wall, and the one that nobody can set."""

    def __init__(self, house: House) -> None:
        self.house, self.ran = house, 0.0
        self.steady = Steady(lambda: house.now, lambda: self.ran)

    def run(self, seconds: float) -> None:
        self.ran += seconds
        self.house.now += timedelta(seconds=seconds)

    def tick(self) -> None:
        """The daemon's own loop, for some turns; then what it made is settled."""

        async def turns() -> None:
            writer = Writer(self.house.database, lambda: None)
            loop = ticker.run(writer, lambda: self.house.now, self.steady, lambda: None, lambda: self.house.policy)
            running = asyncio.create_task(loop)
            await asyncio.sleep(0.3)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await writer.close()

        for _ in range(2):
            asyncio.run(turns())
            self.house.settle()


def test_a_clock_that_jumps_holds_the_ladder_for_five_minutes_and_is_an_alarm(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(ticker, "EVERY", 0.05)
    house = site("100%: handler", response="1h")
    [number] = cases(house, 1)
    clocks = Clocks(house)
    clocks.tick()
    house.now += timedelta(hours=8)
    clocks.tick()
    assert events(house, number) == []
    (condition,) = clocks.steady.conditions()
    assert not condition.well
    assert "the clock jumped forward by 8 hours; nothing wakes, is escalated" in condition.text
    clocks.run(290)
    clocks.tick()
    assert events(house, number) == []
    clocks.run(11)
    clocks.tick()
    assert events(house, number) == [("breached", RESPONSE, ""), ("warned", RESPONSE, "100%")]
    assert told(house) == [("warning", KARI)]
    assert all(one.well for one in clocks.steady.conditions())


def test_a_jump_that_is_set_right_in_time_leaves_no_trace(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ticker, "EVERY", 0.05)
    house = site("100%: handler", response="1h")
    [number] = cases(house, 1)
    clocks = Clocks(house)
    house.now += timedelta(hours=8)
    clocks.tick()
    clocks.run(200)
    house.now -= timedelta(hours=8)
    clocks.tick()
    clocks.run(200)
    clocks.tick()
    assert events(house, number) == []


# --- twice, and not at all --------------------------------------------------------------------------------------------------------


def test_a_case_that_wakes_twice_takes_its_step_once(site: Site):
    house = site("100%: handler", response="1h")
    [number] = cases(house, 1)
    house.now += timedelta(hours=1)
    with house.session.transaction():
        # Beside the one that the ticker makes.
        incoming.wake(house.session, 1, house.now - timedelta(seconds=1))
    house.wait(seconds=0)
    assert events(house, number) == [("breached", RESPONSE, ""), ("warned", RESPONSE, "100%")]
    assert house.kinds(number).count("ignored") == 1
    assert told(house) == [("warning", KARI)]


def test_an_instant_that_comes_again_by_other_promises_is_not_taken_for_the_one_that_was(site: Site):
    """The case woke at half past ten; by today's sla.yaml it should have been solved by then."""
    house = site("50%: handler", response="1h")
    [number] = cases(house, 1)
    house.wait(minutes=30)
    assert told(house) == [("warning", KARI)]
    (house.folder / "rules" / "sla.yaml").write_text(sla("50%: handler", "100%: lead", response="1h", solution="30m"))
    house.load()
    with house.session.transaction():
        [(before,)] = house.session.all("SELECT received_at FROM incoming WHERE source='wake'")
        house.session.execute("UPDATE cases SET wake_at=? WHERE id=1", (before,))
    house.wait(minutes=1)
    assert events(house, number)[-3:] == [
        ("warned", "resolution", "50%"), ("breached", "resolution", ""), ("warned", "resolution", "100%"),
    ]  # fmt: skip


def test_a_letter_that_cannot_be_written_stops_no_step_and_no_other_letter(site: Site, monkeypatch: pytest.MonkeyPatch):
    house = site("100%: handler lead", "+1h: ola", response="1h")
    [number] = cases(house, 1)
    write = settle.write

    def broken(letter: Letter, *more: object) -> outbox.Posted:
        if (letter.kind, letter.party) == ("warning", "handler:kari"):
            raise ValueError("no such words")
        return write(letter, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(settle, "write", broken)
    with pytest.raises(AssertionError):
        house.wait(hours=1)
    house.settle()
    [(error,)] = house.session.all("SELECT error FROM incoming WHERE state='held'")
    assert "no such words" in error
    assert events(house, number) == [("breached", RESPONSE, ""), ("warned", RESPONSE, "100%")]
    assert told(house) == [("warning", LISE)]
    house.wait(hours=1)
    assert events(house, number)[-1] == ("warned", RESPONSE, "+1h")
    assert told(house) == [("warning", OLA)]
    # The one that is held goes out when its fault is mended.
    monkeypatch.setattr(settle, "write", write)
    [(held,)] = house.session.all("SELECT id FROM incoming WHERE state='held'")
    with house.session.transaction():
        incoming.retry(house.session, held, house.now)
    house.settle()
    assert told(house) == [("warning", KARI)]
