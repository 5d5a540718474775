"""Old mail, imported: a conversation as it was, and not a word to anybody."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from parts.house import House
from parts.past import DESK, mbox, old

from maild.edges.archive import Mbox
from maild.edges.importing import Come, Importer, Site, Tally, Wish
from maild.mail import token
from maild.store import moving

ANN = "Ann Berg <ann@kunde.example>"
KARI = "Kari Nordmann <kari@staff.example>"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SINCE = datetime(2025, 1, 1, tzinfo=UTC)


def bring(house: House, folder: Path, *mails: EmailMessage | bytes, **wish: object) -> Tally:
    archive = Mbox(mbox(folder / "old.mbox", mails))
    site = Site(house.database, house.policy, house.keys, 1_000_000, lambda: False)
    importer = Importer(site, Wish(**wish), lambda tally: None)  # type: ignore[arg-type]
    coming = [
        Come(
            archive.octets(e) if e.size < 1_000_000 else None,
            datetime.fromtimestamp(e.at, UTC),
            archive.where(e),
            str(n),
        )
        for n, e in enumerate(sorted(archive.entries(NOW)), 1)
    ]
    try:
        return importer.take(coming, "mark")
    finally:
        importer.close()


def conversation() -> list[EmailMessage]:
    return [
        old(DESK, ANN, "Re: Skriver", "Slå den av og på.", "2024-03-02 10:00", Message_ID="<b@x>", References="<a@x>"),
        old(ANN, DESK, "Skriver", "Den står.", "2024-03-02 09:00", Message_ID="<a@x>"),
        old(ANN, DESK, "Re: Skriver", "Det hjalp!", "2024-03-03 08:00", Message_ID="<c@x>", In_Reply_To="<b@x>"),
    ]


def test_a_conversation_is_one_case_with_its_own_days_closed_and_told_to_nobody(house: House, tmp_path: Path):
    tally = bring(house, tmp_path, *conversation())
    assert (tally.opened, tally.joined, tally.bad) == (1, 2, [])
    case = house.case("1001")
    assert (case["status"], case["customer"], case["subject"]) == ("closed", "ann@kunde.example", "Skriver")
    assert (case["opened_at"], case["updated_at"]) == ("2024-03-02T09:00:00Z", "2024-03-03T08:00:00Z")
    assert [(m["direction"], m["text"].strip(), m["at"]) for m in case["messages"]] == [
        ("in", "Den står.", "2024-03-02T09:00:00Z"),
        ("out", "Slå den av og på.", "2024-03-02T10:00:00Z"),
        ("in", "Det hjalp!", "2024-03-03T08:00:00Z"),
    ]
    assert house.kinds("1001") == ["opened", "imported", "replied", "received"]
    assert [event["at"] for event in case["events"]] == [
        "2024-03-02T09:00:00Z", "2024-03-02T09:00:00Z", "2024-03-02T10:00:00Z", "2024-03-03T08:00:00Z",
    ]  # fmt: skip
    house.wait(days=400)
    assert house.letters() == []
    assert house.case("1001")["status"] == "closed"


def test_importing_again_changes_nothing(house: House, tmp_path: Path):
    bring(house, tmp_path, *conversation())
    before = house.case("1001")
    rows = house.session.all("SELECT count(*) FROM event UNION ALL SELECT count(*) FROM delivery")
    tally = bring(house, tmp_path, *conversation(), conversation()[0])
    assert (tally.opened, tally.joined, tally.before) == (0, 0, 4)
    assert house.case("1001") == before
    assert house.session.all("SELECT count(*) FROM event UNION ALL SELECT count(*) FROM delivery") == rows


def test_who_answers_an_imported_mail_opens_its_case_again(house: House, tmp_path: Path):
    bring(house, tmp_path, *conversation())
    house.mail(ANN, "Re: Skriver", "Nå står den igjen.", In_Reply_To="<c@x>")
    assert house.case("1001")["status"] == "open"
    (notice,) = house.letters()
    assert (notice.kind, notice.to) == ("notice", "kari@staff.example")
    assert house.case("1001")["handler"] == "kari@staff.example"
    house.reply(notice, "Da kommer jeg.\n")
    house.wait(seconds=61)
    assert [(x.kind, x.to) for x in house.letters()] == [("update", "ann@kunde.example")]


def test_a_robot_that_answers_history_opens_nothing(house: House, tmp_path: Path):
    bring(house, tmp_path, *conversation())
    house.mail(ANN, "Re: Skriver", "Jeg er på ferie.", In_Reply_To="<c@x>", Auto_Submitted="auto-replied")
    assert house.case("1001")["status"] == "closed"
    assert house.letters() == []


def test_a_case_with_young_mail_is_open_and_has_a_handler_but_no_letter_is_sent(house: House, tmp_path: Path):
    young = old(ANN, DESK, "Ny sak", "Hei.", "2026-02-01 09:00")
    again = old(ANN, DESK, "Re: Skriver", "Hallo?", "2026-02-02 09:00", In_Reply_To="<c@x>")
    tally = bring(house, tmp_path, *conversation(), young, again, open_since=SINCE)
    assert (tally.opened, tally.joined) == (2, 3)
    assert [(house.case(n)["status"], house.case(n)["handler"]) for n in ("1001", "1002")] == [
        ("open", "ola@staff.example"),
        ("new", "kari@staff.example"),
    ]
    assert house.kinds("1001")[-3:] == ["received", "reopened", "assigned"]
    house.wait(days=40)
    assert house.letters() == []


def test_the_handler_who_answered_has_the_case_when_it_opens_again(house: House, tmp_path: Path):
    asked, answer, _ = sorted(conversation(), key=lambda m: m["Message-ID"])
    answer.replace_header("From", "Ola Hansen <ola@staff.example>")
    answer["Cc"] = DESK
    bring(house, tmp_path, asked, answer)
    case = house.case("1001")
    assert (case["handler"], case["messages"][1]["direction"]) == ("ola@staff.example", "out")
    house.mail(ANN, "Re: Skriver", "Nå står den igjen.", In_Reply_To="<b@x>")
    house.wait(seconds=61)
    assert [letter.to for letter in house.letters()] == ["ola@staff.example"]


def test_our_own_mail_may_begin_a_case_and_its_customer_is_who_got_it(house: House, tmp_path: Path):
    first = old(DESK, ANN, "Påminnelse", "Husk fakturaen.", "2024-01-05 09:00", Message_ID="<p@x>")
    reply = old(ANN, DESK, "SV: Påminnelse", "Betalt.", "2024-01-06 09:00")
    tally = bring(house, tmp_path, first, reply)
    assert (tally.opened, tally.joined) == (1, 1)  # by the subject: the reply names no id
    case = house.case("1001")
    assert (case["customer"], [m["direction"] for m in case["messages"]]) == ("ann@kunde.example", ["out", "in"])


def test_a_subject_joins_only_replies_between_the_same_people_within_two_months(house: House, tmp_path: Path):
    first = old(ANN, DESK, "Faktura", "Hvor?", "2024-01-05 09:00")
    others = old("Bo <bo@annen.example>", DESK, "Re: Faktura", "Min også.", "2024-01-06 09:00")
    late = old(ANN, DESK, "Re: Faktura", "Igjen.", "2024-06-06 09:00")
    same = old(ANN, DESK, "Faktura", "En ny.", "2024-01-07 09:00")
    assert bring(house, tmp_path, first, others, late, same).opened == 4


def test_an_answer_that_lies_before_its_question_finds_it(house: House, tmp_path: Path):
    reply = old(ANN, DESK, "Helt nytt emne", "Se under.", "2024-01-05 09:00", References="<late@x>")
    question = old(ANN, DESK, "Spørsmål", "Klokka går feil.", "2024-01-05 10:00", Message_ID="<late@x>")
    tally = bring(house, tmp_path, reply, question)
    assert (tally.opened, tally.joined) == (1, 1)


BOUNCE = b"""From: Mail Delivery System <MAILER-DAEMON@mx.example>
To: support@desk.example
Subject: Undelivered Mail Returned to Sender
Date: Sat, 02 Mar 2024 11:00:00 +0000
Message-ID: <bounce@mx.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It did not arrive.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; ann@kunde.example
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

