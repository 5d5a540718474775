"""Who may read a mailbox: TLS, passwords, tokens; one daemon at a time; servers that can less; thousands of mails."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from edges.certificates import make_certificate
from edges.imap_rig import rig
from edges.imap_site import written
from parts.dovecot import Dovecot, running

from maild.config import Mailbox, OAuth
from maild.edges import imap, imap_session
from maild.edges.imap_history import history, uidvalidity
from maild.edges.imap_keys import Secrets
from maild.edges.imap_login import login_check

USER = "support"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    made = make_certificate(tmp_path_factory.mktemp("pair"))
    made[1].parent.chmod(0o755)
    return made


@pytest.fixture(scope="module")
def server(pair: tuple[Path, Path]) -> Iterator[Dovecot]:
    with running(tls=pair) as dovecot:
        yield dovecot


class Endpoint(ThreadingHTTPServer):
    """A token endpoint and an introspection endpoint (RFC 7662) on loopback: it gives tokens, and says which are good."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.asked: list[dict[str, str]] = []
        self.good: set[str] = set()
        self.answer: tuple[int, dict[str, Any]] | None = None
        self.life = 3600
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Answers(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        asked = {k: v[0] for k, v in parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()).items()}
        status, answer = self.token(asked) if self.path == "/token" else self.introspect(asked)
        octets = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def token(self, asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.server.asked.append(asked)
        if self.server.answer:
            return self.server.answer
        word = f"token-{len(self.server.asked)}"
        self.server.good.add(word)
        return 200, {"access_token": word, "expires_in": self.server.life, "token_type": "Bearer"}

    def introspect(self, asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        good = asked.get("token") in self.server.good
        return 200, {"active": good, "username": USER} if good else {"active": False}

    def log_message(self, format: str, *args: Any) -> None:
        """Not in the tests' output."""


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    made = Endpoint()
    yield made
    made.shutdown()
    made.server_close()


def oauth(endpoint: Endpoint, folder: Path, **more: Any) -> OAuth:
    secret = folder / "client-secret"
    secret.write_text("hush\n")
    return OAuth("microsoft", f"{endpoint.url}/token", "the-scope", "the-client", secret, **more)


# --- TLS and passwords ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
async def test_mail_comes_over_tls_and_a_certificate_that_nobody_signed_is_refused(
    server: Dovecot, pair: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tls: str
) -> None:
    port = server.tls_port if tls == "implicit" else server.port
    async with rig(tmp_path) as house:
        box = house.box(host="localhost", port=port, tls=tls, username=f"user-{tls}")
        keys = Secrets(lambda name: None, house.clock)
        assert "certificate" in str(await login_check(box, keys))
        monkeypatch.setenv("SSL_CERT_FILE", str(pair[0]))
        assert await login_check(box, keys) is None
        async with house.taking():
            await house.connected()
            await asyncio.to_thread(server.deliver, f"user-{tls}", written("over TLS"))
            await house.has("over TLS")


async def test_login_check_says_what_is_in_the_way(server: Dovecot, tmp_path: Path, free_port: int) -> None:
    async with rig(tmp_path) as house:
        keys = Secrets(lambda name: None, house.clock)
        box = house.box(port=server.port)
        secret = box.password_file
        assert secret is not None
        assert await login_check(box, keys) is None
        there = {"host": "127.0.0.1", "tls": "none", "username": "support", "password_file": secret}
        for wrong, said in (
            ({"port": free_port}, "Connection refused"),
            ({"port": server.port, "folder": "Nowhere"}, "Nowhere cannot be opened"),
            ({"port": server.port, "after": "move", "archive": "Ærlig"}, "there is no folder Ærlig"),
            ({"port": server.port, "tls": "implicit"}, "no TLS"),
            ({"port": server.port, "password_file": tmp_path / "none"}, "cannot be read"),
        ):
            assert said in str(await login_check(Mailbox("x", **{**there, **wrong}), keys))  # type: ignore[arg-type]
        secret.write_text("blåbær")
        assert "login is refused" in str(await login_check(box, keys))


async def test_history_reads_a_folder_from_a_number_on_and_changes_nothing(server: Dovecot, tmp_path: Path) -> None:
    for subject in ("a", "b", "c"):
        server.deliver("old", written(subject))
    async with rig(tmp_path) as house:
        box, keys = house.box(port=server.port, username="old"), Secrets(lambda name: None, house.clock)
        found = [row async for row in history(box, keys, "INBOX", 1, 1_000_000)]
        assert [uid for uid, _, _ in found] == [2, 3]
        assert all(at is not None and raw and b"Subject: " in raw for _, at, raw in found)
        assert await uidvalidity(box, keys, "INBOX") > 0
        assert [raw async for _, _, raw in history(box, keys, "INBOX", 0, 10)] == [None] * 3
    assert r"\Seen" not in str(server.flags("old"))


# --- tokens -----------------------------------------------------------------------------------------------------------------------


async def test_a_token_opens_the_mailbox_and_one_that_ended_is_renewed(endpoint: Endpoint, tmp_path: Path) -> None:
    with running(oauth=f"{endpoint.url}/introspect") as dovecot:
        async with rig(tmp_path) as house:
            house.box(port=dovecot.port, password_file=None, oauth=oauth(endpoint, tmp_path))
            async with house.taking():
                await house.connected()
                await asyncio.to_thread(dovecot.deliver, USER, written("by token"))
                await house.has("by token")
                assert endpoint.asked == [
                    {
                        "grant_type": "client_credentials",
                        "client_id": "the-client",
                        "client_secret": "hush",
                        "scope": "the-scope",
                    }
                ]
                # The server takes it no longer, though its time is not over.
                endpoint.good.clear()
                await asyncio.to_thread(dovecot.kick, USER)
                await asyncio.to_thread(dovecot.deliver, USER, written("by another"))
                await house.has("by token", "by another")
                assert len(endpoint.asked) == 2


async def test_a_token_is_kept_until_shortly_before_its_end(endpoint: Endpoint, tmp_path: Path) -> None:
    now = [datetime(2026, 11, 1, tzinfo=UTC)]
    keys = Secrets(lambda name: None, lambda: now[0])
    box = Mailbox("support", "127.0.0.1", oauth=oauth(endpoint, tmp_path))
    assert await keys.token(box, fresh=False) == "token-1"
    now[0] += timedelta(minutes=54)
    assert await keys.token(box, fresh=False) == "token-1"
    now[0] += timedelta(minutes=2)
    assert await keys.token(box, fresh=False) == "token-2"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((401, {"error": "invalid_client", "error_description": "expired\nTrace 1"}), "invalid_client: expired"),
        ((503, {}), "does not work just now"),
        ((200, {"hello": "you"}), "without a token"),
    ],
)
async def test_a_token_endpoint_that_fails_is_told(
    endpoint: Endpoint, server: Dovecot, tmp_path: Path, answer: Any, words: str
) -> None:
    endpoint.answer = answer
    async with rig(tmp_path) as house:
        house.box(port=server.port, password_file=None, oauth=oauth(endpoint, tmp_path))
        async with house.taking():
            await house.until(lambda: house.roles is not None and house.roles._states[USER].trouble)
            house.shift += timedelta(minutes=2)
            told = await house.told("imap:support", words)
            assert "hush" not in told.text
            assert "Trace" not in told.text


