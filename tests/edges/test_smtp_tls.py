"""STARTTLS: with a certificate made here."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from edges.certificates import make_certificate
from edges.knocking import knock, opened

from maild.errors import RuleError


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    return make_certificate(tmp_path)


async def test_a_mail_under_tls_is_marked_so(certificate: tuple[Path, Path]) -> None:
    pem, key = certificate
    async with opened(certificate=pem, key=key) as door:
        client = await knock(door.port)
        assert (await client.hello()).endswith("250 STARTTLS")
        assert (await client.ask(b"STARTTLS now")).startswith("501 5.5.4")
        assert (await client.ask(b"STARTTLS")).startswith("220 2.0.0")
        await client.start_tls(pem)
        assert "STARTTLS" not in await client.ask(b"EHLO mx.acme.example")
        assert (await client.ask(b"STARTTLS")).startswith("503 5.5.1")
        assert (await client.send(b"x" * 300_000)).startswith("250")
        assert door.mailroom.deliveries[0].protocol == "ESMTPS"
        assert (await client.ask(b"QUIT")).startswith("221")


async def test_nothing_said_in_the_clear_counts_under_tls(certificate: tuple[Path, Path]) -> None:
    pem, key = certificate
    async with opened(certificate=pem, key=key) as door:
        client = await knock(door.port)
        await client.hello()
        await client.begin()
        # RFC 3207: a man in the middle may have put commands behind STARTTLS.
        client.say(b"STARTTLS\r\nRSET\r\nMAIL FROM:<evil@x.example>\r\nRCPT TO:<a@desk.example>\r\n")
        assert (await client.hear()).startswith("220")
        await client.start_tls(pem)
        assert (await client.ask(b"MAIL FROM:<>")).startswith("503 5.5.1 say hello")
        await client.ask(b"EHLO mx")
        assert (await client.ask(b"DATA")).startswith("503 5.5.1 MAIL comes first")


async def test_a_failed_handshake_ends_that_session_only(certificate: tuple[Path, Path]) -> None:
    pem, key = certificate
    async with opened(certificate=pem, key=key) as door:
        client = await knock(door.port)
        await client.hello()
        await client.ask(b"STARTTLS")
        client.say(b"this is no handshake\r\n" * 10)
        await client.gone()
        other = await knock(door.port)
        assert (await other.hello()).startswith("250")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1:DeprecationWarning")
async def test_old_tls_is_not_spoken(certificate: tuple[Path, Path]) -> None:
    pem, key = certificate
    async with opened(certificate=pem, key=key) as door:
        client = await knock(door.port)
        await client.hello()
        await client.ask(b"STARTTLS")
        old = ssl.create_default_context(cafile=str(pem))
        old.set_ciphers("ALL:@SECLEVEL=0")
        old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await client.writer.start_tls(old, server_hostname="localhost")


async def test_a_certificate_that_cannot_be_used_is_told_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("nothing")
    with pytest.raises(RuleError) as caught:
        async with opened(certificate=tmp_path / "cert.pem", key=tmp_path / "cert.pem"):
            pass
    assert caught.value.problems[0].file == str(tmp_path / "cert.pem")
