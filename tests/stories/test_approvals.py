"""A handler asks for somebody's approval; the vote counts from the approver himself, once, and in time."""

from __future__ import annotations

import pytest
from parts.house import Got, House

ANN = "Ann Berg <ann@kunde.example>"
KARI, OLA, BOSS = "kari@staff.example", "ola@staff.example", "sjef@styret.example"


def begun(house: House) -> Got:
    house.mail(ANN, "Skriver i Storgata 1", "Den står.")
    return house.letters("notice")[0]


def requested(house: House, who: str, words: str = "Kjøpe ny skriver for 4000 kr") -> Got:
    """What the approver got."""
    house.reply(begun(house), f"/innhent {who} {words}")
    house.wait(seconds=61)
    return next(letter for letter in house.letters() if letter.kind == "approval")


def told(house: House, to: str) -> Got:
    house.wait(seconds=61)
    return next(letter for letter in house.letters() if letter.to == to and letter.kind != "receipt")


@pytest.mark.parametrize(
    ("request_", "vote"),
    [
        ("/request ola Buy a printer", "/approve"),
        ("/innhent godkjenning ola@staff.example Buy a printer", "/godkjenn"),
        ("/innhent Ola\nBuy a printer", "ja"),
        ("/poprosi ola\nBuy a printer", "odobri"),
    ],
)
def test_a_handler_approves_and_both_hear(house: House, request_: str, vote: str):
    house.reply(begun(house), request_)
    house.wait(seconds=61)
    asked = next(letter for letter in house.letters() if letter.kind == "approval")
    assert (asked.to, "| Buy a printer" in asked.text, "Storgata" in asked.raw.decode()) == (OLA, True, False)
    house.reply(asked, vote)
    receipt, news = sorted(house.letters(), key=lambda letter: letter.kind, reverse=True)
    assert (receipt.to, "godkjent; den som spurte, får vite det" in receipt.text) == (OLA, True)
    assert (news.to, "Ola Hansen godkjenner:" in news.text, "| Buy a printer" in news.text) == (KARI, True, True)
    assert "approved" in house.kinds("1001")


@pytest.mark.parametrize("vote", ["/reject too dear", "/avslå too dear", "/zavrni too dear"])
def test_a_handler_says_no_with_his_reason(house: House, vote: str):
    house.reply(requested(house, "ola"), vote)
    news = told(house, KARI)
    assert ("Ola Hansen godkjenner ikke:" in news.text, "| too dear" in news.text) == (True, True)
    assert "rejected" in house.kinds("1001")
    assert "too dear" not in str(house.case("1001")["events"])


@pytest.mark.parametrize(
    ("word", "kind", "said"), [("Ja", "approved", "Du har godkjent"), ("nei.", "rejected", "ikke godkjent")]
)
def test_somebody_outside_votes_by_a_word_and_both_hear(house: House, word: str, kind: str, said: str):
    asked = requested(house, BOSS)
    whole = asked.raw.decode()
    assert not [secret for secret in ("Storgata", "ann@", "Ann Berg") if secret in whole]
    house.reply(asked, word)
    assert kind in house.kinds("1001")
    house.wait(seconds=61)
    news, vote = sorted(house.letters(), key=lambda letter: letter.to)
    assert (news.to, "4000 kr" in news.text) == (KARI, True)
    assert (vote.kind, vote.to, said in vote.text) == ("vote", BOSS, True)


@pytest.mark.parametrize(("label", "kind"), [("Godkjenn", "approved"), ("Ikke godkjenn", "rejected")])
@pytest.mark.parametrize("who", ["ola", BOSS])
def test_a_link_is_a_vote(house: House, label: str, kind: str, who: str):
    asked = requested(house, who)
    link = next(line for line in asked.text.splitlines() if f"  {label}: <mailto:" in line).partition("mailto:")[2]
    house.reply(asked, "", to=link.partition("?")[0])
    assert kind in house.kinds("1001")


def test_an_unproven_vote_does_not_count_and_no_letter_goes_to_its_sender(house: House):
    house.reply(requested(house, BOSS), "Ja", proven=False)
    house.wait(seconds=61)
    (news,) = house.letters()
    assert (news.to, "det er ikke bekreftet hvem som skrev det; det teller ikke" in news.text) == (KARI, True)
    assert "approved" not in house.kinds("1001")


def test_somebody_else_with_the_letter_approves_nothing(house: House):
    asked = requested(house, BOSS)
    house.reply(asked, "Ja", "Per <per@styret.example>")
    house.reply(asked, "Ja", KARI)
    house.reply(asked, "Ja", ANN)
    assert "approved" not in house.kinds("1001")
    house.wait(seconds=61)
    assert {letter.to for letter in house.letters()} == {KARI}


