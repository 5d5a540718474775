"""Two cases that are one: replies to either follow, and nobody reads what is not his."""

from __future__ import annotations

import pytest
from parts.house import Got, House

ANN, LI = "Ann Berg <ann@kunde.example>", "Li Dahl <li@kunde.example>"
BO = "Bo Moe <bo@annen.example>"


def begun(house: House, sender: str = ANN, subject: str = "Skriver", text: str = "Den står.") -> tuple[Got, Got]:
    """A case; what the customer got, and the handler."""
    house.mail(sender, subject, text)
    ack, notice = house.letters()
    return ack, notice


def told(house: House, kind: str = "") -> list[Got]:
    house.wait(seconds=61)
    return house.letters(kind)


@pytest.mark.parametrize(
    "words",
    ["/merge #1002", "/slå sammen #1002", "/slå saman 1002", "/združi #1002", "merge #1002", "/Slå sammen  #1002."],
)
def test_replies_to_either_follow(house: House, words: str):
    (ack, notice), (other_ack, _) = begun(house), begun(house, LI, "Utskrift")
    house.reply(notice, words)
    assert (house.case("1001")["status"], house.kinds("1001")[-1]) == ("closed", "told")
    assert "merged" in house.kinds("1001")
    assert "absorbed" in house.kinds("1002")
    house.letters()
    house.reply(ack, "Nå er den svart.", ANN)
    house.reply(other_ack, "Samme her.", LI)
    said = [m["own_text"] for m in house.case("1002")["messages"] if m["direction"] == "in"]
    assert said == ["Den står.", "Nå er den svart.", "Samme her."]


def test_a_plain_answer_in_the_old_thread_follows_by_its_ids_alone(house: House):
    (ack, notice), _ = begun(house), begun(house, LI, "Utskrift")
    house.reply(notice, "/slå sammen #1002")
    house.letters()
    house.mail(ANN, "Sv: Skriver", "Hallo?", In_Reply_To=str(ack.mail["Message-ID"]))
    house.mail(ANN, "[#1001] Skriver", "Hallo igjen?")
    assert house.kinds("1002").count("received") == 2


def test_both_get_the_answers_from_then_on(house: House):
    (_, notice), (_, other) = begun(house), begun(house, LI, "Utskrift")
    house.reply(notice, "/slå sammen #1002")
    told(house)
    house.reply(other, "Den er bestilt.")
    letters = told(house, "update")
    assert {letter.to for letter in letters} == {"ann@kunde.example", "li@kunde.example"}
    assert len({letter.reply_to for letter in letters}) == 2
    to_ann = next(letter for letter in letters if letter.to.startswith("ann"))
    assert "Også sendt til: Li Dahl" in to_ann.text
    assert "li@" not in str(to_ann.mail["To"]) + str(to_ann.mail["Cc"])


def test_the_customer_is_told_once_and_whoever_has_the_other_case_reads_it(house: House):
    (_, notice), (_, other) = begun(house), begun(house, LI, "Utskrift")
    house.reply(notice, "/slå sammen #1002")
    news, receipt = house.letters()
    assert "saken fortsetter i #1002" in receipt.text
    assert (news.kind, news.to) == ("notice", other.to)
    assert "Sak #1001 er slått sammen med denne." in news.text
    assert "Den står." in news.text
    (merged,) = told(house)
    assert (merged.kind, merged.to) == ("merged", "ann@kunde.example")
    assert "Saken din #1001 fortsetter sammen med sak #1002" in merged.text
    assert "Utskrift" not in merged.raw.decode()
    assert told(house) == []


def test_one_who_wrote_twice_is_told_nothing(house: House):
    (_, notice), _ = begun(house), begun(house, ANN, "Skriver igjen")
    house.reply(notice, "/slå sammen #1002")
    assert {letter.kind for letter in told(house)} == {"receipt", "notice"}


@pytest.mark.parametrize("anyway", ["anyway", "likevel", "vseeno"])
def test_customers_of_two_houses_are_asked_about_first(house: House, anyway: str):
    (_, notice), (_, other) = begun(house), begun(house, BO, "Skriver også her")
    house.reply(notice, "/merge #1002")
    (error,) = house.letters()
    assert "Ann Berg ville lese det den andre kunden får" in error.text
    assert house.case("1001")["status"] == "new"
    house.reply(notice, f"/merge #1002 {anyway}")
    told(house)
    house.reply(other, "Felles svar.")
    assert {letter.to for letter in told(house, "update")} == {"ann@kunde.example", "bo@annen.example"}


def test_a_public_mail_providers_customers_are_no_organisation(house: House):
    (_, notice), _ = begun(house, "Ann <ann@gmail.com>"), begun(house, "Li <li@gmail.com>", "Utskrift")
    house.reply(notice, "/slå sammen #1002")
    assert house.letters()[0].kind == "error"


def test_who_waited_for_the_one_waits_for_the_other(house: House):
    (_, notice), _ = begun(house), begun(house, LI, "Utskrift")
    _, third = begun(house, LI, "Toner")
    house.reply(third, "/vent #1001")
    house.reply(notice, "/slå sammen #1002")
    house.letters()
    assert house.case("1003")["status"] == "on_hold"
    house.reply(house.newest("1002"), "/lukk")
    assert house.case("1003")["status"] == "open"


