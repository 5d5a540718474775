"""Rich text documents, packed and unpacked, as their text."""

from __future__ import annotations

import struct

import pytest

from maild.mail.rtf import expand, read

# The example of MS-OXRTFCP section 4.1.1.
EXAMPLE = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)


def packed(document: bytes, tokens: bytes) -> bytes:
    return struct.pack("<IIII", len(tokens) + 12, len(document), 0x75465A4C, 0) + tokens


def test_the_standards_own_example() -> None:
    assert expand(EXAMPLE) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert read(expand(EXAMPLE)) == ("hello world", "")


def test_what_is_being_written_may_be_read_at_once() -> None:
    # Three letters, then twelve more from where they begin (207 is the first free place), then the end mark.
    tokens = b"\x08abc" + (207 << 4 | 10).to_bytes(2, "big")
    assert expand(packed(b"abc" * 5, tokens)) == b"abc" * 5


@pytest.mark.parametrize("octets", [b"", b"x" * 15, b"\xff" * 40, packed(b"x" * 100, b"\xff\xff"), EXAMPLE[:30]])
def test_what_is_not_packed_gives_little(octets: bytes) -> None:
    assert len(expand(octets)) <= 100


@pytest.mark.parametrize(
    ("document", "text"),
    [
        (rb"{\rtf1 a\par b\line c\tab d}", "a\nb\nc\td"),
        (rb"{\rtf1\ansicpg1250 \'9aola}", "šola"),
        (rb"{\rtf1\ansicpg1252{\fonttbl{\f0 A;}{\f7\fcharset238 B;}}{\f7\'e8aj} \'e8}", "čaj è"),
        (rb"{\rtf1\u353?ola \uc0\u8364 5 {\uc2\u229ab}c}", "šola €5 åc"),
        (rb"{\rtf1\u-10179?\u-8703? ok}", "😁 ok"),
        (rb"{\rtf1\ansicpg932 \'93\'fa}", "日"),
        (rb"{\rtf1{\info{\author no}}{\*\unknown no}{\pict 00ff}a\~b\-c\_d\{e\}\\}", "a\xa0bc-d{e}\\"),
        (b"{\\rtf1 a\r\nb}", "ab"),
        (rb"{\rtf1\lquote a\rquote\emdash b}", "‘a’—b"),
        (rb"}}}{\rtf1 a", ""),
        (rb"{\rtf1 }}}a", "a"),
        (b"plain text", ""),
    ],
)
def test_documents_as_text(document: bytes, text: str) -> None:
    assert read(document) == (text, "")


def test_the_page_that_outlook_hid_comes_out_as_it_was() -> None:
    document = (
        rb"{\rtf1\ansi\fromhtml1{\fonttbl{\f0 A;}}{\*\htmltag64 <p class=\'22a\'22>}\htmlrtf{\htmlrtf0 a"
        rb"{\*\htmltag84 &#229;}\htmlrtf\'e5\htmlrtf0{\*\mhtmltag84 no}\htmlrtf\par}\htmlrtf0{\*\htmltag72 </p>\par }}"
    )
    assert read(document) == ("", '<p class="a">a&#229;</p>\n')


def test_groups_deeper_than_a_hundred_are_still_text() -> None:
    assert read(rb"{\rtf1" + b"{" * 5000 + b"a" + b"}" * 5000 + b" b}") == ("a b", "")
