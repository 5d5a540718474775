"""One trouble of many customers: told together, closed together."""

from __future__ import annotations

import pytest
from parts.house import Got, House

ANN, LI = "Ann Berg <ann@kunde.example>", "Li Dahl <li@to.example>"
BO, ROBOT = "Bo Moe <bo@tre.example>", "Vakt <vakt@fire.example>"


def begun(house: House, sender: str = ANN, subject: str = "Nett", desk: str = "support") -> tuple[Got, Got]:
    """A case; what the customer got, and the handler."""
    house.mail(sender, subject, "Nettet er borte.", f"{desk}@desk.example")
    ack, notice = house.letters()
    return ack, notice


def declared(house: House, words: str = "/hendelse Fiberbrudd i sentrum") -> Got:
    """An incident with two children, the second of a Slovenian desk; its handler's notice."""
    _, notice = begun(house)
    _, one = begun(house, LI)
    _, two = begun(house, BO, "Internet", "podpora")
    house.reply(notice, words)
    house.reply(one, "/koble #1001")
    house.reply(two, "/poveži #1001")
    house.letters()
    return notice


def told(house: House, kind: str = "incident") -> list[Got]:
    house.wait(seconds=61)
    return house.letters(kind)


@pytest.mark.parametrize("words", ["/incident", "/hendelse", "/hending"])
def test_a_case_becomes_an_incident_and_others_belong_to_it(house: House, words: str):
    declared(house, f"{words} Fiberbrudd i sentrum")
    incident = house.case("1001")
    assert (incident["incident"], incident["children"]) == ("Fiberbrudd i sentrum", ["1002", "P-1001"])
    assert (house.case("1002")["parent"], house.case("P-1001")["parent"]) == ("1001", "1001")


def test_a_child_can_be_fetched_from_the_incident_too(house: House):
    (_, notice), _ = begun(house), begun(house, LI)
    house.reply(notice, "/hendelse Fiberbrudd\n")
    house.letters()
    house.reply(notice, "/koble #1002")
    assert "#1002 hører nå til denne hendelsen" in house.letters("receipt")[0].text
    assert house.case("1002")["parent"] == "1001"


def test_a_case_belongs_to_one_incident_at_a_time(house: House):
    declared(house)
    _, other = begun(house, ROBOT)
    house.reply(other, "/hendelse Noe annet")
    house.letters()
    house.reply(other, "/koble #1002")
    assert (house.case("1001")["children"], house.case("1003")["children"]) == (["P-1001"], ["1002"])


@pytest.mark.parametrize("verb", ["/notice", "/driftsmelding", "/obvestilo"])
def test_every_customer_is_told_in_his_own_case_and_language(house: House, verb: str):
    notice = declared(house)
    house.reply(notice, f"{verb} Feilen er funnet, vi retter nå.")
    (receipt,) = house.letters()
    assert "kunder som får beskjed om et minutt: 3" in receipt.text
    letters = {letter.to: letter for letter in told(house)}
    assert set(letters) == {"ann@kunde.example", "li@to.example", "bo@tre.example"}
    li, bo = letters["li@to.example"], letters["bo@tre.example"]
    assert ("[#1002]" in li.subject, "[#P-1001]" in bo.subject) == (True, True)
    assert "Dette gjelder: Fiberbrudd i sentrum" in li.text
    assert "Gre za: Fiberbrudd i sentrum" in bo.text
    assert "Feilen er funnet, vi retter nå." in bo.text
    assert "Auto-Submitted" not in li.mail, "a human wrote it"
    assert all("li@" not in letter.raw.decode() for letter in (bo, letters["ann@kunde.example"]))
    said = [m["own_text"] for m in house.case("1002")["messages"] if m["direction"] == "in"]
    assert said[-1] == "Feilen er funnet, vi retter nå."
    assert "informed" in house.kinds("1002")


def test_what_stands_below_the_command_is_the_notice_of_many_lines(house: House):
    notice = declared(house)
    house.reply(notice, "/driftsmelding\nFeilen er funnet.\n\nVi retter nå.")
    letters = told(house, "")
    kinds = {letter.to: letter.kind for letter in letters if "kunde" in letter.to or "t" in letter.to.split("@")[1]}
    assert kinds["li@to.example"] == "incident"
    assert kinds["ann@kunde.example"] == "update", "the incident's own customer has it as an answer, once"


