"""maild.yaml: where it is found, what it becomes, and what is not accepted."""

from __future__ import annotations

from datetime import date, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from maild import config
from maild.config import Authenticator, Config, Door, Health, Mailbox, OAuth, RelayTo
from maild.errors import RuleError
from maild.model.health import Wishes


def load(folder: Path, text: str, **environ: str) -> Config:
    (folder / "maild.yaml").write_text(text, "utf-8")
    return config.load(folder / "maild.yaml", environ)


def told(folder: Path, text: str, **environ: str) -> str:
    with pytest.raises(RuleError) as error:
        load(folder, text, **environ)
    return str(error.value).replace(f"{folder}/", "")


def test_an_empty_file_is_a_whole_configuration(tmp_path: Path) -> None:
    made = load(tmp_path, "# nothing\n")
    assert made == Config(
        tmp_path / "maild.yaml",
        tmp_path / "state",
        tmp_path / "rules",
        tmp_path / "templates",
        str(tmp_path / "state" / "maild.sqlite"),
        Door(),
        RelayTo(),
    )


def test_sections_of_comments_are_empty(tmp_path: Path) -> None:
    assert load(tmp_path, "door:\n  # smtp: x\nrelay:\nauthenticators:\n").door == Door()


def test_everything_that_can_be_said(tmp_path: Path) -> None:
    made = load(
        tmp_path,
        """
state: var
rules: /etc/maild/rules
database: postgresql:///maild
door:
  smtp: "[::1]:2525"
  lmtp: lmtp.sock
  lmtp_mode: "0600"
  hostname: mx.desk.example
  message_size: 10MB
  idle: 2m
  trusted: [192.0.2.0/24, "2001:db8::/32"]
relay: {host: "localhost:2526", envelope: desk, connections: 2, give_up: 2d}
authenticators:
  - authserv-id: mx.desk.example
  - closed-network: 10.0.0.0/8
admin: Postmaster@desk.example
undo: 5s
burst: 0s
log_level: debug
""",
    )
    assert (made.state, made.rules, made.database) == (
        tmp_path / "var",
        Path("/etc/maild/rules"),
        "postgresql:///maild",
    )
    assert (made.door.smtp, made.door.lmtp, made.door.lmtp_mode) == (("::1", 2525), tmp_path / "lmtp.sock", 0o600)
    assert (made.door.message_size, made.door.idle) == (10_000_000, timedelta(minutes=2))
    assert made.door.trusted == (ip_network("192.0.2.0/24"), ip_network("2001:db8::/32"))
    assert made.relay == RelayTo("localhost", 2526, envelope="desk", connections=2, give_up=timedelta(days=2))
    assert made.authenticators == (
        Authenticator("authserv-id", "mx.desk.example"),
        Authenticator("closed-network", networks=(ip_network("10.0.0.0/8"),)),
    )
    assert (made.admin, made.undo, made.burst, made.log_level) == (
        "postmaster@desk.example",
        timedelta(seconds=5),
        timedelta(0),
        "debug",
    )


def test_systemds_state_folder_wins(tmp_path: Path) -> None:
    made = load(tmp_path, "state: elsewhere\n", STATE_DIRECTORY="/var/lib/maild:/var/lib/other")
    assert made.state == Path("/var/lib/maild")
    assert made.control == Path("/var/lib/maild/control.sock")
    assert made.database == "/var/lib/maild/maild.sqlite"


def test_a_sqlite_file_may_be_named(tmp_path: Path) -> None:
    assert load(tmp_path, "database: desk.db\n").database == str(tmp_path / "desk.db")
    assert load(tmp_path, "database: sqlite:///desk.db\n").database == str(tmp_path / "desk.db")
    assert load(tmp_path, "database: sqlite:////srv/desk.db\n").database == "/srv/desk.db"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.5.5.5", "[::1]", "localhost"])
def test_this_machine_needs_no_tls(tmp_path: Path, host: str) -> None:
    assert load(tmp_path, f"relay: {{host: '{host}:25'}}\n").relay.tls == "none"


@pytest.mark.parametrize(
    "host", ["mx.example.org", "192.0.2.1", "[2001:db8::1]", "localhost.example.org", "127.0.0.1.example"]
)
def test_another_machine_needs_tls(tmp_path: Path, host: str) -> None:
    assert "unprotected" in told(tmp_path, f"relay: {{host: '{host}:25'}}\n")
    assert load(tmp_path, f"relay: {{host: '{host}:25', tls: starttls}}\n").relay.tls == "starttls"


LOGIN = "relay: {host: 'mx.example.org:465', tls: implicit, username: maild%s}\n"


def test_the_relays_password_is_in_a_file_that_only_we_can_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hush")
    secret.chmod(0o644)
    assert "can be read by everybody" in told(tmp_path, LOGIN % ", password_file: secret")
    secret.chmod(0o640)
    assert load(tmp_path, LOGIN % ", password_file: secret").relay.password_file == secret


def test_or_in_a_credential_of_systemd(tmp_path: Path) -> None:
    assert "without a password" in told(tmp_path, LOGIN % "", CREDENTIALS_DIRECTORY=str(tmp_path))
    (tmp_path / "relay-password").write_text("hush")
    assert load(tmp_path, LOGIN % "", CREDENTIALS_DIRECTORY=str(tmp_path)).relay.username == "maild"


def test_a_password_in_the_databases_url_is_not_for_everybodys_eyes(tmp_path: Path) -> None:
    text = "database: postgresql://maild:hush@db.example/maild\n"
    (tmp_path / "maild.yaml").touch(0o644)
    assert "can be read by everybody" in told(tmp_path, text)
    (tmp_path / "maild.yaml").chmod(0o640)
    assert load(tmp_path, text).database.startswith("postgresql://")


