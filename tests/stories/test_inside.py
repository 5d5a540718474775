"""What is said inside stays inside, whatever letter is answered; and a text goes where its writer meant it."""

from __future__ import annotations

import pytest
from parts.house import Got, House

ANN, BOSS = "Ann Berg <ann@kunde.example>", "sjef@styret.example"
KARI, OLA, CANON = "kari@staff.example", "ola@staff.example", "help@canon.example"
CUSTOMER = "ann@kunde.example"


def begun(house: House) -> tuple[Got, Got]:
    """What the customer got, and Kari."""
    house.mail(ANN, "Skriver", "Den står.")
    ack, notice = house.letters()
    return ack, notice


def to(house: House, address: str, kind: str = "") -> Got:
    """The newest letter to somebody that has come since."""
    return [letter for letter in house.letters(kind) if letter.to == address][-1]


def everybody(house: House) -> dict[str, str]:
    """Who gets letters now, with all that they say."""
    house.wait(seconds=61)
    got: dict[str, str] = {}
    for letter in house.letters():
        got[letter.to] = got.get(letter.to, "") + letter.text
    return got


def in_language(house: House, language: str) -> None:
    """Kari reads it."""
    people = house.folder / "rules" / "people.yaml"
    people.write_text(people.read_text().replace("digest: none\n", f"digest: none\n  language: {language}\n", 1))
    house.load()


# --- among colleagues -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "line", "says"),
    [
        ("en", "/task", "Just reply: your text goes to Ola Hansen, not to the customer."),
        ("nb", "/oppgave", "Teksten din går til Ola Hansen, ikke til kunden."),
        ("nn", "/oppgåve", "Teksten din går til Ola Hansen, ikkje til kunden."),
        ("sl", "/naloga", "vaše besedilo prejme Ola Hansen, ne stranka."),
    ],
)
def test_a_plain_answer_to_a_colleagues_question_goes_to_him_and_back(
    house: House, language: str, line: str, says: str
):
    in_language(house, language)
    house.reply(begun(house)[1], f"{line} Bestille skjerm; ola")
    house.reply(to(house, OLA, "task"), "Hvilken størrelse?")
    question = to(house, KARI)
    assert (question.kind, says in question.text) == ("colleague", True)
    house.reply(question, "Den dyreste, hun merker det ikke.")
    answer = to(house, OLA)
    assert (answer.kind, "| Den dyreste" in answer.text, "| Bestille skjerm" in answer.text) == (
        "colleague",
        True,
        True,
    )
    house.reply(answer, "Skal bli.")
    assert "| Skal bli." in everybody(house)[KARI]
    assert house.case("1001")["messages"][-2]["internal"]
    assert "replied" not in house.kinds("1001")


@pytest.mark.parametrize("said", ["/ferdig\nHun er vanskelig.", "/done\nHun er vanskelig."])
def test_a_plain_answer_to_what_a_colleague_did_goes_to_him(house: House, said: str):
    house.reply(begun(house)[1], "/oppgave Bestille skjerm; ola")
    house.reply(to(house, OLA, "task"), said)
    house.reply(to(house, KARI), "Takk, det vet jeg.")
    assert set(everybody(house)) == {OLA}


def test_a_colleagues_vote_is_answered_to_him(house: House):
    house.reply(begun(house)[1], "/innhent ola Kjøpe skriver")
    house.wait(seconds=61)
    house.reply(to(house, OLA, "approval"), "/avslå For dyrt for den gjerrigknarken.")
    house.reply(to(house, KARI), "Enig.")
    got = everybody(house)
    assert (set(got), "| Enig." in got[OLA]) == ({OLA}, True)


def test_words_below_a_command_in_such_an_answer_go_to_him_too(house: House):
    house.reply(begun(house)[1], "/oppgave Bestille skjerm; ola")
    house.reply(to(house, OLA, "task"), "Hvilken størrelse?")
    house.reply(to(house, KARI), "/oppgave Ringe Ann\nDen minste.")
    got = everybody(house)
    assert ("| Den minste." in got[OLA], CUSTOMER in got) == (True, False)