Message-ID: %s
Subject: Re: Skriver

--b--
"""


def test_an_old_bounce_mutes_nobody(house: House, tmp_path: Path):
    tally = bring(house, tmp_path, *conversation(), BOUNCE % b"<b@x>", BOUNCE.replace(b"<bounce", b"<other") % b"<y@x>")
    assert (tally.joined, tally.ignored.total()) == (3, 1)
    assert "filed" in house.kinds("1001")
    assert "muted" not in house.kinds("1001")
    house.mail(ANN, "Noe annet", "Hei.")
    assert "ack" in [letter.kind for letter in house.letters()]


def test_an_old_mail_does_not_say_that_a_dead_address_lives(house: House, tmp_path: Path):
    house.mail(ANN, "Skriver", "Den står.")
    house.session.execute("UPDATE person SET muted=1")
    bring(house, tmp_path, old(ANN, DESK, "Gammelt", "Hei.", "2020-01-01 09:00"))
    assert house.session.one("SELECT muted FROM person") == (1,)


def test_a_mail_of_a_living_case_joins_it_and_moves_nothing(house: House, tmp_path: Path):
    house.mail(ANN, "Skriver", "Den står.", Message_ID="<live@kunde.example>")
    before = house.case("1001")
    earlier = old(ANN, DESK, "Re: Skriver", "Som sagt.", "2025-01-01 09:00", References="<live@kunde.example>")
    assert bring(house, tmp_path, earlier).joined == 1
    after = house.case("1001")
    assert [after[key] for key in ("status", "handler", "updated_at")] == [
        before[key] for key in ("status", "handler", "updated_at")
    ]
    assert len(after["messages"]) == len(before["messages"]) + 1


def test_what_names_no_desk_is_passed_over_and_may_come_later_with_one(house: House, tmp_path: Path):
    strange = old(ANN, "info@elsewhere.example", "Spørsmål", "Hei.", "2024-01-05 09:00")
    tally = bring(house, tmp_path, strange)
    assert dict(tally.ignored) == {"it names no desk of ours": 1}
    assert house.session.one("SELECT count(*) FROM incoming") == (0,)
    assert bring(house, tmp_path, strange, desk="drift").opened == 1
    assert house.case("1001")["desk"] == "drift"


def test_rules_discard_label_and_rank_the_past_too(tmp_path: Path):
    rules = """
