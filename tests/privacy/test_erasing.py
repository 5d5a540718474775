"""Ann is erased: nothing of her is in any row, the cases and the record of what happened stand, and others keep what is theirs."""

from __future__ import annotations

import stat
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from parts.house import DESKS, MONDAY, House
from parts.mails import AUTHSERV, authenticated
from parts.traces import ADDRESS, ANN, BOB, NAME, WORDS, chain_holds, erase_now, folds_hold, in_rows

from maild import erasures
from maild.erasing import Change, Listed, Steps, erase, known_again, reapply
from maild.store import compact, found, views
from maild.store.filters import Filters
from maild.store.incoming import raw_of
from maild.tracing import Request

KEY = b"k" * 32


def a_life(house: House) -> None:
    """Ann's case with talk in both directions; Bob's case, in which he quotes her, names her and sends files about her."""
    house.mail(ANN, "Zebrafink blinker", f"Hei.\n{WORDS}.\n\nHilsen {NAME}\n", Cc="bob@kunde.example")
    notice = house.letters("notice")[0]
    house.reply(notice, f"/priority high\nHei {NAME}, vi ser på Zebrafink.")
    house.wait(minutes=5)
    house.letters()
    house.mail(ANN, "Re: Zebrafink blinker [#1001]", f"{WORDS} ennå!\n")
    house.wait(minutes=5)
    update = house.letters("update")[0]
    house.arrives(bobs(update), "support@desk.example", "bob@kunde.example")
    house.mail(BOB, "Min egen sak", "Telefonen er død.", "help@desk.example")
    house.wait(minutes=5)
    house.letters()
    house.mail(ANN, "Spørsmål", "Kan dere ringe meg?", Auto_Submitted="auto-replied")
    house.reply(notice, "/close quiet")
    house.wait(minutes=5)
    house.letters()


def bobs(update: object) -> bytes:
    """Bob writes in a case of his own: a quote in base64, an address in quoted-printable, files in both, a name in the subject."""
    made = EmailMessage()
    made["From"], made["To"], made["Cc"] = BOB, "support@desk.example", f'"{NAME}" <{ADDRESS.upper()}>'
    made["Subject"], made["Message-ID"] = f"Om {NAME} sin skriver", "<bob.1@kunde.example>"
    made["Date"] = "Mon, 02 Mar 2026 10:00:00 +0100"
    made.set_content(f"Min printer er treg.\n> {NAME} <{ADDRESS}> skrev:\n> noe\nHilsen Bob på lager\n", cte="base64")
    made.add_alternative(
        f"<p>Min printer er treg. <a href='mailto:ann.canary%40kunde.example'>{NAME}</a></p>",
        "html",
        cte="quoted-printable",
    )
    made.add_attachment(f"EMAIL:{ADDRESS}\n".encode(), "text", "vcard", filename=f"{NAME}.vcf")
    made.add_attachment(b"%PDF-1.4 nothing", "application", "pdf", filename="bill.pdf")
    return authenticated(made, AUTHSERV)


def test_nothing_of_her_is_in_any_row_and_the_record_stands(house: House, tmp_path: Path) -> None:
    a_life(house)
    assert len(in_rows(house.session)) >= 10, "the story must leave traces in many places"
    assert chain_holds(house.session)
    before = [event["kind"] for event in house.case("1001")["events"]]
    report = erase_now(house, tmp_path, force=True)
    assert report.refused == ()
    assert in_rows(house.session) == {}
    assert chain_holds(house.session)
    assert folds_hold(house.session)
    assert [event["kind"] for event in house.case("1001")["events"]] == [*before, "erased"]


def test_the_case_stays_as_a_number_with_its_statistics(house: House, tmp_path: Path) -> None:
    a_life(house)
    before = house.case("1001")
    erase_now(house, tmp_path, force=True)
    after = house.case("1001")
    for name in ("number", "desk", "status", "priority", "handler", "opened_at"):
        assert after[name] == before[name]
    assert (after["subject"], after["customer"]) == ("", None)
    assert {m["text"] for m in after["messages"]} == {""}
    assert found.search(house.session, "Zebrafink", {}, Filters(), 20) == []