def test_a_customer_with_many_cases_is_told_once(house: House):
    notice = declared(house)
    _, more = begun(house, LI, "Fortsatt nede")
    house.reply(more, "/koble #1001")
    house.letters()
    house.reply(notice, "/driftsmelding Vi retter nå.")
    assert [letter.to for letter in told(house)].count("li@to.example") == 1


def test_two_notices_in_a_minute_are_one_letter(house: House):
    notice = declared(house)
    house.reply(notice, "/driftsmelding Feilen er funnet.")
    house.wait(seconds=20)
    house.reply(notice, "/driftsmelding Feilen er rettet.")
    (letter,) = [x for x in told(house) if x.to == "li@to.example"]
    assert letter.text.index("Feilen er funnet.") < letter.text.index("Feilen er rettet.")


def test_ten_notices_a_day_are_enough(house: House):
    notice = declared(house)
    for minute in range(11):
        house.reply(notice, f"/driftsmelding Status {minute}")
        house.wait(seconds=120)
    assert "de har fått 10 meldinger på et døgn" in house.letters("error")[0].text
    house.wait(days=1)
    house.reply(notice, "/driftsmelding Ny dag")
    assert house.letters("error") == []


def test_who_cannot_be_reached_is_not_counted(house: House):
    notice = declared(house)
    house.session.execute(
        "UPDATE person SET muted=1 WHERE id=(SELECT person FROM address WHERE address='li@to.example')"
    )
    house.reply(notice, "/driftsmelding Vi retter nå.")
    assert "2/3; de andre kan ikke nås" in house.letters()[0].text
    assert "li@to.example" not in {letter.to for letter in told(house)}


def test_a_child_that_was_merged_is_told_where_it_goes_on(house: House):
    notice = declared(house)
    begun(house, "Liv <liv@to.example>", "Nett")
    house.reply(house.newest("1002"), "/slå sammen #1003")
    told(house, "")
    house.reply(notice, "/driftsmelding Vi retter nå.")
    assert {letter.subject.split("]")[0] for letter in told(house)} == {
        "Re: Nett [#1001",
        "Re: Nett [#1003",
        "Re: Internet [#P-1001",
    }


@pytest.mark.parametrize("words", ["/close all", "/lukk alle", "/zapri vse"])
def test_closing_all_closes_each_with_a_letter(house: House, words: str):
    notice = declared(house)
    house.reply(notice, words)
    assert "sakene som hører til: 2" in house.letters("receipt")[0].text
    assert {house.case(number)["status"] for number in ("1001", "1002", "P-1001")} == {"solved"}
    assert sorted(letter.to for letter in told(house, "closing")) == [
        "ann@kunde.example",
        "bo@tre.example",
        "li@to.example",
    ]


def test_closing_the_incident_alone_says_what_is_open(house: House):
    notice = declared(house)
    house.reply(notice, "/lukk")
    assert "åpne saker som hører til: 2. /lukk alle løser dem også" in house.letters()[0].text
    assert house.case("1002")["status"] == "new"


def test_the_childs_handler_reads_to_which_incident_it_belongs(house: House):
    declared(house)
    house.mail(LI, "[#1002] Nett", "Er det nytt?")
    house.wait(seconds=61)
    assert "Hører til hendelsen #1001." in house.letters("update")[0].text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/hendelse", "hva heter den?"),
        ("/driftsmelding Hei", "saken er ingen hendelse"),
        ("/lukk alle", "saken er ingen hendelse"),
        ("/hendelse Brudd\n/driftsmelding Hei", "ingen åpen sak hører til hendelsen"),
    ],
)
def test_what_only_an_incident_can_is_refused_elsewhere(house: House, words: str, said: str):
    house.reply(begun(house)[1], words)
    assert said in house.letters("error")[0].text


def test_a_notice_without_words_or_without_cases_is_refused(house: House):
    _, notice = begun(house)
    house.reply(notice, "/hendelse Brudd")
    house.letters()
    house.reply(notice, "/driftsmelding Hei")
    assert "ingen åpen sak hører til hendelsen" in house.letters()[0].text
    house.reply(notice, "/driftsmelding\n\nMvh\nKari")
    assert "hva skal de få vite?" in house.letters()[0].text


