"""rules: configuration, rules, people, and the domain that the desks stand in."""

from __future__ import annotations

from maild.cli.doctor.finding import Finding, error, note, ok, warning
from maild.cli.doctor.ground import Ground, domain, looking

_UNDONE = "status IN ('new', 'open', 'waiting', 'on_hold')"


def configuration(ground: Ground) -> list[Finding]:
    """maild.yaml, rules, texts, and the tests beside the rules (as `maild check`)."""
    found = ground.found
    wrong = [
        error(
            f"{p.file}:{p.line}: {p.what}" if p.line else f"{p.file}: {p.what}",
            "the daemon does not start with it, and a reload is refused",
            p.cure or "mend it, then: maild check",
            file=p.file,
            line=p.line,
        )
        for p in found.problems
    ]
    if wrong or found.policy is None:
        return wrong
    policy = found.policy
    desks, people = len(policy.desks), sum(not h.retired for h in policy.handlers.values())
    good = ok(
        f"{desks} {_s(desks, 'desk')}, {people} {_s(people, 'handler')}, {len(policy.texts.languages())} languages",
        desks=desks,
        handlers=people,
    )
    if ground.config.admin is None:
        return [
            good,
            note(
                "nobody is named as admin",
                "mail to postmaster and word of a failed reload go to nobody",
                f"write in {ground.file}: admin: you@example.org",
            ),
        ]
    return [good]


def _s(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"


def people(ground: Ground) -> list[Finding]:
    """Open cases of handlers or desks that are retired or gone."""
    policy = ground.policy
    with looking(ground.config) as session:
        rows = {
            column: session.all(
                f"SELECT {column}, count(*) FROM cases WHERE {_UNDONE} AND {column} IS NOT NULL GROUP BY {column}"  # noqa: S608
            )
            for column in ("handler", "desk")
        }
    working = {
        "handler": {key for key, handler in policy.handlers.items() if not handler.retired},
        "desk": {key for key, desk in policy.desks.items() if not desk.retired},
    }
    cures = {
        "handler": "let a lead write /assign WHO in each (maild case list shows them)",
        "desk": "bring the desk back, or close them",
    }
    findings = [
        warning(
            f"{count} open {_s(count, 'case')} {'stand' if count > 1 else 'stands'} with the {column} {key}, who works no more"
            if column == "handler"
            else f"{count} open {_s(count, 'case')} {'stand' if count > 1 else 'stands'} at the desk {key}, which is closed",
            "nobody feels called upon to answer the customer",
            cures[column],
            **{column: key, "cases": count},
        )
        for column, found in rows.items()
        for key, count in found
        if key not in working[column]
    ]
    return findings or [ok("every open case stands with somebody who works here")]


def ticket_trick(ground: Ground) -> list[Finding]:
    """Whether the desks stand in the domain of the staff's own mail ("ticket trick")."""
    staff = {domain(a): a for h in ground.policy.handlers.values() if not h.retired for a in h.addresses}
    shared = [name for name in ground.domains if name in staff]
    if not shared:
        return [ok(f"the desks have a domain of their own ({', '.join(ground.domains)})")]
    return [
        warning(
            f"the desks stand in {name}, where the staff have their own addresses ({staff[name]})",
            "whoever opens a case gets an address under it, and services that let everybody from your domain sign up (chat, code, "
            "shared files) would take a stranger for one of you",
            f"give the desks a domain of their own, such as help.{name} (MX, SPF, DKIM and DMARC for it, desks.yaml: addresses, "
            "the old address forwarded); until then let no service trust the domain alone",
            domain=name,
        )
        for name in shared
    ]
