"""site_files: what `maild init` writes: the files of a new site, commented and ready to run.

files(wish) -> {relative path: text}.  Names and addresses are written as quoted YAML, whatever they contain.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from maild.places import shipped
from maild.policy.fold import fold
from maild.policy.shape import key_problem


@dataclass(frozen=True, slots=True)
class Person:
    """A handler to be: display name and address."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What the admin said on the command line."""

    desks: tuple[str, ...]
    handlers: tuple[Person, ...]
    smtp: str | None
    lmtp: str | None
    relay: str
    database: str | None
    zone: str
    language: str
    authserv_id: str | None
    admin: str | None
    state: str = "state"


def files(wish: Wish) -> dict[str, str]:
    """Relative path -> text."""
    rules = shipped("rules")
    made = {
        "maild.yaml": _configuration(wish),
        "rules/desks.yaml": _desks(wish),
        "rules/people.yaml": _people(wish),
        "rules/routing.yaml": (rules / "routing.yaml").read_text("utf-8"),
        "rules/README.md": (rules / "README.md").read_text("utf-8"),
        "templates/README.md": TEMPLATES,
    }
    for schema in sorted((rules / "schema").glob("*.json")):
        made[f"rules/schema/{schema.name}"] = schema.read_text("utf-8")
    return made


def relay_tls(relay: str) -> str:
    """none on this machine; else what the port is for (RFC 8314 section 3.3)."""
    host, _, port = relay.rpartition(":")
    if host.strip("[]").startswith("127.") or host in ("localhost", "[::1]", "::1"):
        return "none"
    return "implicit" if port == "465" else "starttls"


def keys(words: Iterable[str]) -> list[str]:
    """A key for each word: ASCII, lower case, none twice."""
    made: list[str] = []
    for word in words:
        bare = re.sub(r"[^a-z0-9_-]+", "-", fold(word)).strip("-_")[:36].strip("-_") or "key"
        names = [bare, *(f"{bare}-{count}" for count in range(2, 1000))]
        made.append(next(name for name in names if name not in made and key_problem(name) is None))
    return made


def _quoted(text: str) -> str:
    # JSON's strings are YAML's double-quoted ones (YAML 1.2.2 section 1.2).
    return json.dumps(text, ensure_ascii=False)


def _title(address: str) -> str:
    local = address.partition("@")[0]
    return re.sub(r"[._-]+", " ", local).strip().capitalize() or local


def _hostname(wish: Wish) -> str:
    return wish.authserv_id if wish.authserv_id and "." in wish.authserv_id else wish.desks[0].rpartition("@")[2]


def _line(key: str, value: str | None, example: str, comment: str, indent: str = "") -> str:
    """A setting, or its commented example."""
    shown = f"{indent}{key}: {_quoted(value)}" if value else f"{indent}# {key}: {example}"
    return f"{shown:<38}  # {comment}"


_MAILBOXES = """# Mail that lies in a mailbox at a provider is taken from there by IMAP.
# mailboxes:
#   - name: support                       # stays: where we are in the mailbox is kept under it
#     host: imap.example.org:993
#     tls: implicit                       # or starttls; none (this machine only)
#     username: support@example.org
#     password_file: imap-password        # readable by maild only; or the systemd credential imap-support
#     folder: INBOX
#     desk: support                       # of mail that names no address of ours
#     after: leave                        # what was taken: leave, mark (as read) or {move: FOLDER}
#     aside: maild-aside                  # the folder for mail that cannot be taken
#     oauth:                              # instead of password_file
#       provider: microsoft               # or google; else token_url
#       tenant: 00000000-0000-0000-0000-000000000000
#       client_id: 00000000-0000-0000-0000-000000000000
#       secret_file: imap-secret
#       secret_expires: "2028-01-31"      # you are warned 14 days before
"""
_HEALTH = """health:
  # listen: 127.0.0.1:9110              # /metrics and /healthz for your monitoring; or a UNIX socket: /run/maild/health
  # canary:                             # a mail to ourselves by way of the relay, and an alarm if it is not back in time
  #   every: 1h
  #   within: 10m
"""