def test_what_bob_wrote_is_still_his(house: House, tmp_path: Path) -> None:
    a_life(house)
    erase_now(house, tmp_path, force=True)
    bob = next(
        case
        for case in views.cases(house.session, {})
        if case["customer"] == "bob@kunde.example" and case["desk"] == "support"
    )
    shown = house.case(bob["number"])
    mail = next(m for m in shown["messages"] if m["direction"] == "in")
    assert shown["subject"] == "Om *** sin skriver"
    assert "Min printer er treg." in mail["text"]
    assert "Hilsen Bob på lager" in mail["text"]
    assert [file["name"] for file in mail["attachments"]] == ["***.vcf", "bill.pdf"]
    raw = raw_of(house.session, mail["incoming"])
    assert raw.startswith(b"Authentication-Results:")
    assert "altered" in [event["kind"] for event in shown["events"]]
    assert [v["number"] for v in found.search(house.session, "printer treg", {}, Filters(), 20)] == [bob["number"]]


def test_files_that_nobody_can_look_into_are_told(house: House, tmp_path: Path) -> None:
    a_life(house)
    report = erase_now(house, tmp_path, trial=True)
    assert [line.partition(": ")[2] for line in report.closed] == ["application/pdf"]


def test_looking_changes_nothing(house: House, tmp_path: Path) -> None:
    a_life(house)
    before = in_rows(house.session)
    report = erase_now(house, tmp_path, trial=True, force=True)
    assert (report.known, report.mails, report.numbers) == (True, 5, ("1001", "1003"))
    assert in_rows(house.session) == before
    assert not (tmp_path / "erasures").exists()


def test_an_open_case_is_closed_first_or_forced(house: House, tmp_path: Path) -> None:
    house.mail(ANN, "Hjelp", WORDS)
    (refused,) = erase_now(house, tmp_path).refused
    assert "case 1001 is still open" in refused
    assert "--force" in refused
    assert erase_now(house, tmp_path, force=True).refused == ()


def test_compacting_is_owed_until_it_is_done(house: House, tmp_path: Path) -> None:
    a_life(house)
    assert not compact.asked(house.session)
    erase_now(house, tmp_path, force=True)
    assert compact.asked(house.session)
    assert compact.compact(house.session)
    assert not compact.asked(house.session)
    assert house.case("1001")["number"] == "1001"


def test_a_rule_that_names_her_would_bring_her_back(house: House, tmp_path: Path) -> None:
    house.mail(ANN, "Hjelp", WORDS)
    house.policy = replace(house.policy, files={"routing.yaml": f"- name: vip\n  when: {{from: {ADDRESS}}}\n"})
    (refused,) = erase_now(house, tmp_path, force=True).refused
    assert refused.startswith(f"routing.yaml names {ADDRESS}")


def test_a_legal_hold_refuses_with_the_cases(make_house: object, tmp_path: Path) -> None:
    held = DESKS.replace("name: Kundeservice", "name: Kundeservice\n  legal_hold: true")
    house = make_house(held)  # type: ignore[operator]
    a_life(house)
    before = in_rows(house.session)
    (refused,) = [line for line in erase_now(house, tmp_path, force=True).refused if "hold" in line]
    assert "1001" in refused
    assert in_rows(house.session) == before


def test_a_handler_is_no_customer(house: House, tmp_path: Path) -> None:
    (refused,) = erase_now(house, tmp_path, "kari@staff.example").refused
    assert "people.yaml" in refused


def test_a_letter_that_waits_does_not_leave(house: House, tmp_path: Path) -> None:
    house.mail(ANN, "Hjelp", WORDS)
    notice = house.letters("notice")[0]
    house.reply(notice, f"Hei {NAME}, dette leses aldri.")
    erase_now(house, tmp_path, force=True)
    house.wait(minutes=30)
    assert [letter for letter in house.letters() if letter.to == ADDRESS] == []


def test_she_may_come_back_as_somebody_new(house: House, tmp_path: Path) -> None:
    house.mail(ANN, "Hjelp", WORDS)
    erase_now(house, tmp_path, force=True)
    house.now += timedelta(days=1)
    house.mail(ANN, "Hjelp igjen", "Jeg er her på nytt.")
    parties = [row[0] for row in house.session.all("SELECT customer FROM cases ORDER BY id")]
    assert len(set(parties)) == 2
    assert reapply(house.session, erasures.entries(tmp_path / "erasures"), KEY, house.policy, "admin:root") == 0
    assert house.case("1002")["customer"] == ADDRESS


def test_erasing_twice_does_nothing_more(house: House, tmp_path: Path) -> None:
    a_life(house)
    erase_now(house, tmp_path, force=True)
    before = house.session.one("SELECT count(*) FROM event")
    again = erase_now(house, tmp_path, force=True)
    assert (again.known, again.altered) == (False, 0)
    assert house.session.one("SELECT count(*) FROM event") == before


