"""Octets of a part, as they were before they travelled."""

from __future__ import annotations

import base64

import pytest

from maild.mail.payload import octets, payload, uuencoded
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
