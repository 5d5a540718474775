"""Whatever strangers put into names, subjects and texts: another program reads what was meant, and nothing more.

The oracle is Python's own email package, which our writer does not use.
"""

from __future__ import annotations

from dataclasses import replace
from email.header import decode_header, make_header
from email.parser import BytesParser
from email.utils import getaddresses

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from letters_making import (
    KEYS,
    NOW,
    PICTURE,
    VALUES,
    mail,
    policy,
    read,
    shown,
    text_of,
    to_customer,
    to_handler,
    write,
)

from maild.mail import encode, letters
from maild.model.message import Address
from maild.model.plan import Written

# Everything, with a weight on what breaks headers.
SHARP = st.sampled_from(
    [
        *(
            "\r\n",
            "\n",
            "\r",
            "\0",
            ": ",
            "X-Evil: 1",
            "=?utf-8?q?x?=",
            "=?",
            "?=",
            '"',
            "\\",
            "<",
            ">",
            "@",
            ",",
            ";",
            "(",
            ")",
        ),
        *("å", "č", "名", "🙂", " ", "\t", "\u2028", "\u202e", "\u200b", "\x85", "\udcff", "\x1e", "."),
        *("[#1042]", "Re: ", "a@b.example", "{{ 7 }}", "{% for %}"),
    ]
)
HOSTILE = st.one_of(st.text(max_size=300), st.lists(st.one_of(SHARP, st.text(max_size=10)), max_size=60).map("".join))
FIELDS = [
    *(
        "From",
        "To",
        "Reply-To",
        "Subject",
        "Date",
        "Message-ID",
        "In-Reply-To",
        "References",
        "Thread-Topic",
        "Thread-Index",
        "Auto-Submitted",
    ),
    *("X-Auto-Response-Suppress", "X-Maild-Case", "X-Maild-Kind", "X-Maild-Reason", "MIME-Version"),
    "Content-Type",
]
PART = ["Content-Type", "Content-Transfer-Encoding", "Content-Language"]


@given(subject=HOSTILE, name=HOSTILE, author=HOSTILE, text=HOSTILE)
@example("=?utf-8?q?x?= å", '"Kari" <x@evil.example>', "a,b", ".\r\n.\r\nFrom me")
@example("\r\nBcc: evil@evil.example\r\n\r\nText", "Ann\r\nX-Evil: 1", "", "From here\nFrom there\n")
@example("å" * 300, "名" * 300, "č" * 300, "x" * 5000)
def test_cve_2012_4730_nothing_that_a_stranger_writes_adds_or_changes_a_field(
    subject: str, name: str, author: str, text: str
) -> None:
    values = {**VALUES, "customer_name": name, "handler_name": author, "because": subject, "words": text}
    letter = to_handler(
        "notice",
        subject=subject,
        to=Address(name, "kari@staff.example"),
        author=author,
        values=values,
        shown=(shown(text=text),),
    )
    raw = mail(letter)
    seen = read(raw)
    assert list(seen.keys()) == FIELDS
    assert [list(part.keys()) for part in seen.iter_parts()] == [PART, PART]
    for field, address in (("From", "support@desk.example"), ("To", "kari@staff.example")):
        assert [a.addr_spec for a in seen[field].addresses] == [address]
    assert seen.defects == []


@given(subject=HOSTILE)
def test_cve_2024_6923_a_subject_is_read_as_it_was_meant(subject: str) -> None:
    raw = mail(to_handler("notice", subject=subject))
    meant = letters.bare_subject(to_handler("notice", subject=subject))
    assert " ".join(str(read(raw)["Subject"]).split()) == f"[#1042] {meant}".strip()


@given(name=HOSTILE.map(lambda value: encode.one_line(value, 60)).filter(bool))
def test_cve_2025_1795_a_name_is_read_as_it_was_meant(name: str) -> None:
    raw = encode.mailbox("To", name, "a@b.example")
    ((shown_name, address),) = getaddresses([str(BytesParser().parsebytes(raw + b"\r\n")["To"])])
    assert address == "a@b.example"
    assert str(make_header(decode_header(shown_name))) == name.replace("\udcff", "?")


@given(value=HOSTILE.map(lambda value: encode.one_line(value, 300)).filter(bool))
def test_a_field_is_folded_into_short_lines_of_whole_words(value: str) -> None:
    raw = encode.header("Subject", value)
    rows = raw.split(b"\r\n")
    assert rows.pop() == b""
    assert b"\n" not in b"".join(rows)
    assert raw.isascii()
    for row in rows:
        assert row.strip()
        assert len(row) <= 76 or b" " not in row.strip().removeprefix(b"Subject: ")
    words = [word for word in raw.decode().split() if word.startswith("=?utf-8?")]
    assert all(len(word) <= 75 for word in words)


@given(text=HOSTILE)
@example("From me\n\nFrom you\n>From them\n")
@example("å\nFrom me")
@example(" \t \n. \n..\n" + "x" * 2000)
@example("名" * 500)
def test_a_text_is_read_as_it_was_meant(text: str) -> None:
    clean = encode.lines(text).rstrip("\n") + "\n"
    part = encode.text_part(clean, "nb")
    body = BytesParser().parsebytes(b"MIME-Version: 1.0\r\n" + part).get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.decode().replace("\r\n", "\n") == clean.encode("utf-8", "replace").decode()
    assert all(len(row) <= 998 for row in part.split(b"\r\n"))
    assert b"\nFrom " not in part
    assert not part.replace(b"\r\n", b"").count(b"\r") + part.replace(b"\r\n", b"").count(b"\n")


