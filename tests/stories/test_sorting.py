"""Rules sort by who writes, with what files, when, how often, and by what was agreed; what the database told is on record."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from parts.house import House
from parts.mails import mail as written
from parts.mails import wire

from maild.model.limits import Filter

ANN, BO, CY = "Ann Berg <ann@clinic.example>", "Bo <bo@clinic.example>", "Cy <cy@gmail.com>"
CUSTOMERS = """
clinic:
  name: The clinic
  domains: [clinic.example]
  labels: [health]
"""
AGREEMENTS = """
gold:
  name: Gold 2026
  organisations: clinic
  from: 2026-01-01
  to: 2026-03-02
  covers: [hardware]
  response: within two hours
"""
Site = Callable[..., House]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made: list[House] = []

    def make(when: str, **files: str) -> House:
        """One rule: what meets the condition is critical."""
        routing = f"- name: asked\n  when: {when}\n  set: {{priority: critical}}\n" if when else ""
        given = {"routing": routing, "customers": CUSTOMERS, "agreements": AGREEMENTS, **files}
        made.append(House(tmp_path, **given))
        return made[-1]

    yield make
    for house in made:
        house.database.close()


def trace(house: House, row: int) -> dict[str, Any]:
    [(text,)] = house.session.all("SELECT trace FROM incoming WHERE id=?", (row,))
    return dict(json.loads(text))


def priority(house: House, sender: str, subject: str = "Skriver", **more: Any) -> str:
    """Of the case that the mail opens."""
    row = house.mail(sender, subject, "Den står.", **more)
    [(number,)] = house.session.all(
        "SELECT c.number FROM cases c JOIN incoming i ON i.case_id=c.id WHERE i.id=?", (row,)
    )
    return str(house.case(number)["priority"])


# --- who it is ------------------------------------------------------------------------------------------------------------------


def test_an_organisation_is_known_by_its_label_and_others_are_not_it(site: Site) -> None:
    house = site("{organisation: {label: health}}")
    assert priority(house, ANN) == "critical"
    assert priority(house, "Eve <eve@clinic.example.evil.example>") == "medium"


def test_who_writes_for_the_first_time_is_not_known_yet(site: Site) -> None:
    house = site("{person: {known: false}}")
    assert priority(house, ANN) == "critical"
    assert priority(house, ANN, "Nettet") == "medium"


def test_from_alone_proves_nothing_where_a_rule_asks_for_trust(site: Site) -> None:
    house = site("{organisation: clinic, trust: aligned}")
    assert priority(house, ANN, proven=False) == "medium"
    assert priority(house, ANN, "Nettet") == "critical"


def test_the_third_case_of_a_day_is_seen_and_the_days_before_do_not_count(site: Site) -> None:
    house = site("{case: {count: {from: person, in: 24h, over: 1}}}")
    priority(house, ANN, "en")
    house.wait(hours=25)
    assert [priority(house, ANN, word) for word in ("to", "tre", "fire")] == ["medium", "medium", "critical"]
    assert priority(house, BO, "fem") == "medium"


def test_colleagues_are_counted_together_by_domain_and_organisation(site: Site) -> None:
    both = ("domain", "organisation")
    house = site(f"{{all: [{', '.join(f'{{case: {{count: {{from: {who}, in: 1h, over: 1}}}}}}' for who in both)}]}}")
    assert [priority(house, who, str(n)) for n, who in enumerate((ANN, BO, ANN))] == ["medium", "medium", "critical"]


def test_where_everybody_may_have_an_address_a_domain_is_one_person(site: Site) -> None:
    house = site("{case: {count: {from: domain, in: 1h, over: 0}}}")
    assert priority(house, CY) == "medium"
    assert priority(house, "Dee <dee@gmail.com>") == "medium"
    assert priority(house, CY, "Nettet") == "critical"


def test_all_cases_of_a_person_are_counted_the_closed_ones_too(site: Site) -> None:
    house = site("{person: {cases: {over: 1}}}")
    priority(house, ANN, "en")
    house.wait(days=400)
    assert [priority(house, ANN, word) for word in ("to", "tre")] == ["medium", "critical"]


def test_the_same_subject_again_while_the_case_is_open_is_seen(site: Site) -> None:
    house = site("{case: {open_same_subject: true}}")
    assert [priority(house, ANN, word) for word in ("Skriver", "Nettet", "Re: SKRIVER")] == [
        "medium",
        "medium",
        "critical",
    ]
    assert priority(house, BO, "Skriver") == "medium"


def test_the_trace_keeps_what_only_the_database_knew(site: Site) -> None:
    house = site("{case: {count: {from: person, in: 24h, over: 0}}}")
    house.mail(ANN, "Skriver", "Den står.")
    row = house.mail(ANN, "Skriver", "Den står.")
    assert trace(house, row)["seen"] == {"known": True, "counts": [["person", 86400, 1]], "same_subject": True}


def test_nothing_is_counted_where_no_rule_asks(site: Site) -> None:
    house = site("{person: {known: true}}")
    row = house.mail(ANN, "Skriver", "Den står.")
    assert "seen" not in trace(house, row)


# --- the mail -------------------------------------------------------------------------------------------------------------------


def test_what_stands_behind_the_plus_sorts(site: Site) -> None:
    house = site("{tag: invoice}")
    assert priority(house, ANN, to="support+invoice@desk.example") == "critical"
    assert priority(house, ANN, "Nettet", to="support+other@desk.example") == "medium"


OURS = b"Received: from mx.desk.example by maild.desk.example with ESMTP; Mon, 2 Mar 2026 09:00:00 +0000\r\n"
THEIRS = b"Received: from by (a [192.0.2.7])\r\n\tby MX.desk.example (Postfix) with ESMTP; Mon, 2 Mar 2026 09:00:00 +0000\r\n"
EVILS = b"Received: from mx.desk.example by evil.example; Mon, 2 Mar 2026 09:00:00 +0000\r\n"
SPAM, HAM = b"X-Spam-Flag: YES\r\n", b"X-Spam-Flag: NO\r\n"


@pytest.mark.parametrize(
    ("head", "received", "came"),
    [
        (OURS + SPAM + THEIRS, 1, "critical"),
        # What the sender wrote stands below.
        (OURS + HAM + THEIRS + SPAM, 1, "medium"),
        (OURS + THEIRS + SPAM, 1, "medium"),
        (OURS + THEIRS + SPAM + THEIRS, 1, "medium"),
        # It came past our mail server, or from nowhere.
        (OURS + SPAM + EVILS, 1, "medium"),
        (OURS + SPAM + EVILS + THEIRS, 1, "medium"),
        (OURS + SPAM, 1, "medium"),
        # The filter gives it back to the same server.
        (OURS + THEIRS + SPAM + THEIRS, 2, "critical"),
        (OURS + THEIRS + SPAM + EVILS, 2, "medium"),
        (OURS + THEIRS + SPAM, 2, "medium"),
    ],
)
def test_only_our_own_filters_verdict_on_spam_counts(site: Site, head: bytes, received: int, came: str) -> None:
    house = site("{spam: 'yes'}")
    own = Filter("mx.desk.example", "X-Spam-Flag", received)
    house.policy = replace(house.policy, limits=replace(house.policy.limits, filter=own))
    made = written(ANN, "Skriver", "Den står.", Date="Mon, 2 Mar 2026 09:00:00 +0000")
    house.arrives(head + wire(made), "support@desk.example", "ann@clinic.example")
    assert house.case("1001")["priority"] == came


# --- when ---------------------------------------------------------------------------------------------------------------------------


def test_days_and_times_are_those_of_the_desks_clock(site: Site) -> None:
    # Ten in Oslo, nine in Greenwich.
    house = site("{weekday: monday, date: 2026-03-02, time: {after: 10:00, before: 10:01}}")
    assert priority(house, ANN) == "critical"
    house.wait(minutes=1)
    assert priority(house, ANN, "Nettet") == "medium"


def test_an_agreement_holds_to_the_end_of_its_last_day(site: Site) -> None:
    house = site("{agreement: {covers: hardware}}")
    assert priority(house, ANN) == "critical"
    assert priority(house, CY) == "medium"
    house.wait(hours=14)
    assert priority(house, ANN, "Nettet") == "medium"


# --- what rules above decided -------------------------------------------------------------------------------------------------------


DECIDED = """
- name: early
  when: {any: [{label: vip}, {subject: ingen slik}]}
  set: {acknowledge: false}
