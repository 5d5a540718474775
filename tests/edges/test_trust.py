"""Do we believe From?  Headers lie; only the site's own MTA, or a closed network, is believed."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest
from making import message

from maild.config import Authenticator
from maild.edges.trust import authenticate
from maild.model.message import Address
from maild.model.people import Authentication

OURS = Authenticator("authserv-id", id="mx.desk.example")
OFFICE = Authenticator("closed-network", networks=(ip_network("10.0.0.0/8"), ip_network("fd00::/8")))
PASS = "mx.desk.example; dkim=pass header.d=kunde.example; dmarc=pass (p=reject) header.from=kunde.example"


def level(*results: str, client: str = "192.0.2.1", **more: object) -> Authentication:
    headers = tuple(("authentication-results", result) for result in results)
    return authenticate(message(headers=headers, **more), client, (OURS, OFFICE)).authentication


def test_a_pass_of_our_own_mta_is_believed():
    assert level(PASS) is Authentication.ALIGNED


@pytest.mark.parametrize(
    "results",
    [
        (),
        ("mx.evil.example; dmarc=pass header.from=kunde.example",),
        ("mx.desk.example.evil.example; dmarc=pass header.from=kunde.example",),
        ("mx.desk.example; dmarc=fail header.from=kunde.example",),
        ("mx.desk.example; dmarc=none header.from=kunde.example",),
        ("mx.desk.example; dmarc=pass header.from=evil.example",),
        ("mx.desk.example; dmarc=pass",),
        ("mx.desk.example; spf=fail (dmarc=pass header.from=kunde.example) smtp.mailfrom=x",),
        ("mx.desk.example; x=\"; dmarc=fail header.from=kunde.example; dmarc=pass header.from=kunde.example",),
        ("mx.desk.example; dmarc=fail header.from=kunde.example", PASS),
        ('mx.desk.example; spf=pass smtp.mailfrom="x; dmarc=pass header.from=kunde.example;"@evil.example',),
        ('mx.desk.example; spf=pass smtp.mailfrom="x\\"; dmarc=pass header.from=kunde.example',),
        (PASS, "mx.desk.example; dmarc=fail header.from=kunde.example"),
        (PASS, "mx.desk.example; dmarc=pass header.from=evil.example"),
        ("(((((((((((((mx.desk.example; dmarc=pass header.from=kunde.example",),
    ],
)  # fmt: skip
def test_rfc_8601_5_nothing_else_is_believed(results: tuple[str, ...]):
    assert level(*results) is Authentication.NONE


@pytest.mark.parametrize(
    "result",
    [
        "spf=pass smtp.mailfrom=kunde.example; dkim=pass header.d=kunde.example",
        "dkim=pass header.d=mass.example; dmarc=none header.from=kunde.example",
        "arc=pass (i=1 spf=pass dkim=pass dmarc=pass fromdomain=kunde.example); dmarc=fail header.from=kunde.example",
    ],
)
def test_rfc_7489_3_1_a_pass_that_is_not_of_dmarc_proves_nobody(result: str):
    assert level(f"mx.desk.example; {result}") is Authentication.NONE


def test_rfc_8617_5_2_what_a_sealer_has_seen_is_not_what_our_mta_says():
    sealed = (("arc-authentication-results", f"i=1; {PASS}"),)
    assert authenticate(message(headers=sealed), "192.0.2.1", (OURS,)).authentication is Authentication.NONE


def test_a_result_of_another_server_below_changes_nothing():
    assert level(PASS, "mx.kunde.example; dmarc=fail header.from=kunde.example") is Authentication.ALIGNED


def test_a_repeated_pass_below_agrees():
    assert level(PASS, PASS) is Authentication.ALIGNED


@pytest.mark.parametrize("authors", [0, 2])
def test_two_authors_are_none(authors: int):
    assert level(PASS, authors=authors) is Authentication.NONE


def test_a_mail_without_an_author_is_not_believed_even_from_the_office():
    nobody = replace(message(), author=None, authors=0)
    assert authenticate(nobody, "10.1.2.3", (OURS, OFFICE)).authentication is Authentication.NONE


@pytest.mark.parametrize(
    ("client", "believed"), [("10.9.8.7", True), ("fd00::1", True), ("192.0.2.1", False), ("unix", False), ("", False)]
)
def test_a_closed_network_may_do_without_results(client: str, believed: bool):
    assert (level(client=client) is Authentication.INTERNAL) is believed


def test_the_evidence_names_every_authenticator_that_was_asked():
    trust = authenticate(message(), "192.0.2.1", (OURS, OFFICE))
    assert trust.evidence == ("no Authentication-Results of mx.desk.example", "192.0.2.1 is in no closed network")


def test_the_domain_is_compared_without_case():
    author = Address("Ann", "ann@KUNDE.example")
    headers = (("authentication-results", "MX.desk.example 1; dmarc=Pass header.from=Kunde.Example"),)
    assert (
        authenticate(replace(message(), author=author, headers=headers), "", (OURS,)).authentication
        is Authentication.ALIGNED
    )