async def test_fourteen_days_before_a_secret_ends_it_is_told(endpoint: Endpoint, tmp_path: Path) -> None:
    async with rig(tmp_path) as house:
        house.box(oauth=oauth(endpoint, tmp_path, secret_expires=date(2027, 3, 31)))
        roles = imap.Mailboxes(house.boxes, Secrets(lambda name: None, house.clock), house.house, lambda: 0.0)
        for day, well in ((date(2027, 3, 16), True), (date(2027, 3, 17), False), (date(2027, 4, 2), False)):
            house.shift = datetime.combine(day, datetime.min.time(), UTC) - datetime.now(UTC) + timedelta(hours=1)
            assert roles.conditions()[1].well is well
        assert "ended 2 days ago" in roles.conditions()[1].text


async def test_google_is_asked_with_a_signed_assertion_or_a_refresh_token(endpoint: Endpoint, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    file = tmp_path / "google.json"
    file.write_text(json.dumps({"type": "service_account", "client_email": "maild@x.iam", "private_key": pem}))
    box = Mailbox(
        "support", "x", username="s@desk.example", oauth=OAuth("google", f"{endpoint.url}/token", "mail", "", file)
    )
    keys = Secrets(lambda name: None, lambda: datetime(2026, 11, 1, tzinfo=UTC))
    await keys.token(box, fresh=True)
    head, claims, signature = endpoint.asked[0]["assertion"].split(".")
    key.public_key().verify(_octets(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
    told = json.loads(_octets(claims))
    assert (told["iss"], told["sub"], told["scope"]) == ("maild@x.iam", "s@desk.example", "mail")
    assert told["exp"] - told["iat"] == 3600
    file.write_text(
        json.dumps({"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"})
    )
    await keys.token(box, fresh=True)
    assert endpoint.asked[1] == {
        "grant_type": "refresh_token",
        "client_id": "c",
        "client_secret": "s",
        "refresh_token": "r",
    }


def _octets(text: str) -> bytes:
    import base64

    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# --- one owner, lesser servers, many mails ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_mailbox_has_one_owner_and_another_takes_over_when_he_is_gone(
    server: Dovecot,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    monkeypatch.setattr(imap, "SPAN", timedelta(seconds=1.5))
    monkeypatch.setattr(imap, "RENEW", 0.3)
    monkeypatch.setattr(imap, "OTHERS", 0.2)
    url = request.getfixturevalue("postgres_url") if kind == "postgresql" else str(tmp_path / "shared.db")
    user = f"shared-{kind}"
    async with rig(tmp_path, url, "first") as first, rig(tmp_path, url, "second") as second:
        for house in (first, second):
            house.box(port=server.port, username=user)
        async with second.taking():
            async with first.taking():
                await first.until(lambda: _owns(first) or _owns(second))
                owner, other = (first, second) if _owns(first) else (second, first)
                await other.until(lambda: "another daemon" in other.conditions()["imap:support"].text)
                await asyncio.to_thread(server.deliver, user, written("one"))
                await owner.has("one")
                assert not _owns(other)
            await second.connected()
            await asyncio.to_thread(server.deliver, user, written("two"))
            await second.has("one", "two")


def _owns(house: Any) -> bool:
    return bool(house.conditions()["imap:support"].facts["connected"])


async def test_a_server_without_idle_is_asked_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_session, "WAIT", 0.5)
    with running(capability="IMAP4rev1 UIDPLUS") as dovecot:
        async with rig(tmp_path) as house:
            house.box(port=dovecot.port, after="move", archive="Done")
            dovecot.client(USER).create("Done")
            async with house.taking():
                await house.connected()
                await asyncio.to_thread(dovecot.deliver, USER, written("polled"))
                await house.has("polled")
                assert await house.until(lambda: dovecot.texts(USER) == [])
                assert len(dovecot.texts(USER, "Done")) == 1, "by COPY and EXPUNGE, since there is no MOVE"


async def test_of_three_thousand_mails_those_from_before_are_left_and_the_others_are_taken(tmp_path: Path) -> None:
    with running() as dovecot:
        dovecot.deliver(USER, written("the first"))
        dovecot.fill(USER, (written(f"before {n:04}") for n in range(2500)))
        async with rig(tmp_path) as house:
            house.box(port=dovecot.port)
            async with house.taking():
                await house.connected()
            dovecot.fill(USER, (written(f"mail {n:04}") for n in range(500)))
            async with house.taking():
                assert await house.until(lambda: _count(house, 500), 90)
            found = [subject for _, subject in await house.stored()]
            assert sorted(found) == [f"mail {n:04}" for n in range(500)]


async def _count(house: Any, count: int) -> bool:
    rows = await house.ask(lambda session: session.one("SELECT count(*) FROM incoming"))
    return bool(rows[0] >= count)