def test_an_incident_goes_into_no_other_case_and_belongs_to_none(house: House):
    notice = declared(house)
    begun(house, "Ulf <ulf@kunde.example>")
    house.reply(notice, "/slå sammen #1003")
    assert "slå heller #1003 sammen med denne" in house.letters()[0].text
    house.reply(house.newest("1002"), "/hendelse Egen")
    assert "saken hører selv til hendelsen #1001" in house.letters()[0].text


def crowded(house: House) -> Got:
    """An incident of six customers and its own; its handler's notice."""
    notice = declared(house)
    for name in ("per", "pal", "ida", "eva"):
        _, child = begun(house, f"{name.title()} <{name}@{name}.example>")
        house.reply(child, "/koble #1001")
        house.letters()
    return notice


@pytest.mark.parametrize("word", ["/send", "/pošlji"])
def test_more_than_five_are_told_when_he_says_it_a_second_time(house: House, word: str):
    house.reply(crowded(house), "/driftsmelding Vi retter nå.")
    (question,) = house.letters()
    assert (question.kind, "beskjed om et minutt: 7" in question.text) == ("confirm", True)
    assert told(house) == []
    assert "informed" not in house.kinds("1002")
    house.reply(question, word)
    assert len(told(house)) == 7
    house.reply(question, word)
    assert told(house) == [], "once"


def test_more_than_five_are_closed_when_he_says_it_a_second_time(house: House):
    house.reply(crowded(house), "/lukk alle\nNå virker det.")
    (question,) = house.letters()
    assert house.case("1001")["status"] == "new"
    house.reply(question, "/forkast")
    assert house.case("1002")["status"] == "new"
    house.reply(house.newest("1001"), "/lukk alle")
    (again,) = house.letters("confirm")
    house.reply(again, "/send")
    assert house.case("1002")["status"] == "solved"


def linked_later(house: House) -> None:
    """One more case belongs to the incident, after the question."""
    _, child = begun(house, "Tom <tom@sent.example>")
    house.reply(child, "/koble #1001")
    house.letters()


@pytest.mark.parametrize("words", ["/close all", "/lukk alle", "/zapri vse"])
def test_a_confirmation_closes_what_the_question_named_and_names_the_others(house: House, words: str):
    house.reply(crowded(house), words)
    (question,) = house.letters()
    assert "disse: #1002, #P-1001, #1003, #1004, #1005, #1006" in question.text
    linked_later(house)
    house.reply(question, "/send")
    (receipt,) = house.letters("receipt")
    assert "koblet til etter at du ble spurt, og fortsatt åpne: #1007" in receipt.text
    assert (house.case("1002")["status"], house.case("1007")["status"]) == ("solved", "new")


def test_in_a_list_to_a_desk_too(house: House):
    crowded(house)
    house.mail("Kari Nordmann <kari@staff.example>", "Liste", "#1001 lukk alle")
    (question,) = house.letters("confirm")
    linked_later(house)
    house.reply(question, "/send")
    assert "#1007" in house.letters("receipt")[0].text
    assert (house.case("1002")["status"], house.case("1007")["status"]) == ("solved", "new")


def test_a_confirmed_notice_tells_whom_the_question_counted(house: House):
    house.reply(crowded(house), "/driftsmelding Vi retter nå.")
    (question,) = house.letters()
    linked_later(house)
    house.reply(question, "/send")
    assert "ikke varslet: #1007" in house.letters("receipt")[0].text
    assert "tom@sent.example" not in {letter.to for letter in told(house)}


def test_a_list_of_commands_to_a_desk_tells_nobody_its_own_lines(house: House):
    declared(house)
    house.mail("Kari Nordmann <kari@staff.example>", "Liste", "#1001 driftsmelding\n#1002 ta")
    (error,) = house.letters()
    assert (error.kind, "hva skal de få vite?" in error.text) == ("error", True)
    house.mail("Kari Nordmann <kari@staff.example>", "Liste", "#1001 driftsmelding Vi retter nå.\n#1002 ta")
    assert len(told(house)) == 3


def test_a_customer_tells_nobody(house: House):
    declared(house)
    house.mail(ANN, "[#1001] Nett", "/driftsmelding Kjøp dette.")
    assert told(house) == []