def test_an_approver_outside_is_answered_himself(house: House):
    house.reply(begun(house)[1], f"/innhent {BOSS} Kjøpe skriver")
    house.wait(seconds=61)
    house.reply(to(house, BOSS, "approval"), "Hva koster den?")
    asked = to(house, KARI)
    assert f"Teksten din går til {BOSS}, ikke til kunden." in asked.text
    house.reply(asked, "4000, og hun er verdt det.")
    got = everybody(house)
    assert ("4000, og hun er verdt det." in got[BOSS], CUSTOMER in got) == (True, False)


def test_whoever_else_writes_with_an_approvers_letter_is_not_taken_for_him(house: House):
    house.reply(begun(house)[1], f"/innhent {BOSS} Kjøpe skriver")
    house.wait(seconds=61)
    house.reply(to(house, BOSS, "approval"), "Hva koster den?", "Eve <eve@evil.example>")
    assert "Dette kom fra en annen adresse enn den som ble spurt." in to(house, KARI).text


# --- what was wrong is corrected where it was said --------------------------------------------------------------------------------


def task_of_ola(house: House) -> Got:
    house.reply(begun(house)[1], "/oppgave Bestille skjerm; ola")
    return to(house, OLA, "task")


def test_the_whole_mail_once_more_in_reply_to_an_error_stays_inside(house: House):
    house.reply(task_of_ola(house), "/fedrig\nHun er vanskelig.")
    error = to(house, OLA, "error")
    assert "Det du skriver i et vanlig svar, blir internt" in error.text
    house.reply(error, "/ferdig\nHun er vanskelig.")
    got = everybody(house)
    assert (CUSTOMER in got, "| Hun er vanskelig." in got[KARI]) == (False, True)


def test_words_that_were_held_for_a_customers_mail_stay_inside(house: House):
    ack, notice = begun(house)
    house.reply(notice, "/oppgave Bestille skjerm; ola")
    task = to(house, OLA, "task")
    house.reply(ack, "Hvor blir det av dere?", ANN)
    house.reply(task, "/lukk\nHun er vanskelig.")
    house.reply(to(house, OLA, "error"), "/lukk")
    got = everybody(house)
    assert house.case("1001")["status"] == "solved"
    assert "vanskelig" not in got.get(CUSTOMER, "")


@pytest.mark.parametrize("again", ["Hun er vanskelig.", "/ta\nHun er vanskelig."])
def test_a_note_by_its_link_stays_one_when_it_is_written_again(house: House, again: str):
    notice = begun(house)[1]
    link = next(line for line in notice.text.splitlines() if "Internt notat: <mailto:" in line)
    house.reply(notice, "/prioritet lilla\nHun er vanskelig.", to=link.partition("mailto:")[2].partition("?")[0])
    house.reply(to(house, KARI, "error"), again)
    assert CUSTOMER not in everybody(house)


# --- to a supplier ----------------------------------------------------------------------------------------------------------------


def answered(house: House) -> Got:
    """The letter that tells Kari what the supplier answered."""
    house.reply(begun(house)[1], f"/spør {CANON}\nHva betyr E-42?")
    house.wait(seconds=61)
    house.reply(to(house, CANON), "Varmeelementet er gåent.")
    return to(house, KARI, "supplier")


@pytest.mark.parametrize(
    ("language", "line", "says"),
    [
        ("en", "/close", "or, for the customer, /ask customer"),
        ("nb", "/lukk", "eller, til kunden, /spør kunden"),
        ("nn", "/tilbod 900 kr Nytt element", "eller, til kunden, /spør kunden"),
        ("sl", "/zapri tiho", "ali, za stranko, /vprašaj stranko"),
        ("nb", "/vent kunde", f"/spør {CANON}"),
    ],
)
def test_a_text_that_may_be_for_either_is_held_and_asked_about(house: House, language: str, line: str, says: str):
    in_language(house, language)
    house.reply(answered(house), f"{line}\nSend et nytt, takk.")
    error = to(house, KARI)
    assert (error.kind, says in error.text) == ("error", True)
    assert "%2Fsend" not in error.text, "it would have to guess"
    assert house.case("1001")["status"] == "new"
    assert everybody(house) == {}


