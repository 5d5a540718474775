"""rights: who may do what, looked up when the mail is handled and never when a letter was signed (COMMANDS.md).

A handler acts in the cases of his desks, in those that were given to him, and in those that his desk was told of; elsewhere he is
told who has the case.  Whom the case asks something, by a task or for his approval, may answer that.  A command's least role is
wanted at the case's desk.  Where a desk has no lead at all, its handlers do what a lead would; what wants an admin waits for one.
A confidential case (by its desk, or by a rule) is seen by its desk's team and by its handler; for everybody else it does not exist.
Pure.
"""

from __future__ import annotations

from dataclasses import replace

from maild.model.case import Case
from maild.model.known import Known
from maild.model.people import Handler, Role, handler_party
from maild.model.policy import Policy


def confidential(case: Case, policy: Policy) -> bool:
    """Whether only its own people may know of it."""
    desk = policy.desks.get(case.desk)
    return case.confidential or (desk is not None and desk.confidential)


def sees(handler: Handler, case: Case, policy: Policy) -> bool:
    """Whether he may be shown the case, or told that there is one."""
    return not confidential(case, policy) or case.handler == handler.key or handler.works_for(case.desk)


def acts_in(handler: Handler, case: Case, policy: Policy) -> bool:
    """Whether his commands and answers count in the case."""
    if handler.works_for(case.desk) or case.handler == handler.key:
        return True
    told = any(handler.works_for(desk) for desk in case.watching) or handler_party(handler.key) in case.followers
    return told and not confidential(case, policy)


def is_asked(handler: Handler, case: Case) -> bool:
    """Whether a handler of the case's own asked something of him: an open task is his, or his approval is wanted."""
    tasks = (task.handler for task in case.errands.open_tasks)
    return handler.key in tasks or any(one.approver == handler_party(handler.key) for one in case.errands.requests)


def lacks(handler: Handler, case: Case, policy: Policy, least: Role) -> bool:
    """Whether his role at the case's desk is too small for a command that wants this one."""
    if handler.role_at(case.desk).covers(least):
        return False
    leaderless = least is Role.LEAD and not holders(case.desk, policy, least)
    return not (leaderless and handler.works_for(case.desk))


def holders(desk: str, policy: Policy, least: Role) -> tuple[Handler, ...]:
    """Who of the desk's team has that role, or more."""
    return tuple(handler for handler in policy.team(desk) if handler.role_at(desk).covers(least))


def who_has(case: Case, policy: Policy) -> str:
    """Whom to ask about it: its handler, or the desk."""
    handler = policy.handlers.get(case.handler or "")
    if handler and not handler.retired:
        return handler.name
    desk = policy.desks.get(case.desk)
    return desk.name if desk else ""


def veiled(known: Known, handler: Handler, policy: Policy) -> Known:
    """What is known, without the numbers of cases that he may not know of: for his commands they do not exist."""
    numbers = {
        number: row
        for number, row in known.by_number.items()
        if row not in known.cases or sees(handler, known.cases[row], policy)
    }
    return known if len(numbers) == len(known.by_number) else replace(known, by_number=numbers)
