"""An estimate of billable work: the customer says yes or no, once, by a plain reply."""

from __future__ import annotations

import pytest
from parts.house import Got, House

ANN = "Ann Berg <ann@kunde.example>"
KARI = "kari@staff.example"


def begun(house: House, to: str = "support@desk.example") -> Got:
    house.mail(ANN, "Skriver", "Den står.", to)
    return house.letters("notice")[0]


def offered(house: House, words: str = "/tilbud 1500 kr Finne årsaken", notice: Got | None = None) -> Got:
    """What the customer got."""
    house.reply(notice or begun(house), words)
    house.wait(seconds=61)
    return next(letter for letter in house.letters() if letter.kind == "offer")


def news(house: House) -> Got:
    house.wait(seconds=61)
    (letter,) = house.letters()
    return letter


@pytest.mark.parametrize(
    ("words", "amount", "yes"),
    [
        ("/offer 2h Find the cause", "2h", "Yes."),
        ("/tilbud 1 500 kr Finne årsaken", "1 500 kr", "Ja"),
        ("/tilbod 1500,- Finne årsaka", "1500,-", "ja takk!"),
        ("/ponudba 150 EUR: Poiskati vzrok", "150 EUR", "Da,\n\nLp, Ann Berg"),
    ],
)
def test_a_plain_yes_accepts_it_and_the_handler_hears(house: House, words: str, amount: str, yes: str):
    offer = offered(house, words)
    assert (offer.to, amount in offer.text, "16. mars 2026" in offer.text) == ("ann@kunde.example", True, True)
    house.reply(offer, yes, ANN)
    assert "offer_accepted" in house.kinds("1001")
    told = news(house)
    assert (told.to, f"Kunden godtar tilbudet ({amount}):" in told.text) == (KARI, True)


@pytest.mark.parametrize("no", ["Nei", "no thanks", "Ne.", "nei takk\n\nMvh Ann"])
def test_a_plain_no_declines_it(house: House, no: str):
    house.reply(offered(house), no, ANN)
    assert "offer_refused" in house.kinds("1001")
    assert "Kunden takker nei til tilbudet (1500 kr):" in news(house).text


@pytest.mark.parametrize(("label", "kind"), [("Godta", "offer_accepted"), ("Takk nei", "offer_refused")])
def test_a_link_is_an_answer_even_where_the_mail_program_drops_its_words(house: House, label: str, kind: str):
    offer = offered(house)
    link = next(line for line in offer.text.splitlines() if f"  {label}: <mailto:" in line).partition("mailto:")[2]
    assert link.count("body=") == 1
    house.reply(offer, "", ANN, to=link.partition("?")[0])
    assert kind in house.kinds("1001")


@pytest.mark.parametrize(
    "words", ["Ja, men bare hvis det blir i dag.", "Ja?", "Hva med 1000 kr?", "Ja\nMen ring først."]
)
def test_other_words_are_an_ordinary_reply_and_the_offer_stands(house: House, words: str):
    offer = offered(house)
    house.reply(offer, words, ANN)
    house.wait(seconds=61)
    (update,) = house.letters()
    assert (update.kind, update.to) == ("update", KARI)
    house.reply(offer, "Ja", ANN)
    assert "offer_accepted" in house.kinds("1001")


def test_words_beside_a_link_are_no_answer(house: House):
    offer = offered(house)
    link = next(line for line in offer.text.splitlines() if "  Godta: <mailto:" in line).partition("mailto:")[2]
    house.reply(offer, "Nei", ANN, to=link.partition("?")[0])
    house.reply(offer, "Ja, men vent til mandag.", ANN, to=link.partition("?")[0])
    assert not {"offer_accepted", "offer_refused"} & set(house.kinds("1001"))


def test_it_counts_once(house: House):
    offer = offered(house)
    house.reply(offer, "Ja", ANN)
    house.wait(seconds=61)
    house.letters()
    house.reply(offer, "Nei", ANN)
    assert house.kinds("1001").count("offer_accepted") == 1
    assert "offer_refused" not in house.kinds("1001")
    assert "som allerede er besvart; ingenting er endret" in news(house).text


def test_a_stranger_with_the_letter_accepts_nothing(house: House):
    house.reply(offered(house), "Ja", "Bo Li <bo@kunde.example>")
    assert "offer_accepted" not in house.kinds("1001")
    assert "En annen enn kunden svarer på tilbudet" in news(house).text


def test_a_yes_to_another_letter_of_the_case_accepts_nothing(house: House):
    house.mail(ANN, "Skriver", "Den står.")
    ack, notice = house.letters()
    offered(house, notice=notice)
    house.reply(ack, "Ja", ANN)
    assert "offer_accepted" not in house.kinds("1001")
    assert news(house).kind == "update"


def test_a_robot_accepts_nothing(house: House):
    house.reply(offered(house), "Ja", ANN, Auto_Submitted="auto-replied")
    assert "offer_accepted" not in house.kinds("1001")


