"""maild doctor --forge, through a real Postfix: a forged Authentication-Results comes through, or comes back stripped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from edges.postfix import Postfix
from parts.doctoring import doctored, only
from parts.site import Site

from maild.cli.doctor.finding import Level
from maild.cli.doctor.forgery import judge

IDS = ("mx.desk.example",)
STRIPS = "header_checks = regexp:{{ {{/^Authentication-Results:[[:space:]]*mx\\.desk\\.example/ IGNORE}} }}\n"
SNIPPET = """
relay_domains = desk.example
transport_maps = inline:{{ desk.example=smtp:[127.0.0.1]:{port} }}
recipient_delimiter = +
"""


def field(value: str) -> bytes:
    return (
        f"Received: by mx\r\nAuthentication-Results: {value}\r\nFrom: <support@desk.example>\r\n\r\nA: b\r\n".encode()
    )


@pytest.mark.parametrize(
    ("raw", "level"),
    [
        (b"", Level.WARNING),
        (b"From: <support@desk.example>\r\n\r\nAuthentication-Results: mx.desk.example; forged.invalid\r\n", Level.OK),
        (field("mx.desk.example; dmarc=pass header.from=forged.invalid"), Level.ERROR),
        (field("MX.desk.example;\r\n\tdmarc=pass\r\n header.from=forged.invalid"), Level.ERROR),
        (field("mx.desk.example; dmarc=pass header.from=desk.example"), Level.OK),
        (field("mx.evil.example; dmarc=pass header.from=forged.invalid"), Level.OK),
    ],
)
def test_the_forgery_is_known_by_our_id_and_a_domain_that_nobody_has(raw: bytes, level: Level):
    assert judge(raw, IDS).level is level


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("strips", "level"), [("", Level.ERROR), (STRIPS, Level.OK)], ids=["lets it through", "strips it"]
)
def test_what_the_mail_server_does_with_a_forgery_is_seen_and_remembered(
    make_site: Callable[..., Site], strips: str, level: Level
):
    with TemporaryDirectory(prefix="pf") as name:
        site = make_site()
        with Postfix(Path(name) / "p", SNIPPET.format(port=site.port) + strips.format()) as postfix:
            text = site.config.read_text()
            assert text.count(site.relay) == 1
            site.config.write_text(text.replace(site.relay, f"127.0.0.1:{postfix.port}"))
            site.start()
            assert only(doctored(site.config, "forgery")).level is Level.WARNING, "not tried yet"
            assert only(doctored(site.config, "forgery", forge=True)).level is level
            assert only(doctored(site.config, "forgery")).level is level, "the result is kept"
            assert site.cases() == [], "it opens no case"
            assert site.stop() == 0