def _configuration(wish: Wish) -> str:
    return f"""# yaml-language-server: $schema=rules/schema/maild.json
# maild.yaml: sockets, database, relay.  A change needs a restart; `maild check` says what is wrong with it.
# Paths are relative to this file.

{_line("state", wish.state, "", "database, keys and control socket; systemd's StateDirectory wins")}
{_line("database", wish.database, "postgresql:///maild", "left out: SQLite in the state folder")}

door:
{_line("smtp", wish.smtp, "127.0.0.1:2525", "SMTP; systemd may pass the socket instead", "  ")}
{_line("lmtp", wish.lmtp, "/run/maild/lmtp", "LMTP for your mail server; systemd may pass it", "  ")}
  # lmtp_mode: "0660"                   # who may connect to it
{_line("hostname", _hostname(wish), "", "our name in greetings and Received", "  ")}
  # message_size: 35MB                  # larger mail is refused
  # certificate: fullchain.pem          # with key: STARTTLS is offered
  # key: key.pem

relay:
{_line("host", wish.relay, "", "your mail server: our letters leave by it", "  ")}
{_line("tls", relay_tls(wish.relay), "", "none (this machine only), starttls or implicit", "  ")}
  # username: maild                     # with password_file, or the systemd credential relay-password
  # password_file: secret               # readable by maild only
  # envelope: signed                    # bounces come to a signed address; desk: to the desk's own

{_MAILBOXES}
# How we know that From is true.  Without any, handlers' mail is not believed.
{_authenticators(wish.authserv_id)}
{_line("admin", wish.admin, "postmaster@example.org", "gets postmaster's mail, and word when something is not well")}

{_HEALTH}
undo: 60s                               # an answer to a customer waits so long for /undo
burst: 60s                              # news for a handler is gathered so long into one letter
# receipts: commands                     # what handlers get receipts of: commands, errors only, or all that they send
# log_level: info                       # debug, info, warning, error
"""


def _authenticators(authserv_id: str | None) -> str:
    if authserv_id:
        return (
            f"authenticators:\n  - authserv-id: {_quoted(authserv_id)}\n"
            "  # - own-dkim: true\n  # - closed-network: [192.0.2.0/24]\n"
        )
    return (
        "# authenticators:                       # who vouches for From; README, step 5\n"
        "#   - authserv-id: mx.example.org       # as in its Authentication-Results\n"
        "#   - own-dkim: true                    # maild verifies signatures itself\n"
    )


def _desks(wish: Wish) -> str:
    entries = [
        f"""{key}:
  addresses: [{_quoted(address)}]
  name: {_quoted(_title(address))}
  language: {_quoted(wish.language)}
  zone: {_quoted(wish.zone)}
  number: "#{{n}}"                        # or "{{year}}-{{n:04}}", "IT-{{n}}"; desks with the same pattern share one series
  # first_number: 1001
  # reopen: 14d                         # a reply reopens a solved case for so long
  # retention: {{raw: 90d, letters: 1y, cases: 5y}}   # left out: kept for ever (README "Privacy")
  # legal_hold: true                    # nothing may be deleted now
  # archive_first: true                 # nothing is deleted before `maild case archived NUMBER`
  # signature: |
  #   With kind regards
"""
        for key, address in zip(keys(x.partition("@")[0] for x in wish.desks), wish.desks, strict=True)
    ]
    return (
        "# yaml-language-server: $schema=schema/desks.json\n"
        "# desks.yaml: the support mailboxes.  The first is the default.  Keys stay: write `retired: true` instead of deleting.\n\n"
        + "\n".join(entries)
    )


def _people(wish: Wish) -> str:
    firsts = [person.name.split()[0] if person.name.split() else person.address for person in wish.handlers]
    entries = [
        f"{key}:\n  name: {_quoted(person.name)}\n  addresses: [{_quoted(person.address)}]\n"
        for key, person in zip(keys(firsts), wish.handlers, strict=True)
    ]
    return (
        "# yaml-language-server: $schema=schema/people.json\n"
        "# people.yaml: the handlers.  Letters go to the first address.  Everybody works for every desk, unless desks: [...] says\n"
        "# which.  Also: role (handler, lead, admin), language, retired: true instead of deleting.\n\n"
        + "\n".join(entries)
    )


TEMPLATES = """# Your own texts

A file here, such as `nb/ack.txt`, takes the place of the shipped one of that name. `maild check` tries every text and names what is wrong.
"""


def write(folder: Path, made: dict[str, str]) -> None:
    """Write them all.  maild.yaml is for its owner only when it may hold a password (of the database); root writes for the group
    that the folder belongs to, which is maild's in /etc/maild."""
    for name, text in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    if re.search(r"^database: .*(:[^/]*@|password=)", made["maild.yaml"], re.M):
        (folder / "maild.yaml").chmod(0o600)
    group = folder.stat().st_gid
    if os.geteuid() == 0 and group:
        for path in {folder / part for name in made for part in (Path(name), *Path(name).parents) if part != Path()}:
            os.chown(path, 0, group)
            path.chmod(path.stat().st_mode | (0o050 if path.is_dir() else 0o040))
