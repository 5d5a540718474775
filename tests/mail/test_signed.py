"""A signature that proves From is whole, of the author's own domain, fresh, and over all that a handler's word rests on."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from signing import SIGNED, Mute, Signer, book

from maild.mail.names import Book, Question
from maild.mail.signed import Signed, marks, seals, signature

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
MAIL = (
    b"From: Kari <kari@staff.example>\r\nTo: support@desk.example\r\nSubject: Re: [#1001] Printer\r\n"
    b"Date: Wed, 25 Nov 2026 10:59:00 +0100\r\nMessage-ID: <1@staff.example>\r\nContent-Type: text/plain\r\n"
    b"MIME-Version: 1.0\r\n\r\n/close\r\n"
)
OVER = b"from:to:subject:date:message-id"
STAFF = Signer("staff.example")


def verdict(
    raw: bytes, known: Book | None = None, *, date: datetime | None = NOW, domain: str = "staff.example"
) -> Signed:
    return signature(raw, domain, date, NOW, known or book(STAFF))


def test_a_whole_signature_of_the_authors_domain_is_good_and_has_a_mark():
    signed = verdict(STAFF.sign(MAIL))
    assert signed.good, signed.said
    assert signed.said == "own-dkim: staff.example signed it"
    assert len(signed.mark) == 32
    assert verdict(STAFF.sign(MAIL)).mark == signed.mark, "the same signature has the same mark"
    assert verdict(STAFF.sign(MAIL.replace(b"/close", b"/take"))).mark != signed.mark


def test_a_signature_that_was_folded_anew_has_the_same_mark():
    raw = STAFF.sign(MAIL)
    at = raw.index(b"From:") - 30  # within b=, the last of its tags
    assert verdict(raw[:at] + b"\r\n  " + raw[at:]).mark == verdict(raw).mark


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (MAIL, "no signature of staff.example"),
        (STAFF.sign(MAIL).replace(b"/close", b"/spam"), "does not hold"),
        (STAFF.sign(MAIL).replace(b"Printer", b"printers"), "does not hold"),
        (STAFF.sign(MAIL) + b"/assign eve\r\n", "does not hold"),
        (STAFF.sign(MAIL, length=True) + b"/assign eve\r\n", "over a part only (l=)"),
        (STAFF.sign(MAIL, length=True), "over a part only (l=)"),
        (STAFF.sign(MAIL, algorithm=b"rsa-sha1"), "not made by rsa-sha256"),
        (Signer("evil.example").sign(MAIL), "no signature of staff.example"),
        (Signer("staff.example.evil.example").sign(MAIL), "no signature of staff.example"),
        (b"Subject: Other\r\n" + STAFF.sign(MAIL), "subject: not there once"),
        (b"From: eve@evil.example\r\n" + STAFF.sign(MAIL), "from: not there once"),
        (STAFF.sign(MAIL.replace(b"Message-ID", b"X-Other")), "message-id: not there once"),
        (b"DKIM-Signature: d=staff.example; b=; h=;;;\r\n" + MAIL, "leaves out"),
        (b"DKIM-Signature: \xff\xfe=;d=staff.example\r\n" + MAIL, "no signature"),
        (b"DKIM-Signature: v=1; a=rsa-sha256; d=staff.example; s=x; h=" + OVER + b"; bh=!; b=!\r\n" + MAIL, "does not hold"),
        (b"\x00\xff", "cannot be read so"),
        (b"", "not there once"),
    ],
)  # fmt: skip
def test_anything_less_proves_nothing_and_says_why(raw: bytes, said: str):
    signed = verdict(raw)
    assert not signed.good
    assert said in signed.said


@pytest.mark.parametrize("left_out", ["to", "subject", "date", "message-id"])
def test_what_a_handlers_word_rests_on_must_be_signed(left_out: str):
    signed = verdict(STAFF.sign(MAIL, tuple(name for name in SIGNED if name != left_out)))
    assert (signed.good, signed.said) == (False, f"own-dkim: staff.example: the signature leaves out {left_out}")


@pytest.mark.parametrize(
    ("age", "good"),
    [
        (timedelta(days=6), True),
        (timedelta(days=8), False),
        (timedelta(minutes=-30), True),
        (timedelta(hours=-2), False),
    ],
)
def test_an_old_mail_and_one_of_tomorrow_prove_nothing(age: timedelta, good: bool):
    assert verdict(STAFF.sign(MAIL), date=NOW - age).good is good


def test_a_mail_whose_date_cannot_be_read_proves_nothing():
    assert not verdict(STAFF.sign(MAIL), date=None).good


@pytest.mark.parametrize(
    "known",
    [
        pytest.param(book(), id="no key"),
        pytest.param(book(Signer("staff.example", extra="t=y; ")), id="for tests"),
        pytest.param(book(Signer("staff.example", bits=2049)), id="another key"),
        pytest.param(book(**{STAFF.name.replace(".", "__"): "v=DKIM1; p="}), id="revoked"),
        pytest.param(book(**{STAFF.name.replace(".", "__"): "v=spf1 -all"}), id="no key at all"),
        pytest.param(Mute(), id="no answer"),
    ],
)
def test_a_key_that_is_not_the_domains_or_not_to_be_used_proves_nothing(known: Book):
    assert not verdict(STAFF.sign(MAIL), known).good


def test_a_short_key_proves_nothing():
    short = rsa.RSAPublicNumbers(65537, 2**767 + 1).public_key()
    octets = short.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    known = book(**{STAFF.name.replace(".", "__"): f"v=DKIM1; p={base64.b64encode(octets).decode()}"})
    assert verdict(STAFF.sign(MAIL), known).said.endswith("its key is revoked, for tests or not to be read")


def test_a_server_that_does_not_answer_is_named_as_the_reason():
    assert verdict(STAFF.sign(MAIL), Mute()).said == "own-dkim: staff.example: the DNS does not answer"


def test_the_organisations_signature_speaks_for_its_subdomain_as_dmarc_has_it():
    mail = MAIL.replace(b"kari@staff.example", b"kari@hr.staff.example")
    raw = STAFF.sign(mail)
    known = book(STAFF, _dmarc__staff__example="v=DMARC1; p=reject")
    assert verdict(raw, known, domain="hr.staff.example").good
    strict = book(STAFF, _dmarc__staff__example="v=DMARC1; p=reject; adkim=s")
    assert not verdict(raw, strict, domain="hr.staff.example").good
    assert not verdict(raw, domain="hr.staff.example").good, "without a record the two are strangers"


def test_neighbours_under_a_public_suffix_are_strangers():
    neighbour = Signer("evil.kommune.example")
    known = book(neighbour, _dmarc__kommune__example="v=DMARC1; p=none; psd=y")
    assert not verdict(neighbour.sign(MAIL), known, domain="good.kommune.example").good


def test_the_second_signature_may_be_the_good_one():
    raw = Signer("provider.example").sign(STAFF.sign(MAIL))
    assert verdict(raw).good
    broken = b"DKIM-Signature: v=1; a=rsa-sha256; d=staff.example; s=gone; h=from:to:subject:date:message-id; bh=AAAA; b=AAAA\r\n"
    assert verdict(broken + STAFF.sign(MAIL)).good


def test_it_asks_for_what_it_lacks_and_for_nothing_when_nothing_could_count():
    known = Book({})
    verdict(STAFF.sign(MAIL), known)
    assert known.missing == {Question("s1._domainkey.staff.example", "TXT")}
    stranger = Book({})
    verdict(Signer("evil.example").sign(MAIL), stranger)
    assert stranger.missing == set()


def test_a_thousand_signatures_cost_no_more_than_a_few():
    asked = Book({})
    verdict(
        b"".join(Signer("staff.example", selector=f"s{n}").sign(MAIL)[: -len(MAIL)] for n in range(5)) * 10 + MAIL,
        asked,
    )
    assert len(asked.missing) <= 3


FORWARDER = Signer("list.example")
RESULTS = b"Authentication-Results: mx.list.example; dmarc=pass header.from=staff.example\r\n"


def test_seals_tell_who_sealed_and_what_the_first_one_saw():
    sealed = seals(FORWARDER.seal(RESULTS + MAIL, "mx.list.example"), book(FORWARDER))
    assert sealed.domains == ("list.example",)
    assert "dmarc=pass header.from=staff.example" in sealed.first


def test_a_seal_over_another_text_counts_for_nothing():
    raw = FORWARDER.seal(RESULTS + MAIL, "mx.list.example").replace(b"/close", b"/spam!")
    assert (seals(raw, book(FORWARDER)).domains, seals(MAIL, book(FORWARDER)).domains) == ((), ())


def test_what_the_first_sealer_saw_cannot_be_changed():
    raw = FORWARDER.seal(RESULTS.replace(b"pass", b"fail") + MAIL, "mx.list.example")
    forged = raw.replace(b"dmarc=fail", b"dmarc=pass")
    assert raw != forged
    assert seals(forged, book(FORWARDER)).domains == ()


# --- the mark -------------------------------------------------------------------------------------------------------------------


def test_a_signature_that_is_written_with_other_padding_has_the_same_mark():
    """base64 decodes the same octets from several spellings, and b= covers everything but itself."""
    raw = STAFF.sign(MAIL)
    at = raw.index(b"\r\nFrom:")  # the end of b=, the last of its tags
    other = raw[:at].rstrip(b"=") + b"=" * 6 + raw[at:]
    assert other != raw
    assert verdict(other).mark in ("", verdict(raw).mark)
    assert marks([_field(other)], "staff.example") == marks([_field(raw)], "staff.example") == (verdict(raw).mark,)


def test_only_signatures_of_the_authors_organisation_have_marks():
    fields = [_field(signer.sign(MAIL)) for signer in (STAFF, Signer("mail.staff.example"), Signer("evil.example"))]
    assert len(marks(fields, "staff.example")) == 2
    assert marks(["v=1; d=staff.example", "nonsense", ""], "staff.example") == ()


def _field(raw: bytes) -> str:
    """The topmost field, which is the signature."""
    return raw[: raw.index(b"\r\nFrom:")].partition(b":")[2].decode()
