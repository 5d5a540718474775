"""A week at an inter-municipal IT company (rules/examples/kundeservice), in bokmål: targets, points of escalation, a holiday.

Monday 11 to Tuesday 19 May 2026; Thursday 14 May is Ascension Day.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from parts.golden import golden
from parts.week import Week, lived

ANN, BO = "Ann Berg <ann@fjordby.example>", "Bo Li <bo@skogvang.example>"
DESK = "kundeservice@ikt.example"


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    yield from lived(tmp_path_factory, "kundeservice", "2026-05-11T08:00", DESK, (begun, voted, holiday, escalated))


def begun(week: Week) -> None:
    # A fault without user name and computer name: they are asked for, and read from the answer.
    week.at("2026-05-11T09:00")
    week.mail(ANN, "Skriveren", "Hei,\n\nskriveren i resepsjonen virker ikke.\n\nAnn")
    week.at("2026-05-11T09:30")
    week.reply("ann@fjordby.example", "1001", "Brukernavn: annber\nMaskinnavn: PC-12345")
    week.at("2026-05-11T11:00")
    week.reply("kari", "1001", "/lukk\nHei Ann,\n\nskriveren var tom for papir i skuff 2. Nå går den.\n\nKari")
    # High: four hours end on Tuesday morning, and slip.
    week.at("2026-05-11T13:00")
    week.mail(BO, "Nettet", "Ingen på hele rådhuset kommer inn i fagsystemene.\n\nBo")
    week.at("2026-05-11T13:40")
    week.reply("kari", "1002", "/ta\nHei Bo,\n\nvi leter etter feilen nå.\n\nKari")
    week.at("2026-05-12T12:00")
    week.reply("kari", "1002", "/lukk\nHei Bo,\n\nen strømforsyning var røket, og den er byttet.\n\nKari")


def voted(week: Week) -> None:
    # A proposal is voted on.
    week.at("2026-05-12T13:00")
    week.mail(
        "IKT Fjordby <ikt@fjordby.example>", "Forslag om ny løsning for timelister", "Vi foreslår TimeGo for alle."
    )
    week.at("2026-05-12T14:00")
    week.reply("liv", "1003", "Ja", kind="approval")
    week.at("2026-05-13T09:00")
    week.reply("geir", "1003", "Ja", kind="approval")


def holiday(week: Week) -> None:
    # Two working days across Ascension Day.
    week.at("2026-05-13T14:00")
    week.mail(ANN, "Treg maskin", "Maskinen PC-55512 henger hele tiden. Brukernavn: annber\n\nAnn")
    week.at("2026-05-14T10:00")
    week.mail("Eli <eli@elev.fjordby.example>", "Passord", "Hei, jeg har glemt passordet mitt.")
    week.at("2026-05-15T09:30")
    week.reply("ola", "1004", "/ta\nHei Ann,\n\nstart maskinen på nytt, og si fra om den fortsatt henger.\n\nOla")
    week.at("2026-05-15T09:32")
    week.reply("ola", "1004", "/vent kunde")


def escalated(week: Week) -> None:
    # Critical, and nobody is there: the points of escalation, in their order.
    week.at("2026-05-18T08:30")
    week.mail(BO, "Haster", "Trygghetsalarmene virker ikke!\n\nBo")
    week.at("2026-05-19T12:00")
    week.reply("turid", "1006", "/ta\nHei Bo,\n\njeg ringer deg nå. Beklager at dette tok så lang tid.\n\nTurid")
    week.at("2026-05-19T12:30")


def test_golden_the_week_as_it_went(week: Week) -> None:
    golden("weeks/kundeservice.txt", week.told())


def test_the_points_of_escalation_are_told_in_their_order(week: Week) -> None:
    told = [one.to.partition("@")[0] for one in week.letters("warning") if one.mail["X-Maild-Case"] == "1006"]
    assert told[-3:] == ["liv", "geir", "turid"]


def test_two_working_days_do_not_count_the_holiday(week: Week) -> None:
    (ack,) = (one for one in week.letters("ack") if one.mail["X-Maild-Case"] == "1004")
    assert "fredag 15. mai 2026 kl. 10:30" in ack.text
    assert "mandag 18. mai 2026 kl. 14:00" in ack.text


def test_what_was_filled_in_stands_before_the_handler(week: Week) -> None:
    shown = [one.text for one in week.letters("update", "kari@ikt.example") + week.letters("update", "ola@ikt.example")]
    assert any("Brukernavn: annber" in text and "Maskinnavn: PC-12345" in text for text in shown)


def test_while_the_customer_is_waited_for_no_clock_runs(week: Week) -> None:
    assert not [one for one in week.letters("warning") if one.mail["X-Maild-Case"] == "1004"]


def test_every_letter_to_customers_is_bokmaal(week: Week) -> None:
    ours = [
        one for one in week.letters("ack") + week.letters("update") + week.letters("closing") if "ikt.e" not in one.to
    ]
    assert ours
    assert not [one.text for one in ours if " ikkje " in one.text or " frå " in one.text]
