"""Conditions beyond the words of a mail: who its author is, its files, when it came, what was agreed, counted and decided."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from maild.model.agreement import Agreement
from maild.model.people import Desk, Organisation
from maild.model.policy import Decisions, Facts, Rule
from maild.policy import conditions
from maild.policy.asks import asks
from maild.policy.compare import Place, Site
from maild.policy.source import Source

SITE = Site(
    {"support": Desk("support", ("support@desk.example",), "Support", "nb", "UTC")},
    ("nb", "nn", "sl", "en"),
    organisations={
        key: Organisation(key, key, labels=labels) for key, labels in (("clinic", ("health",)), ("shop", ()))
    },
    agreements={"gold": Agreement("gold", "Gold", ("clinic",), covers=("hardware", "travel"))},
    catalogue={"screen": Rule("screen", "catalogue.yaml:1", conditions.ALWAYS, Decisions())},
)
MAIL = Facts(
    desk="support",
    author="ann@clinic.example",
    domain="clinic.example",
    to=("support+invoice@desk.example",),
    cc=(),
    subject="Faktura ÅRE 17",
    text="Se vedlegg",
    own_text="Se vedlegg",
    kind="person",
    automatic=False,
    language="nb",
    authenticated=True,
    headers=(),
    attachments=(("Faktura.PDF", "application/pdf", 2_000_000), ("logo.png", "image/png", 900)),
    size=3_000_000,
    at="2026-12-24T15:59",
    weekday="thursday",
    organisation="clinic",
    organisation_labels=("health",),
    agreements=("gold",),
    covers=("hardware", "travel"),
    authentication="aligned",
    possession="thread",
    files=1,
    tags=("invoice",),
    spam="Yes, score=7.1",
    item="screen",
    known=True,
    cases=4,
    counts=(("person", 86_400, 3), ("domain", 3600, 9)),
    case_status="closed",
    decided_priority="high",
    decided_line="2",
    decided_labels=("vip",),
)


def read(text: str) -> tuple[conditions.Condition, Source]:
    source = Source.of(text, "routing.yaml")
    return conditions.compile(source.document, Place(source, (), SITE)), source


def when(text: str) -> conditions.Condition:
    compiled, source = read(text)
    assert not source.problems, source.problems
    return compiled


@pytest.mark.parametrize(
    "text",
    [
        "organisation: clinic",
        "organisation: [shop, clinic]",
        "organisation: {label: health}",
        "organisation: true",
        "not: {organisation: shop}",
        "person: ann@clinic.example",
        "person: {address: {ends: '@clinic.example'}, known: true, muted: false, spam: false}",
        "person: {cases: {over: 3, under: 5}}",
        "person: {cases: {is: 4}}",
        "attachment: true",
        "attachment: {name: {ends: .pdf}}",
        "attachment: {name: {matches: 'faktura.*'}, type: application/pdf, size: {over: 1MB, under: 2001kB}}",
        "size: {over: 2999999, under: 4MB}",
        "tag: INVOICE",
        "trust: [internal, aligned]",
        "trust: {authentication: aligned, possession: thread}",
        "time: {after: 15:59, before: 16:00}",
        "date: 2026-12-24",
        "date: {after: 2026-12-23, before: 2026-12-25}",
        "weekday: thursday",
        "weekday: weekdays",
        "case: {status: closed, open_same_subject: false}",
        "case: {count: {from: person, in: 24h, over: 2}}",
        "case: {count: {from: domain, in: 1h, over: 8, under: 10}}",
        "case: {count: {from: organisation, in: 7d, is: 0}}",
        "agreement: gold",
        "agreement: {covers: travel}",
        "agreement: true",
        "item: screen",
        "item: true",
        "spam: 'yes'",
        "spam: {contains: score=7}",
        "label: vip",
        "line: '2'",
        "priority: [critical, high]",
        "subject: {contains: ÅRE, exactly: true}",
        "subject: {matches: '^Faktura [A-ZÅ]+ \\d', exactly: true}",
        "subject: {contains: are, exactly: false}",
    ],
)
def test_it_holds_for_anns_mail(text: str) -> None:
    assert when(text).failed(MAIL) == ""


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        ("organisation: shop", "organisation: shop"),
        ("organisation: false", "organisation: false"),
        ("person: {known: true, muted: true}", "person: {muted: true}"),
        ("person: {cases: {over: 4}}", "person: {cases: {over: 4}}"),
        ("attachment: false", "attachment: false"),
        # Two files: neither is both.
        ("attachment: {name: logo.png, type: application/pdf}", "attachment: {name: logo.png, type: application/pdf}"),
        ("attachment: {name: {ends: .pdf, exactly: true}}", "attachment: {name: {ends: .pdf, exactly: true}}"),
        ("size: {over: 3000000}", "size: {over: 3000000}"),
        ("tag: inv", "tag: inv"),
        ("trust: internal", "trust: internal"),
        ("trust: {possession: own}", "trust: {possession: own}"),
        ("time: {before: 15:59}", "time: {before: 15:59}"),
        ("time: {after: 16:00}", "time: {after: 16:00}"),
        ("date: {after: 2026-12-24}", "date: {after: 2026-12-24}"),
        ("weekday: weekend", "weekday: weekend"),
        ("case: {open_same_subject: true}", "case: {open_same_subject: true}"),
        ("case: {count: {from: person, in: 24h, over: 3}}", "case: {count: {from: person, in: 24h, over: 3}}"),
        ("agreement: false", "agreement: false"),
        ("item: false", "item: false"),
        ("spam: 'no'", "spam: no"),
        ("label: vi", "label: vi"),
        ("line: '1'", "line: 1"),
        ("priority: low", "priority: low"),
        ("subject: {contains: åre, exactly: true}", "subject: {contains: åre, exactly: true}"),
        ("subject: {contains: ARE, exactly: true}", "subject: {contains: ARE, exactly: true}"),
        ("subject: {matches: '^faktura', exactly: true}", "subject: {matches: ^faktura, exactly: true}"),
    ],
)
def test_what_failed_is_told_as_written(text: str, failed: str) -> None:
    assert when(text).failed(MAIL) == failed


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("organisation: clinik", "there is no organisation 'clinik'"),
        ("organisation: {label: helth}", "there is no label 'helth'"),
        ("person: {knows: true}", "person has no 'knows'"),
        ("person: {known: maybe}", "known must be true or false"),
        ("person: {cases: {over: 1000}}", "cases cannot be compared with '1000'"),
        ("attachment: {nam: a}", "attachment has no 'nam'"),
        ("attachment: .pdf", "attachment must say what file"),
        ("size: 5MB", "size must say over or under"),
        ("size: {over: 5 apples}", "size cannot be compared with '5 apples'"),
        ("size: {more: 5MB}", "size has no operator 'more'"),
        ("time: {after: 8am}", "time cannot be compared with '8am'"),
        ("date: 24.12.2026", "date cannot be compared with '24.12.2026'"),
        ("date: {after: 2026-02-30}", "date cannot be compared with '2026-02-30'"),
        ("weekday: mandag", "there is no weekday 'mandag'"),
        ("trust: proven", "there is no trust 'proven'"),
        ("case: {count: {from: everybody, in: 1h, over: 1}}", "count does not say what to count"),
        ("case: {count: {from: person, in: 1h}}", "count does not say what to count"),
        ("case: {count: {from: person, over: 1}}", "'None' is no span to count in"),
        ("case: {count: {from: person, in: 2000d, over: 1}}", "'2000d' is no span to count in"),
        ("case: open", "case must be a mapping"),
        ("agreement: silver", "there is no agreement 'silver'"),
        ("agreement: {covers: beer}", "there is no cause 'beer'"),
        ("item: {a: b}", "item has no operator 'a'"),
        ("priority: urgent", "there is no priority 'urgent'"),
        ("subject: {contains: a, exactly: 'yes'}", "exactly must be true or false"),
        ("subject: {exactly: true}", "says nothing"),
        ("subject: {matches: '(', exactly: true}", "is not closed"),
    ],
)
def test_a_mistake_is_named(text: str, told: str) -> None:
    assert told in "\n".join(map(str, read(text)[1].problems))


def test_a_condition_on_an_unreadable_file_is_not_blamed() -> None:
    from maild.policy.compare import Anything

    site = replace(SITE, organisations=Anything(), agreements=Anything(), catalogue=Anything())
    source = Source.of("{organisation: {label: x}, agreement: {covers: y}, item: z}", "routing.yaml")
    conditions.compile(source.document, Place(source, (), site))
    assert not source.problems


def test_only_what_some_rule_asks_is_counted() -> None:
    nothing = asks([when("{subject: a, person: {known: true}}")])
    assert (nothing.cases, nothing.counts) == (False, ())
    counted = when("any: [{not: {case: {count: {from: person, in: 24h, over: 2}}}}, {person: {cases: {under: 2}}}]")
    assert asks([counted]).counts == (("person", 86_400),)
    assert asks([counted]).cases


def test_a_text_as_long_as_a_mail_may_have_is_compared_exactly_too() -> None:
    mail: Any = replace(MAIL, text="å" * 70_000 + "Needle")
    assert when("text: {contains: Needle, exactly: true}").failed(mail)
