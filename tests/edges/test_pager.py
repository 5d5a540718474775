"""The site's own program for pages: real scripts, run as the daemon runs them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from parts import duty
from parts.house import House
from parts.mails import mail
from parts.net import wait_until
from parts.sink import Sink
from parts.site import KARI, OLA, Site
from structlog.testing import capture_logs

from maild.config import Pager as Wanted
from maild.edges.pager import Pager, run, said
from maild.store import health, page_calls
from maild.store.writer import Writer

ANN = "Ann Berg <ann@kunde.example>"
ROUTING = """
- name: fire
  when: {subject: brann}
  set: {priority: critical}
- name: nobody's
  when: {desk: support}
  set: {handler: nobody}
"""
PEOPLE = duty.PEOPLE.replace("name: Kari Nordmann,", "name: Kari Nordmann, phone: '+47 900 00 000',")
LEASE = timedelta(minutes=2)


def script(folder: Path, text: str) -> Wanted:
    file = folder / "sms"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return Wanted((str(file), "--now", "$(touch owned)"), timedelta(seconds=5))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A case that burns at night; Kari has duty and was called."""
    made = House(
        tmp_path, ROUTING, desks=duty.DESKS, people=PEOPLE, calendars=duty.CALENDARS, oncall=duty.ONCALL
    )  # fmt: skip
    made.now = datetime(2026, 3, 3, 19, tzinfo=UTC)
    made.mail(ANN, "brann; $(touch owned)", "Det brenner.")
    yield made
    made.database.close()


def leased(house: House) -> list[page_calls.Leased]:
    with house.session.transaction():
        return page_calls.claim(house.session, house.now, LEASE, 10)


# --- what it is told --------------------------------------------------------------------------------------------------------------


def test_it_reads_who_is_to_be_called_and_why(house: House) -> None:
    (page,) = leased(house)
    told = said(page, house.policy)
    assert told == {
        "case": "#1001",
        "cases": ["#1001"],
        "priority": "critical",
        "desk": "Kundeservice",
        "rota": "Driftsvakt",
        "handler": "kari",
        "name": "Kari Nordmann",
        "phone": "+47 900 00 000",
        "language": "nb",
        "attempt": 1,
        "page": page.letter,
        "subject": "brann; $(touch owned)",
    }


def test_what_is_confidential_or_of_an_unproven_sender_stays_inside(house: House) -> None:
    (page,) = leased(house)
    ((case, subject),) = page.cases
    for hidden in (replace(case, confidential=True), replace(case, doubted=True)):
        assert "subject" not in said(replace(page, cases=((hidden, subject),)), house.policy)


def test_a_page_is_rung_once(house: House) -> None:
    (page,) = leased(house)
    with house.session.transaction():
        page_calls.done(house.session, page.letter, page.attempts)
    house.now += timedelta(hours=12)
    assert [one.handler for one in leased(house)] == []


def test_a_lease_that_ran_out_is_anybody_s(house: House) -> None:
    (first,) = leased(house)
    assert leased(house) == []
    house.now += LEASE
    (second,) = leased(house)
    assert (second.letter, second.attempts) == (first.letter, 2)
    with house.session.transaction():
        page_calls.done(house.session, first.letter, first.attempts)
    assert house.session.all("SELECT state FROM page_call") == [("leased",)]


def test_whoever_answered_is_not_rung(house: House) -> None:
    house.reply(house.letters("page")[0], "", "kari@staff.example")
    assert leased(house) == []


def test_what_nobody_rang_for_in_an_hour_is_left(house: House) -> None:
    house.now += timedelta(minutes=61)
    assert leased(house) == []


# --- how it is run ----------------------------------------------------------------------------------------------------------------


def test_its_words_are_fixed_and_the_customer_s_come_by_standard_input(tmp_path: Path) -> None:
    wanted = script(tmp_path, f'printf "%s\\n" "$@" > {tmp_path}/words; cat > {tmp_path}/read; env > {tmp_path}/env')
    text = json.dumps({"subject": "`touch owned`; $(touch owned)"}).encode()
    assert asyncio.run(run(wanted, text)) == ("", 0)
    assert (tmp_path / "words").read_text() == "--now\n$(touch owned)\n"
    assert (tmp_path / "read").read_bytes() == text
    names = {line.partition("=")[0] for line in (tmp_path / "env").read_text().splitlines()}
    assert names - {"PWD", "SHLVL", "_", "OLDPWD"} == {"PATH", "LANG"}
    assert not list(tmp_path.rglob("owned"))


