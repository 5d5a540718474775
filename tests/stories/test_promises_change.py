"""What is promised of a case when things change: it is counted anew, and what was told holds.  Open 8 to 16 in Oslo; a Monday, 9:00."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from parts import duty
from parts.dated import due
from parts.house import Got, House
from parts.past import DESK, old
from parts.promised import RESPONSE, SOLUTION, UPDATE, entry, hours, promise
from stories.test_history import bring

from maild.model.events import Priority

ANN, BO = "Ann Berg <ann@kunde.example>", "Bo Li <bo@kunde.example>"
LANGUAGES = ("en", "nb", "nn", "sl")
DESKS = duty.DESKS.replace("name: Drift\n", "name: Drift\n  calendar: office\n")
LEADS = duty.people("nb").replace("desks: support}", "desks: [support, drift], role: lead}")
CUSTOMERS = "kunde: {name: Kunde AS, domains: [kunde.example]}\nannen: {name: Annen AS, domains: [annen.example]}\n"


def made(folder: Path, language: str = "nb", people: str = "") -> House:
    desks = DESKS.replace("language: nb", f"language: {language}")
    people = people or LEADS.replace("language: nb", f"language: {language}")
    house = House(folder, desks=desks, people=people, calendars=duty.CALENDARS, customers=CUSTOMERS)
    house.now = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    return house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = made(tmp_path)
    yield found
    found.database.close()


def usual(house: House) -> None:
    promise(
        house,
        told=(RESPONSE, UPDATE),
        critical={RESPONSE: hours(0.25), SOLUTION: hours(2)},
        high={RESPONSE: hours(1), UPDATE: hours(2), SOLUTION: hours(4)},
        medium={RESPONSE: hours(4), UPDATE: hours(8), SOLUTION: hours(16)},
        low={RESPONSE: hours(8), SOLUTION: hours(80)},
    )


def begun(house: House, sender: str = ANN, subject: str = "Skriver") -> Got:
    """A case; whoever has it got this notice."""
    usual(house)
    house.mail(sender, subject, "Den står.")
    return [letter for letter in house.letters() if letter.kind == "notice"][-1]


def says(house: House, letter: Got, text: str) -> str:
    """A handler answers it; his receipt."""
    house.reply(letter, text)
    found = [one for one in house.letters() if one.kind in ("receipt", "error")]
    return found[-1].text if found else ""


def told(house: House) -> list[Got]:
    house.wait(minutes=2)
    return [letter for letter in house.letters() if letter.to == "ann@kunde.example"]


# --- what handlers read -----------------------------------------------------------------------------------------------------------

HEADS = {
    "en": "answer by Monday 2 March 2026 at 13:00 · solved by Wednesday 4 March 2026 at 09:00",
    "nb": "svar innen mandag 2. mars 2026 kl. 13:00 · løst innen onsdag 4. mars 2026 kl. 09:00",
    "nn": "svar innan måndag 2. mars 2026 kl. 13:00 · løyst innan onsdag 4. mars 2026 kl. 09:00",
    "sl": "odgovor do ponedeljka, 2. marca 2026, do 13.00 · rešitev do srede, 4. marca 2026, do 9.00",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_says_what_is_due(tmp_path: Path, language: str):
    house = made(tmp_path, language)
    assert HEADS[language] in begun(house).text
    house.database.close()


SHOWN = {
    "en": "answer by Monday 2 March 2026 at 13:00",
    "nb": "svar innen mandag 2. mars 2026 kl. 13:00",
    "nn": "svar innan måndag 2. mars 2026 kl. 13:00",
    "sl": "odgovor do ponedeljka, 2. marca 2026, do 13.00",
}
WORDS = {"en": ("/show", "/list"), "nb": ("/vis", "/liste"), "nn": ("/vis", "/liste"), "sl": ("/pokaži", "/seznam")}
LISTED = {
    "en": "Skriver · new · due by Monday 2 March 2026 at 13:00",
    "nb": "Skriver · ny · frist mandag 2. mars 2026 kl. 13:00",
    "nn": "Skriver · ny · frist måndag 2. mars 2026 kl. 13:00",
    "sl": "Skriver · nov · rok do ponedeljka, 2. marca 2026, do 13.00",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_show_and_list_say_it(tmp_path: Path, language: str):
    house = made(tmp_path, language)
    notice = begun(house)
    show, list_ = WORDS[language]
    assert SHOWN[language] in says(house, notice, show)
    assert LISTED[language] in says(house, notice, list_)
    house.database.close()


def test_a_customer_who_asks_reads_what_he_was_told_and_no_more(house: House):
    begun(house)
    house.mail(ANN, "status", "status")
    (letter,) = [one for one in house.letters() if one.kind == "status"]
    assert "Du får svar innen mandag 2. mars 2026 kl. 13:00." in letter.text
    assert "løst saken" not in letter.text, "by when it is solved she was not told"


def test_what_her_letters_say_of_what_is_due_inside_is_nothing(house: House):
    notice = begun(house)
    house.reply(notice, "Vi ser på det.")
    (update,) = told(house)
    assert "løst" not in update.text


# --- a change ---------------------------------------------------------------------------------------------------------------------

RAISED = {
    "en": ("/priority high", "answer by Monday 2 March 2026 at 10:00", "solved by Monday 2 March 2026 at 13:00"),
    "nb": ("/prio høy", "svar innen mandag 2. mars 2026 kl. 10:00", "løst innen mandag 2. mars 2026 kl. 13:00"),
    "nn": ("/prio høg", "svar innan måndag 2. mars 2026 kl. 10:00", "løyst innan måndag 2. mars 2026 kl. 13:00"),
    "sl": (
        "/prioriteta visoka",
        "odgovor do ponedeljka, 2. marca 2026, do 10.00",
        "rešitev do ponedeljka, 2. marca 2026, do 13.00",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_higher_priority_is_sooner_and_the_receipt_says_so(tmp_path: Path, language: str):
    house = made(tmp_path, language)
    words, *lines = RAISED[language]
    receipt = says(house, begun(house), words)
    assert all(line in receipt for line in lines), receipt
    assert due(house) == {"first_response": "Mon 10:00", "resolution": "Mon 13:00"}
    house.database.close()


STILL = {
    "en": (
        "/priority low",
        "the customer was promised an answer by Monday 2 March 2026 at 13:00, and that still holds",
    ),
    "nb": ("/prio lav", "kunden er lovet svar innen mandag 2. mars 2026 kl. 13:00, og det gjelder fortsatt"),
    "nn": ("/prio låg", "kunden er lova svar innan måndag 2. mars 2026 kl. 13:00, og det gjeld framleis"),
    "sl": ("/prioriteta nizka", "stranki je obljubljen odgovor do ponedeljka, 2. marca 2026, do 13.00; to še velja"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lower_priority_loosens_nothing_that_was_told(tmp_path: Path, language: str):
    house = made(tmp_path, language)
    words, line = STILL[language]
    assert line in says(house, begun(house), words)
    assert due(house) == {"first_response": "Mon 13:00", "resolution": "Mon 09:00"}, "of the week after next"
    house.database.close()


def test_where_nothing_moves_the_receipt_says_nothing(house: House):
    assert "innen" not in says(house, begun(house), "/merke vpn")


def test_another_desk_promises_something_else(house: House):
    usual(house)
    office = house.policy.calendar_of("support")
    own = entry(office, {Priority.MEDIUM: {RESPONSE: hours(2)}}, key="drift", desks=("drift",))
    promise(house, own, medium={RESPONSE: hours(4)})
    house.mail(ANN, "Skriver", "Den står.")
    assert due(house) == {"first_response": "Mon 13:00"}
    assert "svar innen mandag 2. mars 2026 kl. 11:00" in says(house, house.newest("1001"), "/tildel drift")
    assert due(house) == {"first_response": "Mon 11:00"}


def test_of_another_customer_what_his_organisation_is_promised(house: House):
    usual(house)
    office = house.policy.calendar_of("support")
    own = entry(office, {Priority.MEDIUM: {RESPONSE: hours(2)}}, key="annen", organisations=("annen",))
    promise(house, own, medium={RESPONSE: hours(4)})
    house.mail(ANN, "Skriver", "Den står.")
    house.reply(house.newest("1001"), "/for ole@annen.example")
    assert due(house) == {"first_response": "Mon 11:00"}
    house.reply(house.newest("1001"), "/angre")
    assert due(house) == {"first_response": "Mon 13:00"}


def test_a_date_that_a_handler_promises_is_the_case_s_own(house: House):
    notice = begun(house)
    house.reply(notice, "/frist fre 12:00")
    assert due(house)["resolution"] == "Fri 12:00"
    assert house.case("1001")["due"]["resolution"] == "2026-03-06T11:00:00Z"
    house.reply(notice, "/frist ingen")
    assert due(house)["resolution"] == "Wed 09:00"


def test_also_where_no_solution_is_promised(house: House):
    promise(house, medium={RESPONSE: hours(4)})
    house.mail(ANN, "Skriver", "Den står.")
    house.reply(house.newest("1001"), "/frist fre 12:00")
    assert due(house) == {"first_response": "Mon 13:00", "resolution": "Fri 12:00"}


# --- waiting, solving, thanks -----------------------------------------------------------------------------------------------------


def test_while_we_wait_for_her_nothing_is_due_and_then_the_rest_of_the_time(house: House):
    notice = begun(house)
    house.reply(notice, "/vent kunde\nHva står det på lappen?")
    assert due(house) == {}
    (update,) = told(house)
    house.now += hours(24)
    house.reply(update, "E-42.", ANN)
    assert due(house) == {"next_update": "Wed 09:02", "resolution": "Thu 09:02"}


def test_thanks_open_nothing_and_start_no_clock(house: House):
    notice = begun(house)
    house.reply(notice, "/lukk\nDen virker igjen.")
    (closing,) = told(house)
    house.reply(closing, "Tusen takk!", ANN)
    assert (due(house), house.case("1001")["status"]) == ({}, "solved")


def test_a_case_that_is_opened_again_waits_for_our_next_word(house: House):
    notice = begun(house)
    house.reply(notice, "/lukk\nDen virker igjen.")
    (closing,) = told(house)
    house.now += hours(24)
    house.reply(closing, "Nei, den står igjen.", ANN)
    assert due(house) == {"next_update": "Wed 09:02", "resolution": "Thu 09:02"}


def test_a_program_s_mail_waits_for_nobody_until_a_person_writes(house: House):
    usual(house)
    house.mail(ANN, "Rapport", "Alt i orden.", Auto_Submitted="auto-generated", Message_ID="<rapport@kunde.example>")
    assert due(house) == {}
    house.now += hours(1)
    house.mail(ANN, "Re: Rapport", "Ser dere på denne?", In_Reply_To="<rapport@kunde.example>")
    assert due(house)["first_response"] == "Tue 10:00", "it is of low priority"


def test_open_work_that_is_imported_waits_for_nobody_until_its_customer_writes(house: House, tmp_path: Path):
    usual(house)
    young = old(ANN, DESK, "Skriver", "Den står.", "2026-02-20 09:00", Message_ID="<a@x>")
    bring(house, tmp_path, young, open_since=datetime(2026, 2, 1, tzinfo=UTC))
    assert (house.case("1001")["status"], due(house)) == ("new", {})
    house.mail(ANN, "Re: Skriver", "Hvordan går det?", In_Reply_To="<a@x>")
    assert due(house) == {"first_response": "Mon 13:00", "resolution": "Wed 09:00"}


# --- cases that become one --------------------------------------------------------------------------------------------------------


def test_what_was_told_of_a_case_holds_in_the_one_in_which_it_goes_on(house: House):
    promise(house, medium={RESPONSE: hours(40)})
    house.mail(BO, "Nett", "Nettet er nede.")
    usual(house)
    house.now += hours(1)
    house.mail(ANN, "Skriver", "Den står.")
    promise(house, medium={RESPONSE: hours(40)})
    house.reply(house.newest("1002"), "/slå sammen 1001")
    assert (due(house, "1001"), due(house, "1002")) == ({"first_response": "Mon 14:00"}, {})


def test_where_the_merge_is_undone_each_waits_for_itself(house: House):
    usual(house)
    house.mail(BO, "Nett", "Nettet er nede.")
    house.mail(ANN, "Skriver", "Den står.")
    house.reply(house.newest("1002"), "/slå sammen 1001")
    house.reply(house.newest("1002"), "/angre")
    assert due(house, "1001") == due(house, "1002") == {"first_response": "Mon 13:00", "resolution": "Wed 09:00"}


# --- the morning ------------------------------------------------------------------------------------------------------------------


def test_the_morning_s_letter_says_what_is_overdue_and_what_is_due_today(tmp_path: Path):
    people = LEADS.replace("digest: 'none'", "digest: '07:30'", 1)
    house = made(tmp_path, people=people)
    only_kari = "- name: kari\n  when: {to: support@desk.example}\n  set: {handler: kari}\n"
    (tmp_path / "rules" / "routing.yaml").write_text(only_kari)
    house.load()
    usual(house)
    for subject, words in (("Skriver", "/prio høy"), ("Nett", "")):
        house.mail(ANN, subject, "Den står.")
        house.letters()
        if words:
            house.reply(house.newest("1001"), words)
    house.reply(house.newest("1002"), "Vi ser på det.")
    house.now = datetime(2026, 3, 3, 6, 29, tzinfo=UTC)
    house.wait(minutes=2)
    (morning,) = [letter for letter in house.letters() if letter.kind == "digest"]
    assert "== Over fristen (1) ==" in morning.text
    assert "== Frist i dag (1) ==" in morning.text
    assert "#1001 · Ann Berg · Skriver · ny · frist mandag 2. mars 2026 kl. 10:00" in morning.text
    assert "#1002 · Ann Berg · Nett · åpen · frist tirsdag 3. mars 2026 kl. 09:00" in morning.text
    house.database.close()