@pytest.mark.parametrize("cut", [1, 3, 5, 6, 7])
def test_a_crash_at_any_step_is_ended_by_the_list(house: House, tmp_path: Path, cut: int) -> None:
    a_life(house)
    listed = Listed(tmp_path / "erasures", KEY)
    cut_off(house, erase(Request(ADDRESS, "admin:root", house.now, force=True), house.policy, listed), cut)
    assert in_rows(house.session) != {}
    (left,) = erasures.unfinished(erasures.entries(listed.path))
    assert reapply(house.session, [left], KEY, house.policy, "maild") == 1
    assert in_rows(house.session) == {}
    assert chain_holds(house.session)
    assert folds_hold(house.session)


def cut_off(house: House, steps: Steps, changes: int) -> None:
    """Carry out so many transactions, and then no more."""
    answer = None
    while changes:
        step = steps.send(answer)
        if isinstance(step, Change):
            changes -= 1
            with house.session.transaction():
                answer = step.job(house.session)
        else:
            answer = step.job(house.session)


def test_a_restored_database_forgets_her_again(house: House, tmp_path: Path) -> None:
    a_life(house)
    entry = erasures.Entry(house.now, erasures.name_of(ADDRESS, KEY))
    assert [again.address for again in known_again(house.session, [entry], KEY)] == [ADDRESS]
    assert known_again(house.session, [entry], b"another key") == []
    assert reapply(house.session, [entry], KEY, house.policy, "admin:root") == 1
    assert in_rows(house.session) == {}
    assert reapply(house.session, [entry], KEY, house.policy, "admin:root") == 0


def test_somebody_known_only_from_a_colleagues_copy_is_masked_too(house: House, tmp_path: Path) -> None:
    house.arrives(bobs(None), "support@desk.example", "bob@kunde.example")
    report = erase_now(house, tmp_path, also=(NAME, "Kanarifugl"))
    assert (report.known, report.altered > 0) == (False, True)
    assert in_rows(house.session) == {}


def test_the_list_names_nobody_and_is_the_owners(tmp_path: Path) -> None:
    path = tmp_path / "erasures"
    entry = erasures.Entry(MONDAY, erasures.name_of(ADDRESS, KEY))
    erasures.append(path, entry)
    path.write_bytes(path.read_bytes() + b'{"at": "20')  # the power went in the middle of a line
    erasures.append(path, erasures.Entry(MONDAY, entry.who, done=True))
    assert erasures.entries(path) == (entry, erasures.Entry(MONDAY, entry.who, done=True))
    assert erasures.unfinished(erasures.entries(path)) == ()
    assert b"canary" not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert erasures.name_of(ADDRESS.upper(), KEY) == entry.who


def test_a_watcher_is_erased_with_his_copies_and_an_incident_loses_his_name(house: House, tmp_path: Path) -> None:
    """Ann gets copies of Bob's case, which is an incident under her name, and split under it."""
    house.mail(BOB, "Nettet", "Det er borte.")
    (_, notice) = house.letters()
    house.reply(notice, f"/kopi {ANN}\n/hendelse {NAME} sitt nett\n/del {NAME}")
    house.wait(minutes=5)
    house.letters()
    house.reply(notice, "Vi ser på det.")
    house.wait(minutes=5)
    assert ADDRESS in [letter.to for letter in house.letters()]
    assert (house.case("1001")["watchers"], len(in_rows(house.session)) >= 5) == ([ADDRESS], True)
    erase_now(house, tmp_path)
    assert in_rows(house.session) == {}
    assert house.case("1001")["watchers"] == []
    assert "uncopied" in house.kinds("1001")
    assert house.session.all("SELECT * FROM watcher") == []
    assert folds_hold(house.session)
    assert chain_holds(house.session)


def test_the_customer_of_an_incident_is_erased_with_its_title(house: House, tmp_path: Path) -> None:
    house.mail(ANN, "Zebrafink", WORDS)
    (_, notice) = house.letters()
    house.reply(notice, f"/hendelse Zebrafink blinker hos {NAME}\n/del Zebrafink")
    house.wait(minutes=5)
    house.letters()
    erase_now(house, tmp_path, force=True)
    assert in_rows(house.session) == {}
    assert folds_hold(house.session)
