"""Time, labels, title and promised date: noted about a case, and nobody's news but the handlers'."""

from __future__ import annotations

import pytest
from parts.house import Got, House

ANN = "Ann Berg <ann@kunde.example>"


@pytest.fixture
def notice(house: House) -> Got:
    house.mail(ANN, "Skriver", "Den står.")
    return house.letters()[1]


def receipt(house: House, notice: Got, words: str) -> str:
    """What he is answered; nobody else hears of it."""
    house.reply(notice, words)
    (letter,) = house.letters()
    assert letter.to == notice.to
    return letter.text


@pytest.mark.parametrize("words", ["/time 25m machine", "/tid 25m maskin", "/tid 25 min maskin", "/čas 0:25 naprava"])
def test_time_is_added_up_with_its_cause(house: House, notice: Got, words: str):
    first = receipt(house, notice, words)
    assert "0:25 arbeid" in first
    assert "årsak: maskin" in first
    second = receipt(house, notice, "/tid 1:15")
    assert "1:40 arbeid i alt" in second
    assert "årsak" not in second


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/tid", "hvor lenge?"),
        ("/tid lenge", "hvor lenge?"),
        ("/tid 25m fordi", "velg mellom maskin, programvare, tredjepart, bruker"),
        ("/merke", "hvilke merker?"),
        ("/merke ann@kunde.example", "hvilke merker?"),
        ("/merke 22334455", "hvilke merker?"),
        ("/tittel", "hvilken tittel?"),
        ("/tittel " + "x" * 201, "hvilken tittel?"),
        ("/frist", "når?"),
        ("/frist 1.3.2026", "det er allerede forbi"),
    ],
)
def test_a_wrong_argument_is_told_with_its_cure(house: House, notice: Got, words: str, said: str):
    assert said in receipt(house, notice, words)


@pytest.mark.parametrize("verb", ["tag", "merke", "oznaka"])
def test_labels_come_and_go(house: House, notice: Got, verb: str):
    assert "merker: vpn, skriver" in receipt(house, notice, f"/{verb} VPN, skriver")
    assert "merker: skriver (var vpn, skriver)" in receipt(house, notice, f"/{verb} -vpn")
    assert house.case("1001")["labels"] == ["skriver"]


@pytest.mark.parametrize("verb", ["title", "tittel", "naslov"])
def test_a_title_is_for_handlers_and_the_subject_stays(house: House, notice: Got, verb: str):
    assert "tittel: Ny skriver i resepsjonen" in receipt(house, notice, f"/{verb} Ny skriver i resepsjonen")
    assert "(var Ny skriver i resepsjonen)" in receipt(house, notice, f"/{verb} Nye skrivere")
    house.reply(notice, "/tildel ola\nHei Ann!")
    house.wait(seconds=61)
    letters = {letter.to: letter for letter in house.letters() if letter.kind != "receipt"}
    assert "Tittel: Nye skrivere" in letters["ola@staff.example"].text
    assert "Nye skrivere" not in letters["ann@kunde.example"].text
    assert all("Skriver" in letter.subject and "Nye" not in letter.subject for letter in letters.values())


@pytest.mark.parametrize("words", ["/due fri 12:00", "/frist fre 12:00", "/frist fre kl 12", "/rok pet 12:00"])
def test_a_promised_date_stands_in_the_next_notice(house: House, notice: Got, words: str):
    assert "lovet innen fredag 6. mars 2026 kl. 12:00" in receipt(house, notice, words)
    house.reply(notice, "/tildel ola")
    to_ola = next(letter for letter in house.letters() if letter.to == "ola@staff.example")
    assert "lovet innen fredag 6. mars 2026 kl. 12:00" in to_ola.text


@pytest.mark.parametrize("word", ["none", "ingen", "ingenting", "nič"])
def test_a_promise_is_taken_away(house: House, notice: Got, word: str):
    receipt(house, notice, "/frist fre 12:00")
    assert "ingenting er lovet (var fredag 6. mars 2026 kl. 12:00)" in receipt(house, notice, f"/frist {word}")


def test_all_of_it_can_be_undone(house: House, notice: Got):
    receipt(house, notice, "/tid 1:00\n/merke vpn\n/tittel Første\n/frist 3d")
    receipt(house, notice, "/tid 0:30\n/merke -vpn\n/tittel Andre\n/frist 5d")
    undone = receipt(house, notice, "/angre")
    assert "tittel: Første (var Andre)" in undone
    assert "lovet innen torsdag 5. mars 2026 kl. 08:00 (var lørdag 7. mars 2026 kl. 08:00)" in undone
    assert house.case("1001")["labels"] == ["vpn"]
    assert "1:15 arbeid i alt" in receipt(house, notice, "/tid 15m")


def test_no_title_that_a_case_ever_had_outlives_its_customer(house: House, notice: Got):
    from maild.erasing import drive, erase
    from maild.tracing import Request

    receipt(house, notice, "/tittel Den sure dama")
    receipt(house, notice, "/tittel Skriver")
    drive(house.session, erase(Request("ann@kunde.example", "admin:root", house.now, force=True), house.policy, None))
    assert house.session.all("SELECT text FROM content WHERE text IN ('Den sure dama', 'Skriver')") == []


def test_who_is_only_named_in_a_title_is_masked_in_it(house: House, notice: Got):
    from maild.erasing import drive, erase
    from maild.tracing import Request

    house.mail("Bo Li <bo@kunde.example>", "Nettet", "Nede.")
    house.letters()
    receipt(house, notice, "/tittel Gjelder bo@kunde.example")
    drive(house.session, erase(Request("bo@kunde.example", "admin:root", house.now, force=True), house.policy, None))
    assert house.session.all("SELECT 1 FROM content WHERE text LIKE '%bo@kunde%'") == []
