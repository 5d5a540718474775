"""maild try and maild explain: the whole way of a mail, before it comes and as it was judged."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from parts.mails import authenticated, mail
from parts.net import wait_until
from parts.site import Site

ANN = "Ann Berg <ann@kunde.example>"
RULES = """
- name: screens
  when: {subject: skjerm}
  set: {priority: low}
- name: printers
  when: {subject: skriver}
  set: {priority: high, handler: {least_loaded: [kari, ola]}}
  because: Printers are dear to us
- name: on trial
  shadow: true
  when: {subject: skriver}
  set: {label: printer}
"""


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    made = make_site()
    (made.config.parent / "rules" / "routing.yaml").write_text(RULES)
    return made.start()


def test_all_that_decides_is_told_and_nothing_is_written(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "mail.eml"
    file.write_bytes(authenticated(mail(ANN, "Skriver", "Den står.", Message_ID="<1@kunde.example>")))
    done = site.maild("try", str(file), "--at", "2026-03-02T10:00:00+01:00")
    assert done.returncode == 0, done.stderr
    for line in (
        "fact  desk          support",
        "duplicate    none like it is here",
        "rule   no    screens  routing.yaml:2  failed: subject: skjerm",
        "rule  yes    printers  routing.yaml:5",
        "decided      priority = high  by printers (routing.yaml:5)  Printers are dear to us",
        "shadow       on trial (routing.yaml:9) would change labels = printer",
        "assigned     kari: least loaded, 0 open",
        "considered   kari (0 open), ola (0 open)",
        "clock        here: 2026-03-02T10:00+01:00",
        "-> ann@kunde.example  ack  ",
    ):
        assert line in done.stdout, done.stdout
    assert site.cases() == []
    site.send(file.read_bytes())
    assert wait_until(lambda: bool(site.cases()))
    again = site.maild("try", str(file)).stdout
    assert "it is here already (in-1): the daemon would not take it a second time" in again
    assert json.loads(site.maild("policy", "list", "--json").stdout)["policy"][:12] in again


def test_a_closed_desk_is_told_with_the_hour_at_which_it_opens(site: Site, tmp_path: Path) -> None:
    rules = site.config.parent / "rules"
    (rules / "calendars.yaml").write_text("office:\n  zone: Europe/Oslo\n  hours: {weekdays: 08:00-16:00}\n", "utf-8")
    desks = rules / "desks.yaml"
    desks.write_text(re.sub(r"^  zone:", "  calendar: office\n  zone:", desks.read_text("utf-8"), flags=re.M), "utf-8")
    file = tmp_path / "mail.eml"
    file.write_bytes(authenticated(mail(ANN, "Skriver", "Den står.")))
    shown = site.maild("try", str(file), "--at", "2026-03-06T17:00:00+01:00")
    assert "clock        hours: closed" in shown.stdout, shown.stderr
    assert "clock        opens: 2026-03-09T08:00+01:00" in shown.stdout


PROMISES = """
targets:
  printing:
    for: {desk: support}
    calendar: office
    high: {first_response: 1h, resolution: {within: 1d, calendar: always}}
"""


def test_what_is_promised_is_told_with_its_dates_before_the_mail_comes_and_after(site: Site, tmp_path: Path) -> None:
    rules = site.config.parent / "rules"
    (rules / "calendars.yaml").write_text("office:\n  zone: Europe/Oslo\n  hours: {everyday: all day}\n", "utf-8")
    (rules / "sla.yaml").write_text(PROMISES, "utf-8")
    file = tmp_path / "mail.eml"
    file.write_bytes(authenticated(mail(ANN, "Skriver", "Den står.")))
    shown = site.maild("try", str(file), "--at", "2026-03-02T10:00:00+01:00").stdout
    since = "since 2026-03-02T10:00+01:00, by printing"
    for line in (
        f"promise      first response: due 2026-03-02T11:00+01:00  (1h of office {since}, told 2026-03-02T11:00+01:00)",
        f"promise      resolution: due 2026-03-03T10:00+01:00  (24h of always {since})",
        "clock        wakes: 2026-03-02T11:00+01:00",
    ):
        assert line in shown, shown
    assert site.maild("reload").returncode == 0
    site.send(file.read_bytes())
    assert wait_until(lambda: bool(site.cases()))
    explained = site.maild("explain", "1001").stdout
    assert re.search(
        r"promise      first response: due \S+  \(1h of office since \S+, by printing, told \S+\)", explained
    ), explained
    assert json.loads(site.maild("explain", "1001", "--json").stdout)[0]["promises"][0]["sla"] == "printing"


COUNTING = """
- name: again and again
  when: {person: {known: true, cases: {over: 0}}, case: {count: {from: person, in: 24h, over: 0}}}
  set: {priority: low}
"""


def test_what_the_database_knew_of_the_sender_is_told_before_and_afterwards(site: Site, tmp_path: Path) -> None:
    (site.config.parent / "rules" / "routing.yaml").write_text(COUNTING)
    assert site.maild("reload").returncode == 0
    for number in (1, 2):
        site.send(authenticated(mail(ANN, "Skriver", "Den står.", Message_ID=f"<{number}@kunde.example>")))
        assert wait_until(lambda number=number: len(site.cases()) == number)
    told = site.maild("explain", "<2@kunde.example>").stdout
    assert "has an open case of this subject; wrote before; has 1 cases; 1 cases of the person in 1 day" in told
    file = tmp_path / "mail.eml"
    file.write_bytes(authenticated(mail(ANN, "Nettet", "Nede.")))
    shown = site.maild("try", str(file)).stdout
    assert "fact  counts        2 cases of the person in 1 day" in shown
    assert "decided      priority = low  by again and again" in shown


def test_nothing_is_wider_than_the_window(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "mail.eml"
    file.write_bytes(authenticated(mail(ANN, "Skriver " * 20, "Den står.")))
    site.extra["COLUMNS"] = "80"
    shown = site.maild("try", str(file)).stdout
    head, _, _ = shown.partition("\n-> ")
    assert max(map(len, head.splitlines()[1:])) <= 80


def test_what_was_is_told_with_its_policy_and_its_letters(site: Site) -> None:
    site.send(authenticated(mail(ANN, "Skriver", "Den står.", Message_ID="<1@kunde.example>")))
    assert wait_until(lambda: bool(site.cases()))
    policy = site.json("policy", "list")[0]["policy"]
    (site.config.parent / "rules" / "routing.yaml").write_text("")
    assert site.maild("reload").returncode == 0
    told = site.maild("explain", "<1@kunde.example>").stdout
    assert f"policy       {policy[:12]}" in told
    assert "considered   kari (0 open), ola (0 open)" in told
    assert "rule   no    screens  routing.yaml:2  failed: subject: skjerm" in told
    assert "letter       ack to ann@kunde.example: " in told


def test_a_time_without_a_zone_is_one_of_the_desks_clock(site: Site, tmp_path: Path) -> None:
    """As in the tests beside rules."""
    file = tmp_path / "mail.eml"
    file.write_bytes(authenticated(mail(ANN, "Skriver", "Den står.")))
    for at, here in (("2026-07-06T07:30", "2026-07-06T07:30+02:00"), ("2026-07-06T07:30Z", "2026-07-06T09:30+02:00")):
        assert f"clock        here: {here}" in site.maild("try", str(file), "--at", at).stdout
    assert site.maild("try", str(file), "--at", "soon").returncode == 64
