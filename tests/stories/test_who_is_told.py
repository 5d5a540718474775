"""A site says itself who is told what (notices.yaml)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from parts.house import House

from maild.errors import RuleError

ANN = "Ann Berg <ann@kunde.example>"
TO_KARI = "- name: hers\n  set: {handler: kari}\n"


def made(folder: Path, notices: str, rules: str = TO_KARI) -> House:
    return House(folder, routing=rules, notices=notices)


def letters(house: House) -> list[tuple[str, str]]:
    return [(one.kind, one.to) for one in house.letters()]


def test_a_letter_that_is_taken_away_is_not_sent(tmp_path: Path):
    house = made(tmp_path, "- {on: opened, to: customer, send: none}\n")
    house.mail(ANN, "Skriver", "Den står.")
    assert letters(house) == [("notice", "kari@staff.example")]


def test_all_others_are_sent_as_ever(tmp_path: Path):
    house = made(tmp_path, "- {on: opened, to: customer, send: none}\n")
    house.mail(ANN, "Skriver", "Den står.")
    house.reply(house.letters("notice")[0], "/lukk\nNå virker den.")
    house.wait(seconds=60)
    assert ("closing", "ann@kunde.example") in letters(house)


@pytest.mark.parametrize(
    ("unless", "rules", "proven"),
    [
        ("unproven", TO_KARI, False),
        ("low", "- name: it\n  set: {priority: low}\n", True),
        ("label:quiet", "- name: it\n  set: {label: quiet}\n", True),
        ("type:order", "- name: it\n  set: {type: order}\n", True),
        ("desk:support", TO_KARI, True),
        ("confidential", "- name: it\n  set: {confidential: true}\n", True),
    ],
)
def test_of_such_a_case_he_is_not_told_and_the_record_says_why(tmp_path: Path, unless: str, rules: str, proven: bool):
    house = made(tmp_path, f"- {{on: opened, to: customer, send: ack, unless: '{unless}'}}\n", rules)
    house.mail(ANN, "Skriver", "Den står.", proven=proven)
    assert house.letters("ack") == []
    (kept,) = [event["data"] for event in house.case("1001")["events"] if event["kind"] == "suppressed"]
    assert kept["reason"] == f"notices.yaml: unless {unless}"


def test_of_any_other_case_he_is(tmp_path: Path):
    house = made(tmp_path, "- {on: opened, to: customer, send: ack, unless: [unproven, low, 'label:quiet']}\n")
    house.mail(ANN, "Skriver", "Den står.")
    assert len(house.letters("ack")) == 1


def test_handlers_need_not_hear_of_automatic_mail(tmp_path: Path):
    house = made(tmp_path, "- {on: opened, to: handler, send: notice, unless: automatic}\n")
    house.mail(ANN, "Rapport", "Alt er bra.", Auto_Submitted="auto-generated")
    house.mail(ANN, "Skriver", "Den står.")
    assert [one.subject for one in house.letters("notice")] == ["[#1002] Skriver"]
    row = house.session.one("SELECT trace FROM incoming ORDER BY id LIMIT 1")
    assert json.loads(row[0])["notes"] == ["no notice to handlers: notices.yaml: unless automatic"]  # type: ignore[index]


@pytest.mark.parametrize("line", ["/prioritet høy", "/priority high", "/prioriteta visoka"])
def test_a_handler_is_told_of_what_a_colleague_changed(tmp_path: Path, line: str):
    house = made(
        tmp_path, "- {on: prioritised, to: handler, send: notice}\n", "- name: it\n  set: {handler: kari, watch: ola}\n"
    )
    house.mail(ANN, "Skriver", "Den står.")
    notice = {one.to: one for one in house.letters("notice")}
    house.reply(notice["ola@staff.example"], line)
    assert ("notice", "kari@staff.example") in letters(house)


def test_of_a_new_case_there_is_one_letter_whatever_the_rules_decided(tmp_path: Path):
    house = made(
        tmp_path,
        "- {on: prioritised, to: handler, send: notice}\n",
        "- name: it\n  set: {handler: kari, priority: high}\n",
    )
    house.mail(ANN, "Skriver", "Den står.")
    assert len(house.letters("notice")) == 1


def test_a_handlers_answer_cannot_be_kept_from_the_customer(tmp_path: Path):
    with pytest.raises(RuleError):
        made(tmp_path, "- {on: replied, to: customer, send: none}\n")
