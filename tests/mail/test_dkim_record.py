"""DKIM key records, good and bad (RFC 6376 section 3.6.1), and selectors that stand in mails."""

from __future__ import annotations

import base64
import datetime
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.x509 import load_pem_x509_certificate
from edges.certificates import make_certificate

from maild.mail import der
from maild.mail.dkim_record import read, selectors, tags


@cache
def rsa_key(bits: int, form: str = "SubjectPublicKeyInfo") -> str:
    public = rsa.generate_private_key(65537, bits).public_key()
    kind = getattr(serialization.PublicFormat, form)
    return base64.b64encode(public.public_bytes(serialization.Encoding.DER, kind)).decode()


@pytest.mark.parametrize("form", ["SubjectPublicKeyInfo", "PKCS1"])
def test_a_key_of_2048_bits_is_good_in_both_forms_that_are_about(form: str) -> None:
    key = read(f"v=DKIM1; k=rsa; p={rsa_key(2048, form)}")
    assert (key.kind, key.bits, key.errors, key.weaknesses) == ("rsa", 2048, (), ())


def test_1024_bits_are_weak() -> None:
    assert read(f"p={rsa_key(1024)}").weaknesses[0].startswith("1024 bits")


def test_an_ed25519_key_has_its_32_octets() -> None:
    raw = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert read(f"v=DKIM1; k=ed25519; p={base64.b64encode(raw).decode()}").errors == ()
    assert "32 octets" in read(f"v=DKIM1; k=ed25519; p={base64.b64encode(raw[:-1]).decode()}").errors[0]


@pytest.mark.parametrize(
    ("record", "word"),
    [
        ("v=DKIM1; p=", "revoked"),
        ("v=DKIM1; k=rsa", "no key"),
        ("v=DKIM2; p=AAAA", "must be DKIM1"),
        ("p=AAAA; v=DKIM1", "come first"),
        ("v=DKIM1; k=rsa; p=AA AA*", "no base64"),
        ("v=DKIM1; k=rsa; p=AAAAAAAA", "no RSA key"),
        ("v=DKIM1; k=dsa; p=AAAA", "no kind of key"),
        ("v=DKIM1; nonsense", "no list"),
        ("v=DKIM1; p=AA; p=BB", "no list"),
    ],
)
def test_what_nobody_can_use_is_named(record: str, word: str) -> None:
    assert word in " ".join(read(record).errors)


def test_limits_of_a_key_are_read() -> None:
    key = rsa_key(2048)
    assert "sha256" in read(f"v=DKIM1; h=sha1; p={key}").errors[0]
    assert "not allow it for mail" in read(f"v=DKIM1; s=tlsrpt; p={key}").errors[0]
    assert read(f"v=DKIM1; h=sha1:sha256; s=email; t=s; p={key}").errors == ()
    assert read(f"v=DKIM1; t=y:s; p={key}").testing


def test_a_key_that_lost_its_end_is_no_key() -> None:
    key = rsa_key(2048)
    assert read(f"v=DKIM1; p={key[:200]}").errors


def test_tags_are_split_as_the_standard_says() -> None:
    assert tags(" a = 1 ; b=x=y;") == {"a": "1", "b": "x=y"}
    assert tags("a=1; a=2") is None


def test_selectors_are_found_in_a_header_and_in_what_a_bounce_quotes() -> None:
    signature = "DKIM-Signature: v=1; a=rsa-sha256; d={d};\r\n\ts={s}; h=from:to;\r\n\tbh=aa; b=bb\r\n"
    mail = (
        signature.format(d="other.example", s="theirs")
        + signature.format(d="Desk.Example", s="mx2026")
        + "Subject: Undelivered\r\n\r\nSee below\r\n"
        + "".join(f"> {line}\r\n" for line in signature.format(d="desk.example", s="old").split("\r\n"))
    )
    assert selectors(mail.encode(), "desk.example") == ("mx2026", "old")
    assert selectors(b"DKIM-Signature: v=1; d=desk.example; s=../../etc; b=x\r\n", "desk.example") == ()


def test_the_end_of_a_certificate_is_read(tmp_path: Path) -> None:
    pem, _ = make_certificate(tmp_path)
    certificate = load_pem_x509_certificate(pem.read_bytes())
    assert der.not_after(certificate.public_bytes(serialization.Encoding.DER)) == certificate.not_valid_after_utc
    assert der.not_after(certificate.public_bytes(serialization.Encoding.DER)).tzinfo is datetime.UTC


@pytest.mark.parametrize("octets", [b"", b"\x30", b"\x30\x80", b"\x30\x05ab", b"\x02\x01\x01", b"\x30\x00", bytes(200)])
def test_octets_that_are_nothing_are_no_key_and_no_certificate(octets: bytes) -> None:
    for look in (der.rsa_bits, der.not_after):
        with pytest.raises(ValueError):
            look(octets)
