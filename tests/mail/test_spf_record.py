"""SPF as receivers read it (RFC 7208), on a small world of our own."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from maild.mail.names import Answer, Book, Question, State
from maild.mail.spf_record import Spf, judge, parse

World = Mapping[tuple[str, str], list[str]]


def told(world: World, domain: str = "desk.example", address: str = "", sender: str = "support@desk.example") -> Spf:
    """The judge asks; the world answers, as a resolver would, until nothing is missing."""
    names = {name for name, _ in world}
    known: dict[Question, Answer] = {}
    for _ in range(30):
        book = Book(known)
        verdict = judge(domain, address, sender, book)
        if not book.missing:
            return verdict
        for question in book.missing:
            records = tuple(world.get((question.name, question.type), ()))
            known[question] = Answer(
                State.FOUND if records else State.EMPTY if question.name in names else State.ABSENT, records
            )
    raise AssertionError("it asks for ever")


def spf(record: str) -> dict[tuple[str, str], list[str]]:
    return {("desk.example", "TXT"): ["something=else", record]}


@pytest.mark.parametrize(
    ("record", "address", "result"),
    [
        ("v=spf1 ip4:192.0.2.0/24 -all", "192.0.2.77", "pass"),
        ("v=spf1 ip4:192.0.2.0/24 -all", "198.51.100.1", "fail"),
        ("v=spf1 ip4:192.0.2.0/24 ~all", "198.51.100.1", "softfail"),
        ("v=spf1 ip4:192.0.2.0/24 ?all", "198.51.100.1", "neutral"),
        ("v=spf1 ip4:192.0.2.0/24", "198.51.100.1", "neutral"),
        ("v=spf1 -ip4:192.0.2.9 ip4:192.0.2.0/24 -all", "192.0.2.9", "fail"),
        ("v=spf1 ip6:2001:db8:1::/48 -all", "2001:db8:1::25", "pass"),
        ("v=spf1 ip6:2001:db8:1::/48 -all", "192.0.2.1", "fail"),
        ("V=SPF1 IP4:192.0.2.1 -ALL", "192.0.2.1", "pass"),
        ("v=spf1", "192.0.2.1", "neutral"),
    ],
)
def test_an_address_passes_by_the_first_mechanism_that_matches(record: str, address: str, result: str) -> None:
    assert told(spf(record), address=address).result == result


def test_a_mx_and_include_are_followed_to_addresses() -> None:
    world = {
        ("desk.example", "TXT"): ["v=spf1 a mx/24 include:_spf.host.example -all"],
        ("desk.example", "A"): ["203.0.113.5"],
        ("desk.example", "AAAA"): ["2001:db8::5"],
        ("desk.example", "MX"): ["10 mx.desk.example"],
        ("mx.desk.example", "A"): ["198.51.100.20"],
        ("_spf.host.example", "TXT"): ["v=spf1 ip4:192.0.2.0/24 -all"],
    }
    assert told(world, address="203.0.113.5").matched == "a"
    assert told(world, address="2001:db8::5").result == "pass"
    assert told(world, address="198.51.100.99").matched == "mx/24"
    assert told(world, address="192.0.2.3").matched == "include:_spf.host.example"
    # What an included policy refuses is refused by that policy only (section 5.2).
    assert told(world, address="203.0.113.99").result == "fail"
    assert told(world).lookups == 3


def test_redirect_counts_only_where_nothing_matched_and_nothing_ends_in_all() -> None:
    world = {
        ("desk.example", "TXT"): ["v=spf1 ip4:192.0.2.1 redirect=other.example"],
        ("other.example", "TXT"): ["v=spf1 ip4:192.0.2.2 -all"],
    }
    assert [told(world, address=f"192.0.2.{n}").result for n in (1, 2, 3)] == ["pass", "pass", "fail"]
    assert told(spf("v=spf1 -all redirect=nowhere.example"), address="192.0.2.1").errors == ()


def test_eleven_lookups_are_one_too_many_even_when_the_eleventh_is_deep_inside() -> None:
    world: dict[tuple[str, str], list[str]] = {("desk.example", "TXT"): ["v=spf1 include:i1.example -all"]}
    for n in range(1, 11):
        world[f"i{n}.example", "TXT"] = [f"v=spf1 include:i{n + 1}.example ?all"]
    world["i11.example", "TXT"] = ["v=spf1 ip4:192.0.2.1 -all"]
    found = told(world, address="192.0.2.1")
    assert (found.lookups, found.result) == (11, "permerror")
    assert "11 lookups" in found.errors[0]
    world["i9.example", "TXT"] = ["v=spf1 include:i11.example ?all"]
    assert told(world, address="192.0.2.1").errors == ()


@pytest.mark.parametrize(
    ("record", "word"),
    [
        ("v=spf1 ipv4:192.0.2.1 -all", "'ipv4:192.0.2.1' is no mechanism"),
        ("v=spf1 192.0.2.1 -all", "is no mechanism"),
        ("v=spf1 ip4:192.0.2.300 -all", "no network"),
        ("v=spf1 ip4:2001:db8::1 -all", "write ip6:"),
        ("v=spf1 ip4:192.0.2.1/33 -all", "no network"),
        ("v=spf1 include: -all", "names nothing"),
        ("v=spf1 include -all", "names no domain"),
        ("v=spf1 all/24", "takes no length"),
        ("v=spf1 redirect=a.example redirect=b.example", "redirect= stands twice"),
        ("v=spf1 ip4:192.0.2.1; -all", "'ip4:192.0.2.1;' is no network"),
    ],
)
def test_what_is_not_spf_is_named(record: str, word: str) -> None:
    _, problems = parse(record)
    assert word in " ".join(problems)


def test_two_records_count_as_none() -> None:
    found = told({("desk.example", "TXT"): ["v=spf1 mx -all", "v=spf1 a -all"]}, address="192.0.2.1")
    assert found.result == "permerror"
    assert "2 SPF records" in found.errors[0]


def test_a_record_of_another_kind_is_not_spf() -> None:
    assert told({("desk.example", "TXT"): ["v=spf10 mx -all", "spf1 -all"]}).record == ""


def test_an_include_of_nothing_breaks_the_record_and_a_circle_ends() -> None:
    found = told(spf("v=spf1 include:gone.example -all"), address="192.0.2.1")
    assert (found.result, "include:gone.example" in found.errors[0]) == ("permerror", True)
    circle = told(spf("v=spf1 include:desk.example -all"))
    assert "leads back to desk.example" in circle.errors[0]


def test_a_silent_server_is_no_verdict_on_the_record() -> None:
    known = {
        Question("desk.example", "TXT"): Answer(State.FOUND, ("v=spf1 include:slow.example -all",)),
        Question("slow.example", "TXT"): Answer(State.SILENT),
    }
    found = judge("desk.example", "192.0.2.1", "support@desk.example", Book(known))
    assert (found.result, found.errors, found.silent) == ("temperror", (), ("slow.example",))


def test_names_that_lead_nowhere_are_counted() -> None:
    found = told(spf("v=spf1 a:x.example a:y.example exists:z.example a:w.example -all"), address="192.0.2.1")
    assert "lead nowhere" in found.oddities[0]


def test_macros_become_names() -> None:
    world = {
        ("desk.example", "TXT"): ["v=spf1 exists:%{ir}.%{v}._spf.%{d2} include:%{l}.%{o}._x.example -all"],
        ("3.2.0.192.in-addr._spf.desk.example", "A"): ["127.0.0.2"],
        ("support.desk.example._x.example", "TXT"): ["v=spf1 -all"],
    }
    assert told(world, address="192.0.2.3").result == "pass"
    assert told(world, address="192.0.2.4").result == "fail"


def test_everybody_is_let_pass_by_plus_all() -> None:
    assert told(spf("v=spf1 mx +all")).default == "pass"
    assert told(spf("v=spf1 mx all")).default == "pass"
    assert told(spf("v=spf1 mx ~all")).default == "softfail"
