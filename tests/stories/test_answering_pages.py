"""Who answers a page, and who need not come any more: a proven reply of any words, or any deed in the case."""

from __future__ import annotations

import pytest
from parts import duty
from parts.calls import ANN, FOUR, LARS, ROUTING, at, events, fire, paged
from parts.duty import IDA, KARI, OLA, Site
from parts.house import House


@pytest.fixture
def night(rota: Site) -> House:
    """Tuesday evening: Kari has duty."""
    return at(rota(routing=ROUTING, oncall=FOUR), "2026-03-03T20:00")


# --- who comes --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["", "ok", "Jeg er på vei.", "/hjelp"])
def test_any_reply_to_the_page_is_an_answer(night: House, words: str):
    (page,) = fire(night)
    night.reply(page, words, KARI)
    night.wait(hours=2)
    assert paged(night) == ["kari"]
    assert night.case("1001")["handler"] == KARI
    assert not [letter for letter in night.letters() if letter.to == "ann@kunde.example" and letter.kind != "ack"]


def test_whoever_answers_reads_that_his_answer_has_come_and_works_from_that_letter(night: House):
    (page,) = fire(night)
    night.letters()
    night.reply(page, "", KARI)
    (told,) = night.letters()
    assert (told.kind, told.to) == ("notice", KARI)
    assert "Ingen andre blir varslet" in told.text
    assert "Det brenner." in told.text
    night.reply(told, "Vi er på vei.", KARI)
    night.wait(minutes=2)
    assert (
        "Vi er på vei." in next(letter for letter in night.letters("update") if letter.to == "ann@kunde.example").text
    )


def test_the_button_of_the_page_is_an_answer(night: House):
    (page,) = fire(night)
    night.reply(page, "/ta", KARI, to=duty.link(page, "t"))
    night.wait(hours=2)
    assert paged(night) == ["kari"]
    assert night.case("1001")["handler"] == KARI


def test_the_others_who_were_called_are_told_who_has_it(night: House):
    (first,) = fire(night)
    night.wait(minutes=10)
    (second,) = night.letters("page")
    night.letters()
    night.reply(second, "kommer", OLA)
    (told,) = night.letters("paging")
    assert (told.to, "Ola Hansen er på saken" in told.text) == (KARI, True)
    # Kari wakes up and answers too late: she hears it again, and the case stays Ola's.
    night.reply(first, "", KARI)
    (late,) = night.letters("paging")
    assert (late.to, "Ola Hansen er på saken" in late.text) == (KARI, True)
    assert night.case("1001")["handler"] == OLA


def test_an_answer_to_the_customer_is_one(night: House):
    night.mail(ANN, "brann", "Det brenner.")
    notice = next(letter for letter in night.letters("notice") if letter.to == KARI)
    night.reply(notice, "Vi kommer.", KARI)
    night.wait(hours=1)
    assert paged(night) == ["kari"]


def test_a_mail_in_her_name_without_proof_is_no_answer(night: House):
    (page,) = fire(night)
    night.reply(page, "ok", KARI, proven=False)
    night.wait(minutes=10)
    assert paged(night) == ["kari", "ola"]


def test_a_proven_mail_to_another_s_page_is_no_answer(night: House):
    (page,) = fire(night)
    night.reply(page, "ok", "per@staff.example")
    night.wait(minutes=10)
    assert paged(night) == ["kari", "ola"]


def test_an_automatic_answer_is_none(night: House):
    (page,) = fire(night)
    night.reply(page, "Jeg er på ferie.", KARI, Auto_Submitted="auto-replied")
    night.wait(minutes=10)
    assert paged(night)[:2] == ["kari", "ola"]


def test_the_customer_s_words_stop_no_page(night: House):
    night.mail(ANN, "brann", "Det brenner.")
    ack = night.letters("ack")[0]
    night.reply(ack, "/ta\n/lukk", ANN)
    night.wait(minutes=10)
    assert paged(night) == ["kari", "ola"]


# --- who need not come ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["/lukk stille", "/prioritet lav"])
def test_what_is_over_calls_off_who_was_called(night: House, word: str):
    night.mail(ANN, "brann", "Det brenner.")
    notice = next(letter for letter in night.letters("notice") if letter.to == OLA)
    night.letters()
    night.reply(notice, word, OLA)
    told = night.letters("paging")
    assert [letter.to for letter in told] == [KARI]
    night.wait(hours=2)
    assert paged(night) == ["kari"]


def test_a_merged_case_calls_off_who_was_called(night: House):
    night.mail(ANN, "skriver", "Den står.")
    night.letters()
    night.mail(ANN, "brann", "Det brenner.")
    notice = next(letter for letter in night.letters("notice") if letter.to == IDA)
    night.reply(notice, "/slå sammen 1001", IDA)
    assert "går videre i en annen sak" in next(letter for letter in night.letters("paging")).text


def test_undo_of_the_priority_calls_off(night: House):
    night.mail(ANN, "skriver", "Den står.")
    notice = next(letter for letter in night.letters("notice") if letter.to == OLA)
    night.reply(notice, "/prioritet kritisk", OLA)
    receipt = night.letters("receipt")[-1]
    night.wait(minutes=10)
    night.reply(receipt, "/angre", OLA)
    assert {letter.to for letter in night.letters("paging")} == {KARI}
    night.wait(hours=1)
    assert events(night, "pages_revoked") == [{"why": "lowered"}]


def test_undo_of_taking_it_lets_the_pages_go_on(night: House):
    night.mail(ANN, "brann", "Det brenner.")
    notice = next(letter for letter in night.letters("notice") if letter.to == LARS)
    night.reply(notice, "/ta", LARS)
    night.reply(night.letters("receipt")[-1], "/angre", LARS)
    night.wait(minutes=10)
    assert paged(night) == ["kari", "ola"]


def test_a_case_that_is_open_again_calls_again(night: House):
    (page,) = fire(night)
    night.reply(page, "/lukk", KARI)
    night.wait(minutes=2)
    closing = next(
        letter for letter in night.letters() if letter.to == "ann@kunde.example" and letter.kind == "closing"
    )
    night.reply(closing, "Det brenner igjen!", ANN)
    assert [letter.to for letter in night.letters("page")] == [KARI]