@given(text=HOSTILE)
def test_clean_text_hides_nothing(text: str) -> None:
    clean = encode.lines(text)
    assert not set(clean) & {"\r", "\0", "\x1e", "\u202e", "\u2066", "\x85", "\udcff"}
    assert encode.lines(clean) == clean


@given(address=HOSTILE)
@example('"a b"@c.example')
@example("<script>@c.example")
@example("ann@blåbær.example")
@example("a@b>\r\nBcc: <c@d.example")
@example('"\\"@b"@c.example')
def test_cve_2013_3373_an_address_is_one_address_or_none(address: str) -> None:
    clean = encode.clean_address(address)
    assert encode.clean_address(clean) == clean
    if clean:
        found = getaddresses([f"x <{clean}>"])
        assert len(found) == 1
        assert "\r" not in clean
        assert "\n" not in clean


@pytest.mark.parametrize(
    ("address", "clean"),
    [
        ("ann@kunde.example", "ann@kunde.example"),
        ("ann@blåbær.example", "ann@xn--blbr-roah.example"),
        ('"ann"@kunde.example', "ann@kunde.example"),
        ("ann berg@kunde.example", '"ann berg"@kunde.example'),
        ("årberg@kunde.example", "årberg@kunde.example"),
        ("år,berg@kunde.example", ""),
        ("ann,berg@kunde.example", '"ann,berg"@kunde.example'),
        ("ann@my_host.example", "ann@my_host.example"),
        ("ann@[192.0.2.1]", "ann@[192.0.2.1]"),
        ("ann", ""),
        ("@kunde.example", ""),
        ("ann@kunde example>", ""),
        ("ann@" + "ø" * 300, ""),
        ("", ""),
    ],
)
def test_an_address_is_written_so_that_it_can_be_sent(address: str, clean: str) -> None:
    assert encode.clean_address(address) == clean


def test_a_template_in_a_stranger_s_text_stays_text() -> None:
    text = "{{ 7 * 7 }} {% for x in y %}{{ self }}{% endfor %} {# not gone #}"
    assert text in text_of(mail(to_handler("notice", shown=(shown(text=text),))))


# --- the oracle that the daemon itself uses ----------------------------------------------------------------------------


@pytest.fixture
def good() -> tuple[bytes, Written]:
    written = write(to_handler("notice", shown=(shown("nb", PICTURE),)))
    return letters.assemble(written.head, written.text, [(written.parts[0], b"x")]), written


def test_a_good_letter_has_no_faults(good: tuple[bytes, Written]) -> None:
    assert letters.faults(*good) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"X-Maild-Kind", b"X-Evil: 1\r\nX-Maild-Kind", "a header too many: x-evil"),
        (b"Subject:", b"Subject: a\r\nSubject:", "a header too many: subject"),
        (b"Subject:", b"X-Subject:", "no subject"),
        (b"To: Kari", b"To: x@evil.example, Kari", "to is not one address"),
        (b"<kari@staff.example>", b"<kari@evil.example>", "to is another than the recipient"),
        (b"Message-ID: <m", b"Message-ID: <n", "another message-id"),
        (b"MIME-Version: 1.0", b"MIME-Version: 1.0\r\nno field", "a header that cannot be read"),
        (b"MIME-Version: 1.0", b"MIME-Version: 1.0\r\n ", "a header that cannot be read"),
        (b"MIME-Version: 1.0\r\n", b"MIME-Version: 1.0\n", "a bare CR or LF"),
        (b"MIME-Version: 1.0", b"MIME-Version: \r1.0", "a bare CR or LF"),
        (b"MIME-Version: 1.0", b"MIME-Version: \0", "a NUL"),
        (b"MIME-Version: 1.0", b"MIME-Version: " + b"1" * 999, "a line of more than 998 octets"),
        (b"base64\r\nContent-Disp", b"base64\r\nX-Evil: 1\r\nContent-Disp", "a part with a header that is not its own"),
        (
            b"\r\neA==\r\n",
            b"\r\n\r\n--BOUNDARY\r\nContent-Type: text/html\r\n\r\nevil\r\n",
            "a part too many or too few",
        ),
    ],
)
def test_cve_2026_1299_each_fault_is_found_before_it_leaves(
    good: tuple[bytes, Written], old: bytes, new: bytes, fault: str
) -> None:
    raw, meant = good
    new = new.replace(b"BOUNDARY", raw.partition(b'boundary="')[2].partition(b'"')[0])
    assert old in raw
    assert fault in letters.faults(raw.replace(old, new, 1), meant)


def test_a_letter_to_no_address_is_a_fault_and_no_traceback() -> None:
    written = letters.write(to_customer("ack", to=Address("Ann", "not an address")), policy(), KEYS, NOW)
    raw = letters.assemble(written.head, written.text, ())
    assert "to is not one address" in letters.faults(raw, written)


@given(raw=st.binary(max_size=400))
def test_the_oracle_reads_anything(raw: bytes) -> None:
    meant = write(to_customer("ack"))
    assert letters.faults(raw, meant)
    assert letters.faults(meant.head.replace(b"1.0", raw) + raw, replace(meant)) is not None