@pytest.mark.parametrize("word", [f"/spør {CANON}", f"/ask {CANON}", f"/vprašaj {CANON}"])
def test_he_says_that_it_is_for_the_supplier(house: House, word: str):
    house.reply(answered(house), "/lukk\nSend et nytt, takk.")
    house.reply(to(house, KARI), word)
    got = everybody(house)
    assert ("Send et nytt, takk." in got[CANON], "Send et nytt" in got[CUSTOMER]) == (True, False)
    assert house.case("1001")["status"] == "solved"


@pytest.mark.parametrize("word", ["/spør kunden", "/ask customer", "/vprašaj stranko"])
def test_he_says_that_it_is_for_the_customer(house: House, word: str):
    house.reply(answered(house), "/lukk\nVi bestiller et nytt.")
    house.reply(to(house, KARI), word)
    got = everybody(house)
    assert ("Vi bestiller et nytt." in got[CUSTOMER], CANON in got) == (True, False)
    assert house.case("1001")["status"] == "solved"


def test_send_does_not_guess(house: House):
    house.reply(answered(house), "/lukk\nSend et nytt, takk.")
    house.reply(to(house, KARI), "/send")
    assert "hvem er teksten under til?" in to(house, KARI).text
    assert everybody(house) == {}


def test_the_link_that_closes_with_words_below_is_asked_about_too(house: House):
    letter = answered(house)
    link = next(line for line in letter.text.splitlines() if "Lukk saken: <mailto:" in line)
    house.reply(letter, "Send et nytt, takk.", to=link.partition("mailto:")[2].partition("?")[0])
    assert "hvem er teksten under til?" in to(house, KARI).text
    assert everybody(house) == {}


@pytest.mark.parametrize("finish", ["/ta", "/send", "/ta\nSend et nytt, takk."])
def test_a_word_that_was_wrong_beside_it_takes_nothing_to_the_customer(house: House, finish: str):
    house.reply(answered(house), "/tta\nSend et nytt, takk.")
    house.reply(to(house, KARI, "error"), finish)
    got = everybody(house)
    assert ("Send et nytt, takk." in got[CANON], CUSTOMER in got) == (True, False)


def test_a_file_below_a_command_is_the_suppliers(house: House):
    from parts.mails import AUTHSERV, authenticated
    from parts.mails import mail as written

    letter = answered(house)
    mail = written(KARI, letter.subject, "/ta", letter.reply_to, Message_ID="<f@staff.example>")
    mail.add_attachment(b"PNG", maintype="image", subtype="png", filename="skap.png")
    house.arrives(authenticated(mail, AUTHSERV), letter.reply_to, KARI)
    house.wait(seconds=61)
    assert {one.to for one in house.letters() if "skap.png" in one.raw.decode()} == {CANON}


def test_a_signature_below_a_command_is_no_question(house: House):
    house.reply(answered(house), "/prioritet høy\n\nMvh\nKari Nordmann")
    assert [letter.kind for letter in house.letters()] == ["receipt"]
    assert house.case("1001")["priority"] == "high"


def test_an_unproven_answer_to_a_supplier_goes_to_him_as_it_stood(house: House):
    house.reply(answered(house), "Send et nytt, takk.", proven=False)
    house.wait(seconds=1)
    house.reply(to(house, KARI, "unverified"), "/send", proven=False)
    house.wait(seconds=61)
    (question,) = house.letters("question")
    assert "\n/\r\n" not in question.text.replace("\r\n", "\n")
    assert "Send et nytt, takk." in question.text


def test_inside_nobody_takes_his_text_to_the_customer(house: House):
    house.reply(task_of_ola(house), "/spør kunden\nHei Ann!")
    assert "skriv til kunden i svar på en annen e-post i saken" in to(house, OLA, "error").text
    assert everybody(house) == {}
