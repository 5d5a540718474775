"""routing: routing.yaml: the rules, those that are built in, and the tests that stand beside them.

rules(source, site) and tests(source, site) put every problem into the source and yield what could be made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from maild.model.events import Priority
from maild.model.message import Kind
from maild.model.policy import Choice, Decisions, Facts, Rule
from maild.policy import actions, conditions
from maild.policy.compare import Place, Site
from maild.policy.mail_facts import known_of
from maild.policy.schema import MailForm, RuleForm, RuleTest
from maild.policy.shape import fits
from maild.policy.source import Source, nearest

FILE = "routing.yaml"
BUILT_IN = "built in"
_MOST_RULES = 2000


def rules(source: Source, site: Site) -> Iterator[Rule]:
    known = site.known()
    for index, entry in _listed(source):
        # Condition and decisions are judged even where the rule's form is wrong: all problems at once.
        form = fits(RuleForm, source, (index,), entry, known)
        raw: dict[str, Any] = entry if isinstance(entry, dict) else {}
        when = conditions.compile(raw.get("when"), Place(source, (index, "when"), site))
        compiled = actions.compile_by_hand(raw.get("set"), Place(source, (index, "set"), site))
        if form is not None:
            decided = actions.decisions(form.set, compiled)
            yield Rule(form.name, source.where((index,)), when, decided, form.because.strip(), form.stop, form.shadow)


def _listed(source: Source) -> Iterator[tuple[int, Any]]:
    if source.document is None:
        return
    if not isinstance(source.document, list):
        source.wrong((), "must be a list of rules", "begin each rule with  - name: ...")
        return
    if len(source.document) > _MOST_RULES:
        source.wrong((_MOST_RULES,), f"more than {_MOST_RULES} rules", "put texts into lists: any of them is enough")
        return
    yield from enumerate(source.document)


@dataclass(frozen=True, slots=True)
class Automatic:
    """Not a person's mail."""

    def failed(self, facts: Facts) -> str:
        return "" if facts.automatic or facts.kind not in ("", Kind.PERSON) else "automatic: true"


def built_in() -> tuple[Rule, ...]:
    """What holds after the admin's rules, `stop` or not: they decide what those left open."""
    quiet = Decisions(handler=Choice("nobody", ()), priority=Priority.LOW, labels=("automatic",), acknowledge=False)
    turns = Decisions(handler=Choice("round_robin", (), "desk"))
    return (
        Rule("automatic mail", BUILT_IN, Automatic(), quiet, "Nobody waits for an answer to automatic mail", ours=True),
        Rule("everyone in turn", BUILT_IN, conditions.ALWAYS, turns, ours=True),
    )


# --- tests beside rules -----------------------------------------------------------------------------------------------------------


def tests(source: Source, site: Site) -> Iterator[RuleTest]:
    quiet = Source(source.name, source.text, source.document, source.positions)
    for index, entry in _listed(quiet):
        form = fits(RuleForm, quiet, (index,), entry)
        if form is None:
            continue
        for number, test in enumerate(form.tests):
            path = (index, "tests", number)
            expect = actions.expected(test.expect, Place(source, (*path, "expect"), site))
            facts = _facts(
                test.mail or MailForm.model_validate({"authenticated": test.authenticated}), Place(source, path, site)
            )
            yield RuleTest(form.name, source.name, *source.place(path), facts, expect, test.file or "")


def _facts(mail: MailForm, place: Place) -> Facts:
    if mail.kind not in tuple(Kind):
        place.at("mail").at("kind").wrong(f"there is no kind {mail.kind!r}", nearest(mail.kind, tuple(Kind)))
    author = mail.author.lower()
    facts = Facts(
        desk=_desk_of(mail.to, place.site),
        author=author,
        domain=author.rpartition("@")[2],
        to=tuple(mail.to),
        cc=tuple(mail.cc),
        subject=mail.subject,
        text=mail.text,
        own_text=mail.text if mail.own_text is None else mail.own_text,
        kind=mail.kind,
        automatic=mail.automatic if mail.automatic is not None else mail.kind != Kind.PERSON,
        language=mail.language,
        authenticated=mail.authenticated,
        headers=tuple((name.lower(), value) for name, value in mail.headers.items()),
        attachments=tuple((file.name, file.type, file.size) for file in mail.attachments),
        size=len(mail.text) if mail.size is None else mail.size,
        hours=mail.hours,
    )
    return known_of(facts, mail, place.at("mail"))


def _desk_of(to: list[str], site: Site) -> str:
    """A test names the desk by its address; without one it goes to the first."""
    named = (key for address in to for key, desk in site.desks.items() if desk and address in desk.addresses)
    return next(named, next(iter(site.desks), ""))
