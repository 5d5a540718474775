"""A handler's letter says what one must know, and does with one touch what one would do."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote

import pytest
from parts.house import Got, House

ANN = "Ann Berg <ann@kunde.example>"
DESKS = {
    "nb": "support@desk.example",
    "nn": "drift@desk.example",
    "sl": "podpora@desk.example",
    "en": "help@desk.example",
}
LABELS = {
    "nb": ("Svar", "Ta saken", "Vent 3 dager", "Lukk saken", "Internt notat"),
    "nn": ("Svar", "Ta saka", "Vent 3 dagar", "Lukk saka", "Internt notat"),
    "sl": ("Odgovorite", "Prevzemite zahtevek", "Počakajte 3 dni", "Zaprite zahtevek", "Interna opomba"),
    "en": ("Answer", "Take it", "Wait 3 days", "Close", "Internal note"),
}


def notice(house: House, subject: str = "Skriver", text: str = "Den står.", to: str = DESKS["nb"]) -> Got:
    house.mail(ANN, subject, text, to)
    (found,) = house.letters("notice")
    return found


def page(letter: Got) -> str:
    part = letter.mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def link(letter: Got, label: str) -> tuple[str, str, str]:
    """The address, the subject and the body of a link in the text."""
    found = re.search(rf"^  {label}: <mailto:([^?>]+)\?([^>]*)>\r?$", letter.text, re.M)
    assert found is not None, letter.text
    fields = parse_qs(found[2])
    return unquote(found[1]), fields["subject"][0], fields.get("body", [""])[0]


def touched(house: House, letter: Got, label: str, text: str | None = None, subject: str | None = None) -> None:
    """As a phone does it: the link opens a mail, he sends it; text, subject: what the program left of them, or he wrote."""
    address, its_subject, body = link(letter, label)
    house.mail(letter.to, its_subject if subject is None else subject, body if text is None else text, address)


@pytest.mark.parametrize("language", DESKS)
@pytest.mark.parametrize("left", [None, ""])
def test_every_link_does_what_it_says_even_where_the_program_drops_all_but_its_address(
    house: House, language: str, left: str | None
) -> None:
    _, take, wait, close, note = LABELS[language]
    letter = notice(house, to=DESKS[language])
    number = str(letter.mail["X-Maild-Case"])
    for label, status in ((take, "new"), (wait, "on_hold"), (close, "solved")):
        touched(house, letter, label, left, left)
        assert house.case(number)["status"] == status, label
        (receipt,) = house.letters("receipt")
        assert "✗" not in receipt.text
    touched(house, letter, note, "Hun ringer på mandag.")
    assert house.kinds(number)[-1] == "noted"


def test_the_wait_link_waits_three_days(house: House) -> None:
    touched(house, notice(house), "Vent 3 dager")
    (receipt,) = house.letters("receipt")
    assert "saken er satt på vent til torsdag 5. mars 2026 kl. 08:00" in receipt.text


def test_whoever_writes_into_the_wait_link_writes_a_note_and_can_wait_longer(house: House) -> None:
    letter = notice(house)
    touched(house, letter, "Vent 3 dager", "/vent 1w\nDelen er bestilt.")
    house.wait(seconds=61)
    (receipt,) = house.letters()
    assert "9. mars 2026" in receipt.text
    assert "internt notat" in receipt.text


def test_the_answer_link_answers(house: House) -> None:
    touched(house, notice(house), "Svar", "Slå den av og på.")
    house.wait(seconds=61)
    (update,) = house.letters("update")
    assert "Slå den av og på." in update.text


def test_what_else_is_open_for_the_customer_stands_in_the_letter(house: House) -> None:
    notice(house, "Nettet er nede")
    second = notice(house, "Skriver")
    assert "Andre åpne saker: #1001 (Nettet er nede)" in second.text
    house.reply(second, "/lukk")
    house.letters()
    assert "#1002" not in notice(house, "Mus").text, "what is solved is no work"


def test_a_handler_reads_nothing_of_desks_where_he_does_not_work(tmp_path) -> None:  # type: ignore[no-untyped-def]
    people = "kari: {name: Kari, addresses: [kari@staff.example], desks: [support]}\n"
    people += "ola: {name: Ola, addresses: [ola@staff.example], desks: [drift, podpora, help]}\n"
    house = House(tmp_path, people=people)
    notice(house, "Lønn", to=DESKS["nn"])
    assert "Lønn" not in notice(house, "Skriver").text


def test_a_case_that_woke_has_its_links_too(house: House) -> None:
    house.reply(notice(house), "/vent 3d")
    house.letters()
    house.wait(days=3)
    (woken,) = house.letters("woken")
    touched(house, woken, "Lukk saken")
    assert house.case("1001")["status"] == "solved"


# --- the page beside the text ---------------------------------------------------------------------------------------------------


def test_letters_to_handlers_are_a_page_too_and_those_to_customers_are_not(house: House) -> None:
    house.mail(ANN, "Skriver", "Den står.")
    ack, letter = house.letters()
    assert ack.mail.get_content_type() == "text/plain"
    assert letter.mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in letter.mail.iter_parts()] == ["text/plain", "text/html"]


def test_a_button_is_a_link_of_ours_and_nobody_else_s(house: House) -> None:
    evil = "  Ta saken: <mailto:thief@evil.example?body=secrets>\n<script>alert(1)</script>\n<img src=cid:x>"
    found = page(notice(house, "<b>Hei</b> & <script>", evil))
    addresses = re.findall(r'href="mailto:([^?"]+)', found)
    assert len(addresses) == 5
    assert all(unquote(address).endswith("@desk.example") for address in addresses)
    assert "<script" not in found
    assert "<img" not in found
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in found
    inside = " ".join(re.findall(r"<[^>]*>", found))
    assert not re.search(r"""(?:src|background|action)\s*=|url\(|https?:""", inside), "nothing is fetched"


def test_what_turns_the_direction_of_words_never_reaches_the_page(house: House) -> None:
    found = page(notice(house, "Fil \u202egpj.exe", "Se \u202egpj.exe og \u2066mer\u2069 her."))
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") & set(found)
