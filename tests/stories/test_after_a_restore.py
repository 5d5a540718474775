"""After a restore: what the original may have answered already is judged again, and its letters wait; what comes anew is answered."""

from __future__ import annotations

from datetime import timedelta

from parts.house import House
from parts.mails import authenticated, mail

from maild.mail.digest import digest
from maild.store import incoming, restoring
from maild.store.incoming import Taken

ANN = "Ann Berg <ann@kunde.example>"
TO = "support@desk.example"


def restore(house: House) -> None:
    """The copy was made a quarter of an hour ago."""
    restoring.quarantine(house.session, house.now - timedelta(minutes=15), house.now, "admin:root")


def held(house: House) -> list[str]:
    rows = house.session.all("SELECT kind FROM outbox WHERE state='held' AND error LIKE 'restored from%' ORDER BY id")
    return [row[0] for row in rows]


def store(house: House, subject: str) -> None:
    """Taken in, and not settled."""
    raw = authenticated(mail(ANN, subject, "Den står."))
    value, weak = digest(raw, b"d" * 32)
    with house.session.transaction():
        incoming.accept(
            house.session,
            Taken(value, weak, 900, raw, "smtp", "ann@kunde.example", (TO,), "192.0.2.1", "ESMTP", house.now),
        )


def test_a_mail_that_the_copy_had_not_settled_becomes_a_case_and_its_letters_wait(house: House) -> None:
    store(house, "Skriver")
    house.now += timedelta(minutes=15)
    restore(house)
    house.settle()
    assert house.case("1001")["subject"] == "Skriver"
    assert house.letters() == []
    assert held(house) == ["ack", "notice"]
    with house.session.transaction():
        assert restoring.release(house.session, "sent", "admin:root", house.now) == 2
    assert [letter.kind for letter in house.letters()] == ["ack", "notice"]


def test_a_mail_that_comes_after_the_restore_is_answered(house: House) -> None:
    restore(house)
    house.now += timedelta(seconds=1)
    house.mail(ANN, "Skriver", "Den står.")
    assert [letter.kind for letter in house.letters()] == ["ack", "notice"]
    assert held(house) == []


def test_a_mail_that_a_mailbox_gives_once_more_is_not_answered_again(house: House) -> None:
    """It was received before the restore, whenever maild takes it."""
    restore(house)
    house.now -= timedelta(minutes=5)
    store(house, "Skriver")
    house.now += timedelta(minutes=10)
    house.settle()
    assert house.letters() == []
    assert held(house) == ["ack", "notice"]


def test_a_case_whose_hour_came_meanwhile_wakes_without_a_flood(house: House) -> None:
    house.mail(ANN, "Skriver", "Den står.")
    notice = house.letters("notice")[0]
    house.reply(notice, "/close\n\nDen går igjen.")
    house.wait(minutes=5)
    house.letters()
    house.now += timedelta(days=60)
    restore(house)
    house.wait(minutes=5)
    assert house.case("1001")["status"] == "closed"
    assert house.letters() == []


def test_an_old_letters_address_does_not_speak_for_a_new_case(house: House) -> None:
    """The original went on after the copy: its next letter must not be the restored site's next letter."""
    house.mail(ANN, "Skriver", "Den står.")
    house.letters()
    (last,) = house.session.one("SELECT max(id) FROM letter") or (0,)
    restore(house)
    house.now += timedelta(seconds=1)
    house.mail("Bo <bo@annen.example>", "Noe annet", "Hei.")
    assert {letter.mail["X-Maild-Case"] for letter in house.letters()} == {"1102"}
    rows = house.session.all("SELECT id FROM outbox WHERE state='done'")
    assert not {row[0] for row in rows} & set(range(last + 1, last + 1000))
