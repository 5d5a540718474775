"""Which case a mail belongs to: evidence, strongest first."""

from __future__ import annotations

from email.utils import format_datetime

from parts.house import House
from parts.mails import mail, wire

from maild.model.people import Authentication, Trust
from maild.rehearse import rehearse
from maild.store import views

ANN = "Ann Berg <ann@kunde.example>"
VENDOR = "Vendor Support <support@vendor.example>"


def test_a_reply_that_lost_every_header_of_ours_is_known_by_the_marker_that_it_quotes(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    _, notice = house.letters()
    quoted = "\n".join(f"> {line}" for line in notice.text.splitlines())
    house.mail("Per Leverandør <per@vendor.example>", "Angående skriveren", f"Vi kommer i morgen.\n\n{quoted}")
    house.wait(seconds=61)
    (news,) = house.letters()
    assert (news.kind, news.to) == ("update", "kari@staff.example")
    assert "Vi kommer i morgen." in news.text
    assert "Avsenderen er ikke kjent i saken" in news.text
    assert views.case_id(house.session, "1002") is None


def test_a_marker_that_somebody_made_up_leads_nowhere(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    house.letters()
    house.mail(
        "Eve <eve@evil.example>", "Hei", "Send alt.\n\n> [maild:1001:mrtaaldfhtug6ohfghsdu] Skriv svaret ditt over"
    )
    assert house.case("1002")["customer"] == "eve@evil.example"


def test_a_marker_proves_nothing_of_a_handler(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    _, notice = house.letters()
    house.mail("Kari <kari@staff.example>", "Skriver", f"/lukk\n\n> {notice.text.splitlines()[0]}")
    assert {letter.kind for letter in house.letters()} == {"unverified"}
    assert house.case("1001")["status"] == "new"


def test_the_same_message_in_another_form_joins_its_case_and_is_marked(house: House):
    """A mailing list adds its footer to a mail that came straight as well."""
    house.mail(ANN, "Skriver", "Den står.", Message_ID="<one@kunde.example>")
    house.letters()
    house.mail(ANN, "Skriver", "Den står.\n_____\nAvmelding: klikk her", Message_ID="<one@kunde.example>")
    assert house.kinds("1001").count("received") == 1
    assert views.case_id(house.session, "1002") is None
    received = next(e for e in house.case("1001")["events"] if e["kind"] == "received")
    assert received["data"]["evidence"] == "its own message id, seen before with other content"


def test_a_strangers_mail_under_somebody_elses_message_id_stands_alone(house: House):
    house.mail(ANN, "Skriver", "Den står.", Message_ID="<one@kunde.example>")
    house.letters()
    house.mail("Eve <eve@evil.example>", "Skriver", "Vis meg saken.", Message_ID="<one@kunde.example>")
    assert house.case("1002")["customer"] == "eve@evil.example"


def test_another_systems_number_leads_to_the_open_case_that_has_it(house: House):
    house.mail(VENDOR, "[SUP-77] Toner is late", "It comes on Friday.", Message_ID="<a1@vendor.example>")
    house.letters()
    house.mail(VENDOR, "RE: [SUP-77] Toner is late - update", "It comes on Monday.", Message_ID="<b2@vendor.example>")
    assert house.kinds("1001").count("received") == 1
    house.mail("Eve <eve@evil.example>", "[SUP-77] Toner", "Mine!", Message_ID="<c3@evil.example>")
    assert house.case("1002")["customer"] == "eve@evil.example"


def test_a_word_with_digits_is_no_number_of_another_system(house: House):
    for n in range(2):
        house.mail(ANN, "COVID-19 og skriver HP-4050", f"Spørsmål {n}", Message_ID=f"<{n}@kunde.example>")
    assert views.case_id(house.session, "1002") is not None


def test_one_mail_to_two_desks_is_one_case_and_both_know(house: House):
    from parts.mails import authenticated

    made = mail(ANN, "Skriver", "Den står.", to="support@desk.example, help@desk.example")
    house.arrives(authenticated(made), "support@desk.example", "ann@kunde.example")
    assert house.kinds("1001")[:3] == ["opened", "watched", "assigned"]
    notices = house.letters("notice")
    assert [letter.to for letter in notices] == ["kari@staff.example", "ola@staff.example"]
    assert "Også sendt til: Help Desk" in notices[0].text
    assert "Kari Nordmann har saken" in notices[1].text
    assert "kunden også skrev til gruppen din" in notices[1].text
    assert len(house.letters("ack")) == 0  # the one acknowledgement is out already


def test_a_case_that_may_belong_to_another_says_so(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    house.letters()
    house.mail("Bo <bo@kunde.example>", "Re: [#1001] Skriver", "Gjelder meg også.")
    (notice,) = house.letters("notice")
    assert "Hører kanskje sammen med sak #1001." in notice.text


def test_a_mail_named_by_two_replies_joins_them_though_it_never_came(house: House):
    """Two colleagues answer a mail that we never saw; the second names it too."""
    house.mail(ANN, "Sv: Tilbud", "Vi tar det.", In_Reply_To="<never@kunde.example>", Message_ID="<r1@kunde.example>")
    house.letters()
    house.mail("Bo <bo@kunde.example>", "Sv: Tilbud", "Enig.", In_Reply_To="<never@kunde.example>")
    assert house.kinds("1001").count("received") == 1
    assert views.case_id(house.session, "1002") is None


def test_the_mail_that_others_answered_before_it_came_joins_them(house: House):
    house.mail(ANN, "Sv: Tilbud", "Vi tar det.", In_Reply_To="<late@kunde.example>")
    house.letters()
    house.mail(ANN, "Tilbud", "Her er tilbudet.", Message_ID="<late@kunde.example>")
    assert house.kinds("1001").count("received") == 1


def test_a_customers_forward_of_an_old_thread_is_a_new_case_that_knows_the_old(house: House):
    house.mail(ANN, "Skriver", "Den står.", Message_ID="<old@kunde.example>")
    house.letters()
    house.mail(ANN, "VS: Skriver", "Kan dere se på denne også?", References="<old@kunde.example>")
    (notice,) = house.letters("notice")
    assert notice.subject == "[#1002] Skriver"
    assert "#1001" in notice.text


def test_a_client_that_quotes_without_any_mark_gives_the_customer_only_the_handlers_words(house: House):
    house.mail(ANN, "Skriver", "Hei, skriveren i tredje etasje har stått siden mandag morgen.")
    _, notice = house.letters()
    below = [line for line in notice.text.splitlines() if line.strip() and "[maild:" not in line]
    house.reply(notice, "Vi kommer i morgen.\n\n" + "\n".join(below))
    house.wait(seconds=61)
    (update,) = house.letters("update")
    assert "Vi kommer i morgen." in update.text
    assert "etasje" not in update.text
    assert "Lukk saken" not in update.text


def test_what_was_taken_away_is_still_in_the_case(house: House):
    house.mail(ANN, "Skriver", "Hei, skriveren i tredje etasje har stått siden mandag morgen.")
    ack, _ = house.letters()
    below = [line for line in ack.text.splitlines() if line.strip() and "[maild:" not in line]
    house.reply(ack, "Takk!\n\n" + "\n".join(below), ANN)
    reply = [message for message in house.case("1001")["messages"] if message["direction"] == "in"][-1]
    assert reply["own_text"].strip() == "Takk!"
    assert below[0] in reply["text"]


def test_another_systems_tag_stays_in_the_subject_and_ours_is_there_once(house: House):
    house.mail(VENDOR, "[#4711] Re: [#4712] Toner", "It comes on Friday.")
    (notice,) = house.letters("notice")
    assert notice.subject == "[#1001] [#4711] Re: [#4712] Toner"
    house.reply(notice, "Thanks.")
    house.wait(seconds=61)
    (update,) = house.letters("update")
    assert update.subject.count("[#1001]") == 1
    assert "[#4711]" in update.subject


def test_a_new_case_that_began_with_an_old_number_bears_its_own_only(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    house.letters()
    house.mail("Bo <bo@kunde.example>", "Re: [#1001] Skriver", "Gjelder meg også.")
    assert {letter.subject.count("#1001") for letter in house.letters()} == {0}


def test_a_rehearsal_reads_an_answer_as_the_daemon_does(house: House):
    house.mail(ANN, "Skriver", "Hei, skriveren i tredje etasje har stått siden mandag morgen.")
    _, notice = house.letters()
    below = [line for line in notice.text.splitlines() if line.strip() and "[maild:" not in line]
    text, today = "Vi kommer.\n\n" + "\n".join(below), format_datetime(house.now)
    made = mail("Kari <kari@staff.example>", notice.subject, text, notice.reply_to, Date=today)
    proven = Trust(Authentication.ALIGNED)
    tried = rehearse(
        house.session, wire(made), notice.reply_to, lambda message: proven, house.policy, house.keys, house.now
    )
    (update,) = tried.plan.letters
    assert update.shown[0].text.strip() == "Vi kommer."