def test_yes_but_is_no_vote_and_is_passed_on(house: House):
    asked = requested(house, BOSS)
    house.reply(asked, "Ja, men bare hvis det er garanti.")
    house.wait(seconds=61)
    news, vote = sorted(house.letters(), key=lambda letter: letter.to)
    assert ("uten et klart ja eller nei" in news.text, "| Ja, men bare" in news.text) == (True, True)
    assert "verken ja eller nei" in vote.text
    house.reply(asked, "Ja")
    assert "approved" in house.kinds("1001")


def test_a_handlers_yes_but_is_passed_on_and_reaches_no_customer(house: House):
    asked = requested(house, "ola")
    house.reply(asked, "Ja, men bare hvis det er garanti.")
    house.wait(seconds=61)
    (news,) = house.letters()
    assert (news.to, "| Ja, men bare" in news.text) == (KARI, True)
    assert "approved" not in house.kinds("1001")


def test_words_under_a_handlers_link_hold_his_vote(house: House):
    asked = requested(house, "ola")
    link = next(line for line in asked.text.splitlines() if "  Godkjenn: <mailto:" in line).partition("mailto:")[2]
    house.reply(asked, "Ja, men bare hvis det er garanti.", to=link.partition("?")[0])
    (error,) = house.letters()
    assert (error.kind, error.to, "skriv bare ja eller nei" in error.text) == ("error", OLA, True)
    assert "approved" not in house.kinds("1001")


def test_a_vote_counts_once(house: House):
    asked = requested(house, "ola")
    house.reply(asked, "/godkjenn")
    house.letters()
    house.reply(asked, "/avslå")
    (error,) = house.letters()
    assert "det spørsmålet gjelder ikke lenger" in error.text
    assert "rejected" not in house.kinds("1001")


def test_a_changed_request_voids_the_vote_for_the_older(house: House):
    notice = begun(house)
    asked = []
    for price in ("4000", "9000"):
        house.reply(notice, f"/innhent {BOSS} Kjøpe skriver for {price} kr")
        house.wait(seconds=61)
        asked += house.letters("approval")
    house.reply(asked[0], "Ja")
    assert "approved" not in house.kinds("1001")
    assert "svarer på et spørsmål som ikke gjelder lenger" in told(house, KARI).text
    house.reply(asked[1], "Ja")
    assert "approved" in house.kinds("1001")


def test_a_request_lapses_after_a_fortnight(house: House):
    asked = requested(house, "ola")
    house.wait(days=14)
    (news,) = house.letters()
    assert (news.to, "Ola Hansen svarte ikke på spørsmålet ditt" in news.text) == (KARI, True)
    house.reply(asked, "/godkjenn")
    assert "approved" not in house.kinds("1001")


def test_somebody_outside_who_is_late_is_told_so(house: House):
    asked = requested(house, BOSS)
    house.wait(days=15)
    house.letters()
    house.reply(asked, "Ja")
    house.wait(seconds=61)
    vote = next(letter for letter in house.letters() if letter.to == BOSS)
    assert "Takk for svaret, men spørsmålet gjelder ikke lenger, så svaret teller ikke." in vote.text
    assert "approved" not in house.kinds("1001")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/innhent", "hvem skal godkjenne?"),
        ("/innhent ola", "hva skal ola godkjenne?"),
        ("/innhent kari Ny skriver", "en annen må godkjenne"),
        ("/innhent hvem Ny skriver", "ingen heter det"),
        ("/innhent ann@kunde.example Ny skriver", "er med i saken"),
        ("/godkjenn", "her er det ingenting som venter på din godkjenning"),
        ("/avslå", "her er det ingenting som venter på din godkjenning"),
    ],
)
def test_a_mistake_is_told_with_its_cure_and_nobody_is_asked(house: House, words: str, said: str):
    house.reply(begun(house), words)
    house.wait(seconds=61)
    (error,) = house.letters()
    assert error.kind == "error"
    assert said in error.text


def test_a_request_that_was_a_mistake_is_taken_back(house: House):
    notice = begun(house)
    house.reply(notice, f"/innhent {BOSS} Kjøpe to skrivere")
    house.reply(notice, "/angre")
    house.wait(days=20)
    assert "approval" not in {letter.kind for letter in house.letters()}
    assert not {"approved", "lapsed"} & set(house.kinds("1001"))
