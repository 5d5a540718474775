"""imap_site: a site that takes its mail from a Dovecot, and what is asked of it."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from typing import Any

from parts.mails import authenticated, mail
from parts.net import wait_until
from parts.site import Site

USER = "support"


def taking(site: Site, port: int, name: str = USER, user: str = USER, password: str = "secret", **more: object) -> Site:
    """The site with one more mailbox.  more: after=..., folder=..., oauth={...}"""
    secret = site.folder / f"password-{name}"
    secret.write_text(password + "\n")
    secret.chmod(0o600)
    box = {"name": name, "host": f"127.0.0.1:{port}", "tls": "none", "username": user, **more}
    if "oauth" not in more:
        box["password_file"] = str(secret)
    text = site.config.read_text("utf-8")
    start = "" if "\nmailboxes:\n" in text else "\nmailboxes:\n"
    # JSON is YAML.
    site.config.write_text(f"{text.rstrip()}\n{start}  - {json.dumps(box)}\n", "utf-8")
    return site


def written(subject: str, to: str = "support@desk.example", sender: str = "Ann Berg <ann@kunde.example>") -> bytes:
    """A mail as the site's MTA leaves it in the mailbox."""
    return authenticated(mail(sender, subject, f"Hei. {subject}.", to))


def subjects(site: Site) -> list[str]:
    """As the database has them: a command costs a second where many tests run."""
    place = f"file:{site.folder}/site/state/maild.sqlite?mode=ro"
    with contextlib.closing(sqlite3.connect(place, uri=True)) as database:
        rows = database.execute("SELECT text FROM content JOIN cases ON cases.subject=content.commitment")
        return sorted(row[0] for row in rows)


def has(site: Site, *wanted: str, seconds: float = 30.0) -> None:
    """Exactly these cases, soon."""
    wait_until(lambda: subjects(site) == sorted(wanted), seconds)
    assert subjects(site) == sorted(wanted), site.log_text()[-3000:]


def connected(site: Site, name: str = USER) -> None:
    said = f'"mailbox": "{name}"'
    assert wait_until(
        lambda: any("mailbox connected" in line and said in line for line in site.log_text().splitlines())
    ), site.log_text()[-3000:]


def box(site: Site, name: str = USER) -> Any:
    return next(row for row in site.json("mailbox", "list") if row["name"] == name)


def said(site: Site, words: str, count: int = 1) -> bool:
    return wait_until(lambda: site.log_text().count(words) >= count)


def change(site: Site, statement: str) -> None:
    """In the database of a site that does not run."""
    with sqlite3.connect(site.folder / "site" / "state" / "maild.sqlite") as database:
        database.execute(statement)
