"""Which duty can change hands, and which cannot.  Today is Monday 2 March 2026, 10:00 in Oslo: Kari has the week, then Ola, then Lars."""

from __future__ import annotations

import pytest
from parts import duty
from parts.duty import IDA, KARI, OLA, Site, asked, has_duty, kinds

# --- what can be swapped ----------------------------------------------------------------------------------------------------------


def test_several_days_go_together(rota: Site):
    house = rota()
    _, question = asked(house, "/bytt ola 4.3.-6.3.")
    house.reply(question, "ja")
    times = ("03-04T07:00", "03-04T20:00", "03-06T20:00", "03-07T12:00")
    assert [has_duty(house, f"2026-{time}") for time in times] == [("kari",), ("ola",), ("ola",), ("kari",)]


def test_my_duty_for_yours_is_one_swap(rota: Site):
    house = rota()
    receipt, question = asked(house, "/bytt ola 6.3. 13.3.")
    assert "du får fri fra fredag 6. mars 2026 kl. 15:30 til lørdag 7. mars 2026 kl. 08:00" in receipt.text
    assert "du får vakt fra fredag 13. mars 2026 kl. 15:30 til lørdag 14. mars 2026 kl. 08:00" in receipt.text
    assert "du får vakt fra fredag 6. mars 2026 kl. 15:30" in question.text
    assert "du får fri fra fredag 13. mars 2026 kl. 15:30" in question.text
    house.reply(question, "ja")
    assert (has_duty(house, "2026-03-06T20:00"), has_duty(house, "2026-03-13T20:00")) == (("ola",), ("kari",))
    assert kinds(house) == ["duty_offered", "duty_offered", "duty_swapped"]


def test_what_was_swapped_can_be_swapped_on(rota: Site):
    house = rota()
    _, question = asked(house)
    house.reply(question, "ja")
    house.letters()
    _, again = asked(house, "/bytt lars fre", OLA)
    house.reply(again, "ja")
    assert has_duty(house, "2026-03-06T20:00") == ("lars",)


def test_todays_duty_can_be_given_away_from_now_on(rota: Site):
    house = rota()
    house.wait(hours=10)
    _, question = asked(house, "/bytt ola i dag")
    house.reply(question, "ja")
    assert has_duty(house, "2026-03-02T20:30") == ("ola",)


def test_a_swap_in_reply_to_a_case_is_one_too_and_undone_there(rota: Site):
    house = rota()
    house.mail("Ann Berg <ann@kunde.example>", "Skriver", "Den står.")
    notice = next(letter for letter in house.letters() if letter.to == KARI or letter.kind == "notice")
    house.reply(notice, "/prioritet høy\n/bytt ola 6.3." if notice.to == KARI else "/prioritet høy\n/bytt lars 13.3.")
    letters = house.letters()
    assert sorted(letter.kind for letter in letters) == ["receipt", "swap"]
    receipt = next(letter for letter in letters if letter.kind == "receipt")
    house.reply(receipt, "/angre")
    assert house.case("1001")["priority"] == "medium"
    assert kinds(house) == ["duty_offered", "duty_returned"]


# --- what cannot be -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sender", "words", "said"),
    [
        (KARI, "/bytt", "hvem tar hvilken dag?"),
        (KARI, "/bytt ola", "hvem tar hvilken dag?"),
        (KARI, "/bytt ola en gang", "hvem tar hvilken dag?"),
        (KARI, "/bytt ola 31.4.", "den siste i måneden er 30.4."),
        (KARI, "/bytt ola 1.3.2026", "det er allerede forbi"),
        (KARI, "/bytt ola 7.3.-6.3.", "høyst 31 dager"),
        (KARI, "/bytt ole fre", "lars"),
        (KARI, "/bytt ola 13.3.", "du har ikke vakt da; den neste begynner mandag 2. mars 2026 kl. 15:30"),
        ("per@staff.example", "/bytt ola fre", "du har ikke vakt da"),
        (KARI, "/bytt per fre", "Per Moe jobber ikke for alle gruppene"),
        (KARI, "/bytt kari fre", "Kari Nordmann har den vakten allerede"),
        (KARI, "/bytt ola 6.3. 20.3.", "Ola Hansen har ikke vakt da"),
    ],
)
def test_what_cannot_be_swapped_is_refused_with_its_cure(rota: Site, sender: str, words: str, said: str):
    house = rota()
    house.mail(sender, "Vakt", words)
    (error,) = house.letters()
    assert (error.kind, error.to) == ("error", sender)
    assert said in error.text
    assert kinds(house) == []


def test_nobody_who_is_away_gets_duty(rota: Site):
    house = rota()
    house.mail(OLA, "Ferie", "/borte til 20.3.")
    house.letters()
    house.mail(KARI, "Vakt", "/bytt ola fre")
    (error,) = house.letters()
    assert "Ola Hansen er borte da" in error.text


