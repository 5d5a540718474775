"""/undo of what ties cases and people together: both cases stand as they stood, and letters that have not left do not."""

from __future__ import annotations

import pytest
from parts.house import Got, House

ANN, LI = "Ann Berg <ann@kunde.example>", "Li Dahl <li@kunde.example>"


def begun(house: House, sender: str = ANN, subject: str = "Skriver") -> tuple[Got, Got]:
    """A case; what the customer got, and the handler."""
    house.mail(sender, subject, "Den står.")
    ack, notice = house.letters()
    return ack, notice


def receipt(house: House, letter: Got, words: str) -> Got:
    """The receipt of a command, in the case in which it was given."""
    house.reply(letter, words)
    return next(x for x in house.letters("receipt") if letter.subject.split("]")[0] in x.subject)


@pytest.mark.parametrize("word", ["/undo", "/angre", "/razveljavi"])
def test_two_merged_cases_are_two_again(house: House, word: str):
    (ack, notice), _ = begun(house), begun(house, LI, "Utskrift")
    house.reply(notice, "/vent 3d")
    house.letters()
    merged = receipt(house, notice, "/slå sammen #1002")
    house.reply(merged, word)
    one, two = house.case("1001"), house.case("1002")
    assert (one["status"], one["merged_into"], two["merged"]) == ("on_hold", None, [])
    assert "excluded" in house.kinds("1002")
    house.wait(seconds=61)
    assert house.letters("merged") == [], "it had not left"
    house.reply(ack, "Fortsatt svart.", ANN)
    assert "received" in house.kinds("1001")
    assert "received" not in house.kinds("1002")


def test_a_merge_is_undone_from_the_case_that_went_on_and_only_once(house: House):
    (_, notice), (_, other) = begun(house), begun(house, LI, "Utskrift")
    house.reply(notice, "/slå sammen #1002")
    merged = house.newest("1001")
    house.letters()
    house.reply(merged, "/angre")
    house.reply(merged, "/angre")
    assert house.kinds("1001").count("unmerged") == 1
    assert house.case("1001")["status"] == "new"
    assert other.kind == "notice"


def test_who_waited_waits_for_the_first_case_again(house: House):
    (_, notice), _ = begun(house), begun(house, LI, "Utskrift")
    _, third = begun(house, LI, "Toner")
    house.reply(third, "/vent #1001")
    house.letters()
    house.reply(receipt(house, notice, "/slå sammen #1002"), "/angre")
    house.letters()
    house.reply(notice, "/lukk")
    assert house.case("1003")["status"] == "open"


def test_a_merge_into_a_case_that_was_merged_on_is_held(house: House):
    (_, first), (_, second) = begun(house), begun(house, LI, "Utskrift")
    begun(house, LI, "Toner")
    merged = receipt(house, first, "/slå sammen #1002")
    house.reply(second, "/slå sammen #1003")
    house.letters()
    house.reply(merged, "/angre")
    assert house.letters()[0].kind == "error"
    assert house.case("1001")["merged_into"] == "1002"


def test_a_split_is_undone_and_the_customer_hears_nothing_of_it(house: House):
    _, notice = begun(house)
    house.reply(receipt(house, notice, "/del Nettet"), "/angre")
    new = house.case("1002")
    assert (new["status"], new["merged_into"]) == ("closed", "1001")
    assert (house.case("1001")["links"], house.case("1001")["merged"]) == ([], ["1002"])
    house.wait(seconds=61)
    assert house.letters("ack") == []


def test_a_split_can_be_undone_from_the_new_case(house: House):
    _, notice = begun(house)
    house.reply(notice, "/del Nettet")
    house.reply(house.newest("1002"), "/angre")
    assert house.case("1002")["merged_into"] == "1001"
    assert house.case("1001")["merged"] == ["1002"]


def test_a_split_in_which_something_happened_since_stays(house: House):
    _, notice = begun(house)
    split = receipt(house, notice, "/del Nettet")
    house.wait(seconds=61)
    (ack,) = house.letters("ack")
    house.reply(ack, "Takk.", ANN)
    house.reply(split, "/angre")
    assert house.letters("error") != []
    assert house.case("1002")["status"] == "new"


def test_a_link_goes_on_both_sides(house: House):
    (_, notice), _ = begun(house), begun(house, LI, "Utskrift")
    house.reply(receipt(house, notice, "/koble #1002"), "/angre")
    assert (house.case("1001")["links"], house.case("1002")["links"]) == ([], [])


