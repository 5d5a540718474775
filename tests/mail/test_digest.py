"""Is this the mail that we have already?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.mail.digest import digest

KEY = b"k" * 32
MAIL = (
    b"From: ann@kunde.example\r\nTo: support@desk.example\r\nSubject: Hei\r\n"
    b"Date: Mon, 02 Mar 2026 10:00:00 +0100\r\nMessage-ID: <1@x>\r\n\r\nHei\r\n"
)


def same(a: bytes, b: bytes) -> bool:
    return digest(a, KEY)[0] == digest(b, KEY)[0]


@pytest.mark.parametrize(
    "way",
    [
        b"Received: from a by b; Mon, 02 Mar 2026 10:00:01 +0100\r\n",
        b"Return-Path: <ann@kunde.example>\r\n",
        b"Delivered-To: support@desk.example\r\n",
        b"Authentication-Results: mx; dmarc=pass\r\n",
        b"DKIM-Signature: v=1;\r\n\tb=abc\r\n",
        b"X-Spam-Score: 3\r\n",
    ],
)
def test_what_relays_add_on_the_way_does_not_make_it_new(way: bytes):
    assert same(MAIL, way + MAIL)


def test_line_ends_and_folding_do_not_matter():
    assert same(MAIL, MAIL.replace(b"\r\n", b"\n"))
    assert same(MAIL, MAIL.replace(b"Subject: Hei", b"Subject:\r\n Hei"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<1@x>\r\n\r\nHei", b"<1@x>\r\n\r\nHallo"),
        (b"Subject: Hei", b"Subject: Hallo"),
        (b"<1@x>", b"<2@x>"),
        (b"To: s", b"Cc: s"),
    ],
)
def test_another_text_subject_or_id_is_another_mail(old: bytes, new: bytes):
    assert not same(MAIL, MAIL.replace(old, new))


def test_without_date_or_message_id_it_is_weak():
    assert not digest(MAIL, KEY)[1]
    assert digest(MAIL.replace(b"Message-ID", b"X-ID"), KEY)[1]
    assert digest(MAIL.replace(b"Date", b"X-Date"), KEY)[1]


def test_it_cannot_be_computed_without_the_key():
    assert digest(MAIL, KEY)[0] != digest(MAIL, b"other")[0]


def test_a_field_in_the_body_is_body():
    assert digest(b"Subject: x\r\n\r\nDate: a\r\nMessage-ID: <b>\r\n", KEY)[1]


@given(st.binary(max_size=2000))
def test_nothing_raises(raw: bytes):
    assert len(digest(raw, KEY)[0]) == 64
