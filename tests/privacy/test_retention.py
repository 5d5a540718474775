"""Each desk says how long it keeps things; after that they go, and the case stays as a number."""

from __future__ import annotations

from datetime import timedelta

from parts.house import DESKS, House
from parts.traces import ADDRESS, ANN, WORDS, chain_holds, folds_hold, in_rows

from maild.erasing import drive, happen
from maild.expiring import Gone, expire
from maild.model.events import Archived
from maild.store import compact
from maild.store.database import stamp
from maild.store.incoming import raw_of


def kept(line: str) -> str:
    return DESKS.replace("name: Kundeservice", f"name: Kundeservice\n  {line}")


def a_closed_case(house: House) -> None:
    house.mail(ANN, "Zebrafink", f"{WORDS}.")
    house.reply(house.letters("notice")[0], "/close\nHei, det er mekket.")
    house.wait(minutes=5)
    house.letters()
    house.wait(days=15)
    assert house.case("1001")["status"] == "closed"


def after(house: House, days: int) -> Gone:
    house.now += timedelta(days=days)
    return drive(house.session, expire(house.policy, house.now))


def test_without_a_word_everything_is_kept(house: House) -> None:
    a_closed_case(house)
    assert after(house, 20_000) == Gone()


def test_raw_mail_goes_first_and_what_was_said_stays(make_house: object) -> None:
    house = make_house(kept("retention: {raw: 90d}"))  # type: ignore[operator]
    a_closed_case(house)
    assert after(house, 60) == Gone()
    assert after(house, 30) == Gone(mails=2)
    assert raw_of(house.session, 1) == b""
    assert WORDS in house.case("1001")["messages"][0]["text"]
    assert compact.asked(house.session)
    assert after(house, 1) == Gone()


def test_an_open_case_keeps_its_files(make_house: object) -> None:
    house = make_house(kept("retention: {raw: 90d, letters: 1y, cases: 1y}"))  # type: ignore[operator]
    house.mail(ANN, "Zebrafink", WORDS)
    house.letters()
    assert after(house, 4000) == Gone()


def test_letters_and_then_the_whole_case(make_house: object) -> None:
    house = make_house(kept("retention: {letters: 1y, cases: 5y}"))  # type: ignore[operator]
    a_closed_case(house)
    count = len(house.case("1001")["events"])
    assert after(house, 365).letters == 4
    assert after(house, 4 * 365 + 1) == Gone(cases=1)
    case = house.case("1001")
    assert (case["number"], case["status"], case["subject"], case["customer"]) == ("1001", "closed", "", None)
    assert [event["kind"] for event in case["events"]][count:] == ["expired"]
    assert in_rows(house.session) == {}
    assert chain_holds(house.session)
    assert folds_hold(house.session)
    assert after(house, 365) == Gone()


def test_somebody_with_another_case_is_not_forgotten(make_house: object) -> None:
    house = make_house(kept("retention: {cases: 1y}"))  # type: ignore[operator]
    a_closed_case(house)
    house.now += timedelta(days=300)
    house.mail(ANN, "Noe nytt", "En ny sak.")
    assert after(house, 100) == Gone(cases=1)
    assert house.case("1002")["customer"] == ADDRESS


def test_a_legal_hold_keeps_everything(make_house: object) -> None:
    house = make_house(kept("retention: {raw: 1d, letters: 1d, cases: 1d}\n  legal_hold: true"))  # type: ignore[operator]
    a_closed_case(house)
    assert after(house, 4000) == Gone()


def test_what_the_archive_has_not_stays(make_house: object) -> None:
    house = make_house(kept("retention: {raw: 1d, letters: 1d, cases: 1d}\n  archive_first: true"))  # type: ignore[operator]
    a_closed_case(house)
    assert after(house, 4000) == Gone()
    with house.session.transaction():
        happen(house.session, 1, Archived("admin:root"), "admin:root", house.now)
        house.session.execute("UPDATE cases SET archived_at=? WHERE id=1", (stamp(house.now),))
    assert after(house, 1).cases == 1


def test_letters_of_no_case_are_kept_as_long_as_the_first_desk_s(make_house: object) -> None:
    people = "kari: {name: Kari, addresses: [kari@staff.example]}\n"
    house = make_house(kept("retention: {letters: 30d}"), people=people)  # type: ignore[operator]
    house.mail(ANN, "Zebrafink", f"{WORDS}.")
    house.letters()
    house.wait(hours=22)
    (digest,) = house.letters("digest")
    assert "Zebrafink" in digest.text
    texts = "SELECT count(*) FROM outbox WHERE kind='digest' AND recipient<>''"
    assert after(house, 29) == Gone()
    assert house.session.one(texts) == (1,)
    assert after(house, 2) == Gone(letters=1)
    assert house.session.one(texts) == (0,)


def test_a_mail_that_two_cases_have_goes_with_the_last(make_house: object) -> None:
    house = make_house(kept("retention: {raw: 90d, cases: 1y}"))  # type: ignore[operator]
    house.mail(ANN, "Zebrafink", f"{WORDS}.")
    house.reply(house.letters("notice")[0], "/del Zebrafink to\n/lukk stille")
    house.wait(minutes=5)
    house.letters()
    after(house, 100)
    assert raw_of(house.session, 1), "the other case is open, and a file in the mail is its file"
    after(house, 400)
    assert WORDS in house.case("1002")["messages"][0]["text"]
    assert raw_of(house.session, 1)
    assert not any(WORDS in m["text"] for m in house.case("1001")["messages"])
    house.reply(house.newest("1002"), "/lukk stille")
    house.wait(days=15)
    house.letters()
    after(house, 400)
    assert in_rows(house.session) == {}


def test_a_watcher_is_forgotten_with_the_last_case_that_knows_of_him(make_house: object) -> None:
    house = make_house(kept("retention: {cases: 1y}"))  # type: ignore[operator]
    house.mail("Bob <bob@kunde.example>", "Nett", "Borte.")
    house.reply(house.letters("notice")[0], f"/kopi {ANN}\n/lukk stille")
    house.wait(days=15)
    house.letters()
    after(house, 400)
    assert in_rows(house.session) == {}
