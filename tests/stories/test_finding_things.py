"""Somebody remembers a word, and finds the case."""

from __future__ import annotations

from typing import Any

import pytest
from parts.house import House
from parts.mails import authenticated, mail, wire
from parts.net import wait_until
from parts.site import Site

from maild.store import found
from maild.store.filters import Filters

ANN, BOR = "Ann Berg <ann@acme.example>", "Bor Žagar <bor@podjetje.example>"


def search(house: House, words: str, **filters: Any) -> list[dict[str, Any]]:
    handlers = {h.key: h.address for h in house.policy.handlers.values()}
    return found.search(house.session, words, handlers, Filters(**filters), 20)


def numbers(house: House, words: str, **filters: Any) -> list[str]:
    return [view["number"] for view in search(house, words, **filters)]


def bold(view: dict[str, Any]) -> list[str]:
    return [hit["snippet"][a:b] for hit in view["hits"] for a, b in hit["marks"]]


@pytest.fixture
def two_cases(house: House) -> House:
    """Ann's printer (1001, Kari), with an answer, a thanks and a note; Bor's door (1002, Ola), with a photo."""
    house.mail(ANN, "Skriveren står", "Hei, det lukter svidd av blåbærsyltetøy.")
    _, notice = house.letters()
    house.reply(notice, "Hei Ann, prøv å rense valsen.")
    house.wait(seconds=61)
    (answer,) = house.letters()
    house.reply(answer, f"Takk, det hjalp!\n\n{quoted(answer.text)}", ANN)
    house.reply(notice, "/note Valsen må byttes til våren.")
    made = mail(BOR, "Vrata", "Vrata se ne odprejo. Rdeča luč.", "support@desk.example")
    made.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="Slika ključavnice.png")
    house.arrives(authenticated(made), "support@desk.example", "bor@podjetje.example")
    house.letters()
    return house


def quoted(text: str) -> str:
    return "Den 2. mars 2026 skrev Kundeservice:\n" + "\n".join(f"> {line}" for line in text.splitlines())


def test_what_the_customer_wrote_and_what_was_answered_and_noted_is_found(two_cases: House):
    assert numbers(two_cases, "blabaersyltetoy") == ["1001"]
    assert numbers(two_cases, "RENSE valsen") == ["1001"]
    assert numbers(two_cases, "byttes våren") == ["1001"]
    assert numbers(two_cases, "rdeca lucc") == []
    assert numbers(two_cases, "rdeca luc") == ["1002"]


def test_hits_show_the_words_as_they_were_written(two_cases: House):
    (view,) = search(two_cases, "BLABAER* sta*")
    assert (view["handler"], view["customer"]) == ("kari@staff.example", "ann@acme.example")
    assert bold(view) == ["blåbærsyltetøy"]
    assert view["hits"][0]["from"] == "ann@acme.example"
    assert view["hits"][0]["snippet"] == "Hei, det lukter svidd av blåbærsyltetøy."


def test_a_case_is_found_by_number_person_and_file(two_cases: House):
    for words in (
        "#1002",
        "1002 vrata",
        "bor@podjetje.example",
        "podjetje",
        "žagar",
        "kljucavnice",
        "slika png -sliko",
    ):
        assert "1002" in numbers(two_cases, words), words
    assert "1001" not in numbers(two_cases, "zagar")
    (view,) = search(two_cases, '"slika kljucavnice"')
    assert bold(view) == ["Slika ključavnice"]


def test_our_set_phrases_and_our_own_address_find_nothing(two_cases: House):
    """Else "saksbehandler" or "support" would find every case."""
    for words in ("saksbehandler", "henvendelsen", "Kundeservice", "support@desk.example", '"denne linjen"'):
        assert numbers(two_cases, words) == [], words
    assert [hit["from"] for hit in search(two_cases, "valsen")[0]["hits"]] == ["kari@staff.example"] * 2


def test_filters_narrow(two_cases: House):
    assert numbers(two_cases, "det") == ["1001"]
    assert numbers(two_cases, "s*") == ["1002", "1001"]
    assert numbers(two_cases, "s*", handler="kari") == ["1001"]
    assert numbers(two_cases, "s*", customer="bor@podjetje.example") == ["1002"]
    assert numbers(two_cases, "s*", customer="@acme.example") == ["1001"]
    assert numbers(two_cases, "s*", statuses=("closed",)) == []
    assert numbers(two_cases, "s*", desk="drift") == []
    assert numbers(two_cases, "s*", until=two_cases.now) == ["1001"]


def test_what_a_rule_has_labelled_is_found_by_its_label(tmp_path: Any):
    house = House(tmp_path, "- name: vip\n  when: {subject: [vrata]}\n  set: {label: [vip]}\n")
    house.mail(BOR, "Vrata", "Vrata se ne odprejo.")
    house.mail(ANN, "Døra", "Døra går ikke opp. Vrata?")
    assert numbers(house, "vrata") == ["1002", "1001"]
    assert numbers(house, "vrata", label="vip") == ["1001"]
    house.database.close()


def test_at_the_terminal(make_site: Any):
    site: Site = make_site().start()
    site.send(wire(mail(ANN, "Skriveren står", "Det lukter svidd av blåbærsyltetøy \x1b[31mrødt.")), proven=False)
    site.send(wire(mail(BOR, "Vrata", "Rdeča luč sveti, skriver.")), proven=False)
    wait_until(lambda: len(site.cases()) == 2, 20)
    site.stop()
    shown = site.maild("case", "search", "blabaersyltetoy").stdout.splitlines()
    assert [line.split()[0] for line in shown] == ["number", "1001", "ann@acme.example:"]
    assert "Skriveren står" in shown[1]
    assert "\x1b" not in "".join(shown)
    assert [v["number"] for v in site.json("case", "search", "skriver*")] == ["1002", "1001"]
    assert [v["number"] for v in site.json("case", "search", "skriver*", "-luč")] == ["1001"]
    assert [v["number"] for v in site.json("case", "search", "-luč skriver*")] == ["1001"]
    assert [
        v["number"] for v in site.json("case", "search", "skriver*", "--since", "2d", "--open", "--limit", "1")
    ] == ["1002"]
    assert site.json("case", "search", "skriver*", "--until", "2020-01-31") == []
    assert [v["number"] for v in site.json("case", "search", "s*", "--handler", "Kari")] == [
        v["number"] for v in site.cases() if v["handler"] == "kari@staff.example"
    ]
    for words, code, says in (
        (("--", "?!"), 0, "no word to look for"),
        (("skriver", "--handler", "nils"), 64, "there is no handler 'nils' (there is kari, ola)"),
        (("skriver", "--desk", "salg"), 64, "there is no desk 'salg'"),
        (("skriver", "--since", "i går"), 64, "is no day"),
        ((), 64, "Missing argument"),
    ):
        done = site.maild("case", "search", *words)
        assert (done.returncode, says in done.stderr) == (code, True), done.stderr