def test_a_new_offer_takes_the_place_of_the_older(house: House):
    notice = begun(house)
    old = offered(house, notice=notice)
    new = offered(house, "/tilbud 900 kr Finne årsaken", notice)
    house.reply(old, "Ja", ANN)
    assert "offer_accepted" not in house.kinds("1001")
    assert "svarer på et eldre tilbud enn det som gjelder (900 kr)" in news(house).text
    house.reply(new, "Ja", ANN)
    assert "offer_accepted" in house.kinds("1001")


def test_an_older_offer_that_has_not_left_stays_at_home(house: House):
    notice = begun(house)
    house.reply(notice, "/tilbud 1500 kr Finne årsaken")
    offered(house, "/tilbud 900 kr Finne årsaken", notice)
    house.wait(seconds=120)
    assert house.letters() == []


def test_it_lapses_after_a_fortnight_and_the_handler_hears(house: House):
    offer = offered(house)
    house.wait(days=14)
    (told,) = house.letters()
    assert "Kunden svarte ikke på tilbudet (1500 kr); det gjelder ikke lenger:" in told.text
    house.reply(offer, "Ja", ANN)
    assert "offer_accepted" not in house.kinds("1001")
    assert house.kinds("1001").count("lapsed") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/tilbud", "hvor mye?"),
        ("/tilbud Finne årsaken", "hvor mye?"),
        ("/tilbud 12 Finne årsaken", "hvor mye?"),
        ("/tilbud 2t", "hva tilbyr du for 2t?"),
        ("/lukk\n/tilbud 2t Finne årsaken", "var allerede løst"),
    ],
)
def test_a_mistake_is_told_with_its_cure_and_nothing_is_offered(house: House, words: str, said: str):
    house.reply(begun(house), words)
    house.wait(seconds=61)
    (error,) = house.letters()
    assert error.kind == "error"
    assert said in error.text


def test_an_offer_that_was_a_mistake_is_taken_back_and_the_older_stands_again(house: House):
    notice = begun(house)
    old = offered(house, notice=notice)
    house.reply(notice, "/tilbud 15 kr Finne årsaken")
    house.reply(notice, "/angre")
    house.wait(seconds=120)
    assert "offer" not in {letter.kind for letter in house.letters()}, "it had not left yet"
    house.reply(old, "Ja", ANN)
    assert "offer_accepted" in house.kinds("1001")


@pytest.mark.parametrize(
    ("yes", "said"),
    [
        ("Ja", "Kunden godtar et tilbud (1500 kr) som er trukket tilbake; det teller ikke:"),
        ("Ne.", "Kunden avslår et tilbud (1500 kr) som er trukket tilbake:"),
    ],
)
def test_a_late_answer_to_an_offer_that_was_withdrawn_is_told_as_that(house: House, yes: str, said: str):
    notice = begun(house)
    offer = offered(house, notice=notice)
    house.reply(notice, "/angre")
    house.letters()
    house.reply(offer, yes, ANN)
    assert "offer_accepted" not in house.kinds("1001")
    assert said in news(house).text


def test_so_it_is_where_an_older_offer_stands_again(house: House):
    notice = begun(house)
    offered(house, "/tilbud 900 kr Finne årsaken", notice)
    newer = offered(house, "/tilbud 1500 kr Bytte alt", notice)
    house.reply(notice, "/angre")
    house.letters()
    house.reply(newer, "Ja", ANN)
    assert "offer_accepted" not in house.kinds("1001")
    assert "Kunden godtar et tilbud (1500 kr) som er trukket tilbake" in news(house).text


# --- a From that nobody proves ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("desk", "yes", "asks"),
    [
        ("help", "Yes", "Was it you? Then reply to this very mail"),
        ("support", "Ja", "Da holder det at du svarer på akkurat denne e-posten"),
        ("drift", "Ja", "Då held det at du svarar på akkurat denne e-posten"),
        ("podpora", "Da", "zadošča, da odgovorite prav na to sporočilo"),
    ],
)
def test_an_unproven_yes_binds_nobody_and_the_customer_is_asked_at_her_own_address(
    house: House, desk: str, yes: str, asks: str
):
    house.mail("ann@kunde.example", "E-42", "E-42", f"{desk}@desk.example")
    (notice,) = house.letters("notice")
    offer = offered(house, "/tilbud 1500 kr Finne årsaken", notice)
    number = offer.subject.partition("[#")[2].partition("]")[0]
    house.reply(offer, yes, ANN, proven=False)
    assert "offer_accepted" not in house.kinds(number)
    again, told = sorted(house.letters(), key=lambda letter: letter.to)
    assert (again.to, again.kind, asks in again.text) == ("ann@kunde.example", "offer-again", True)
    assert told.kind == "news"
    house.reply(again, yes, ANN, proven=False)
    assert "offer_accepted" in house.kinds(number)


def test_the_handler_reads_that_nobody_proved_it(house: House):
    house.reply(offered(house), "Ja", ANN, proven=False)
    told = next(letter for letter in house.letters() if letter.to == KARI)
    assert "det er ikke bekreftet at det var kunden; det teller ikke ennå" in told.text