- name: health
  when: {organisation: clinic}
  set: {label: vip}
- name: late
  when: {label: vip}
  set: {priority: high}
- name: last
  when: {priority: high, subject: nettet}
  set: {handler: ola}
"""


def test_a_rule_sees_what_rules_above_it_decided_and_not_those_below(site: Site) -> None:
    house = site("", routing=DECIDED)
    row = house.mail(ANN, "Nettet er nede", "Alt.")
    case = house.case("1001")
    assert (case["priority"], case["handler"], case["labels"]) == ("high", "ola@staff.example", ["vip"])
    told = {rule["name"]: rule["matched"] for rule in trace(house, row)["rules"]}
    assert (told["early"], told["late"], told["last"]) == (False, True, True)


def test_a_rule_in_the_shadow_gives_no_label_to_those_below(site: Site) -> None:
    house = site("", routing=DECIDED.replace("- name: health\n", "- name: health\n  shadow: true\n"))
    assert priority(house, ANN, "Nettet er nede") == "medium"


# --- what is ordered ----------------------------------------------------------------------------------------------------------------


CATALOGUE = """
screen:
  name: A new screen
  when: {subject: {starts: bestilling}, text: skjerm}
  set: {desk: drift, label: order, priority: low}
phone:
  name: A telephone
  when: {subject: bestilling}
  set: {label: phone}
