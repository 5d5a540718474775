"""A replay that begins in the middle knows of its beginning what rules ask of a sender: cases, their subjects, and spam."""

from __future__ import annotations

from pathlib import Path

import pytest
from parts.house import House
from stories.test_replay import replayed

ANN, EVA, BAD = "Ann Berg <ann@kunde.example>", "Eva Ek <eva@kunde.example>", "Bad <bad@evil.example>"
ASKED = {
    "cases": "{person: {cases: {over: 1}}}",
    "counts": "{case: {count: {from: domain, in: 7d, over: 2}}}",
    "same": "{case: {open_same_subject: true}}",
    "spam": "{person: {spam: true}}",
}


@pytest.mark.parametrize("asked", ASKED)
def test_what_was_before_the_replay_counts(tmp_path: Path, asked: str):
    house = House(tmp_path, f"- name: it\n  when: {ASKED[asked]}\n  set: {{priority: high}}\n")
    house.mail(ANN, "Feil en", "Hei.")
    house.mail(ANN, "Feil to", "Hei.")
    house.mail(BAD, "kjøp", "Klikk.")
    house.letters()
    house.reply(house.newest("1003"), "/spam")
    house.wait(days=2)
    since = house.now
    house.mail(EVA, "Skjerm", "Hei.")
    house.mail(ANN, "Feil en", "Hei.")
    house.mail(BAD, "kjøp to", "Klikk.")
    urgent = house.session.all("SELECT priority FROM cases WHERE opened_at>=?", (since.timestamp() * 1000,))
    assert ("high",) in urgent
    report = replayed(house, since=since)
    assert [(one.mail.where, one.fields) for one in report.differs] == []
    assert report.count.mails == 3
    house.database.close()


def test_letters_to_others_are_not_called_the_customers(tmp_path: Path):
    rule = "- name: it\n  set: {forward: supplier@else.example, approve: {by: boss@else.example}}\n"
    house = House(tmp_path, rule)
    house.mail(ANN, "Skriver", "Hei.")
    report = replayed(house, "- name: other\n  set: {label: x}\n")
    [one] = report.differs
    assert one.fields["letters"][0] == "ack to customer, approval to others, forward to others, notice to handler"
    house.database.close()
