"""What a handler's mail does to a case: all or nothing, and never his words by accident."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from making import MONDAY, PROVEN, Desk1042, from_ann, from_kari, policy

from maild.decide.judge import judge
from maild.model.events import Received, Status
from maild.model.known import Shown
from maild.model.message import MARKER, Address, Attachment
from maild.model.people import Authentication, Trust, person_party
from maild.model.plan import Plan

LOGO = Attachment("logo.png", "image/png", 2000, "00", True, 10, 14, "base64", "logo@staff")


def handled(text: str, purpose: str = "r", **more: object) -> Plan:
    return judge(from_kari(text, purpose, **more), Desk1042().known(author=None), policy(), MONDAY)


def kinds(plan: Plan) -> list[str]:
    return [happened.record.event.kind for happened in plan.events]


def letters(plan: Plan) -> dict[str, str]:
    return {letter.kind: letter.party for letter in plan.letters}


def test_a_plain_reply_goes_to_the_customer_after_the_time_for_undo():
    plan = handled("Hei Ann, slå den av og på.")
    (letter,) = plan.letters
    assert (letter.kind, letter.to.address, letter.author) == ("update", "ann@kunde.example", "Kari Nordmann")
    assert letter.due_at - MONDAY == policy().limits.undo
    assert letter.shown[0].text == "Hei Ann, slå den av og på."
    assert plan.cases[0].status is Status.OPEN


def test_a_mail_of_commands_only_never_sends_the_handlers_words():
    plan = handled("/take")
    assert letters(plan) == {"receipt": "handler:kari"}
    assert "replied" not in kinds(plan)


def test_the_text_below_the_commands_goes_out_without_them():
    plan = handled("/priority høy\n\nVi ser på det.\n\nKari")
    update = next(letter for letter in plan.letters if letter.kind == "update")
    assert update.shown[0].text == "Vi ser på det.\n\nKari"
    assert plan.cases[0].priority == "high"


def test_a_command_that_is_not_understood_holds_the_whole_mail():
    plan = handled("/take\n/clsoe\nHei Ann!")
    assert kinds(plan) == ["declined", "told"]
    (error,) = plan.letters
    assert (error.kind, error.party) == ("error", "handler:kari")
    assert [line["ok"] for line in error.values["lines"]] == [True, False]
    assert error.values["lines"][1]["value"] == "close"
    assert error.values["words"].endswith("Hei Ann!")


def test_closing_with_words_is_one_letter():
    plan = handled("/close\nDet er ordnet.")
    assert sorted(letters(plan)) == ["closing", "receipt"]
    assert plan.cases[0].status is Status.SOLVED
    assert plan.cases[0].closes_at is not None


def test_closing_quietly_tells_only_the_handler():
    assert letters(handled("/close quiet")) == {"receipt": "handler:kari"}


def test_a_close_that_has_not_seen_the_customers_last_mail_is_declined():
    wrote = Desk1042([Received(2, person_party(1), "customer", "signed address")] * 3)
    plan = judge(from_kari("/close"), wrote.known(), policy(), MONDAY)
    assert plan.cases[0].status is Status.NEW
    assert plan.letters[0].values["lines"][0]["key"] == "customer_wrote_since"


@pytest.mark.parametrize(
    "text",
    [
        "/assign ola",
        "/tildel Ola",
        "/dodeli ola@staff.example",
        "!assign Hansen",
        "# assign ola",
        "/assign ola!",
        "/assign @ola",
        "/assign ola@staff.example<mailto:ola@staff.example>",
        "/assign @Hansen, Ola<mailto:ola@staff.example>",
    ],
)
def test_assigning_works_in_every_language_by_login_name_or_address(text: str):
    plan = handled(text)
    assert plan.cases[0].handler == "ola"
    assert letters(plan)["notice"] == "handler:ola"


def test_assigning_to_nobody_known_lists_who_there_is():
    plan = handled("/assign per")
    assert plan.letters[0].values["lines"][0]["key"] == "nobody_called"
    assert plan.letters[0].values["lines"][0]["value"] == "kari, ola"


def test_assigning_to_a_desk_moves_the_case():
    plan = handled("/assign drift")
    assert (plan.cases[0].desk, plan.cases[0].handler) == ("drift", None)


def test_a_note_stays_inside():
    plan = handled("/note\nHun ringer alltid på mandager.")
    assert "replied" not in kinds(plan)
    assert plan.messages[0].internal
    assert letters(plan) == {"receipt": "handler:kari"}


def test_the_note_address_needs_no_command():
    plan = handled("Hun ringer alltid på mandager.", purpose="n")
    assert kinds(plan) == ["noted"]
    assert plan.letters == ()


def test_the_take_address_takes():
    plan = judge(from_kari("", "t"), Desk1042([]).known(), policy(), MONDAY)
    assert kinds(plan)[0] == "assigned"


@pytest.mark.parametrize(
    "text",
    ["/etc/hosts er feil", "#1042 er løst", "#!/bin/sh", "/", "Note: the printer burns", "Close the window, please."],
)
def test_text_that_only_looks_like_a_command_is_text(text: str):
    plan = handled(text)
    assert "replied" in kinds(plan)


@pytest.mark.parametrize("text", ["lukk", "Lukk stille", "CLOSE.", "zapri tiho"])
def test_a_bare_verb_counts_where_it_is_the_whole_mail(text: str):
    assert judge(from_kari(text), Desk1042().known(), policy(), MONDAY).cases[0].status is Status.SOLVED


@pytest.mark.parametrize(
    "text", ["/\u200btake", "／take", "- /take", "*/take*", "/ Take.", "/TAKE", "/tak", "/prevzemi"]
)
def test_what_clients_do_to_a_line_does_not_matter(text: str):
    assert kinds(handled(text))[0] == "assigned"


@pytest.mark.parametrize(
    ("trust", "mine"),
    [(Trust(), True), (Trust(Authentication.NONE), True), (PROVEN, False), (Trust(), False)],
    ids=["own token, no authentication", "own token, none", "authenticated, no token", "neither"],
)
def test_short_of_proof_nothing_goes_out_and_the_handler_is_told_at_his_registered_address(trust: Trust, mine: bool):
    prepared = from_kari("/close\nHa det!", trust=trust)
    if not mine:
        prepared = replace(prepared, tokens=())
    plan = judge(prepared, Desk1042().known(), policy(), MONDAY)
    assert letters(plan) == {"unverified": "handler:kari"}
    assert plan.letters[0].to.address == "kari@staff.example"
    assert plan.cases[0].status is Status.NEW
    assert kinds(plan)[0] == "received"


def test_a_forged_mail_in_his_name_tells_him_once_an_hour():
    from maild.decide.facts import unverified_key

    spent = {unverified_key("kari@staff.example", MONDAY): 1}
    plan = judge(from_kari("hei", trust=Trust()), Desk1042().known(budgets=spent), policy(), MONDAY)
    (letter,) = plan.letters
    assert letter.due_at - MONDAY == timedelta(hours=1), "at the end of the hour"


def test_another_handlers_token_is_not_his():
    from maild.model.known import LetterRow
    from maild.model.people import handler_party

    known = Desk1042().known()
    letters_ = {**known.letters, 11: LetterRow(11, 7, handler_party("ola"), "notice", 3, False, "ola@staff.example")}
    plan = judge(from_kari("/close"), Desk1042().known(letters=letters_), policy(), MONDAY)
    assert plan.cases[0].status is Status.NEW


def test_a_customers_text_is_never_a_command():
    plan = judge(from_ann("/close\n/assign ola"), Desk1042().known(), policy(), MONDAY)
    assert kinds(plan)[0] == "received"
    assert (plan.cases[0].status, plan.cases[0].handler) == (Status.NEW, "kari")


def test_help_and_notes_leave_a_receipt_and_nothing_else():
    plan = handled("/help")
    assert plan.letters[0].values["lines"][0]["key"] == "help"


def test_reopening_a_solved_case_and_one_that_is_open():
    from maild.model.events import Solved

    solved = Desk1042([Solved("handler:kari", False, MONDAY)])
    assert judge(from_kari("/reopen"), solved.known(), policy(), MONDAY).cases[0].status is Status.OPEN
    assert handled("/reopen").letters[0].values["lines"][0]["key"] == "already_open"


def test_closing_what_is_closed_says_so():
    from maild.model.events import Solved

    solved = Desk1042([Solved("handler:kari", False, MONDAY)])
    plan = judge(from_kari("/close"), solved.known(), policy(), MONDAY)
    assert plan.letters[0].values["lines"][0]["key"] == "already_solved"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("/take now", "no_argument"),
        ("/reopen now", "no_argument"),
        ("/assign", "who"),
        ("/close please", "only_quiet"),
        ("/priority purple", "no_priority"),
        ("/frobnicate", "not_understood"),
    ],
)
def test_a_wrong_argument_declines_the_mail_and_says_which(text: str, key: str):
    (error,) = handled(text).letters
    assert (error.kind, error.values["lines"][0]["key"]) == ("error", key)


def test_giving_a_case_back_leaves_it_to_nobody():
    plan = handled("/assign none")
    assert plan.cases[0].handler is None
    assert plan.counters["open:kari"] == -1


def test_two_handlers_of_one_name_are_listed():
    from making import KARI, OLA

    from maild.model.people import Handler

    other = Handler("kari2", "Kari Olsen", ("kari2@staff.example",), ())
    plan = judge(from_kari("/assign kari n"), Desk1042().known(), policy(handlers=(KARI, OLA, other)), MONDAY)
    assert plan.letters[0].values["lines"][0]["key"] == "nobody_called"
    namesake = Handler("per", "Per Kari", ("per@staff.example",), ())
    plan = judge(from_kari("/assign nordmann"), Desk1042().known(), policy(handlers=(KARI, OLA, namesake)), MONDAY)
    assert plan.cases[0].handler == "kari"


def test_the_first_to_answer_an_unassigned_case_has_it():
    from maild.model.events import Assigned

    nobodys = Desk1042([Assigned(None, "given back")])
    plan = judge(from_kari("Jeg ser på det."), nobodys.known(), policy(), MONDAY)
    assert plan.cases[0].handler == "kari"


def test_a_mail_with_a_file_and_no_words_still_goes_to_the_customer():
    from maild.model.message import Attachment

    file = Attachment("a.pdf", "application/pdf", 3, "00", False, 0, 4, "base64")
    plan = handled("", attachments=(file,))
    assert plan.letters[0].shown[0].attachments == (file,)


def test_eleven_command_lines_hold_the_mail():
    plan = handled("\n".join(["/priority high"] * 10 + ["/note to be kept"]))
    assert letters(plan) == {"error": "handler:kari"}
    assert plan.letters[0].values["lines"][10] == {
        "ok": False,
        "written": "/note to be kept",
        "key": "not_understood",
        "value": "",
        "was": "",
        "at": "",
    }


@pytest.mark.parametrize("text", [".", "Hei Ann\n...\nKari", "_____\nHei", "\u200b", "***", "\x0b;\r."])
def test_a_line_of_marks_is_text(text: str):
    assert letters(handled(text)) == {"update": "person:1"}


def test_a_quoted_command_does_not_act():
    plan = handled("> /close quiet\nNei, ikke ennå.")
    assert letters(plan) == {"update": "person:1"}
    assert plan.cases[0].status is Status.OPEN


def test_a_reply_that_is_only_our_quoted_letter_does_not_go_to_the_customer():
    """Outlook quotes the whole letter below an empty reply: it holds addresses that are signed for the handler."""
    plan = handled(
        f"From: Support\nSent: today\n\n{MARKER}1042:3] Write above this line.\n\n  Close: <mailto:support+c1@x>"
    )
    assert letters(plan) == {"error": "handler:kari"}
    assert kinds(plan) == ["declined", "told"]
    assert plan.letters[0].values["lines"][0]["key"] == "no_own_words"


def test_who_is_new_to_the_case_reads_what_was_said_in_it():
    said = Shown(1, MONDAY, "Ann Kunde", "Skriveren virker ikke.")
    plan = judge(from_kari("/assign ola"), Desk1042().known(talk={7: (said,)}), policy(), MONDAY)
    notice = next(letter for letter in plan.letters if letter.party == "handler:ola")
    assert notice.shown == (said,)


def test_text_below_a_close_link_is_the_closing_reply():
    plan = handled("/close\n\nDet er ordnet.", purpose="c")
    assert sorted(letters(plan)) == ["closing", "receipt"]
    assert next(letter for letter in plan.letters if letter.kind == "closing").shown[0].text == "Det er ordnet."


@pytest.mark.parametrize(
    "farewell",
    [
        "Mvh\nKari",
        "Mvh Kari",
        "Kari",
        "Kari Nordmann\nTlf. 22 00 00 00",
        "Lep pozdrav,\nKari",
        "Best regards,\n\nKari N.",
    ],
)
def test_a_signature_below_a_command_is_no_word_to_the_customer(farewell: str):
    plan = handled(f"/close\n\n{farewell}")
    assert sorted(letters(plan)) == ["closing", "receipt"]
    assert "replied" not in kinds(plan)
    assert not next(letter for letter in plan.letters if letter.kind == "closing").shown


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("", ()),
        ("Mvh\nKari", ()),
        ("> Den 02.03.2026 10:00, skrev Support:\n>\n\nMvh Kari", ()),
        ("On 2 March Support <support+r2aaggc3cfl74xsxmdpk@desk.example> wrote:", ()),
        ("Best regards,\nKari Nordmann\nkari@staff.example<mailto:kari@staff.example>", (LOGO,)),
    ],
)
def test_a_signature_alone_was_sent_by_mistake_and_the_handler_is_told(text: str, files: tuple[Attachment, ...]):
    (error,) = handled(text, attachments=files).letters
    assert (error.kind, error.values["lines"][0]["key"]) == ("error", "no_own_words")


@pytest.mark.parametrize(
    "text", ["Det er ordnet.\n\nMvh\nKari", "Hilsen fra banken er kommet fram.", "Best of luck with the new one!"]
)
def test_words_with_a_signature_are_words(text: str):
    assert "replied" in kinds(handled(f"/close\n\n{text}"))


def test_a_signatures_logo_below_a_command_is_no_answer():
    plan = handled("/take", attachments=(LOGO,))
    assert letters(plan) == {"receipt": "handler:kari"}


def test_a_file_below_a_command_is_an_answer():
    manual = Attachment("manual.pdf", "application/pdf", 2000, "00", False, 10, 14, "base64")
    assert "replied" in kinds(handled("/close", attachments=(manual,)))


def test_a_hint_is_the_word_as_people_write_it():
    plan = handled("/gjenapn")
    assert plan.letters[0].kind == "receipt"
    assert handled("/gjenopnet").letters[0].values["lines"][0]["value"] == "gjenåpne"


def test_what_is_not_proven_is_shown_to_whoever_has_the_case():
    prepared = from_kari("Jeg lukker denne.", trust=Trust())
    prepared = replace(prepared, message=replace(prepared.message, author=Address("Ola Hansen", "ola@staff.example")))
    plan = judge(prepared, Desk1042().known(), policy(), MONDAY)
    assert letters(plan) == {"unverified": "handler:ola", "update": "handler:kari"}
    shown = next(letter for letter in plan.letters if letter.party == "handler:kari")
    assert shown.values["stranger"]