"""


def test_a_mail_orders_the_first_item_that_fits_and_what_the_item_says_is_done(site: Site) -> None:
    house = site("", catalogue=CATALOGUE)
    row = house.mail(ANN, "Bestilling", "En skjerm, takk.")
    case = house.case("1001")
    assert (case["desk"], case["labels"], case["priority"]) == ("drift", ["order"], "low")
    assert trace(house, row)["decisions"]["desk"]["because"] == "A new screen"
    assert "Bestilling: A new screen." in house.letters("ack")[0].text


def test_a_mail_that_orders_nothing_is_told_of_no_order(site: Site) -> None:
    house = site("", catalogue=CATALOGUE)
    house.mail(ANN, "Nettet", "Det er nede.")
    assert "Bestilling:" not in house.letters("ack")[0].text


def test_a_rule_may_ask_for_the_item_and_its_word_goes_before_the_items(site: Site) -> None:
    house = site("{item: screen}", catalogue=CATALOGUE)
    house.mail(ANN, "Bestilling", "En skjerm, takk.")
    assert (house.case("1001")["priority"], house.case("1001")["desk"]) == ("critical", "drift")


def test_a_rule_that_stops_does_not_keep_an_order_from_its_desk(site: Site) -> None:
    stop = "- name: stops\n  when: {organisation: clinic}\n  set: {priority: high}\n  stop: true\n"
    house = site("", catalogue=CATALOGUE, routing=stop)
    house.mail(ANN, "Bestilling", "En skjerm, takk.")
    assert (house.case("1001")["priority"], house.case("1001")["desk"]) == ("high", "drift")


@pytest.mark.parametrize(
    ("desk", "said"),
    [("support", "Avtalt"), ("drift", "Avtalt"), ("podpora", "Dogovorjeno"), ("help", "Agreed")],
)
def test_a_handler_reads_what_was_agreed_with_the_organisation(tmp_path: Path, desk: str, said: str):
    agreed = "gold: {name: Gold, organisations: [kunde], from: 2026-01-01, response: 2 timer}\n"
    house = House(tmp_path, customers="kunde: {name: Kunde, domains: [kunde.example]}\n", agreements=agreed)
    house.mail("Ann Berg <ann@kunde.example>", "Skriver", "Hei.", to=f"{desk}@desk.example")
    house.mail("Bo Li <bo@annen.example>", "Skriver", "Hei.", to=f"{desk}@desk.example")
    told = [f"{said}: 2 timer" in letter.text for letter in house.letters() if letter.kind == "notice"]
    assert told == [True, False]
    house.database.close()
