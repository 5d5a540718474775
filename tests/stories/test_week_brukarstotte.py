"""A week at a joint municipal IT operation (rules/examples/brukarstotte), in nynorsk: lines, priorities, and the on-call duty of Easter.

Monday 30 March to Tuesday 7 April 2026: on Wednesday the office closes at noon, Thursday, Friday and Monday are holidays.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from parts.golden import golden
from parts.week import Week, lived, local

from maild.model.rota import Book, on_duty

ANN, LEGE = "Ann Berg <ann@storvik.example>", "Line Lege <lege@storvik.example>"
DESK = "brukarstotte@ikt.example"


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    yield from lived(
        tmp_path_factory, "brukarstotte", "2026-03-30T08:00", DESK, (begun, monday_evening, tuesday, easter)
    )


def begun(week: Week) -> None:
    week.at("2026-03-30T09:10")
    week.mail(ANN, "Skrivaren", "Hei,\n\nskrivaren på kontoret vil ikkje skriva ut. Kan de hjelpa?\n\nAnn")
    week.at("2026-03-30T09:40")
    week.reply("marit", "1001", "/ta\nHei Ann,\n\neg har starta han på nytt. Går det no?\n\nMarit")
    week.at("2026-03-30T10:05")
    week.reply("ann@storvik.example", "1001", "Ja, no går det fint!\n\nAnn")
    week.at("2026-03-30T10:10")
    week.reply("marit", "1001", "/lukk")


def monday_evening(week: Week) -> None:
    # At 15:40 duty has begun, and the office is open still.
    week.at("2026-03-30T15:40")
    week.mail(LEGE, "Journalen er nede", "Ingen på legekontoret får opna journalen.\n\nLine")
    week.at("2026-03-30T15:44")
    week.reply("sverre", "1002", "Eg ser på det.", kind="page")
    week.at("2026-03-30T15:52")
    week.reply(
        "sverre",
        "1002",
        "Hei Line,\n\neg held på med tenaren, og du høyrer frå meg innan to timar.\n\nSverre",
        kind="notice",
    )
    week.at("2026-03-30T16:50")
    week.reply("sverre", "1002", "/lukk\nHei,\n\ntenaren er oppe att, og journalen svarar.\n\nSverre", kind="notice")


def tuesday(week: Week) -> None:
    # What the 1st line does not solve goes to the 2nd.
    week.at("2026-03-31T09:00")
    week.mail("Bo Li <bo@lilleberg.example>", "Heile skulen er nede", "Ingen på skulen kjem på nett i dag.\n\nBo")
    week.at("2026-03-31T09:20")
    week.reply("marit", "1003", "/eskaler\nSvitsjen svarar ikkje, og straumen er i orden.")
    week.at("2026-03-31T09:45")
    week.reply("ingrid", "1003", "/ta\nHei Bo,\n\nvi bytter svitsjen no, og du får vita når han er på plass.\n\nIngrid")
    week.at("2026-03-31T11:30")
    week.reply("ingrid", "1003", "/lukk\nNy svitsj er på plass, og nettet er oppe.\n\nIngrid")
    # Sent straight to a consultant, who passes it on: a case of the sender, and he is told the proper way.
    week.at("2026-03-31T13:00")
    week.mail(
        "Ingrid Moen <ingrid@ikt.example>",
        "VS: Passord",
        "---------- Vidaresend melding ----------\nFrå: Eva Ås <eva@storvik.example>\nEmne: Passord\n"
        "Til: Ingrid Moen <ingrid@ikt.example>\n\nHei Ingrid, eg kjem ikkje inn i lønssystemet. Kan du ordna nytt passord?\n\nEva\n",
    )
    week.at("2026-03-31T13:20")
    week.reply("marit", "1004", "/ta\nHei Eva,\n\ndu får eit nytt passord på SMS no.\n\nMarit")
    week.at("2026-03-31T13:30")
    week.reply("marit", "1004", "/vent kunde")


def easter(week: Week) -> None:
    # The office closed at noon, and opens on Tuesday.
    week.at("2026-04-01T13:15")
    week.mail(ANN, "Skjermen på heimekontoret", "Skjermen på heimekontoret er svart.\n\nAnn")
    # Good Friday, at night: the first does not wake up.
    week.at("2026-04-03T02:10")
    week.mail(LEGE, "Tryggleiksalarmane", "Ingen av tryggleiksalarmane verkar. Dei svarar ikkje.\n\nLine")
    week.at("2026-04-03T02:26")
    week.reply("ingrid", "1006", "Eg tek den.", kind="page")
    week.at("2026-04-03T03:05")
    week.reply("ingrid", "1006", "/lukk\nHei Line,\n\nalarmane er oppe att. Sentralen hadde mist linja.\n\nIngrid")
    # High is not critical: nobody is paged on Saturday.
    week.at("2026-04-04T11:00")
    week.mail("Bo Li <bo@lilleberg.example>", "Rådhuset", "Ingen på heile rådhuset kjem inn i sakssystemet.\n\nBo")
    week.at("2026-04-07T10:00")


def test_golden_the_week_as_it_went(week: Week) -> None:
    golden("weeks/brukarstotte.txt", week.told())


def test_only_the_critical_cases_paged_and_the_second_went_on_after_ten_minutes(week: Week) -> None:
    pages = [(one.to, str(one.mail["X-Maild-Case"])) for one in week.letters("page")]
    assert pages == [("sverre@ikt.example", "1002"), ("sverre@ikt.example", "1006"), ("ingrid@ikt.example", "1006")]


def test_what_came_in_when_it_was_closed_is_promised_for_the_first_open_day(week: Week) -> None:
    (ack,) = (one for one in week.letters("ack") if one.mail["X-Maild-Case"] == "1005")
    assert "tysdag 7. april" in ack.text


def test_a_mail_to_a_consultant_is_a_case_of_its_sender_who_is_told_the_proper_address(week: Week) -> None:
    (ack,) = (one for one in week.letters("ack") if one.mail["X-Maild-Case"] == "1004")
    assert (ack.to, DESK in ack.text) == ("eva@storvik.example", True)


def test_nobody_is_reminded_of_work_on_a_day_off_and_long_duty_is_told_once(week: Week) -> None:
    mornings = [(str(one.mail["Date"])[:11], one.to, one.subject) for one in week.letters("digest")]
    days = ("Thu, 02 Apr", "Fri, 03 Apr", "Sat, 04 Apr", "Sun, 05 Apr", "Mon, 06 Apr")
    off = [one for one in mornings if one[0] in days]
    assert off == [("Mon, 06 Apr", "ingrid@ikt.example", "Brukarstøtta: Vakt")], "her week of duty begins"


def test_every_letter_to_customers_is_nynorsk(week: Week) -> None:
    ours = [
        one for one in week.letters("ack") + week.letters("update") + week.letters("closing") if "ikt" not in one.to
    ]
    assert ours
    assert not [one.text for one in ours if " ikke " in one.text or " fra " in one.text or " en av oss" in one.text]


def test_whoever_took_the_page_writes_to_the_customer_from_the_letter_that_he_then_got(week: Week) -> None:
    (closing,) = (one for one in week.letters("closing") if one.mail["X-Maild-Case"] == "1006")
    assert "Sentralen hadde mist linja." in closing.text


@pytest.mark.parametrize(
    "day",
    ["2026-04-01", "2026-12-24", "2026-12-31"],
    ids=["Wednesday before Easter", "Christmas Eve", "New Year's Eve"],
)
def test_from_noon_of_a_half_day_on_somebody_has_duty(tmp_path: Path, day: str) -> None:
    week = Week(tmp_path, "brukarstotte", f"{day}T11:00", "brukarstotte@ikt.example")
    rota = week.house.policy.rotas["driftsvakt"]
    hours = [on_duty(rota, local(f"{day}T{at}"), Book()) != () for at in ("07:59", "11:59", "12:01", "15:00", "23:00")]
    assert hours == [True, False, True, True, True]
