"""The relay and TLS: what must be secret is secret, or it is not said."""

from __future__ import annotations

import base64
import ssl
from pathlib import Path
from typing import Any

import pytest
from edges.certificates import make_certificate
from edges.far_end import OFFERS, Box, FarEnd, relaying

LOGIN = base64.b64encode(b"\0maild\0s3cret")


@pytest.fixture
def far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FarEnd:
    """A server with a certificate that this machine trusts; not started."""
    pem, key = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    return FarEnd(offers=(*OFFERS, "STARTTLS", "AUTH PLAIN"), tls=context, login=LOGIN)


async def test_letters_go_over_starttls_with_a_login(far: FarEnd) -> None:
    box = Box()
    box.put(20, mail=b"x" * 100_000)
    await far.start()
    async with relaying(far, box, host="localhost", tls="starttls", username="maild", password="s3cret", connections=2):
        await box.settled(20)
    assert {fate[:4] for fate in box.fates.values()} == {"sent"}
    assert far.secret
    before = far.commands[: far.commands.index(b"STARTTLS")]
    assert not [c for c in before if c.startswith((b"AUTH", b"MAIL"))]


async def test_letters_go_over_tls_from_the_first_octet(far: FarEnd) -> None:
    box = Box()
    box.put()
    await far.start(tls_from_start=True)
    async with relaying(far, box, tls="implicit", connections=1):
        await box.settled(1)
    assert box.fates[1].startswith("sent")


async def test_cve_2016_0772_without_the_offer_of_tls_nothing_is_said(far: FarEnd) -> None:
    far.offers = OFFERS
    await _nothing_is_said(far, "STARTTLS extension not supported")


async def test_a_certificate_that_nobody_vouches_for_is_not_believed(
    far: FarEnd, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(make_certificate(tmp_path / "other")[0]))
    await _nothing_is_said(far, "CERTIFICATE_VERIFY_FAILED")


async def test_a_certificate_of_another_name_is_not_believed(far: FarEnd) -> None:
    await _nothing_is_said(far, "CERTIFICATE_VERIFY_FAILED", host="127.0.0.2")


async def test_a_certificate_that_has_ended_is_not_believed(
    far: FarEnd, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "old").mkdir()
    pem, key = make_certificate(tmp_path / "old", ends=-1)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    assert far.tls is not None
    far.tls.load_cert_chain(pem, key)
    await _nothing_is_said(far, "certificate has expired")


async def test_a_wrong_password_fails_no_letter(far: FarEnd) -> None:
    await _nothing_is_said(far, "535", username="maild", password="wrong")


async def _nothing_is_said(far: FarEnd, error: str, host: str = "localhost", **config: Any) -> None:
    box = Box()
    box.put()
    await far.start(host=host)
    async with relaying(far, box, host=host, tls="starttls", connections=1, **config) as relay:
        await box.settled(1)
        assert not relay.conditions()[0].well, "and the admin is told"
    assert box.fates[1].startswith("deferred")
    assert error in box.fates[1]
    assert not [c for c in far.commands if c.startswith(b"MAIL")]
    assert "wrong" not in box.fates[1]
