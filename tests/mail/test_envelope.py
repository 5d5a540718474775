"""Envelope addresses: one reading, or none."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from maild.errors import Refused
from maild.mail import envelope

GOOD = {
    b"FROM:<ann@acme.example>": "ann@acme.example",
    b"from: <Ann.B+x=y@ACME.example>": "Ann.B+x=y@ACME.example",
    b"FROM:<>": "",
    b"FROM:<@a.example,@b.example:ann@acme.example>": "ann@acme.example",
    b'FROM:<"ann b"@acme.example>': '"ann b"@acme.example',
    b'FROM:<"ann.b"@acme.example>': "ann.b@acme.example",
    b'FROM:<"a\\"b"@acme.example>': '"a\\"b"@acme.example',
    b'FROM:<""@acme.example>': '""@acme.example',
    b"FROM:<ann@[192.0.2.1]>": "ann@[192.0.2.1]",
    b"FROM:<ann@[IPv6:2001:db8::1]>": "ann@[IPv6:2001:db8::1]",
    b"FROM:<a@localhost>": "a@localhost",
    b"FROM:<a@under_score.example>": "a@under_score.example",
    b"FROM:<a@x--y.example>": "a@x--y.example",
    "FROM:<bjørn@blåbær.example>".encode(): "bjørn@blåbær.example",
    # An encoded word is nothing but its characters: RFC 2047 does not reach into envelopes.
    b"FROM:<=?utf-8?q?support=40victim=2ecom?=@x.example>": "=?utf-8?q?support=40victim=2ecom?=@x.example",
}

BAD = [
    b"FROM:ann@acme.example",
    b"FROM:<ann>",
    b"FROM:<ann@>",
    b"FROM:<@acme.example>",
    b"FROM:<ann@acme.example",
    b"FROM:<ann@acme.example>x",
    b"FROM:<ann@@acme.example>",
    b"FROM:<ann@bob@acme.example>",
    b"FROM:<ann@acme..example>",
    b"FROM:<ann@acme.example.>",
    b"FROM:<ann@-acme.example>",
    b"FROM:<ann@acme-.example>",
    b"FROM:<.ann@acme.example>",
    b"FROM:<a..b@acme.example>",
    b"FROM:<ann b@acme.example>",
    b"FROM:<ann(comment)@acme.example>",
    b"FROM:<Ann <ann@acme.example>>",
    b"FROM:<ann@acme.example\r>",
    b'FROM:<"a\nb"@acme.example>',
    b'FROM:<"a\r\nRCPT TO:<x@y>"@acme.example>',
    b'FROM:<"a@acme.example>',
    b'FROM:<"a\\"@acme.example>',
    b"FROM:<a\x00b@acme.example>",
    b"FROM:<ann@[300.0.2.1]>",
    b"FROM:<ann@[IPv6:zz::1]>",
    b"FROM:<ann@[IPv6:fe80::1%eth0]>",
    b"FROM:<ann@[example]>",
    b"FROM:<ann@" + b"a" * 64 + b".example>",
    b"FROM:<" + b"a" * 250 + b"@acme.example>",
    "FROM:<a\u202eb@acme.example>".encode(),
    "FROM:<a\u200bb@acme.example>".encode(),
    "FROM:<a\u0085b@acme.example>".encode(),
]


@pytest.mark.parametrize(("argument", "address"), GOOD.items())
def test_an_address_is_read_as_it_is_written(argument: bytes, address: str) -> None:
    assert envelope.sender(argument).address == address


@pytest.mark.parametrize("argument", BAD)
def test_what_could_be_read_twice_is_refused(argument: bytes) -> None:
    with pytest.raises(Refused) as caught:
        envelope.sender(argument)
    assert (caught.value.code, caught.value.status) == (553, "5.1.7")


@pytest.mark.parametrize("argument", [b"", b"FROM", b"FROM <a@b.example>", b"TO:<a@b.example>", b"<a@b.example>"])
def test_a_command_without_its_keyword_is_a_syntax_error(argument: bytes) -> None:
    with pytest.raises(Refused) as caught:
        envelope.sender(argument)
    assert (caught.value.code, caught.value.status) == (501, "5.5.4")


def test_octets_that_are_no_utf8_are_a_syntax_error() -> None:
    with pytest.raises(Refused) as caught:
        envelope.recipient(b"TO:<bj\xf8rn@acme.example>")
    assert caught.value.status == "5.5.2"


def test_postmaster_needs_no_domain_as_recipient() -> None:
    assert envelope.recipient(b"TO:<PostMaster>").address == "PostMaster"


@pytest.mark.parametrize("argument", [b"FROM:<postmaster>", b"FROM:<support>"])
def test_a_sender_needs_a_domain(argument: bytes) -> None:
    with pytest.raises(Refused):
        envelope.sender(argument)


@pytest.mark.parametrize("argument", [b"TO:<>", b"TO:<support>", b"TO:<postmasters>", b"TO:<x@[1.2.3]>"])
def test_a_recipient_is_never_empty_nor_without_domain(argument: bytes) -> None:
    with pytest.raises(Refused) as caught:
        envelope.recipient(argument)
    assert (caught.value.code, caught.value.status) == (553, "5.1.3")


def test_parameters_are_read_with_their_values() -> None:
    path = envelope.sender(b"FROM:<a@b.example> size=100  BODY=8BITMIME SMTPUTF8")
    assert path.parameters == {"SIZE": "100", "BODY": "8BITMIME", "SMTPUTF8": ""}


@pytest.mark.parametrize(
    "rest", [b"SIZE=", b"=1", b"-X=1", b"SIZE=1 SIZE=2", b"A=b=c", b" ".join(b"K%d" % n for n in range(11))]
)
def test_parameters_of_no_grammar_are_refused(rest: bytes) -> None:
    with pytest.raises(Refused) as caught:
        envelope.sender(b"FROM:<a@b.example> " + rest)
    assert (caught.value.code, caught.value.status) == (501, "5.5.4")


def test_an_address_for_the_relay_is_judged_by_the_same_grammar() -> None:
    assert envelope.is_mailbox("support+t.abc@example.net")
    assert not envelope.is_mailbox("a@b.example>\r\nRCPT TO:<c@d.example")
    assert not envelope.is_mailbox("a@b.example> SIZE=1")
    assert not envelope.is_mailbox("")
    assert not envelope.is_mailbox("ann@[999.0.0.1]")


@given(st.binary(max_size=300))
@example(b'FROM:<"' + b"\\" * 200)
@example(b"FROM:<" + b"a." * 1000)
def test_anything_else_is_refused_and_nothing_else_is_raised(octets: bytes) -> None:
    for read, keyword in ((envelope.sender, b"FROM:"), (envelope.recipient, b"TO:")):
        for argument in (octets, keyword + octets, keyword + b"<" + octets + b"@b.example>"):
            try:
                address = read(argument).address
            except Refused:
                continue
            assert not any(ord(c) < 32 or ord(c) == 127 for c in address)
            assert address in ("", "postmaster") or address.lower() == "postmaster" or envelope.is_mailbox(address)