def test_a_watcher_is_none_any_more_and_one_that_was_taken_out_is_one_again(house: House):
    _, notice = begun(house)
    copied = receipt(house, notice, "/kopi bo@annen.example")
    out = receipt(house, notice, "/fjern kopi bo@annen.example")
    house.reply(out, "/angre")
    assert house.case("1001")["watchers"] == ["bo@annen.example"]
    house.reply(copied, "/angre")
    assert house.case("1001")["watchers"] == []
    assert house.session.all("SELECT * FROM watcher") == []


def test_an_incident_and_what_belongs_to_it(house: House):
    (_, notice), (_, child) = begun(house), begun(house, LI)
    declared = receipt(house, notice, "/hendelse Brudd")
    tied = receipt(house, child, "/koble #1001")
    house.reply(tied, "/angre")
    assert (house.case("1001")["children"], house.case("1002")["parent"]) == ([], None)
    house.reply(declared, "/angre")
    assert house.case("1001")["incident"] is None


def test_a_notice_is_taken_back_from_everybody(house: House):
    (_, notice), (_, child) = begun(house), begun(house, LI)
    house.reply(notice, "/hendelse Brudd")
    house.reply(child, "/koble #1001")
    house.letters()
    told = receipt(house, notice, "/driftsmelding Feil melding")
    house.reply(told, "/angre")
    house.wait(seconds=61)
    assert house.letters("incident") == []
    words = [m for m in house.case("1002")["messages"] if m["own_text"] == "Feil melding"]
    assert [m["internal"] for m in words] == [True]


def test_closing_all_is_undone_in_all(house: House):
    (_, notice), (_, child) = begun(house), begun(house, LI)
    house.reply(notice, "/hendelse Brudd")
    house.reply(child, "/koble #1001")
    house.letters()
    house.reply(receipt(house, notice, "/lukk alle"), "/angre")
    assert [house.case(number)["status"] for number in ("1001", "1002")] == ["new", "new"]
    house.wait(seconds=61)
    assert house.letters("closing") == []


def test_a_list_to_a_desk_is_undone_only_in_the_case_that_is_meant(house: House):
    begun(house), begun(house, LI, "Utskrift")
    house.mail("Kari Nordmann <kari@staff.example>", "Liste", "1001 lukk\n1002 lukk\n")
    house.letters()
    house.mail("Kari Nordmann <kari@staff.example>", "Liste", "1001 angre\n")
    assert [house.case(number)["status"] for number in ("1001", "1002")] == ["new", "solved"]


# --- notices in one burst ---------------------------------------------------------------------------------------------------------


def told_twice(house: House) -> tuple[Got, Got]:
    """The receipts of two notices within a minute: the customers have both in one letter, which has not left."""
    (_, notice), (_, child) = begun(house), begun(house, LI)
    house.reply(notice, "/hendelse Brudd")
    house.reply(child, "/koble #1001")
    house.letters()
    first = receipt(house, notice, "/driftsmelding Feilen er funnet.")
    house.wait(seconds=20)
    return first, receipt(house, notice, "/driftsmelding Feil melding.")


@pytest.mark.parametrize("word", ["/undo", "/angre", "/razveljavi"])
def test_a_second_notice_is_taken_back_and_the_first_goes_out(house: House, word: str):
    house.reply(told_twice(house)[1], word)
    assert house.letters()[0].text.count("var ikke sendt, og blir det ikke") == 2
    house.wait(seconds=41)
    letters = house.letters("incident")
    assert {letter.to for letter in letters} == {"ann@kunde.example", "li@kunde.example"}
    assert all("Feilen er funnet." in letter.text and "Feil melding." not in letter.text for letter in letters)
    assert all("Brudd" in letter.text for letter in letters)
    hidden = [m["own_text"] for m in house.case("1002")["messages"] if m["internal"] and "Feil" in m["own_text"]]
    assert hidden == ["Feil melding."]


def test_a_first_notice_is_taken_back_and_the_second_goes_out(house: House):
    house.reply(told_twice(house)[0], "/angre")
    assert "er allerede sendt" not in house.letters()[0].text
    house.wait(seconds=41)
    letters = house.letters("incident")
    assert len(letters) == 2
    assert all("Feil melding." in letter.text and "Feilen er funnet." not in letter.text for letter in letters)


def test_both_are_taken_back_one_after_the_other(house: House):
    first, second = told_twice(house)
    house.reply(second, "/angre")
    house.reply(first, "/angre")
    house.wait(minutes=5)
    assert house.letters("incident") == []


def test_a_notice_that_has_left_is_said_to_have_left(house: House):
    first, _ = told_twice(house)
    house.wait(seconds=61)
    house.letters()
    house.reply(first, "/angre")
    assert "er allerede sendt og kan ikke kalles tilbake" in house.letters()[0].text
