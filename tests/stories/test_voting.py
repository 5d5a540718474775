"""A rule wants a case approved: its approvers are asked at once, the case rests, and everybody hears what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from parts.house import Got, House

from maild.errors import RuleError

ANN = "Ann Berg <ann@kunde.example>"
KARI, OLA, BOSS, HEAD = "kari@staff.example", "ola@staff.example", "sjef@styret.example", "leder@styret.example"
RULE = """
- name: proposals
  when: {subject: [forslag, framlegg, predlog, proposal]}
  set:
    handler: kari
    approve: {by: %s, need: %s, until: 7d}
"""
WISH = {
    "nb": ("support", "Forslag om ny tjeneste", "Vi ønsker oss en felles kalender for alle skolene."),
    "nn": ("drift", "Framlegg om ny teneste", "Vi ønskjer oss ein felles kalender for alle skulane."),
    "sl": ("podpora", "Predlog nove storitve", "Želimo si skupni koledar za vse šole v občini."),
    "en": ("help", "Proposal of a new service", "We would like to have a common calendar for all the schools."),
}

Maker = Callable[..., House]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Maker]:
    made: list[House] = []

    def make(need: str = "all", by: str = f"[{BOSS}, {HEAD}]") -> House:
        made.append(House(tmp_path, RULE % (by, need)))
        return made[-1]

    yield make
    for house in made:
        house.database.close()


def wished(house: House, language: str = "nb", sender: str = ANN, *, proven: bool = True) -> dict[tuple[str, str], Got]:
    """The letters that go at once, by reader and kind."""
    desk, subject, text = WISH[language]
    house.mail(sender, subject, text, f"{desk}@desk.example", proven=proven)
    return by_reader(house)


def by_reader(house: House) -> dict[tuple[str, str], Got]:
    return {(letter.to, letter.kind): letter for letter in house.letters()}


def later(house: House) -> dict[tuple[str, str], Got]:
    house.wait(seconds=61)
    return by_reader(house)


def status(house: House) -> str:
    return str(house.case("1001")["status"])


def test_the_approvers_read_the_wish_at_once_and_the_case_rests(site: Maker):
    house = site()
    got = wished(house)
    for voter in (BOSS, HEAD):
        asked = got[voter, "approval"].text
        assert all(word in asked for word in ("| Forslag om ny tjeneste", "| Vi ønsker oss", "Ann Berg"))
    notice = got[KARI, "notice"].text
    assert (status(house), f"Venter på godkjenning fra: {BOSS}, {HEAD}" in notice) == ("on_hold", True)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nb", "må godkjennes av andre"),
        ("nn", "må godkjennast av andre"),
        ("sl", "morajo to odobriti drugi"),
        ("en", "Others must approve"),
    ],
)
def test_the_customer_reads_that_others_must_approve_and_not_who(site: Maker, language: str, said: str):
    ack = wished(site(), language)["ann@kunde.example", "ack"].text
    assert (said in ack, BOSS in ack) == (True, False)


@pytest.mark.parametrize(
    ("language", "word", "said"),
    [
        ("nb", "ja", "er godkjent"),
        ("nn", "ja", "er godkjent"),
        ("sl", "da", "je odobren"),
        ("en", "yes", "been approved"),
    ],
)
def test_when_all_have_said_yes_the_case_goes_on_and_both_hear(site: Maker, language: str, word: str, said: str):
    house = site()
    got = wished(house, language)
    house.reply(got[BOSS, "approval"], word)
    assert "carried" not in str(house.session.all("SELECT kind FROM event"))
    later(house)
    house.reply(got[HEAD, "approval"], word)
    told = later(house)
    assert said in told["ann@kunde.example", "decided"].text
    assert [(row[0],) for row in house.session.all("SELECT status FROM cases")] == [("open",)]
    assert f"{BOSS}, {HEAD}" in told[KARI, "news"].text


def test_one_no_of_all_ends_it_and_the_others_are_asked_no_more(site: Maker):
    house = site()
    got = wished(house)
    house.reply(got[BOSS, "approval"], "nei")
    told = later(house)
    assert "ikke godkjent" in told["ann@kunde.example", "decided"].text
    assert (status(house), house.kinds("1001").count("withdrawn")) == ("open", 1)
    house.reply(got[HEAD, "approval"], "ja")
    assert "carried" not in house.kinds("1001")
    assert "gjelder ikke lenger" in later(house)[HEAD, "vote"].text


def test_any_is_one_yes(site: Maker):
    house = site("any")
    got = wished(house)
    house.reply(got[BOSS, "approval"], "nei")
    assert status(house) == "on_hold"
    house.reply(got[HEAD, "approval"], "ja")
    assert (status(house), "carried" in house.kinds("1001")) == ("open", True)


def test_a_handler_votes_as_anybody(site: Maker):
    house = site("1", "[ola]")
    house.reply(wished(house)[OLA, "approval"], "/godkjenn")
    assert "carried" in house.kinds("1001")
    assert "godkjent" in later(house)["ann@kunde.example", "decided"].text


def test_a_handler_whose_vote_decides_wakes_nobody_with_a_wish_of_his_own(site: Maker):
    """The case goes on: its handler reads what was decided, not that he wanted to be reminded; the receipt names each reader once."""
    house = site("1", "[ola]")
    house.reply(wished(house)[OLA, "approval"], "/godkjenn")
    got = house.letters()
    assert "woken" not in [letter.kind for letter in got]
    (receipt,) = [letter.text for letter in got if letter.kind == "receipt"]
    rows = [row for row in receipt.splitlines() if "en e-post til Kari" in row]
    assert (len(rows), status(house)) == (1, "open")


def test_two_of_three_cannot_be_any_more_after_two_noes(site: Maker):
    house = site("2", f"[{BOSS}, {HEAD}, ola]")
    got = wished(house)
    house.reply(got[BOSS, "approval"], "nei")
    assert "defeated" not in house.kinds("1001")
    house.reply(got[OLA, "approval"], "/avslå")
    assert "defeated" in house.kinds("1001")


def test_who_does_not_answer_in_time_has_not_said_yes(site: Maker):
    house = site()
    got = wished(house)
    house.reply(got[BOSS, "approval"], "ja")
    house.wait(days=7, minutes=1)
    told = later(house)
    assert (status(house), "defeated" in house.kinds("1001")) == ("open", True)
    assert "ikke godkjent" in told["ann@kunde.example", "decided"].text


def test_a_vote_that_is_not_proven_does_not_count(site: Maker):
    house = site("any")
    house.reply(wished(house)[BOSS, "approval"], "ja", proven=False)
    assert (status(house), "carried" in house.kinds("1001")) == ("on_hold", False)


def test_what_is_not_proven_is_shown_to_nobody(site: Maker):
    house = site()
    got = wished(house, proven=False)
    assert [reader for reader, kind in got if kind == "approval"] == []
    assert (status(house), "unballoted" in house.kinds("1001")) == ("on_hold", True)


def test_nobody_votes_on_what_he_wants_himself(site: Maker):
    house = site()
    got = wished(house, sender=f"Sjef <{BOSS}>")
    assert [reader for reader, kind in got if kind == "approval"] == [HEAD]
    house.reply(got[HEAD, "approval"], "ja")
    assert "carried" in house.kinds("1001")


def test_a_letter_that_a_rule_sends_says_that_a_machine_wrote_it(site: Maker):
    assert str(wished(site())[BOSS, "approval"].mail["Auto-Submitted"]) == "auto-generated"


def test_a_loop_does_not_bury_the_approvers(site: Maker):
    house = site("any", BOSS)
    asked = sum((BOSS, "approval") in wished(house) for _ in range(25))
    assert asked == 10
    house.wait(days=1)
    assert (BOSS, "approval") in wished(house)


FORWARD = """Fra: Ann Berg <ann@kunde.example>
Sendt: mandag 2. mars 2026 10:14
Til: Ola Hansen <ola@staff.example>
Emne: Forslag om felles kalender

