"""Octets of a part, as they were before they travelled."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace

import pytest

from maild.mail.payload import as_sent, octets, payload, uuencoded, within
from maild.model.message import Attachment


@pytest.mark.parametrize(
    ("written", "encoding", "read"),
    [
        (b"aGVp", "base64", b"hei"),
        (b"aG\r\nVp\r\n", "base64", b"hei"),
        (b"a!G*Vp", "base64", b"hei"),
        (b"aGVpI", "base64", b"hei"),
        (b"aGVpIQ", "base64", b"hei!"),
        (b"=C3=A5 =\r\nx", "quoted-printable", "å x".encode()),
        (b"100% =ZZ", "quoted-printable", b"100% =ZZ"),
        (b"as is", "8bit", b"as is"),
        (b"as is", "x-nobody-knows", b"as is"),
        (b"begin 644 a\n#:&5I\n`\nend\n", "x-uuencode", b"hei"),
        (b"no begin", "x-uuencode", b"no begin"),
    ],
)
def test_transfer_encodings(written: bytes, encoding: str, read: bytes) -> None:
    assert octets(b"<" + written + b">", 1, 1 + len(written), encoding) == read


def test_an_attachment_names_its_place_in_the_mail() -> None:
    body = base64.encodebytes(bytes(range(256)) * 10)
    one = Attachment("a", "application/pdf", 2560, "", False, 5, 5 + len(body), "base64")
    assert payload(b"head\n" + body + b"\ntail", one) == bytes(range(256)) * 10


def test_files_within_a_text() -> None:
    text = b"see\nbegin 644 a b.txt\n#:&5I\n`\nend\nand\nbegin 644 never\nends\n"
    (found,) = uuencoded(text)
    assert (found.name, found.octets, text[: found.start], text[found.end :][:3]) == (
        "a b.txt",
        b"hei",
        b"see\n",
        b"and",
    )


BASE64 = b"QUJD" * 19


@pytest.mark.parametrize(
    "body",
    [
        b"QUJD",
        BASE64,
        BASE64 + b"\r\n" + BASE64 + b"\r\nQUI=",
        BASE64 + b"\r\n" + BASE64 + b"\r\n",
        b"QQ==\r\n",
    ],
)
def test_clean_base64_may_go_on_as_it_is(body: bytes) -> None:
    sent = as_sent(b"head" + body, part(4, 4 + len(body)))
    assert sent == body.strip(b"\r\n")
    assert binascii.a2b_base64(sent) == payload(b"head" + body, part(4, 4 + len(body)))


@pytest.mark.parametrize(
    "body",
    [
        b"QUJD\nQUJD",
        b"QUJD\rQUJD",
        BASE64 + b"\n" + BASE64,
        b"QU=J",
        b"QQ===",
        b"QUJ",
        b"QUJD QUJD",
        b"QUJD" * 20,
        BASE64 + b"\r\nQUJD\r\n" + BASE64,
        b"QUJD\r\n" + BASE64,
        b"\xc3\xa6",
        b"QUJD\r\n--boundary",
    ],
)
def test_what_is_not_clean_is_encoded_anew(body: bytes) -> None:
    assert as_sent(body, part(0, len(body))) is None


def test_another_encoding_is_never_passed_on() -> None:
    assert as_sent(b"QUJD", replace(part(0, 4), encoding="7bit")) is None


def part(start: int, end: int) -> Attachment:
    return Attachment("a", "application/pdf", 0, "", False, start, end, "base64")


def test_a_file_within_a_part_has_an_address() -> None:
    body = base64.encodebytes(b"<<hei>>")
    assert payload(b"head\n" + body, replace(part(5, 5 + len(body)), encoding=within("base64", 2, 5))) == b"hei"


def test_a_file_within_a_part_may_be_encoded_once_more() -> None:
    body = b"see=20\nbegin 644 a\n#:&5I\n`\nend\n"
    address = within("quoted-printable", 5, 32, "x-uuencode")
    assert address == "quoted-printable>5-32>x-uuencode"
    assert payload(body, replace(part(0, len(body)), encoding=address)) == b"hei"
    assert as_sent(body, replace(part(0, len(body)), encoding=address)) is None


@pytest.mark.parametrize(
    "encoding", ["base64>9-1", "base64>0-999999999999", "base64>x", ">", ">>>>", "base64>" + "1-2>" * 500]
)
def test_an_address_that_leads_nowhere_gives_what_there_is(encoding: str) -> None:
    assert len(payload(b"aGVp", replace(part(0, 4), encoding=encoding))) <= 4


def test_a_mail_with_the_line_ends_of_old_macs_gives_what_was_read() -> None:
    assert payload(b"head\r\ra\rb".replace(b"\n", b""), replace(part(6, 9), encoding="")) == b"a\nb"


@pytest.mark.parametrize("words", [b"This is no base64, it is text.", b"<html><body>x</body></html>"])
def test_prose_that_is_called_base64_stays_prose(words: bytes) -> None:
    assert octets(words, 0, len(words), "base64") == words