- name: adverts
  when: {subject: Tilbud}
  set: {discard: advertising}
- name: printers
  when: {subject: Skriver}
  set: {priority: high, label: printer}
"""
    house = House(tmp_path, rules)
    advert = old("Shop <x@shop.example>", DESK, "Tilbud", "Kjøp!", "2024-01-05 09:00")
    tally = bring(house, tmp_path, advert, *conversation())
    assert (tally.opened, tally.ignored.total()) == (1, 1)
    case = house.case("1001")
    assert (case["priority"], case["labels"]) == ("high", ["printer"])
    house.database.close()


def test_malformed_mails_are_named_and_stop_nothing(house: House, tmp_path: Path):
    tally = bring(
        house, tmp_path, b"\n", b"no header at all\n\n", b"Subject: big\n\n" + b"x" * 1_000_000, *conversation()
    )
    assert (tally.opened, tally.joined) == (1, 2)
    assert sorted(line.partition(": ")[2] for line in tally.bad) == ["empty", "no mail: it has no header", "too large"]
    assert all(line.startswith("the mail at octet ") for line in tally.bad)


def test_a_bug_holds_its_mail_and_the_rest_goes_on(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from maild.decide import history

    def buggy(*words: object) -> str:
        raise KeyError("a planted bug") if "faktura" in str(words) else KeyError

    asked = old(ANN, DESK, "Faktura", "Hei.", "2024-01-05 09:00")
    kept = history._begin
    monkeypatch.setattr(
        history, "_begin", lambda le, p, s: buggy("faktura") if p.message.subject == "Faktura" else kept(le, p, s)
    )
    tally = bring(house, tmp_path, asked, *conversation())
    assert (tally.opened, tally.joined, len(tally.bad)) == (1, 2, 1)
    assert "maild queue list" in tally.bad[0]


def test_a_rehearsal_says_what_the_import_then_does_and_writes_nothing(house: House, tmp_path: Path):
    mails = [*conversation(), old(ANN, DESK, "Re: Ny", "x", "2024-04-01 09:00"), conversation()[0]]
    dry = bring(house, tmp_path, *mails, dry=True)
    assert house.session.one("SELECT count(*) FROM incoming") == (0,)
    wet = bring(house, tmp_path, *mails)
    assert (dry.opened, dry.joined, dry.before) == (wet.opened, wet.joined, wet.before) == (2, 2, 1)
    again = bring(house, tmp_path, *mails, dry=True)
    assert (again.opened, again.joined, again.before) == (0, 0, 5)


def test_a_limit_stops_and_the_cursor_stands_behind_what_was_taken(house: House, tmp_path: Path):
    assert bring(house, tmp_path, *conversation(), limit=2).taken == 2
    assert moving.reached(house.session, "mark") == "2"
    assert bring(house, tmp_path, *conversation(), limit=2).taken == 1


def test_a_letter_of_ours_that_lies_in_the_mailbox_is_no_news(house: House, tmp_path: Path):
    house.mail(ANN, "Skriver", "Den står.")
    ack = next(letter for letter in house.letters() if letter.kind == "ack")
    assert bring(house, tmp_path, ack.raw).before == 1
    answer = old(ANN, ack.reply_to, ack.subject, "Takk!", "2026-03-02 09:30", In_Reply_To=str(ack.mail["Message-ID"]))
    assert bring(house, tmp_path, answer).joined == 1
    assert len(house.case("1001")["messages"]) == 4


def test_a_word_in_a_mail_cannot_say_from_which_case_it_was_exported(house: House, tmp_path: Path):
    bring(house, tmp_path, *conversation())
    forged = old("Eve <eve@evil.example>", DESK, "x", "y", "2024-05-01 09:00")
    site = token.fingerprint(house.keys)
    raw = (
        b"Received: by mx\n"
        + f"X-Maild-Exported: case=1001; site={site}; way=out; internal=no\n".encode()
        + bytes(forged)
    )
    bring(house, tmp_path, raw)
    assert len(house.case("1001")["messages"]) == 3
    assert house.case("1002")["messages"][0]["direction"] == "in"
