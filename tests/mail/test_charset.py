"""Octets become text that is safe to show, whatever was declared."""

from __future__ import annotations

import pytest

from maild.mail.charset import body, codec_of, decode, page, shown


@pytest.mark.parametrize(
    ("octets", "declared", "text"),
    [
        (b"\x80 \xe5", "iso-8859-1", "€ å"),
        ("å".encode(), "us-ascii", "å"),
        (b"\xe5", "us-ascii", "å"),
        ("中€".encode("gb18030"), "gb2312", "中€"),
        ("똠".encode("cp949"), "ks_c_5601-1987", "똠"),
        ("å".encode(), "iso-2022-jp", "å"),
        ("škoda".encode("cp1250"), "windows-1250", "škoda"),
        (b"Fr+APY-sche", "UTF-7", "Frösche"),
        (b"plain", "utf8", "plain"),
        ("å".encode(), "'utf-8'", "å"),
        ("blåbær".encode(), "iso-8859-1", "blåbær"),
        ("šola".encode(), "windows-1250", "šola"),
        ("\x9aola \x9eaga".encode("latin-1"), "iso-8859-2", "šola žaga"),
        ("¹ola".encode("latin-1"), "iso-8859-2", "šola"),
        ("hei å".encode("utf-16"), "utf-16", "hei å"),
        ("hei å".encode("utf-16-be"), "utf-16", "hei å"),
        ("hei å".encode("utf-16-le"), "unicode", "hei å"),
        ("hei å".encode(), "utf-16le", "hei å"),
        ("hei å".encode("utf-16"), "", "hei å"),
        ("こんにちは".encode("iso-2022-jp"), "", "こんにちは"),
        ("①".encode("cp932"), "shift_jis", "①"),
        ("\x80 5".encode("latin-1"), "us-ascii", "€ 5"),
    ],
)
def test_the_declared_charset_or_its_superset(octets: bytes, declared: str, text: str) -> None:
    assert decode(octets, declared)[0] == text


def test_the_desk_says_which_eight_bits_are_meant() -> None:
    assert decode("šest čajev".encode("cp1250"), "", "cp1250") == ("šest čajev", "charset not declared, read as cp1250")


def test_damage_here_and_there_keeps_the_charset() -> None:
    text, note = decode("blåbærsyltetøy".encode() + b"\xff", "utf-8")
    assert text == "blåbærsyltetøy\ufffd"
    assert "mean nothing" in note


def test_a_wrong_charset_is_left() -> None:
    assert decode(b"bl\xe5b\xe6r", "utf-8") == ("blåbær", "charset 'utf-8' is wrong, read as cp1252")


@pytest.mark.parametrize(
    "name", ["idna", "punycode", "unicode_escape", "rot13", "hex", "zlib", "undefined", "x" * 500, "os", "../x"]
)
def test_what_is_no_charset_of_mail_is_unknown(name: str) -> None:
    assert codec_of(name) is None
    assert decode(b"caf\xc3\xa9", name)[0] == "café"


def test_what_is_shown_has_one_line_and_one_direction() -> None:
    assert shown("a\r\nb\x00c\u202ed\u2066e\x9bf") == "a bcdef"
    assert body("a\r\nb\rc\x00\u202ed\te") == "a\nb\nc" + "d\te"
    assert body("å\u2028b\x85\ud800") == "å\nb"
    assert page("a\0b\ud800") == "ab"
