"""maild doctor and the DNS: a site whose domain is served by a name server of our own."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest
from mail.test_dkim_record import rsa_key
from parts.doctoring import doctored, levels, only, texts
from parts.mails import mail, wire
from parts.nameserver import Nameserver, text
from parts.net import free_port
from parts.sink import Sink
from parts.site import Site, short_folder

from maild.cli.doctor.page import lines
from maild.edges.resolver import Names

ADDRESS = "8.8.4.4"  # any address that is not of a private or documentation network
ALL = ("mx", "spf", "dkim", "dmarc", "reverse", "greeting")


def good() -> dict[str, dict[str, list[str]]]:
    return {
        "desk.example": {"MX": ["10 mx.desk.example."], "TXT": [text("v=spf1 mx -all")]},
        "mx.desk.example": {"A": [ADDRESS]},
        "_dmarc.desk.example": {"TXT": [text("v=DMARC1; p=reject; rua=mailto:dmarc@desk.example")]},
        "mail._domainkey.desk.example": {"TXT": [text(f"v=DKIM1; k=rsa; p={rsa_key(2048)}")]},
        "4.4.8.8.in-addr.arpa": {"PTR": ["mx.desk.example."]},
    }


@pytest.fixture
def dns() -> Iterator[Nameserver]:
    with Nameserver(good()) as server:
        yield server


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """One for all: the daemon is started by none but the one that says so, and nothing here changes the files."""
    sink = Sink()
    made = Site(short_folder(), sink.address)
    text = made.config.read_text("utf-8")
    made.config.write_text(re.sub(r"^  hostname: \S+", "  hostname: mx.desk.example", text, flags=re.M), "utf-8")
    yield made
    made.close()
    sink.close()


def test_a_domain_that_is_in_order_is_well_in_every_check(site: Site, dns: Nameserver) -> None:
    told = doctored(site.config, *ALL, resolver=dns.address, address=ADDRESS)
    assert levels(told) == {"ok"}, texts(told)
    assert [one.check for one in told] == list(ALL)


def test_the_command_says_it_in_json_one_object_a_line(site: Site, dns: Nameserver) -> None:
    words = [word for name in ALL for word in ("--only", name)]
    done = site.maild("doctor", "--json", "--resolver", dns.address, "--address", ADDRESS, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {row["check"] for row in rows} == set(ALL)
    assert all(set(row) == {"check", "level", "text", "why", "cure", "facts"} for row in rows)


def test_without_any_dns_there_is_one_note_and_no_error(site: Site, dns: Nameserver) -> None:
    dns.mute = True
    told = doctored(site.config, *ALL, address=ADDRESS, names=Names(("127.0.0.1", dns.port), lifetime=0.3))
    assert levels(told) == {"note"}, texts(told)
    [line] = [line for line in lines(told) if "not looked at" in line]
    assert all(name in line for name in ALL)
    assert "no name server answers" in line


@pytest.mark.parametrize(
    ("changes", "level", "said"),
    [
        ({"desk.example": {}}, "error", "has no mail server"),
        ({"desk.example": {"A": [ADDRESS]}}, "warning", "no MX, only an address"),
        ({"desk.example": {"MX": ["0 ."]}}, "error", "takes no mail"),
        ({"mx.desk.example": {}}, "error", "mx.desk.example of desk.example has no address"),
        (
            {"mx.desk.example": {"CNAME": ["m.desk.example."]}, "m.desk.example": {"A": [ADDRESS]}},
            "warning",
            "alias of m.desk",
        ),
        ({"desk.example": {"MX": ["10 192.0.2.1."]}}, "error", "is the address 192.0.2.1"),
    ],
)
def test_mail_that_has_nowhere_to_go(
    site: Site, dns: Nameserver, changes: dict[str, dict[str, list[str]]], level: str, said: str
) -> None:
    dns.zone |= changes
    finding = only(doctored(site.config, "mx", resolver=dns.address))
    assert (finding.level, said in finding.text) == (level, True), finding.text
    assert finding.why
    assert finding.cure


@pytest.mark.parametrize(
    ("records", "level", "said"),
    [
        ([], "warning", "has no SPF record"),
        (["v=spf1 mx -all", "v=spf1 a -all"], "error", "2 SPF records"),
        (["v=spf1 mx +all"], "error", "lets everybody pass"),
        (["v=spf1 ip4:192.0.2.0/24 -all"], "error", f"says fail of {ADDRESS}"),
        (["v=spf1 ip4:192.0.2.0/24 ~all"], "warning", f"says softfail of {ADDRESS}"),
        (["v=spf1 mx incude:x.example -all"], "error", "'incude:x.example' is no mechanism"),
        (["v=spf1 include:gone.example -all"], "error", "include:gone.example"),
    ],
)
def test_spf_that_does_not_do_what_it_should(
    site: Site, dns: Nameserver, records: list[str], level: str, said: str
) -> None:
    dns.zone["desk.example"]["TXT"] = [text(record) for record in records]
    finding = only(doctored(site.config, "spf", resolver=dns.address, address=ADDRESS))
    assert (finding.level, said in finding.text) == (level, True), finding.text


def test_a_policy_of_eleven_lookups_is_too_long_and_names_are_asked_but_once(site: Site, dns: Nameserver) -> None:
    dns.zone["desk.example"]["TXT"] = [text("v=spf1 " + "".join(f"include:i{n}.example " for n in range(11)) + "-all")]
    dns.zone |= {f"i{n}.example": {"TXT": [text("v=spf1 ip4:192.0.2.1 -all")]} for n in range(11)}
    finding = only(doctored(site.config, "spf", resolver=dns.address, address=ADDRESS))
    assert "11 lookups" in finding.text
    assert len(dns.asked) == len(set(dns.asked))


def test_a_key_of_4096_bits_comes_by_tcp(site: Site, dns: Nameserver) -> None:
    dns.zone["mail._domainkey.desk.example"]["TXT"] = [text(f"v=DKIM1; k=rsa; p={rsa_key(4096)}")]
    assert "4096 bits" in only(doctored(site.config, "dkim", resolver=dns.address, selectors=("mail",))).text


@pytest.mark.parametrize(
    ("record", "level", "said"),
    [
        ("v=DKIM1; p=", "error", "revoked"),
        (f"v=DKIM1; p={rsa_key(1024)}", "warning", "1024 bits are fewer"),
        ("v=DKIM1; p=AAAAAAAA", "error", "no RSA key"),
        (f"v=DKIM1; p={rsa_key(2048)[:100]}", "error", "no RSA key"),
    ],
)
def test_a_key_that_nobody_can_use(site: Site, dns: Nameserver, record: str, level: str, said: str) -> None:
    dns.zone["mail._domainkey.desk.example"]["TXT"] = [text(record)]
    finding = only(doctored(site.config, "dkim", resolver=dns.address))
    assert (finding.level, said in finding.text) == (level, True), finding.text


def test_a_selector_that_the_admin_names_must_be_there(site: Site, dns: Nameserver) -> None:
    finding = only(doctored(site.config, "dkim", resolver=dns.address, selectors=("other",)))
    assert (finding.level, "other._domainkey.desk.example" in finding.text) == ("error", True)


def test_a_selector_is_found_in_a_letter_that_came_back(site: Site, dns: Nameserver) -> None:
    dns.zone["odd77._domainkey.desk.example"] = dns.zone.pop("mail._domainkey.desk.example")
    assert only(doctored(site.config, "dkim", resolver=dns.address)).level == "warning"  # the policy is reject
    site.start()
    quoted = (
        "DKIM-Signature: v=1; a=rsa-sha256; d=desk.example; s=odd77;\r\n\th=from; bh=x; b=y\r\nSubject: [#1001]\r\n"
    )
    site.send(wire(mail("mailer-daemon@kunde.example", "Undelivered", quoted)))
    assert "odd77._domainkey.desk.example" in only(doctored(site.config, "dkim", resolver=dns.address)).text


def test_a_selector_that_a_stranger_wrote_into_a_mail_is_no_finding(
    dns: Nameserver, make_site: Callable[..., Site]
) -> None:
    site = make_site().start()
    forged = b"DKIM-Signature: v=1; a=rsa-sha256; d=desk.example; s=nonsense; b=y\r\n"
    site.send(forged + wire(mail("ann@kunde.example", "Printer", "It is on fire")))
    found = only(doctored(site.config, "dkim", resolver=dns.address))
    assert (found.level, "mail._domainkey" in found.text) == ("ok", True)
    assert ("nonsense._domainkey.desk.example", "TXT") in dns.asked


@pytest.mark.parametrize(("more", "level"), [("", "ok"), ("; adkim=s", "warning")])
def test_a_key_of_the_organisation_speaks_for_a_desk_below_it(
    make_site: Callable[..., Site], dns: Nameserver, more: str, level: str
) -> None:
    site = make_site(desks=("support@help.desk.example",))
    dns.zone["_dmarc.desk.example"]["TXT"] = [text(f"v=DMARC1; p=reject; rua=mailto:a@desk.example{more}")]
    assert only(doctored(site.config, "dkim", resolver=dns.address)).level == level


@pytest.mark.parametrize(
    ("records", "level", "said"),
    [
        ([], "warning", "no DMARC record"),
        (["v=DMARC1; p=none; rua=mailto:a@desk.example"], "note", "only watches"),
        (["v=DMARC1; p=reject"], "note", "no reports"),
        (["v=DMARC1; p=reject", "v=DMARC1; p=none"], "error", "2 records"),
        (["p=reject; v=DMARC1"], "error", "does not begin with"),
    ],
)
def test_dmarc_that_says_too_little(site: Site, dns: Nameserver, records: list[str], level: str, said: str) -> None:
    dns.zone["_dmarc.desk.example"] = {"TXT": [text(record) for record in records]}
    told = doctored(site.config, "dmarc", resolver=dns.address)
    assert [said in one.finding.text for one in told if one.finding.level == level] == [True], texts(told)


def test_the_policy_of_the_organisation_holds_below_it(make_site: Callable[..., Site], dns: Nameserver) -> None:
    site = make_site(desks=("support@help.desk.example",))
    finding = only(doctored(site.config, "dmarc", resolver=dns.address))
    assert "reject at desk.example" in finding.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"4.4.8.8.in-addr.arpa": {}}, "has no name (PTR)"),
        (
            {"4.4.8.8.in-addr.arpa": {"PTR": ["other.example."]}, "other.example": {"A": ["192.0.2.9"]}},
            "is not 8.8.4.4",
        ),
    ],
)
def test_an_address_without_a_name_that_leads_back(
    site: Site, dns: Nameserver, changes: dict[str, dict[str, list[str]]], said: str
) -> None:
    dns.zone |= changes
    finding = only(doctored(site.config, "reverse", resolver=dns.address, address=ADDRESS))
    assert (finding.level, said in finding.text) == ("error", True)


def test_a_greeting_that_nobody_can_look_up(site: Site, dns: Nameserver) -> None:
    dns.zone["mx.desk.example"] = {}
    finding = only(doctored(site.config, "greeting", resolver=dns.address))
    assert (finding.level, "has no address" in finding.text) == ("note", True)


def test_the_way_back_is_asked_of_the_mail_server_with_a_signed_word(site: Site, dns: Nameserver, sink: Sink) -> None:
    dns.zone["mx.desk.example"] = {"A": ["127.0.0.1"]}
    found = only(doctored(site.config, "way-back", resolver=dns.address, mx_port=sink.port))
    assert found.level == "ok"
    sink.answers["RCPT"] = b"550 5.1.1 unknown"
    found = only(doctored(site.config, "way-back", resolver=dns.address, mx_port=sink.port))
    assert (found.level, "does not take mail for support@desk.example" in found.text) == ("error", True)
    assert sink.letters == []


def test_a_mail_server_that_cannot_be_asked_is_a_note(site: Site, dns: Nameserver) -> None:
    dns.zone["mx.desk.example"] = {"A": ["127.0.0.1"]}
    found = only(doctored(site.config, "way-back", resolver=dns.address, mx_port=free_port()))
    assert (found.level, "could not be asked" in found.text) == ("note", True)
