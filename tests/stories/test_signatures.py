"""Below commands a signature is no word to the customer, however long it is; what cannot be told from one is asked about."""

from __future__ import annotations

import pytest
from parts.house import Got, House

from maild.decide import signature

ANN = "Ann Berg <ann@kunde.example>"
TITLE = "Rådgiver, Avdeling for digitalisering og informasjonssikkerhet, Eksempel kommune"
SECRET = "Denne e-posten kan innehalde konfidensiell informasjon. Er du ikkje rett mottakar, slett han."
LONG = "\n".join(
    ["Med vennlig hilsen", "", "Kari Nordmann", TITLE, "IKT", *(f"Tlf {n}" for n in range(12)), "www.eksempel.no"]
)
SIGNATURES = [
    "Med helsing\nKari Nordmann",
    "Med hilsen\nKari",
    "Vennleg helsing\nKari",
    "Takk,\nKari",
    "Thanks,\nKari",
    "Mvh Kari N.",
    "Mvh K",
    "Mvh Kari Nordmann, IKT",
    "S pozdravi\nKari Nordmann",
    "Z lepimi pozdravi,\nKari Nordmann",
    "Lepo vas pozdravljam\nKari",
    "Nordmann, Kari\nEksempel kommune",
    "Hilsen fra Kari",
    "________________\nKari Nordmann\nEksempel kommune",
    f"Med vennlig hilsen\nKari Nordmann\n{TITLE}\nTlf. 22 00 00 00",
    f"Med venleg helsing\nKari Nordmann\n{SECRET}",
    LONG,
]
DOUBTS = [
    "Lep dan\nKari",
    "Ha det\nKari",
    "Med mange varme hilsner",
    "Mvh\nKari\n\nPS: Skriveren må stå på.",
    "Mvh\nKari\n\nPrøv en gang til i morgen.",
    "\n".join(["Mvh", "Kari", *(f"Tlf {n}" for n in range(30))]),
]


def begun(house: House) -> Got:
    house.mail(ANN, "Skriver", "Den står.")
    _, notice = house.letters()
    return notice


def after(house: House) -> dict[str, Got]:
    house.wait(seconds=61)
    return {letter.kind: letter for letter in house.letters()}


@pytest.mark.parametrize("text", SIGNATURES)
def test_a_signature_below_a_command_goes_to_nobody(house: House, text: str):
    house.reply(begun(house), f"/ta\n\n{text}")
    assert list(after(house)) == ["receipt"]


@pytest.mark.parametrize("text", DOUBTS)
def test_what_may_be_a_signature_holds_the_mail(house: House, text: str):
    house.reply(begun(house), f"/lukk\n\n{text}")
    got = after(house)
    assert list(got) == ["error"]
    assert f"«{text.splitlines()[0]}»" in got["error"].text
    assert house.case("1001")["status"] == "new"


def test_the_commands_alone_in_reply_are_done_once_and_the_doubt_is_dropped(house: House):
    house.reply(begun(house), "/lukk\n\nLep dan\nKari")
    house.reply(house.letters()[0], "/lukk")
    got = after(house)
    assert house.kinds("1001").count("solved") == 1
    assert "Lep dan" not in got["closing"].text


@pytest.mark.parametrize(
    "text", ["Den er klar.\n\nKari", "Vi ser på det i morgen.", "Hilsen fra banken er at alt er i orden."]
)
def test_words_below_a_command_go_out(house: House, text: str):
    house.reply(begun(house), f"/ta\n\n{text}")
    assert text.split("\n")[0] in after(house)["update"].text


@pytest.mark.parametrize("text", SIGNATURES)
def test_a_draft_is_finished_whatever_stands_below_the_word(house: House, text: str):
    house.reply(begun(house), "/tildle ola\nHei Ann!")
    house.reply(house.letters()[0], f"/forkast\n\n{text}")
    assert "update" not in after(house)
    assert "finished" in house.kinds("1001")


@pytest.mark.parametrize("farewell", ["Med helsing\nAnn Berg", f"Mvh\nAnn Berg\n{TITLE}"])
def test_a_customers_thanks_and_question_are_read_above_any_signature(house: House, farewell: str):
    notice = begun(house)
    house.reply(notice, "/lukk\nNå skal den virke.")
    house.wait(seconds=61)
    (closing,) = house.letters("closing")
    house.reply(closing, f"Takk!\n\n{farewell}", ANN)
    assert house.case("1001")["status"] == "solved"
    assert "thanked" in house.kinds("1001")


@pytest.mark.parametrize("more", ["PS: Den står igjen", "Men skriveren står fortsatt."])
def test_a_customers_words_below_the_farewell_are_read(more: str):
    assert not signature.is_farewell(f"Mvh\nAnn Berg\n\n{more}", "Ann Berg")