def test_an_unproven_no_ends_no_offer(house: House):
    offer = offered(house)
    house.reply(offer, "Nei", ANN, proven=False)
    assert "offer_refused" not in house.kinds("1001")
    house.reply(offer, "Ja", ANN)
    assert "offer_accepted" in house.kinds("1001")


def test_she_is_asked_once_a_day_whoever_writes(house: House):
    offer = offered(house)
    for _ in range(3):
        house.reply(offer, "Ja", ANN, proven=False)
    assert len(house.letters("offer-again")) == 1
    house.wait(days=1)
    house.reply(offer, "Ja", ANN, proven=False)
    assert len(house.letters("offer-again")) == 1


def test_the_second_letter_is_hers_alone(house: House):
    house.reply(offered(house), "Ja", ANN, proven=False)
    (again,) = house.letters("offer-again")
    house.reply(again, "Ja", "Eve <eve@evil.example>")
    assert "offer_accepted" not in house.kinds("1001")


def test_a_yes_to_the_second_letter_counts_no_longer_than_the_offer(house: House):
    offer = offered(house)
    house.reply(offer, "Ja", ANN, proven=False)
    (again,) = house.letters("offer-again")
    house.wait(days=15)
    house.reply(again, "Ja", ANN, proven=False)
    assert "offer_accepted" not in house.kinds("1001")


def test_a_second_letter_of_an_older_offer_accepts_no_newer_one(house: House):
    notice = begun(house)
    house.reply(offered(house, notice=notice), "Ja", ANN, proven=False)
    (again,) = house.letters("offer-again")
    offered(house, "/tilbud 9000 kr Finne årsaken", notice)
    house.reply(again, "Ja", ANN, proven=False)
    assert "offer_accepted" not in house.kinds("1001")


# --- with /for --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("desk", "lines"),
    [
        ("help", "/offer 2h A new screen\n/for bo@kunde.example"),
        ("support", "/tilbud 900 kr Ny skjerm\n/for bo@kunde.example"),
        ("drift", "/for bo@kunde.example\n/tilbod 900 kr Ny skjerm"),
        ("podpora", "/ponudba 90 EUR Nov zaslon\n/za bo@kunde.example"),
    ],
)
def test_it_goes_to_whom_the_case_is_given_to_wherever_that_stands(house: House, desk: str, lines: str):
    house.reply(begun(house, f"{desk}@desk.example"), lines)
    house.wait(seconds=61)
    assert [letter.to for letter in house.letters("offer")] == ["bo@kunde.example"]


def test_nothing_is_offered_to_a_telephone(house: House):
    house.reply(begun(house), "/tilbud 900 kr Ny skjerm\n/for +47 912 34 567 Bo")
    house.wait(seconds=61)
    assert [letter.kind for letter in house.letters()] == ["error"]
    assert not {"offered", "attributed"} & set(house.kinds("1001"))


def test_a_wrong_line_beside_for_leaves_the_case_whose_it_is(house: House):
    house.reply(begun(house), "/vent 31.4.\n/for bo@kunde.example\n/tilbud 900 kr Ny skjerm")
    house.wait(seconds=61)
    (error,) = house.letters()
    assert (error.kind, "attributed" in house.kinds("1001")) == ("error", False)
    house.reply(error, "/vent 3d")
    house.wait(seconds=61)
    assert [letter.to for letter in house.letters("offer")] == ["bo@kunde.example"]


def test_undone_with_for_it_goes_to_nobody(house: House):
    house.reply(begun(house), "/tilbud 900 kr Ny skjerm\n/for bo@kunde.example")
    (done,) = house.letters("receipt")
    house.reply(done, "/angre")
    house.wait(seconds=120)
    assert {letter.to for letter in house.letters()} == {KARI}


# --- an older one that had not left -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("desk", "older", "newer", "undo", "said", "yes"),
    [
        ("help", "/offer 2h Find it", "/offer 3h Find it", "/undo", "leaves after all", "Yes"),
        ("support", "/tilbud 900 kr Finne den", "/tilbud 800 kr Finne den", "/angre", "går likevel", "Ja"),
        ("drift", "/tilbod 900 kr Finne han", "/tilbod 800 kr Finne han", "/angre", "går likevel", "Ja"),
        ("podpora", "/ponudba 90 EUR Iskanje", "/ponudba 80 EUR Iskanje", "/razveljavi", "vseeno poslano", "Da"),
    ],
)
def test_it_goes_out_after_all_where_the_one_in_its_place_is_undone(
    house: House, desk: str, older: str, newer: str, undo: str, said: str, yes: str
):
    notice = begun(house, f"{desk}@desk.example")
    house.reply(notice, older)
    house.letters()
    house.wait(seconds=10)
    house.reply(notice, newer)
    (done,) = house.letters("receipt")
    house.wait(seconds=5)
    house.reply(done, undo)
    assert said in house.letters("receipt")[0].text
    house.wait(seconds=120)
    (offer,) = house.letters("offer")
    assert older.split(" ", 2)[1] in offer.text
    number = offer.subject.partition("[#")[2].partition("]")[0]
    house.reply(offer, yes, ANN)
    assert "offer_accepted" in house.kinds(number)
