"""maild doctor and other servers: the relay, our own door, mailboxes.  Real ones; and no mail is ever sent."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from edges.certificates import make_certificate
from edges.far_end import HANG, OFFERS, FarEnd
from edges.postfix import Postfix
from parts.doctoring import doctored, levels, look, only, texts
from parts.dovecot import Dovecot
from parts.dovecot import running as dovecot_running
from parts.net import free_port
from parts.sink import Sink
from parts.site import Site, short_folder

from maild import config as plumbing
from maild.config import Config, Mailbox


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    sink = Sink()
    made = Site(short_folder(), sink.address, options=("--admin", "admin@staff.example"))
    yield made
    made.close()
    sink.close()


def relayed(site: Site, port: int, **more: Any) -> Config:
    config = plumbing.load(site.config)
    return replace(config, relay=replace(config.relay, port=port, **more))


async def asked(site: Site, far: FarEnd, **more: Any) -> list[Any]:
    return await look(site.config, "relay", settings=relayed(site, far.port, **more))


# --- the relay ------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def postfix() -> Iterator[Postfix]:
    with TemporaryDirectory(prefix="pf") as folder, Postfix(Path(folder) / "p") as mta:
        yield mta


def test_a_postfix_as_the_readme_sets_it_up_is_a_good_relay(site: Site, postfix: Postfix) -> None:
    told = doctored(site.config, "relay", settings=relayed(site, postfix.port))
    assert levels(told) <= {"ok", "note"}, texts(told)
    assert "queue active" not in postfix.log, "a mail was sent"


def test_a_postfix_without_a_delimiter_loses_the_customers_answers(site: Site, tmp_path: Path) -> None:
    with TemporaryDirectory(prefix="pf") as folder:
        snippet = "relay_domains = desk.example\nrelay_recipient_maps = inline:{ support@desk.example=ok }\n"
        with Postfix(Path(folder) / "p", snippet) as mta:
            found = only(
                [
                    x
                    for x in doctored(site.config, "relay", settings=relayed(site, mta.port))
                    if x.finding.level == "error"
                ]
            )
    assert "does not know support+r" in found.text
    assert "recipient_delimiter = +" in found.cure


def test_a_relay_that_is_away_is_an_error_with_its_reason(site: Site) -> None:
    found = only(doctored(site.config, "relay", settings=relayed(site, free_port())))
    assert (found.level, "refused" in found.text) == ("error", True)


def test_a_name_that_nobody_knows_is_told_as_that(site: Site) -> None:
    found = only(doctored(site.config, "relay", settings=relayed(site, 25, host="relay.invalid", tls="starttls")))
    assert (found.level, found.facts["step"]) == ("error", "name")


@pytest.mark.parametrize(
    ("script", "level", "said"),
    [
        ({"MAIL": [b"553 5.7.1 sender not owned"]}, "error", "refuses the sender support+b"),
        ({"RCPT": [b"554 5.7.1 relay access denied"]}, "error", "takes nothing for admin@staff.example"),
        ({"RCPT": [b"450 4.2.0 greylisted"]}, "note", "put admin@staff.example off"),
        ({"RCPT": [b"250 ok", b"550 5.1.1 unknown"]}, "error", "does not know support+r"),
        ({"": [b"554 5.7.1 go away"]}, "error", "cannot be used"),
    ],
)
async def test_what_a_relay_refuses_is_found_before_a_letter_is(
    site: Site, script: dict[str, list[bytes]], level: str, said: str
) -> None:
    far = await FarEnd(script=script).start()
    told = await asked(site, far)
    assert [said in x.finding.text for x in told if x.finding.level == level].count(True) == 1, texts(told)
    assert b"DATA" not in far.commands
    far.close()


async def test_the_plain_sender_is_asked_for_where_the_site_says_so(site: Site) -> None:
    far = await FarEnd().start()
    await asked(site, far, envelope="desk")
    assert b"MAIL FROM:<support@desk.example>" in far.commands
    far.close()


@pytest.mark.parametrize(
    ("offers", "level", "said"),
    [
        (("SIZE 10000000", "8BITMIME", "SMTPUTF8"), "warning", "takes 10 MB, our letters have up to 14 MB"),
        (("SIZE 20000000", "8BITMIME", "SMTPUTF8"), "note", "takes 20 MB, we take in 35 MB"),
        (("SIZE 50000000", "SMTPUTF8"), "note", "does not offer 8BITMIME"),
        (("SIZE 50000000", "8BITMIME"), "note", "does not offer SMTPUTF8"),
    ],
)
async def test_what_a_relay_cannot_do_is_told(site: Site, offers: tuple[str, ...], level: str, said: str) -> None:
    far = await FarEnd(offers=offers).start()
    told = await asked(site, far)
    assert [x.finding.level for x in told if said in x.finding.text] == [level], texts(told)
    far.close()


async def test_a_relay_that_says_nothing_is_given_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maild.cli.doctor.relay.PATIENCE", 0.5)
    far = await FarEnd(script={"": [HANG]}).start()
    found = only(await asked(site, far))
    assert (found.level, found.facts["step"]) == ("error", "greeting")
    far.close()


@pytest.fixture
def guarded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FarEnd:
    pem, key = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    login = base64.b64encode(b"\0maild\0s3cret")
    return FarEnd(offers=(*OFFERS, "STARTTLS", "AUTH PLAIN"), tls=context, login=login)


async def test_a_certificate_that_ends_tomorrow_is_a_warning(site: Site, guarded: FarEnd, tmp_path: Path) -> None:
    await guarded.start()
    (tmp_path / "password").write_text("s3cret\n")
    more = {"host": "localhost", "tls": "starttls", "username": "maild", "password_file": tmp_path / "password"}
    told = await asked(site, guarded, **more)
    assert "certificate of the relay ends in 0 days" in texts(told)
    assert guarded.secret
    assert levels(told) == {"warning", "note"}
    guarded.close()


async def test_a_password_that_the_relay_does_not_take_is_an_error(site: Site, guarded: FarEnd, tmp_path: Path) -> None:
    await guarded.start()
    (tmp_path / "password").write_text("wr0ng\n")
    more = {"host": "localhost", "tls": "starttls", "username": "maild", "password_file": tmp_path / "password"}
    told = await asked(site, guarded, **more)
    assert "does not let maild in: 535" in texts(told)
    assert "wr0ng" not in texts(told)
    guarded.close()


async def test_a_certificate_of_somebody_else_is_not_believed(site: Site, guarded: FarEnd) -> None:
    await guarded.start("127.0.0.2")  # which it does not name
    found = only(await asked(site, guarded, host="127.0.0.2", tls="starttls"))
    assert (found.facts["step"], "not to be believed" in found.text) == ("tls", True), found.text
    guarded.close()


# --- our own door ---------------------------------------------------------------------------------------------------------------


def test_the_running_door_knows_the_desk_and_refuses_strangers(make_site: Any) -> None:
    site = make_site().start()
    told = doctored(site.config, "door", "daemon")
    assert levels(told) == {"ok"}, texts(told)
    assert [x.check for x in told] == ["door", "door", "daemon"]
    assert site.cases() == []
    # The relay that leads back to the door is found by its address, and by what it says where it has another.
    assert "is maild's own door" in only(doctored(site.config, "relay", settings=relayed(site, site.port))).text
    config = relayed(site, site.port)
    blind = replace(config, door=replace(config.door, smtp=None))
    assert "is maild's own door" in only(doctored(site.config, "relay", settings=blind)).text
    site.kill()
    assert "does not run" in only(doctored(site.config, "daemon")).text


@pytest.mark.parametrize(
    ("days", "level", "said"), [(-2, "error", "ended"), (3, "warning", "ends in 3 days"), (60, "note", "")]
)
def test_the_certificate_of_the_door_is_read_without_asking_it(
    site: Site, tmp_path: Path, days: int, level: str, said: str
) -> None:
    pem, key = make_certificate(tmp_path)
    config = plumbing.load(site.config)
    config = replace(config, door=replace(config.door, certificate=pem, key=key))
    # It is good for a day.
    now = datetime.now(UTC) + timedelta(days=1, minutes=-5) - timedelta(days=days)
    told = doctored(site.config, "door", settings=config, now=now)
    assert [x.finding.level for x in told] == [level], texts(told)
    assert said in texts(told)


# --- mailboxes ------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with dovecot_running() as server:
        yield server


@pytest.mark.parametrize(("password", "level"), [("secret", "ok"), ("wr0ng", "error")])
def test_each_mailbox_is_tried_with_its_password(
    site: Site, dovecot: Dovecot, tmp_path: Path, password: str, level: str
) -> None:
    (tmp_path / "secret").write_text(f"{password}\n")
    box = Mailbox("support", "127.0.0.1", dovecot.port, "none", "ann", tmp_path / "secret")
    found = only(doctored(site.config, "imap", settings=replace(plumbing.load(site.config), mailboxes=(box,))))
    assert (found.level, "support (ann at 127.0.0.1" in found.text) == (level, True), found.text
    assert "wr0ng" not in found.text


async def test_a_mailbox_that_says_nothing_is_given_up(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("maild.cli.doctor.mailboxes.PATIENCE", 0.5)
    server = await asyncio.start_server(lambda r, w: asyncio.sleep(60), "127.0.0.1", 0)
    (tmp_path / "secret").write_text("secret\n")
    box = Mailbox("support", "127.0.0.1", server.sockets[0].getsockname()[1], "none", "ann", tmp_path / "secret")
    found = only(await look(site.config, "imap", settings=replace(plumbing.load(site.config), mailboxes=(box,))))
    assert (found.level, "no answer" in found.text) == ("error", True), found.text
    server.close()