def test_certificate_and_key_must_belong_together(tmp_path: Path) -> None:
    for name in ("chain.pem", "key.pem"):
        (tmp_path / name).write_text("-----BEGIN NONSENSE-----\n")
        (tmp_path / name).chmod(0o600)
    assert "cannot be used" in told(tmp_path, "door: {certificate: chain.pem, key: key.pem}\n")
    (tmp_path / "key.pem").chmod(0o644)
    assert "can be read by everybody" in told(tmp_path, "door: {certificate: chain.pem, key: key.pem}\n")


def test_who_looks_after_us_looks_from_this_machine(tmp_path: Path) -> None:
    assert load(tmp_path, "health: {listen: '127.0.0.1:9110'}\n").health.tcp == ("127.0.0.1", 9110)
    assert load(tmp_path, "health: {listen: run/health}\n").health.path == tmp_path / "run" / "health"
    assert load(tmp_path, "health:\n  # listen: x\n").health == Health()
    assert "public: true" in told(tmp_path, "health: {listen: '192.0.2.1:9110'}\n")
    assert load(tmp_path, "health: {listen: '192.0.2.1:9110', public: true}\n").health.tcp == ("192.0.2.1", 9110)
    assert "neither an address with a port nor a path" in told(tmp_path, "health: {listen: somewhere}\n")


def test_a_mail_to_ourselves_must_be_able_to_be_late(tmp_path: Path) -> None:
    made = load(tmp_path, "health: {canary: {every: 1h, within: 10m}}\n").health.wishes
    assert made == Wishes(timedelta(hours=1), timedelta(minutes=10))
    assert load(tmp_path, "health: {canary: {}}\n").health.wishes == made
    assert "within shorter than every" in told(tmp_path, "health: {canary: {every: 10m, within: 10m}}\n")


def test_a_state_folder_too_deep_for_its_socket_is_told(tmp_path: Path) -> None:
    assert "longer path" in told(tmp_path, f"state: /{'x' * 110}\n")


# --- where it is found --------------------------------------------------------------------------------------------------------


def test_the_option_goes_before_the_environment_before_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("option.yaml", "variable.yaml", "maild.yaml"):
        (tmp_path / name).touch()
    environ = {"MAILD_CONFIG": "variable.yaml"}
    assert config.find("option.yaml", environ) == Path("option.yaml")
    assert config.find(None, environ) == Path("variable.yaml")
    assert config.find(None, {}) == Path("maild.yaml")


def test_a_folder_means_the_file_in_it(tmp_path: Path) -> None:
    (tmp_path / "maild.yaml").touch()
    assert config.find(str(tmp_path), {}) == tmp_path / "maild.yaml"


def test_no_configuration_says_how_to_make_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RuleError, match="maild init"):
        config.find("nowhere.yaml", {})
    monkeypatch.setattr(config, "PLACES", (Path("maild.yaml"), tmp_path / "etc" / "maild.yaml"))
    with pytest.raises(RuleError, match="maild init"):
        config.find(None, {})


# --- mailboxes ----------------------------------------------------------------------------------------------------------------


def secret(folder: Path) -> None:
    (folder / "secret").write_text("hush\n")
    (folder / "secret").chmod(0o600)


def test_a_mailbox_needs_little(tmp_path: Path) -> None:
    secret(tmp_path)
    text = "mailboxes:\n  - {name: a, host: 'imap.example.org:993', username: s, password_file: secret}\n"
    made = load(tmp_path, text).mailboxes
    assert made == (Mailbox("a", "imap.example.org", username="s", password_file=tmp_path / "secret"),)
    assert made[0].line == 2
    assert load(tmp_path, "mailboxes:\n  # - name: a\n").mailboxes == ()


def test_a_mailbox_with_tokens_and_a_folder_to_move_to(tmp_path: Path) -> None:
    text = """
mailboxes:
  - name: a
    host: outlook.office365.com:993
    username: s@example.org
    desk: support
    folder: Inn
    after: {move: Ferdig}
    oauth: {provider: microsoft, tenant: t1, client_id: c1, secret_expires: "2028-01-31"}
"""
    assert "without its secret" in told(tmp_path, text)
    (tmp_path / "imap-a").write_text("hush")
    box = load(tmp_path, text, CREDENTIALS_DIRECTORY=str(tmp_path)).mailboxes[0]
    assert (box.desk, box.folder, box.after, box.archive) == ("support", "Inn", "move", "Ferdig")
    assert box.oauth == OAuth(
        "microsoft",
        "https://login.microsoftonline.com/t1/oauth2/v2.0/token",
        "https://outlook.office365.com/.default",
        "c1",
        secret_expires=date(2028, 1, 31),
    )


def test_google_and_others_name_their_endpoint(tmp_path: Path) -> None:
    secret(tmp_path)
    box = "mailboxes: [{name: a, host: 'x.example:993', username: s, oauth: {secret_file: secret, %s}}]\n"
    google = load(tmp_path, box % "provider: google").mailboxes[0].oauth
    assert google is not None
    assert (google.token_url, google.scope) == ("https://oauth2.googleapis.com/token", "https://mail.google.com/")
    other = load(tmp_path, box % "token_url: 'https://x.example/token', client_id: c").mailboxes[0].oauth
    assert other is not None
    assert (other.provider, other.token_url, other.scope) == ("url", "https://x.example/token", "")