@pytest.mark.parametrize(
    ("language", "words", "said"),
    [
        (
            "en",
            "/away until 6.3.",
            "you have duty from Monday 2 March 2026 at 15:30 to Tuesday 3 March 2026 at 08:00; if you swap it with nobody",
        ),
        (
            "nb",
            "/borte til 6.3.",
            "du har vakt fra mandag 2. mars 2026 kl. 15:30 til tirsdag 3. mars 2026 kl. 08:00; bytter du ikke",
        ),
        (
            "nn",
            "/borte til 6.3.",
            "du har vakt frå måndag 2. mars 2026 kl. 15:30 til tysdag 3. mars 2026 kl. 08:00; byter du ikkje",
        ),
        (
            "sl",
            "/odsoten do 6.3.",
            "dežurni ste (začetek v ponedeljek, 2. marca 2026, ob 15.30, konec v torek, 3. marca 2026, ob 8.00); če z nikomer",
        ),
    ],
)
def test_whoever_leaves_is_reminded_of_his_duty(rota: Site, language: str, words: str, said: str):
    house = rota(language)
    house.mail(KARI, "Ferie", words)
    receipt = next(letter for letter in house.letters() if letter.kind == "receipt")
    assert said in receipt.text
    assert has_duty(house, "2026-03-02T20:00") == ("ola",), "the next in order, meanwhile"


def test_without_a_rota_there_is_nothing_to_swap(rota: Site):
    house = rota(oncall="")
    house.mail(KARI, "Vakt", "/bytt ola fre")
    (error,) = house.letters()
    assert "ingen har vakt her" in error.text


def test_where_he_has_duty_in_two_rotas_the_name_says_which(rota: Site):
    house = rota(oncall=duty.ONCALL + duty.ONCALL.replace("vakt:", "natt:").replace("Driftsvakt", "Nattevakt"))
    house.mail(KARI, "Vakt", "/bytt ola fre")
    (error,) = house.letters()
    assert "vakt, natt" in error.text
    _, question = asked(house, "/bytt ola fre natt")
    house.reply(question, "ja")
    assert has_duty(house, "2026-03-06T20:00") == ("kari",), "the other rota"


# --- one swap upon another ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "undo", "said"),
    [
        ("nb", "/angre", "Lars Li har fått den vakten ved et senere bytte"),
        ("nn", "/angre", "Lars Li har fått den vakta ved eit seinare byte"),
        ("en", "/undo", "Lars Li has that duty by a later swap"),
        ("sl", "/razveljavi", "to dežurstvo ima zaradi poznejše zamenjave Lars Li"),
    ],
)
def test_what_was_given_on_is_taken_back_from_its_end(rota: Site, language: str, undo: str, said: str):
    house = rota(language)
    yes = {"sl": "da", "en": "yes"}.get(language, "ja")
    first, question = asked(house, {"sl": "/zamenjaj ola 6.3."}.get(language, "/swap ola 6.3."))
    house.reply(question, yes)
    house.letters()
    house.wait(seconds=1)
    second, question = asked(house, "/swap lars 6.3.", OLA)
    house.reply(question, yes)
    house.letters()
    house.wait(seconds=1)
    house.reply(first, undo)
    (error,) = house.letters()
    assert (said in error.text, has_duty(house, "2026-03-06T20:00")) == (True, ("lars",))
    house.reply(second, undo)
    assert has_duty(house, "2026-03-06T20:00") == ("ola",)
    house.wait(seconds=1)
    house.reply(first, undo)
    assert has_duty(house, "2026-03-06T20:00") == ("kari",)


def test_a_yes_to_a_week_of_which_a_day_was_given_away_meanwhile_agrees_to_nothing(rota: Site):
    house = rota()
    _, question = asked(house, "/bytt ola 2.3.-8.3.")
    house.mail(IDA, "Vakt", "/bytt lars ons")
    (receipt,) = house.letters("receipt")
    assert "Lars Li har vakt fra onsdag 4. mars" in receipt.text, "whose it is now"
    house.reply(question, "Ja")
    (error,) = house.letters()
    assert ("den vakten er en annens nå" in error.text, has_duty(house, "2026-03-05T20:00")) == (True, ("kari",))


def test_whoever_left_has_no_duty_that_he_agreed_to(rota: Site):
    house = rota()
    _, question = asked(house, "/bytt lars fre")
    house.reply(question, "Ja")
    assert has_duty(house, "2026-03-06T20:00") == ("lars",)
    for path, row in (("people.yaml", "lars:"), ("oncall.yaml", "")):
        file = house.folder / "rules" / path
        kept = [line for line in file.read_text().splitlines() if not row or not line.startswith(row)]
        file.write_text("\n".join(kept).replace("[kari, ola, lars]", "[kari, ola]"))
    house.load()
    assert has_duty(house, "2026-03-06T20:00") == ("kari",)