Vi ønsker oss en felles kalender.
"""


@pytest.mark.parametrize("text", [FORWARD, "/for Ann Berg <ann@kunde.example>\nVi ønsker oss en felles kalender."])
def test_what_a_handler_passes_on_is_voted_on_too(site: Maker, text: str):
    house = site("any", BOSS)
    house.mail("Ola Hansen <ola@staff.example>", "VS: Forslag om felles kalender", text)
    asked = by_reader(house)[BOSS, "approval"]
    assert all(word in asked.text for word in ("Ann Berg", "| Vi ønsker oss en felles kalender"))
    house.reply(asked, "ja")
    assert (status(house), "carried" in house.kinds("1001")) == ("open", True)


def test_the_wish_stands_in_no_event(site: Maker):
    house = site()
    wished(house)
    assert "kalender" not in str(house.case("1001")["events"])


# --- nobody can be asked ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [f"[{BOSS}, {HEAD}]", f"[{BOSS}]"])
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nb", "Uten kunden selv er det for få som kan godkjenne"),
        ("nn", "Utan kunden sjølv er det for få som kan godkjenne"),
        ("sl", "brez stranke same je tistih, ki smejo odobriti, premalo"),
        ("en", "without the customer there are too few who may approve it"),
    ],
)
def test_a_number_that_cannot_be_reached_is_not_lowered(site: Maker, by: str, language: str, said: str):
    house = site("2" if HEAD in by else "any", by)
    got = wished(house, language, f"Sjef <{BOSS}>")
    assert [reader for reader, kind in got if kind == "approval"] == []
    assert said in got[KARI, "notice"].text.replace("\n", " ")
    assert [(row[0],) for row in house.session.all("SELECT status FROM cases")] == [("on_hold",)]


def test_the_handler_of_what_is_not_proven_reads_that_an_approval_is_wanted(site: Maker):
    house = site()
    notice = wished(house, proven=False)[KARI, "notice"]
    assert "ingen er spurt: Det er ikke bekreftet hvem som skrev" in notice.text.replace("\n", " ")
    house.reply(notice, f"/innhent {BOSS}\n\nEr dette greit?")
    later(house)
    house.mail(ANN, "Re: Forslag [#1001]", "Mer om det.")
    assert "ingen er spurt" not in house.newest("1001").text


def test_what_another_rule_keeps_in_is_shown_to_no_approver_outside(tmp_path: Path):
    secret = "- name: personnel\n  when: {subject: forslag}\n  set: {confidential: true}\n"
    house = House(tmp_path, RULE % (BOSS, "any") + secret)
    got = wished(house)
    assert (BOSS, "approval") not in got
    assert "Saken er fortrolig" in got[KARI, "notice"].text


def test_the_very_rule_may_ask_somebody_outside(tmp_path: Path):
    house = House(tmp_path, RULE % (BOSS, "any") + "    confidential: true\n")
    assert (BOSS, "approval") in wished(house)


@pytest.mark.parametrize("by", ["[ola, ola@staff.example]", "[OLA@staff.example, ola]", f"[{BOSS}, {BOSS.upper()}]"])
def test_nobody_has_two_votes(site: Maker, by: str):
    with pytest.raises(RuleError, match="stands here twice"):
        site("2", by)