@pytest.mark.parametrize(
    ("text", "how", "octets"),
    [
        ("echo no credit >&2; exit 3", "exit 3", 10),
        ("kill -9 $$", "signal 9", 0),
        ("exit 0", "", 0),
    ],
)
def test_how_it_ended_is_told_and_how_much_it_complained(tmp_path: Path, text: str, how: str, octets: int) -> None:
    assert asyncio.run(run(script(tmp_path, text), b"{}" * 100_000)) == (how, octets)


def test_a_long_complaint_is_read_to_its_end(tmp_path: Path) -> None:
    wanted = script(tmp_path, "yes x | head -c 5000000 >&2; exit 1")
    assert asyncio.run(run(wanted, b"")) == ("exit 1", 5_000_000)


async def ring(house: House, wanted: Wanted) -> None:
    """All that is due now."""
    writer = Writer(house.database, lambda: None)
    await Pager(wanted, writer, lambda: house.policy, lambda: house.now).look()
    await writer.close()


def test_nothing_that_the_program_repeats_stands_in_the_log(house: House, tmp_path: Path) -> None:
    """Whole, in part, or the number in another form."""
    repeats = "tee /dev/stderr | cut -c 1-20 >&2; echo call 90000000 >&2; exit 7"
    with capture_logs() as logged:
        asyncio.run(ring(house, script(tmp_path, repeats)))
    (line,) = logged
    assert (line["how"], line["log_level"]) == ("exit 7", "warning")
    assert line["stderr_octets"] > 100
    assert not [value for value in line.values() if "owned" in str(value) or "900" in str(value)]
    assert set(line) == {"event", "log_level", "how", "stderr_octets", "letter", "handler", "attempt"}


def test_one_that_hangs_is_ended_with_all_its_children(tmp_path: Path) -> None:
    wanted = replace(
        script(tmp_path, f"sleep 300 & echo $! > {tmp_path}/child; wait"), timeout=timedelta(milliseconds=700)
    )
    how, _ = asyncio.run(run(wanted, b""))
    assert how.startswith("not done after")
    child = int((tmp_path / "child").read_text())
    wait_until(lambda: not Path(f"/proc/{child}").exists() or _zombie(child), 5)
    assert not Path(f"/proc/{child}").exists() or _zombie(child)


def _zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_one_that_is_gone_is_told_of(tmp_path: Path) -> None:
    wanted = Wanted((str(tmp_path / "gone"),))
    assert asyncio.run(run(wanted, b"")) == ("cannot be run: No such file or directory", 0)


def test_one_that_fails_is_tried_again_later_and_at_last_given_up(house: House, tmp_path: Path) -> None:
    wanted = script(tmp_path, f"echo x >> {tmp_path}/rung; exit 1")

    async def rounds() -> None:
        writer = Writer(house.database, lambda: None)
        role = Pager(wanted, writer, lambda: house.policy, lambda: house.now)
        for _ in range(4):
            await role.look()
            await role.look()
            house.now += timedelta(minutes=4)
        await role.look()
        await role.look()
        await writer.close()

    asyncio.run(rounds())
    assert (tmp_path / "rung").read_text().count("x") == 5
    assert house.session.all("SELECT state, error FROM page_call") == [("failed", "exit 1")]
    assert health.snapshot(house.session, house.now).pages.failed == 1


# --- the whole of it --------------------------------------------------------------------------------------------------------------


def test_a_daemon_rings_for_a_critical_case(make_site: Callable[..., Site], sink: Sink, tmp_path: Path) -> None:
    read = tmp_path / "read"
    wanted = script(tmp_path, f"cat > {read}.part && mv {read}.part {read}")
    site = make_site(handlers=(KARI, OLA))
    rules = site.config.parent / "rules"
    (rules / "routing.yaml").write_text(ROUTING)
    (rules / "oncall.yaml").write_text("vakt: {name: Vakt, desks: [support], people: [kari], start: 2026-01-05}\n")
    with site.config.open("a") as file:
        file.write(f"pager: {{command: [{wanted.command[0]}], timeout: 5s}}\n")
    site.start()
    site.send(mail(ANN, "brann", "Det brenner."))
    wait_until(read.exists, 20)
    told = json.loads(read.read_text())
    assert (told["case"], told["handler"], told["subject"]) == ("#1001", "kari", "brann")
    (page,) = sink.wait("page")
    assert "KRITISK [#1001] brann" in str(page.mail["Subject"])
