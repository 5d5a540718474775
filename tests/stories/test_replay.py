"""maild replay: the same mails once more.  With the same rules nothing differs; with others, what they change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from parts.house import ROOT, House

from maild.config import Config, Door, RelayTo
from maild.policy import build, texts
from maild.replays.run import Replay, Report, Wish

ANN, BO, EVA = "Ann Berg <ann@kunde.example>", "Bo Dal <bo@annen.example>", "Eva Ek <eva@kunde.example>"
KARI, OLA = "kari@staff.example", "ola@staff.example"
ROUTING = """
- name: printers
  when: {subject: skriver}
  set: {priority: critical}
- name: lightest
  when: {subject: maus}
  set: {handler: {least_loaded: all}}
- name: spam
  when: {subject: gratis}
  set: {discard: spam}
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, ROUTING)
    yield made
    made.database.close()


def a_week(house: House) -> None:
    """Mails of customers and handlers, threads, commands, a merge, a case that closes by time, somebody away, a robot."""
    house.mail(ANN, "Skriver virker ikke", "Den står.")
    house.mail(BO, "Ny mus", "Trenger en ny maus.")
    house.mail(EVA, "Maus", "Jeg også.")
    house.wait(hours=1)
    house.letters()
    house.reply(house.newest("1001"), "Slå den av og på.")
    house.wait(hours=1)
    ack = next(letter for letter in house.letters() if letter.to == "ann@kunde.example")
    house.reply(ack, "Det hjalp ikke.")
    house.mail("robot@kunde.example", "Automatic reply: hello", "Away.", Auto_Submitted="auto-replied")
    house.mail(BO, "Gratis penger", "Klikk her.")
    house.wait(days=1)
    house.letters()
    house.reply(house.newest("1001"), "/close\nDa er den byttet.")
    house.reply(house.newest("1002"), "/priority low")
    house.mail(EVA, "Skjerm", "Den er svart.")
    house.wait(days=1)
    house.reply(house.newest("1003"), "/away")
    house.mail(ANN, "Maus til", "Hei.")
    house.mail(ANN, "Tastatur", "Hei.")
    house.wait(days=20)
    house.mail(ANN, "Re: Skriver virker ikke", "Nå igjen.", In_Reply_To=str(ack.mail["Message-ID"]))
    house.mail(BO, "Stol", "Hei.")


def replayed(house: House, rules: str | None = None, since: datetime | None = None) -> Report:
    """Through other rules compared with those in the files, or through these compared with what was."""
    policy = against = None
    if rules is not None:
        folder = house.folder / "other"
        folder.mkdir()
        for path in (house.folder / "rules").glob("*.yaml"):
            (folder / path.name).write_text(path.read_text())
        (folder / "routing.yaml").write_text(rules)
        policy, against = build.load(folder, lambda: texts.load(folder / "none", ROOT / "templates")), house.policy
    here = house.folder
    places = (here / "maild.yaml", here, here / "rules", here / "templates", str(here / "maild.db"))
    config = Config(*places, Door(), RelayTo())
    wish = Wish(policy or house.policy, against, since)
    return Replay(config, house.keys, house.session, wish).run(lambda done, told: None)


def test_with_the_same_rules_every_mail_is_judged_as_the_daemon_judged_it(house: House) -> None:
    a_week(house)
    before = house.session.all("SELECT count(*), max(id) FROM event")
    report = replayed(house)
    assert [(one.mail.where, one.fields) for one in report.differs] == []
    assert report.count.mails == house.session.one("SELECT count(*) FROM incoming WHERE source='smtp'")[0]  # type: ignore[index]
    assert report.count.sentence() == f"{report.count.mails} mails: no difference"
    assert house.session.all("SELECT count(*), max(id) FROM event") == before


def test_from_the_middle_on_turns_loads_and_old_cases_are_as_they_were(house: House) -> None:
    a_week(house)
    times = [row[0] for row in house.session.all("SELECT received_at FROM incoming WHERE source='smtp' ORDER BY id")]
    for place in range(2, len(times), 2):
        since = datetime.fromtimestamp(times[place] / 1000, house.now.tzinfo)
        report = replayed(house, since=since)
        assert [(one.mail.where, one.fields) for one in report.differs] == [], f"from mail {place} on"
        assert report.count.mails >= len(times) - place - 3


def test_turns_and_loads_of_before_count(house: House) -> None:
    for subject in ("Stol", "Maus", "Maus til"):
        house.mail(ANN, subject, "Hei.")
    house.wait(hours=1)
    since = house.now
    house.mail(BO, "Maus", "Hei.")
    house.mail(BO, "Bord", "Hei.")
    got = [house.case(number)["handler"] for number in ("1001", "1002", "1003", "1004", "1005")]
    assert got == [KARI, OLA, KARI, OLA, OLA], "with nothing before both of the last two were Kari's"
    report = replayed(house, since=since)
    assert (report.count.mails, report.count.differ) == (2, 0)


def test_other_rules_differ_in_what_they_change_and_nowhere_else(house: House) -> None:
    a_week(house)
    rules = ROUTING.replace("critical", "high").replace(
        "- name: spam", "- name: drift\n  when: {subject: stol}\n  set: {desk: drift}\n- name: spam"
    )
    report = replayed(house, rules)
    assert report.count.sentence().endswith("mails: 2 lose critical, 1 change desk")
    assert [one.fields for one in report.differs] == [
        {"priority": ("critical", "high")},
        {"priority": ("critical", "high")},
        {"desk": ("support", "drift")},
    ]


def test_a_mail_that_was_discarded_and_now_opens_a_case_is_told_once(house: House) -> None:
    a_week(house)
    report = replayed(house, ROUTING.partition("- name: spam")[0])
    assert report.count.fields["open a case"] == 1
    assert next(one for one in report.differs if "case" in one.fields).fields["case"] == (
        "none: discarded by a rule: spam",
        "opened",
    )


def test_mails_that_retention_took_are_counted_and_their_cases_known(house: House) -> None:
    house.mail(ANN, "Skriver virker ikke", "Den står.")
    house.wait(hours=1)
    house.letters()
    house.reply(house.newest("1001"), "Slå den av og på.")
    house.session.execute("DELETE FROM chunk WHERE raw=(SELECT raw FROM incoming ORDER BY id LIMIT 1)")
    report = replayed(house)
    assert dict(report.count.left) == {"were deleted as retention says": 1}
    assert (report.count.mails, report.count.differ) == (1, 0)
