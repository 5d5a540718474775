"""The watch, round by round, by a clock that the test moves: a real database, real templates, and letters that can be read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from edges.certificates import make_certificate
from parts.house import MONDAY, Got, House

from maild.config import Config, Door, Health, RelayTo
from maild.edges.tally import Tally
from maild.edges.watch import Watch
from maild.model.condition import Condition
from maild.model.health import Wishes
from maild.settle import House as Rules
from maild.store.database import Database
from maild.store.reader import Reader
from maild.store.writer import Writer

ADMIN = "boss@staff.example"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class Guarded:
    """A house with a watch in it."""

    house: House
    watch: Watch
    relay: list[Condition]

    async def at(self, now: datetime) -> list[Got]:
        """A round at this time, and the letters of the watch that leave after it."""
        self.house.now = now
        await self.watch.look(now)
        return [letter for letter in self.house.letters() if letter.kind in ("alarm", "canary")]


@asynccontextmanager
async def guarded(
    house: House, admin: str | None = ADMIN, wishes: Wishes | None = None, door: Door | None = None, url: str = ""
) -> AsyncIterator[Guarded]:
    house.policy = replace(house.policy, admin=admin)
    file = Path(house.database.url)
    config = Config(
        *(file.parent / "maild.yaml", file.parent, file.parent / "rules", file.parent / "templates", str(file)),
        *(door or Door(), RelayTo()),
        health=Health(wishes=wishes or Wishes()),
    )
    database = Database(str(file))
    writer, reader, relay = (
        Writer(database, lambda: None),
        Reader(database),
        [Condition("relay", True, "it takes letters")],
    )

    def rules() -> Rules:
        return Rules(house.policy, house.keys, "signed", lambda: 0.0)

    watch = Watch(config, writer, reader, rules, lambda: house.now, lambda: None, Tally())
    watch.add(lambda: relay)
    try:
        yield Guarded(house, watch, relay)
    finally:
        await reader.close()
        await writer.close()


@pytest.fixture
def home(tmp_path: Path) -> House:
    return House(tmp_path)


def break_one(house: House) -> int:
    """A mail that a bug holds."""
    from maild.store import incoming

    row = house.mail("Ann Berg <ann@kunde.example>", "Skriver", "Den står.")
    house.session.execute("UPDATE incoming SET state='leased' WHERE id=?", (row,))
    incoming.hold(house.session, row, "ValueError: a bug")
    house.letters()
    return row


async def test_a_held_mail_is_told_to_the_admin_and_so_is_its_end(home: House) -> None:
    row = break_one(home)
    async with guarded(home) as site:
        [alarm] = await site.at(MONDAY + MINUTE)
        assert (alarm.to, alarm.subject) == (ADMIN, "maild: Noe er holdt tilbake på grunn av en feil i maild")
        assert alarm.mail["Auto-Submitted"] == "auto-generated"
        assert "siden mandag 2. mars 2026 kl. 10:00" in alarm.text
        assert "maild queue retry ID" in alarm.text
        assert await site.at(MONDAY + 2 * MINUTE) == []
        home.session.execute("UPDATE incoming SET state='done' WHERE id=?", (row,))
        [over] = await site.at(MONDAY + 3 * MINUTE)
        assert over.subject == "maild: i orden igjen: Noe er holdt tilbake på grunn av en feil i maild"
        assert await site.at(MONDAY + 4 * MINUTE) == []


async def test_what_was_told_is_remembered_over_a_restart(home: House) -> None:
    break_one(home)
    async with guarded(home) as site:
        assert len(await site.at(MONDAY + MINUTE)) == 1
    async with guarded(home) as site:
        assert await site.at(MONDAY + 2 * HOUR) == []
        assert len(await site.at(MONDAY + 5 * HOUR)) == 1


async def test_a_letter_about_the_relay_waits_in_the_outbox_and_stands_in_the_log(home: House) -> None:
    import structlog

    async with guarded(home) as site:
        site.relay[:] = [Condition("relay", False, "127.0.0.1:25 takes no letters", "see to it", MONDAY)]
        assert await site.at(MONDAY + MINUTE) == []
        with structlog.testing.capture_logs() as logged:
            [alarm] = await site.at(MONDAY + 6 * MINUTE)
        assert "kan ha ventet" in alarm.text
        assert [(line["event"], line["log_level"], line["part"]) for line in logged] == [("alarm", "error", "relay")]


async def test_without_an_admin_the_log_is_told_as_often(home: House) -> None:
    import structlog

    break_one(home)
    async with guarded(home, admin=None) as site:
        with structlog.testing.capture_logs() as logged:
            for minutes in range(1, 300, 10):
                assert await site.at(MONDAY + minutes * MINUTE) == []
        assert [line["event"] for line in logged] == ["alarm", "alarm"]


@pytest.mark.parametrize("language", ["nb", "nn", "sl", "en"])
async def test_the_admin_is_written_to_in_the_first_desks_language(home: House, language: str) -> None:
    break_one(home)
    desks = dict(home.policy.desks)
    desks["support"] = replace(desks["support"], language=language)
    home.policy = replace(home.policy, desks=desks)
    async with guarded(home) as site:
        [alarm] = await site.at(MONDAY + MINUTE)
    words = {"nb": "Dette kan du gjøre", "nn": "Dette kan du gjere", "sl": "Kaj storiti", "en": "What to do"}
    assert words[language] in alarm.text


async def test_an_absence_note_to_an_alarm_opens_no_case(home: House) -> None:
    break_one(home)
    async with guarded(home) as site:
        [alarm] = await site.at(MONDAY + MINUTE)
    before = home.session.one("SELECT count(*) FROM cases")
    home.reply(alarm, "Jeg er på ferie.", sender=f"Boss <{ADMIN}>", Auto_Submitted="auto-replied")
    assert home.session.one("SELECT count(*) FROM cases") == before
    assert home.letters() == []


async def test_an_alarm_to_one_of_our_own_desks_goes_round_once(home: House) -> None:
    break_one(home)
    async with guarded(home, admin="support@desk.example") as site:
        [alarm] = await site.at(MONDAY + MINUTE)
        before = home.session.one("SELECT count(*) FROM cases")
        home.arrives(alarm.raw, "support@desk.example", str(alarm.mail["Return-Path"] or ""))
        assert home.session.one("SELECT count(*) FROM cases") == before
        assert await site.at(MONDAY + 2 * MINUTE) == []


# --- the mail to ourselves ------------------------------------------------------------------------------------------------------

HOURLY = Wishes(HOUR, 10 * MINUTE)


async def test_a_mail_to_ourselves_leaves_every_hour_and_is_known_when_it_comes_back(home: House) -> None:
    async with guarded(home, wishes=HOURLY) as site:
        [bird] = await site.at(MONDAY)
        assert (bird.kind, bird.to) == ("canary", "support@desk.example")
        home.now = MONDAY + MINUTE
        home.arrives(bird.raw, bird.to, "")
        assert home.session.one("SELECT count(*) FROM cases") == (0,)
        assert home.letters() == []
        assert await site.at(MONDAY + 20 * MINUTE) == []
        assert [bird.kind for bird in await site.at(MONDAY + 60 * MINUTE)] == ["canary"]


async def test_one_that_is_late_is_an_alarm_until_one_is_back(home: House) -> None:
    async with guarded(home, wishes=HOURLY) as site:
        [first] = await site.at(MONDAY)
        assert await site.at(MONDAY + 9 * MINUTE) == []
        [alarm] = await site.at(MONDAY + 10 * MINUTE)
        assert alarm.subject == "maild: En testmelding til oss selv har ikke kommet tilbake"
        [second] = await site.at(MONDAY + 61 * MINUTE)
        home.arrives(second.raw, second.to, "")
        [over] = await site.at(MONDAY + 62 * MINUTE)
        assert "i orden igjen" in over.subject
        assert first.mail["Message-ID"] != second.mail["Message-ID"]


async def test_a_stranger_cannot_make_one_come_back(home: House) -> None:
    async with guarded(home, wishes=HOURLY) as site:
        [bird] = await site.at(MONDAY)
        forged = bird.raw.replace(str(bird.mail["Message-ID"]).encode(), b"<m1aaaaaaaaaaaaaaaaaaaa@desk.example>")
        home.arrives(forged, bird.to, "")
        assert [letter.kind for letter in await site.at(MONDAY + 10 * MINUTE)] == ["alarm"]


# --- what comes in, and the machine ---------------------------------------------------------------------------------------------


async def test_a_silence_is_learned_from_the_weeks_before(home: House) -> None:
    """Six mails an hour, all day, for four weeks; then none."""
    async with guarded(home) as site:
        first = int((MONDAY - 28 * DAY).timestamp()) // 3600
        home.session.executemany(
            "INSERT INTO traffic(hour, mails) VALUES (?, ?)", [(first + hour, 6) for hour in range(28 * 24)]
        )
        home.mail("Ann Berg <ann@kunde.example>", "Skriver", "Den står.")
        home.letters()
        assert await site.at(MONDAY + 1.9 * HOUR) == []
        [alarm] = await site.at(MONDAY + 2 * HOUR)
        assert alarm.subject == "maild: Det har ikke kommet e-post på uvanlig lenge"
        home.mail("Ann Berg <ann@kunde.example>", "Igjen", "Den står fortsatt.")
        home.letters()
        [over] = await site.at(MONDAY + 2 * HOUR + MINUTE)
        assert "i orden igjen" in over.subject


async def test_a_disk_without_room_is_told(home: House) -> None:
    async with guarded(home, door=Door(min_free=1 << 60)) as site:
        [alarm] = await site.at(MONDAY)
        assert "Disken er nesten full" in alarm.subject
        assert not site.watch.taking_mail


async def test_a_certificate_near_its_end_is_told(home: House, tmp_path: Path) -> None:
    pem, key = make_certificate(tmp_path)
    async with guarded(home, door=Door(certificate=pem, key=key)) as site:
        today = datetime.now(UTC)
        [alarm] = await site.at(today)
        assert "Sertifikatet" in alarm.subject
        pem.unlink()
        await site.at(today + HOUR)
        assert any("cannot be read" in c.text for c in site.watch.conditions())
        # The rest of the round was done all the same.
        assert site.watch.snapshot.at == today + HOUR


async def test_a_writer_that_does_not_answer_is_seen_without_asking_it(home: House) -> None:
    import threading

    async with guarded(home) as site:
        await site.at(MONDAY)
        assert site.watch.taking_mail
        stuck = threading.Event()
        waiting = site.watch._writer.write(lambda session: stuck.wait(60))
        probe = asyncio.create_task(site.watch._probe())
        await asyncio.sleep(0.05)
        assert site.watch._asked is not None
        site.watch._asked -= 6
        assert not site.watch.taking_mail
        [ill] = [c for c in site.watch.conditions() if not c.well]
        assert ill.part == "database"
        stuck.set()
        await waiting
        probe.cancel()


async def test_a_step_that_fails_does_not_keep_the_others(home: House) -> None:
    async with guarded(home) as site:
        home.session.execute("DROP TABLE traffic")
        site.watch.add(lambda: (Condition("imap:support", False, "no login", "", MONDAY),))
        [alarm] = await site.at(MONDAY + HOUR)
        assert alarm.subject == "maild: Postkassen support kan ikke leses"
