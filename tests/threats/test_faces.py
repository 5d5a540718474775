"""Who a mail seems to be from: names, look-alikes, directions and addresses that programs read differently (Mailsploit)."""

from __future__ import annotations

import itertools
from base64 import b64encode
from email.utils import parseaddr

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from parts.house import Got, House

from maild.errors import Refused
from maild.mail import encode, envelope
from maild.mail.headers import addresses
from maild.mail.parse import read
from maild.model.message import named

BOSS, EVIL = "kari@staff.example", "eve@evil.example"
NAMES = [
    *(
        "{boss}",
        "Kari Nordmann <{boss}>",
        "{boss}\u202e",
        "\u2066{boss}\u2069",
        "Kari\u200b Nordmann",
        "{boss}\0",
        "{boss}\r\n",
    ),
    *(
        "kari＠staff.example",
        "kari﹫staff.example",
        "{boss}>",
        "<{boss}>",
        "({boss})",
        "{boss},",
        "{boss};",
        'Kari "{boss}"',
    ),
    *('Kari \\" <{boss}>', "К\u0430ri Nordmann"),
]
WRITINGS = [
    *('"{name}" <{evil}>', "=?utf-8?b?{b64}?= <{evil}>", "=?utf-8?q?{q}?= <{evil}>", '"=?utf-8?b?{b64}?=" <{evil}>'),
    *("=?utf-8?b?{b64}?==?utf-8?q?=00?= <{evil}>", "{boss} <{evil}>", "<{boss}> <{evil}>", "{boss} ({name}) <{evil}>"),
    *(
        "=?utf-8?b?{b64}?=\r\n <{evil}>",
        "{evil} ({boss})",
        "=?utf-8?q?=3C{boss}=3E?= <{evil}>",
        "Kari <{boss}>\0 <{evil}>",
    ),
    *('"<{boss}>" {evil}', "{boss} {evil}"),
]
BEHIND = [
    *(
        "{a}){b}",
        "{a}(<{b}>",
        "{a}<{b}>",
        "{a}>{b}",
        "{a}:{b}",
        "{a},{b}",
        "{a};{b}",
        "{a}[{b}",
        "{a}]{b}",
        '{a}"{b}',
        "{a}\\{b}",
        "{a}@{b}",
    ),
]


def faces() -> list[bytes]:
    """Some two hundred From fields: the mailbox is Eve's in all of them that name one."""
    made = []
    for name, writing in itertools.product(NAMES, WRITINGS):
        shown = name.format(boss=BOSS)
        octets = shown.encode()
        b64 = b64encode(octets).decode()
        q = "".join(f"={octet:02X}" for octet in octets)
        plain = shown.replace("\\", "").replace('"', "").replace("\r\n", "")
        made.append(writing.format(name=plain, boss=BOSS, evil=EVIL, b64=b64, q=q).encode())
    return made


def test_threat_13_no_face_of_two_hundred_makes_eve_the_handler():
    assert len(faces()) >= 200
    believed = 0
    for face in faces():
        message = read(b"From: " + face + b"\r\nSubject: x\r\n\r\nx\r\n")
        author = message.author
        if author is None or message.authors != 1:
            continue  # nobody, or nobody whom one could believe
        believed += 1
        assert author.address == EVIL, face
        assert not set(author.name) & set("\r\n\0\u202e\u2066\u2069"), face
        assert "@staff.example" not in named(author.name, author.address), face
    assert believed > 100


def seen(house: House, author: str) -> Got:
    raw = f"From: {author}\r\nTo: support@desk.example\r\nSubject: Faktura\r\nMessage-ID: <{abs(hash(author))}@x.example>\r\n\r\nHei\r\n"
    house.arrives(raw.encode(), "support@desk.example", EVIL)
    return next(letter for letter in house.letters() if letter.kind == "notice")


@pytest.mark.parametrize(
    ("author", "shown"),
    [
        ("Ann <ann@pаypal.example>", "Ann <ann@xn--pypal-4ve.example>"),
        ("Ann <ann@РУССКИЙ.example>", "Ann <ann@xn--h1acbxfam.example>"),
        ("Ann <ann@paypaI.example>", "Ann <ann@paypai.example>"),
        ("Ann <ann@blåbær.example>", "Ann <ann@blåbær.example>"),
        ("Ann <ann@češnja.example>", "Ann <ann@češnja.example>"),
        (f'"{BOSS}" <{EVIL}>', EVIL),
        (f"=?utf-8?q?{BOSS.replace('@', '=40')}=E2=80=AE?= <{EVIL}>", EVIL),
    ],
)
def test_threat_13_a_look_alike_is_shown_as_what_it_is(house: House, author: str, shown: str):
    notice = seen(house, author)
    assert f"Fra {shown} · " in notice.text
    assert "Teksten din går til " + (shown.partition(" <")[0]) in notice.text
    assert BOSS not in notice.text


def test_threat_13_a_look_alike_that_writes_again_is_shown_so_too(house: House):
    notice = seen(house, f'"{BOSS}" <ann@pаypal.example>')
    house.arrives(
        f'From: "{BOSS}" <ann@pаypal.example>\r\nSubject: Re: {notice.subject}\r\nMessage-ID: <z@x.example>\r\n\r\nMer\r\n'.encode(),
        "support@desk.example",
        EVIL,
    )
    house.wait(minutes=5)
    (update,) = [letter for letter in house.letters() if letter.kind in ("update", "notice")]
    assert "ann@xn--pypal-4ve.example, " in update.text
    assert BOSS not in update.text


@given(st.text(max_size=40), st.text("abc.-åčп@<>", max_size=20))
def test_threat_13_what_is_shown_leads_nowhere_else(local: str, host: str):
    """DNS knows both forms as one."""
    clean = encode.clean_address(f"{local}@{host}")
    if clean:
        assert encode.clean_address(encode.legible(f"{local}@{host}")) == clean


# --- 14: one reading or none ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", BEHIND)
def test_cve_2023_27043_what_stands_behind_a_special_never_makes_the_first_address_the_sender(written: str):
    """parseaddr took alice for the sender; a check of her domain passed."""
    both = written.format(a="alice@example.org", b="bob@evil.example")
    message = read(f"From: {both}\r\nSubject: x\r\n\r\nx".encode())
    author = message.author
    assert author is None or message.authors != 1 or author.domain != "example.org", author


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.text('ab@.<>(),;:"\\[] \t=?', max_size=24))
@example('"a@b.c"@d.e')
@example("a@b.c (x) <d@e.f>")
def test_threat_14_an_envelope_that_is_taken_reads_the_same_to_others(written: str):
    """Whatever our strict parser lets pass, Python's lenient one reads the very same mailbox."""
    try:
        taken = envelope.sender(f"FROM:<{written}>".encode()).address
    except Refused:
        return
    if taken:
        assert parseaddr(f"<{taken}>")[1].replace(" ", "") == taken.replace(" ", "")
        assert [address.address.lower() for address in addresses(f"<{taken}>")] == [taken.lower()]
