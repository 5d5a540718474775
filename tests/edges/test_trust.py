"""Do we believe From?  Headers lie; only the site's own MTA, or a closed network, is believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest
from making import message
from signing import Signer, book

from maild.config import Authenticator
from maild.edges.trust import Claim, authenticate
from maild.mail.names import Book
from maild.mail.parse import read
from maild.model.message import Address, Message
from maild.model.people import Authentication

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
OURS = Authenticator("authserv-id", id="mx.desk.example")
OFFICE = Authenticator("closed-network", networks=(ip_network("10.0.0.0/8"), ip_network("fd00::/8")))
PASS = "mx.desk.example; dkim=pass header.d=kunde.example; dmarc=pass (p=reject) header.from=kunde.example"


def claim(read: Message, client: str = "", raw: bytes = b"", book: Book | None = None) -> Claim:
    return Claim(read, raw, client, NOW, book or Book({}))


def level(*results: str, client: str = "192.0.2.1", **more: object) -> Authentication:
    headers = tuple(("authentication-results", result) for result in results)
    return authenticate(claim(message(headers=headers, **more), client), (OURS, OFFICE)).authentication


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
        (f"{PASS}; dmarc=fail header.from=kunde.example",),
        (f"{PASS}; spf=pass; dmarc=none header.from=kunde.example",),
        (f"{PASS}; dmarc=pass header.from=evil.example",),
        (f"{PASS}; dmarc=pass",),
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
    assert authenticate(claim(message(headers=sealed), "192.0.2.1"), (OURS,)).authentication is Authentication.NONE


def test_a_result_of_another_server_below_changes_nothing():
    assert level(PASS, "mx.kunde.example; dmarc=fail header.from=kunde.example") is Authentication.ALIGNED


def test_a_repeated_pass_below_agrees():
    assert level(PASS, PASS) is Authentication.ALIGNED
    assert level(f"{PASS}; dmarc=pass header.from=kunde.example") is Authentication.ALIGNED


@pytest.mark.parametrize("authors", [0, 2])
def test_two_authors_are_none(authors: int):
    assert level(PASS, authors=authors) is Authentication.NONE


def test_a_mail_without_an_author_is_not_believed_even_from_the_office():
    nobody = replace(message(), author=None, authors=0)
    assert authenticate(claim(nobody, "10.1.2.3"), (OURS, OFFICE)).authentication is Authentication.NONE


@pytest.mark.parametrize(
    ("client", "believed"), [("10.9.8.7", True), ("fd00::1", True), ("192.0.2.1", False), ("unix", False), ("", False)]
)
def test_a_closed_network_may_do_without_results(client: str, believed: bool):
    assert (level(client=client) is Authentication.INTERNAL) is believed


def test_the_evidence_names_every_authenticator_that_was_asked():
    trust = authenticate(claim(message(), "192.0.2.1"), (OURS, OFFICE))
    assert trust.evidence == ("no Authentication-Results of mx.desk.example", "192.0.2.1 is in no closed network")


def test_the_domain_is_compared_without_case():
    author = Address("Ann", "ann@KUNDE.example")
    headers = (("authentication-results", "MX.desk.example 1; dmarc=Pass header.from=Kunde.Example"),)
    assert (
        authenticate(claim(replace(message(), author=author, headers=headers)), (OURS,)).authentication
        is Authentication.ALIGNED
    )


# --- our own look at a signature ------------------------------------------------------------------------------------------------

RAW = (
    b"From: ann@kunde.example\r\nTo: support@desk.example\r\nSubject: Hei\r\nDate: Wed, 25 Nov 2026 10:00:00 +0000\r\n"
    b"Message-ID: <1@kunde.example>\r\n\r\nHei\r\n"
)
DKIM = Authenticator("own-dkim")


def test_a_signature_that_we_verify_is_proof_and_names_itself():
    signer = Signer("kunde.example")
    raw = signer.sign(RAW)
    trust = authenticate(claim(read(raw), "192.0.2.1", raw, book(signer)), (OURS, DKIM))
    assert (trust.authentication, trust.by) == (Authentication.ALIGNED, "own-dkim")
    assert trust.evidence[-1] == "own-dkim: kunde.example signed it"
    assert [len(mark) for mark in trust.marks] == [32]


def test_a_domain_beyond_ascii_is_looked_up_as_the_dns_writes_it():
    signer = Signer("xn--bl-xlad.example")
    raw = signer.sign(RAW.replace(b"ann@kunde.example", "ann@blåå.example".encode(), 1))
    raw_domain = read(raw).author.domain.encode("idna").decode()  # type: ignore[union-attr]
    twin = Signer(raw_domain)
    raw = twin.sign(RAW.replace(b"ann@kunde.example", "ann@blåå.example".encode(), 1))
    assert authenticate(claim(read(raw), "", raw, book(twin)), (DKIM,)).authenticated


# --- forwarders that seal -------------------------------------------------------------------------------------------------------

LIST = Signer("list.example")
SEALERS = Authenticator("arc", sealers=("list.example",))


def sealed(result: str, by: Signer = LIST) -> bytes:
    return by.seal(f"Authentication-Results: mx.list.example; {result}\r\n".encode() + RAW, "mx.list.example")


def believed(raw: bytes, *signers: Signer) -> bool:
    return authenticate(claim(read(raw), "", raw, book(*signers)), (SEALERS,)).authenticated


def test_a_listed_forwarder_that_saw_a_pass_is_believed():
    assert believed(sealed("dmarc=pass header.from=kunde.example"), LIST)


def test_a_forwarder_that_saw_no_pass_or_is_not_listed_is_not():
    assert not believed(sealed("dmarc=fail header.from=kunde.example"), LIST)
    assert not believed(sealed("dmarc=pass header.from=evil.example"), LIST)
    stranger = Signer("evil.example")
    assert not believed(sealed("dmarc=pass header.from=kunde.example", stranger), stranger)
    assert not believed(RAW)


# --- Exchange Online ------------------------------------------------------------------------------------------------------------

EXCHANGE = Authenticator("exchange-online")
OUTSIDE = "spf=pass (sender IP is 192.0.2.7) dkim=pass; dmarc=pass action=none header.from=kunde.example;compauth=pass"


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ([("authentication-results", OUTSIDE)], Authentication.ALIGNED),
        ([("x-ms-exchange-organization-authas", "Internal")], Authentication.INTERNAL),
        ([("x-ms-exchange-organization-authas", "Anonymous"), ("authentication-results", OUTSIDE)], Authentication.ALIGNED),
        ([("x-ms-exchange-organization-authas", "Anonymous")], Authentication.NONE),
        ([("x-ms-exchange-organization-authas", "Internal")] * 2, Authentication.NONE),
        ([("authentication-results", "mx.evil.example; dmarc=pass header.from=kunde.example")], Authentication.NONE),
        ([("authentication-results", "mx.evil.example; dmarc=pass"), ("authentication-results", OUTSIDE)], Authentication.NONE),
        ([("authentication-results", OUTSIDE.replace("dmarc=pass", "dmarc=fail"))], Authentication.NONE),
        ([("authentication-results", OUTSIDE.replace("from=kunde", "from=evil"))], Authentication.NONE),
        ([], Authentication.NONE),
    ],
)  # fmt: skip
def test_microsofts_word(headers: list[tuple[str, str]], found: Authentication):
    assert authenticate(claim(message(headers=tuple(headers))), (EXCHANGE,)).authentication is found


# --- who had logged in ----------------------------------------------------------------------------------------------------------

SASL = Authenticator("sasl-received", id="mx.desk.example")
HELO = "x (Authenticated sender: ann@kunde.example)"
LOGGED_IN = "from [192.168.1.5] (pc [192.0.2.9]) (Authenticated sender: ann@kunde.example) by mx.desk.example (Postfix) with ESMTPSA id 4F"
EXIM = (
    "from pc.example ([192.0.2.9]) (user=ann@kunde.example) by mx.desk.example with esmtpsa (TLS1.3) (Exim 4.96) id 1"
)


@pytest.mark.parametrize(
    ("received", "proven"),
    [
        ([LOGGED_IN], True),
        ([EXIM], True),
        (["from mx.desk.example by mx.desk.example with LMTP id 7", LOGGED_IN], True),
        ([LOGGED_IN.replace("ann@", "eve@")], False),
        ([LOGGED_IN.replace("ESMTPSA", "ESMTPS")], False),
        ([LOGGED_IN.replace("by mx.desk", "by mx.evil")], False),
        (["from x (evil [192.0.2.66]) by mx.desk.example with ESMTP id 1", LOGGED_IN], False),
        (["from [127.0.0.1] (evil [192.0.2.66]) by mx.desk.example with ESMTP id 1", LOGGED_IN], False),
        (["from x by other.example with ESMTP", LOGGED_IN], False),
        ([LOGGED_IN.replace("(Authenticated sender: ann@kunde.example) ", "")], False),
        ([LOGGED_IN.replace("ann@", "eve@").replace("[192.168.1.5]", HELO)], False),
        ([LOGGED_IN.replace("ann@", "eve@").replace("[192.168.1.5]", f"{HELO} (x [192.0.2.1])")], False),
        ([LOGGED_IN.replace("(Authenticated sender: ann@kunde.example) ", "").replace("[192.168.1.5]", HELO)], False),
        ([LOGGED_IN.replace("[192.168.1.5]", "x (Authenticated sender: eve@kunde.example)")], True),
        ([EXIM.replace("user=ann@", "user=eve@").replace("pc.example", HELO)], False),
        (["from x (user=ann@kunde.example) (user=eve@kunde.example) by mx.desk.example with ESMTPSA id 1"], False),
        ([LOGGED_IN.replace("[192.168.1.5]", f'{HELO} (x [192.0.2.1]) (Authenticated sender: ann@kunde.example) "')
          + ' for <"by mx.desk.example with ESMTPSA x"@desk.example>'], False),
        (["from x ([192.0.2.9] helo=(pc)) (Authenticated sender: <ann@kunde.example>) by mx.desk.example with ESMTPSA"], True),
        (["from (Authenticated sender: ann@kunde.example by mx.desk.example with ESMTPSA"], False),
        ([], False),
    ],
)  # fmt: skip
def test_the_server_says_who_had_logged_in(received: list[str], proven: bool):
    headers = tuple(("received", field) for field in received)
    assert authenticate(claim(message(headers=headers)), (SASL,)).authenticated is proven


def test_what_our_own_door_wrote_stands_above_and_says_nothing_of_a_login():
    headers = (("received", "from mx by desk.example with ESMTP"), ("received", LOGGED_IN))
    assert authenticate(claim(message(headers=headers), "10.0.0.1"), (SASL,)).authenticated


# --- what names the proof -------------------------------------------------------------------------------------------------------


def test_who_vouches_for_a_signed_mail_leaves_the_signatures_mark():
    raw = Signer("kunde.example").sign(RAW)
    told = f"Authentication-Results: {PASS}\r\n".encode()
    by_us = authenticate(claim(read(raw), "192.0.2.1", raw, book(Signer("kunde.example"))), (DKIM,))
    assert authenticate(claim(read(told + raw), "192.0.2.1", told + raw), (OURS,)).marks == by_us.marks


def test_a_mail_that_hides_its_signature_among_many_proves_nothing():
    many = b"".join(b"DKIM-Signature: v=1; d=kunde.example; b=%d\r\n" % (1000 + number) for number in range(21))
    raw = f"Authentication-Results: {PASS}\r\n".encode() + many + RAW
    trust = authenticate(claim(read(raw), "192.0.2.1", raw), (OURS,))
    assert not trust.authenticated
    assert trust.evidence[-1] == "21 signatures of kunde.example: a mail has one or two"
