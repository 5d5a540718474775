"""A handler whose mail takes its way through a team's group, which marks every mail as a list's, is heard all the same."""

from __future__ import annotations

import pytest
from parts.house import Got, House

ANN, KARI = "Ann Berg <ann@kunde.example>", "Kari Nordmann <kari@staff.example>"
GROUP = {"List_Id": "<helpdesk.staff.example>", "Precedence": "list", "List_Post": "<mailto:helpdesk@staff.example>"}


def begun(house: House) -> Got:
    house.mail(ANN, "Skriver", "Den står.")
    _, notice = house.letters()
    return notice


@pytest.mark.parametrize("word", ["/take", "/ta", "/prevzemi"])
@pytest.mark.parametrize("name", [*GROUP, ""])
def test_his_command_through_a_group_is_done(house: House, word: str, name: str):
    house.reply(begun(house), word, KARI, **({name: GROUP[name]} if name else GROUP))
    assert house.case("1001")["handler"] == "kari@staff.example"
    assert [letter.kind for letter in house.letters()] == ["receipt"]


def test_his_answer_through_a_group_goes_to_the_customer(house: House):
    house.reply(begun(house), "Hei Ann, slå den av og på.", KARI, **GROUP)
    house.wait(seconds=61)
    assert "slå den av og på" in house.letters("update")[0].text


def test_his_reply_to_a_receipt_of_no_case_is_heard(house: House):
    begun(house)
    house.mail(KARI, "Saker", "/liste")
    (receipt,) = house.letters()
    house.reply(receipt, "1001 lukk stille", **GROUP)
    assert house.case("1001")["status"] == "solved"


@pytest.mark.parametrize(
    "robot",
    [
        {"Auto_Submitted": "auto-replied"},
        {"X_Autoreply": "yes"},
        {"Precedence": "bulk"},
    ],
)
def test_his_holidays_answer_through_a_group_is_a_robot_still(house: House, robot: dict[str, str]):
    house.reply(begun(house), "/lukk stille", KARI, **{**GROUP, **robot})
    assert house.case("1001")["status"] == "new"
    house.wait(seconds=61)
    assert not house.letters("receipt")


def test_a_lists_mail_that_nobody_proves_does_nothing(house: House):
    house.reply(begun(house), "/lukk stille", KARI, proven=False, **GROUP)
    assert house.case("1001")["status"] == "new"


def test_another_lists_mail_in_his_name_does_nothing(house: House):
    begun(house)
    house.mail(KARI, "Re: [#1001] Skriver", "/lukk stille", **GROUP)
    assert house.case("1001")["status"] == "new"
