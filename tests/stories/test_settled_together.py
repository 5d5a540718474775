"""Mails that came together are settled together, and each is found by its own words."""

from __future__ import annotations

from parts.house import House
from parts.mails import AUTHSERV, authenticated, mail

from maild.config import Authenticator
from maild.edges.trust import Claim, authenticate
from maild.mail.digest import digest
from maild.mail.names import Book
from maild.mail.parse import read
from maild.model.plan import Prepared
from maild.settle import House as Rules
from maild.settle import prepare, settle
from maild.store import found, incoming
from maild.store.filters import Filters
from maild.store.incoming import Arrival, Taken

DESK = "support@desk.example"


def comes(house: House, serial: int, text: str) -> None:
    """A mail is taken in, and waits."""
    sender = f"ann{serial}@kunde.example"
    raw = authenticated(mail(sender, f"Sak {serial}", text, DESK, Message_ID=f"<{serial}@kunde.example>"), AUTHSERV)
    value, weak = digest(raw, b"d" * 32)
    with house.session.transaction():
        incoming.accept(house.session, Taken(value, weak, serial, raw, "smtp", sender, (DESK,), "", "ESMTP", house.now))


def made_ready(house: House, arrival: Arrival) -> Prepared:
    raw = incoming.raw(house.session, arrival.raw_id)
    message = read(raw)
    claim = Claim(message, raw, arrival.client, arrival.received_at, Book({}))
    trust = authenticate(claim, (Authenticator("authserv-id", AUTHSERV),))
    return prepare(arrival, message, trust, house.policy, house.keys, (b"s" * 16, bytes([arrival.id]) * 16))


def fates(house: House, batch: list[Prepared]) -> list[str]:
    with house.session.transaction():
        rules = Rules(house.policy, house.keys, "signed", lambda: 0.0)
        return [fate.fate for fate in settle(house.session, batch, rules, house.now, 0).done]


def numbers(house: House, words: str) -> list[str]:
    return [view["number"] for view in found.search(house.session, words, {}, Filters(), 20)]


def test_each_of_them_is_found_by_its_own_words(house: House):
    for serial, text in enumerate(("blåbærsyltetøy", "kaffemaskin", "tiskalnik"), 1):
        comes(house, serial, text)
    batch = [made_ready(house, arrival) for arrival in incoming.claim(house.session, house.now, 10)]
    assert fates(house, batch) == ["settled"] * 3
    assert [numbers(house, words) for words in ("blåbærsyltetøy", "kaffemaskin", "tiskalnik")] == [
        ["1001"],
        ["1002"],
        ["1003"],
    ]


def test_of_one_that_somebody_else_takes_nothing_is_found_until_he_has_settled_it(house: House):
    for serial, text in enumerate(("blåbærsyltetøy", "kaffemaskin", "tiskalnik"), 1):
        comes(house, serial, text)
    batch = [made_ready(house, arrival) for arrival in incoming.claim(house.session, house.now, 10)]
    incoming.give_back(house.session, 2)
    assert fates(house, batch) == ["settled", "taken", "settled"]
    assert numbers(house, "kaffemaskin") == []
    assert [numbers(house, words) for words in ("blåbærsyltetøy", "tiskalnik")] == [["1001"], ["1002"]]
    house.settle()
    assert numbers(house, "kaffemaskin") == ["1003"]
