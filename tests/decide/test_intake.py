"""What a mail from outside does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from making import (
    ANN,
    MONDAY,
    PROVEN,
    TO_ANN,
    Desk1042,
    SubjectHas,
    from_ann,
    mail,
    policy,
)

from maild.decide import budget
from maild.decide.judge import judge
from maild.model.events import Closed, Priority, Solved, Status
from maild.model.known import Known, Pending, Shown
from maild.model.message import Bounce, Kind
from maild.model.people import Trust, person_party
from maild.model.plan import Plan, Token, Undelivered, Wake
from maild.model.policy import Choice, Decisions, Rule
from maild.model.subject import bare_subject


def kinds(plan: Plan) -> list[str]:
    return [happened.record.event.kind for happened in plan.events]


def letters(plan: Plan) -> list[tuple[str, str]]:
    return [(letter.kind, letter.to.address) for letter in plan.letters]


def test_a_mail_becomes_a_case_with_a_number_and_a_handler():
    plan = judge(mail(), Known(), policy(), MONDAY)
    (case,) = plan.cases
    assert (case.number, case.desk, case.handler, case.status) == ("1001", "support", "kari", Status.NEW)
    assert kinds(plan) == ["opened", "assigned", "acknowledged", "told"]
    assert letters(plan) == [("ack", "ann@kunde.example"), ("notice", "kari@staff.example")]


def test_a_mail_that_was_found_late_is_not_acknowledged_but_its_handler_hears_of_it():
    plan = judge(replace(mail(), source="late"), Known(), policy(), MONDAY)
    assert letters(plan) == [("notice", "kari@staff.example")]
    assert "suppressed" in kinds(plan)


def test_a_late_mail_that_nobody_has_is_told_to_the_team():
    nobody = Rule("nobody", "routing.yaml:1", SubjectHas("Skriver"), Decisions(handler=Choice("nobody", ())))
    plan = judge(replace(mail(), source="late"), Known(), policy(nobody), MONDAY)
    assert {kind for kind, _ in letters(plan)} == {"notice"}
    assert len(letters(plan)) == 2


def test_numbers_and_turns_move_on():
    plan = judge(mail(), Known(counters={"number:#{n}": 1041, "turn:desk:support": 1}), policy(), MONDAY)
    assert (plan.cases[0].number, plan.cases[0].handler) == ("1042", "ola")
    assert plan.counters["turn:desk:support"] == 1


def test_the_same_input_gives_the_same_plan():
    assert judge(mail(), Known(), policy(), MONDAY) == judge(mail(), Known(), policy(), MONDAY)


def test_a_rule_decides_desk_priority_and_handler():
    rule = Rule(
        "printers",
        "routing.yaml:1",
        SubjectHas("Skriver"),
        Decisions("drift", Choice("named", ("ola",)), Priority.HIGH, ("printer",)),
    )
    plan = judge(mail(), Known(), policy(rule), MONDAY)
    (case,) = plan.cases
    assert (case.desk, case.handler, case.priority, case.labels) == ("drift", "ola", Priority.HIGH, ("printer",))
    assert plan.trace["decisions"]["desk"]["where"] == "routing.yaml:1"


def test_the_least_loaded_gets_it():
    rule = Rule(
        "fair", "routing.yaml:1", SubjectHas("Skriver"), Decisions(handler=Choice("least_loaded", ("kari", "ola")))
    )
    plan = judge(mail(), Known(counters={"open:kari": 3, "open:ola": 1}), policy(rule), MONDAY)
    assert plan.cases[0].handler == "ola"
    assert plan.counters["open:ola"] == 1


def test_a_discarded_mail_is_on_record():
    rule = Rule("noise", "routing.yaml:1", SubjectHas("Skriver"), Decisions(discard="newsletter"))
    plan = judge(mail(), Known(), policy(rule), MONDAY)
    assert kinds(plan) == ["ignored"]
    assert plan.cases == ()


def test_an_automatic_mail_opens_a_quiet_case():
    plan = judge(mail(automatic=True, kind=Kind.AUTOMATIC), Known(), policy(), MONDAY)
    (case,) = plan.cases
    assert (case.priority, case.handler, case.labels) == (Priority.LOW, None, ("automatic",))
    assert plan.letters == ()
    assert "suppressed" in kinds(plan)


def test_rfc_5321_4_5_5_a_null_sender_is_answered_by_nobody():
    assert judge(mail(envelope=""), Known(), policy(), MONDAY).letters == ()


def test_mail_in_our_own_name_is_answered_by_nobody():
    plan = judge(mail(sender="support@desk.example"), Known(), policy(), MONDAY)
    assert plan.letters == ()


def test_a_letter_of_ours_that_comes_back_is_ignored():
    assert kinds(judge(mail(own_id=True), Known(), policy(), MONDAY)) == ["ignored"]


def test_mail_to_postmaster_is_a_case_but_never_acknowledged():
    plan = judge(mail(recipients=("postmaster@desk.example",)), Known(), policy(), MONDAY)
    assert [letter.kind for letter in plan.letters] == ["notice"]


def test_an_unproven_sender_gets_an_acknowledgement_with_nothing_of_his():
    plan = judge(mail(trust=Trust()), Known(), policy(), MONDAY)
    ack = plan.letters[0]
    assert (ack.subject, ack.to.name, ack.values, ack.shown, ack.authenticated) == ("", "", {}, (), False)
    assert set(plan.budgets) == set(budget.keys("ann@kunde.example", MONDAY))


def test_a_message_id_that_is_not_plain_is_not_repeated():
    plan = judge(mail(trust=Trust(), message_id="<buy now at http://x>"), Known(), policy(), MONDAY)
    assert plan.letters[0].in_reply_to == ""


def test_a_budget_that_is_used_up_is_an_event_not_a_letter():
    spent = {budget.keys("ann@kunde.example", MONDAY)[0]: 5}
    plan = judge(mail(trust=Trust()), Known(budgets=spent), policy(), MONDAY)
    assert [letter.kind for letter in plan.letters] == ["notice"]
    assert "suppressed" in kinds(plan)


def test_a_customers_reply_joins_and_tells_the_handler_at_the_end_of_the_burst():
    plan = judge(from_ann("Den står fortsatt."), Desk1042().known(author=ANN), policy(), MONDAY)
    assert kinds(plan) == ["received", "told"]
    (letter,) = plan.letters
    assert (letter.kind, letter.to.address) == ("update", "kari@staff.example")
    assert letter.due_at == MONDAY + timedelta(seconds=60)


def test_the_mails_of_a_burst_become_one_letter():
    due = MONDAY + timedelta(seconds=30)
    pending = Pending(99, 15, 7, "handler:kari", "update", due, (4,))
    before = Shown(4, MONDAY, "Ann Berg", "Hallo?")
    plan = judge(
        from_ann("Er dere der?"), Desk1042().known(author=ANN, pending=(pending,), shown={4: before}), policy(), MONDAY
    )
    (letter,) = plan.letters
    assert (letter.replaces, letter.due_at, plan.cancels) == (99, due, (99,))
    assert [shown.text for shown in letter.shown] == ["Hallo?", "Er dere der?"]


def test_a_reply_reopens_a_solved_case():
    solved = Desk1042([Solved("handler:kari", False, MONDAY + timedelta(days=14))])
    plan = judge(from_ann("Nei, den står."), solved.known(author=ANN), policy(), MONDAY)
    assert plan.cases[0].status is Status.OPEN


def test_an_automatic_reply_reopens_nothing_and_tells_nobody():
    solved = Desk1042([Solved("handler:kari", False, MONDAY + timedelta(days=14))])
    plan = judge(
        from_ann("Jeg er på ferie", automatic=True, kind=Kind.AUTOMATIC), solved.known(author=ANN), policy(), MONDAY
    )
    assert plan.cases[0].status is Status.SOLVED
    assert plan.letters == ()


def test_a_reply_to_a_closed_case_opens_a_new_one_linked_to_it():
    closed = Desk1042([Solved("handler:kari", False, MONDAY), Closed()])
    plan = judge(from_ann("Hei igjen"), closed.known(author=ANN), policy(), MONDAY)
    assert (plan.cases[0].id, plan.cases[0].linked) == (8, 7)


def test_a_number_in_the_subject_from_a_stranger_does_not_join():
    plan = judge(mail("[#1042] Skriver virker ikke", sender="eve@evil.example"), Desk1042().known(), policy(), MONDAY)
    (case,) = plan.cases
    assert (case.id, case.linked) == (8, 7)


def test_a_number_in_the_subject_from_the_customer_joins():
    plan = judge(mail("Ang. #1042"), Desk1042().known(author=ANN), policy(), MONDAY)
    assert plan.cases[0].id == 7


def test_a_stranger_with_a_token_is_shown_as_possible_and_reopens_nothing():
    solved = Desk1042([Solved("handler:kari", False, MONDAY + timedelta(days=14))])
    plan = judge(from_ann("Hei", sender="eve@evil.example", name="Eve"), solved.known(), policy(), MONDAY)
    assert plan.messages[0].standing == "stranger"
    assert plan.cases[0].status is Status.SOLVED
    assert plan.letters[0].values["stranger"] is True


def test_an_address_book_entry_with_another_matter_opens_a_new_linked_case():
    plan = judge(mail("Bestilling av toner", tokens=(TO_ANN,)), Desk1042().known(author=ANN), policy(), MONDAY)
    assert (plan.cases[0].id, plan.cases[0].linked) == (8, 7)


def test_a_message_id_that_we_have_seen_joins():
    known = Desk1042().known(by_message_id={"<old@kunde.example>": 7})
    plan = judge(
        mail(sender="per@kunde.example", name="Per", references=("<old@kunde.example>",)), known, policy(), MONDAY
    )
    assert plan.cases[0].id == 7
    assert plan.messages[0].standing == "thread"


def test_a_forward_opens_a_new_linked_case():
    known = Desk1042().known(author=ANN, by_message_id={"<old@kunde.example>": 7})
    plan = judge(mail("Fwd: Skriver virker ikke", references=("<old@kunde.example>",)), known, policy(), MONDAY)
    assert plan.cases[0].linked == 7


def test_a_revoked_letter_is_no_evidence():
    known = Desk1042().known()
    letters_ = {key: replace(row, revoked=True) for key, row in known.letters.items()}
    plan = judge(mail("Annet", tokens=(TO_ANN,)), Desk1042().known(letters=letters_), policy(), MONDAY)
    assert (plan.cases[0].id, plan.cases[0].linked) == (8, None)


def bounce(**more: object):
    report = Bounce(("ann@kunde.example",), (), (("ann@kunde.example", "5.1.1"),), None)
    return mail(
        "Undelivered",
        sender="mailer-daemon@kunde.example",
        kind=Kind.BOUNCE,
        automatic=True,
        bounce=report,
        envelope="",
        **more,
    )


def test_a_bounce_is_attached_to_its_letter_and_the_handler_is_told():
    plan = judge(bounce(tokens=(Token("b", 10, "aa"),)), Desk1042().known(), policy(), MONDAY)
    assert kinds(plan)[0] == "bounced"
    assert letters(plan) == [("bounce", "kari@staff.example")]
    assert plan.letters[0].values["status_code"] == "5.1.1"


def test_rfc_3464_1_a_bounce_of_no_letter_of_ours_changes_nothing():
    assert kinds(judge(bounce(), Known(), policy(), MONDAY)) == ["ignored"]


def test_rfc_5321_6_1_a_letter_that_our_relay_refuses_is_told_like_a_bounce():
    plan = judge(Undelivered(5, 10, "5.7.1"), Desk1042().known(), policy(), MONDAY)
    assert letters(plan) == [("bounce", "kari@staff.example")]


def test_a_solved_case_closes_when_its_window_has_passed():
    solved = Desk1042([Solved("handler:kari", False, MONDAY)])
    plan = judge(Wake(3, 7, MONDAY), solved.known(), policy(), MONDAY)
    assert plan.cases[0].status is Status.CLOSED


def test_a_wake_that_came_too_late_does_nothing():
    assert kinds(judge(Wake(3, 7, MONDAY), Desk1042().known(), policy(), MONDAY)) == ["ignored"]


def test_a_new_persons_row_is_made_once():
    plan = judge(mail(trust=PROVEN), Known(next_person=9), policy(), MONDAY)
    assert [person.id for person in plan.persons] == [9]
    assert plan.cases[0].customer == person_party(9)


def test_a_mail_without_any_address_is_still_a_case():
    plan = judge(
        replace(mail(envelope=""), message=replace(mail().message, author=None, authors=0)), Known(), policy(), MONDAY
    )
    assert plan.cases[0].customer == "nobody"
    assert plan.letters == ()


def test_a_desk_that_a_reload_took_away_gives_its_mail_to_the_first():
    plan = judge(mail(desk="gone"), Known(), policy(), MONDAY)
    assert plan.cases[0].desk == policy().default_desk.key


def test_a_subject_without_end_is_cut_before_it_is_searched():
    assert len(bare_subject("re: " + "x" * 10_000)) <= 500
    assert bare_subject("Re[2]: SV: [#1042]  Skriver ÆØÅ") == bare_subject("skriver æøå")