def test_a_case_that_waited_for_the_merged_one_is_not_left_waiting_for_itself(house: House):
    (_, notice), (_, other) = begun(house), begun(house, LI, "Utskrift")
    house.reply(other, "/vent #1001")
    assert house.case("1002")["status"] == "on_hold"
    house.reply(notice, "/slå sammen #1002")
    assert house.case("1002")["status"] == "open"


def test_its_own_rest_ends_and_no_reminder_follows(house: House):
    (_, notice), _ = begun(house), begun(house, LI, "Utskrift")
    house.reply(notice, "/vent 3d")
    house.reply(notice, "/slå sammen #1002")
    told(house)
    house.wait(days=4)
    assert house.letters() == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/slå sammen", "slå sammen med hvilken sak?"),
        ("/slå sammen #1001", "det finnes ingen annen sak #1001"),
        ("/slå sammen #9999", "det finnes ingen annen sak #9999"),
        ("/slå sammen #1002 nå", "slå sammen med hvilken sak?"),
    ],
)
def test_a_merge_into_nothing_is_refused(house: House, words: str, said: str):
    (_, notice), _ = begun(house), begun(house, LI, "Utskrift")
    house.reply(notice, words)
    (error,) = house.letters()
    assert (error.kind, said in error.text) == ("error", True)
    assert house.case("1001")["status"] == "new"


def test_a_solved_case_takes_nothing_in(house: House):
    (_, notice), (_, other) = begun(house), begun(house, LI, "Utskrift")
    house.reply(other, "/lukk stille")
    house.letters()
    house.reply(notice, "/slå sammen #1002")
    assert "#1002 er løst; åpne den igjen først" in house.letters()[0].text


def test_merges_go_in_no_ring_and_into_no_case_that_was_merged(house: House):
    (_, first), (_, second) = begun(house), begun(house, LI, "Utskrift")
    _, third = begun(house, LI, "Toner")
    house.reply(first, "/slå sammen #1002")
    house.letters()
    house.reply(second, "/slå sammen #1001")
    assert "#1001 fortsetter allerede i denne saken" in house.letters()[0].text
    house.reply(third, "/slå sammen #1001")
    assert "skriv /slå sammen #1002" in house.letters()[0].text


def test_a_chain_of_merges_is_followed_to_its_end(house: House):
    (ack, first), (_, second) = begun(house), begun(house, LI, "Utskrift")
    begun(house, LI, "Toner")
    house.reply(first, "/slå sammen #1002")
    house.reply(second, "/slå sammen #1003")
    house.letters()
    house.reply(ack, "Fortsatt svart.", ANN)
    assert "received" in house.kinds("1003")


def test_a_command_that_answers_an_older_letter_of_the_merged_case_has_not_seen_the_new_mail(house: House):
    (_, notice), (other_ack, _) = begun(house), begun(house, LI, "Utskrift")
    house.reply(notice, "/slå sammen #1002")
    house.reply(other_ack, "Vent, det er noe mer.", LI)
    told(house)
    house.reply(notice, "/lukk")
    (error,) = house.letters()
    assert (error.kind, house.case("1002")["status"]) == ("error", "new")


def test_a_bounce_of_an_old_letter_is_told_to_whoever_has_it_now(house: House):
    (ack, notice), (_, other) = begun(house), begun(house, LI, "Utskrift")
    house.reply(notice, "/slå sammen #1002")
    told(house)
    bounced = (
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\nFrom: MAILER-DAEMON@kunde.example\r\n"
        f"To: support@desk.example\r\nSubject: Undelivered\r\nMessage-ID: <b1@kunde.example>\r\nMIME-Version: 1.0\r\n\r\n--b\r\n"
        "Content-Type: text/plain\r\n\r\nNo such user.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.kunde.example\r\n\r\nFinal-Recipient: rfc822; ann@kunde.example\r\nAction: failed\r\n"
        f"Status: 5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {ack.mail['Message-ID']}\r\n\r\n--b--\r\n"
    )
    house.arrives(bounced.encode(), "support@desk.example", "")
    (note,) = house.letters("bounce")
    assert note.to == other.to
    assert "bounced" in house.kinds("1002")


def test_only_a_proven_handler_merges(house: House):
    (ack, notice), _ = begun(house), begun(house, LI, "Utskrift")
    house.reply(notice, "/slå sammen #1002", proven=False)
    house.reply(ack, "/slå sammen #1002", ANN)
    assert "merged" not in house.kinds("1001")


def test_a_list_to_a_desk_that_names_the_merged_case_means_the_one_in_which_it_goes_on(house: House):
    (_, notice), _ = begun(house), begun(house, LI, "Utskrift")
    house.reply(notice, "/slå sammen #1002")
    house.mail("Kari Nordmann <kari@staff.example>", "Liste", "#1001 lukk\n")
    assert [house.case(number)["status"] for number in ("1001", "1002")] == ["closed", "solved"]


def test_a_list_to_a_desk_merges(house: House):
    begun(house), begun(house, LI, "Utskrift")
    house.mail("Kari Nordmann <kari@staff.example>", "Liste", "1001 slå sammen 1002\n")
    assert "absorbed" in house.kinds("1002")


def test_a_mail_that_was_kept_of_a_case_that_was_merged_since_acts_where_it_goes_on(house: House):
    (_, notice), _ = begun(house), begun(house, LI, "Utskrift")
    house.reply(notice, "/lukkk\nFerdig nå.")
    (error,) = house.letters()
    house.reply(notice, "/slå sammen #1002")
    told(house)
    house.reply(error, "/send")
    assert {letter.to for letter in told(house, "update")} == {"ann@kunde.example", "li@kunde.example"}
