"""config_mailboxes: how the section `mailboxes` of maild.yaml becomes Mailboxes.  Only what stands in the file; files and
credentials are looked at by `config_schema`, which passes its looks in.

mailboxes(forms, ask) -> tuple of Mailbox; what is wrong is told to ask.wrong(path, what, cure).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Protocol

from maild.config import Mailbox, OAuth
from maild.config_forms import HOST, MailboxForm, OAuthForm
from maild.policy.read import Path as YamlPath

# What the providers' own pages say: the token endpoint and the scope for IMAP.
MICROSOFT_URL = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
MICROSOFT_SCOPE = "https://outlook.office365.com/.default"
GOOGLE_URL = "https://oauth2.googleapis.com/token"
GOOGLE_SCOPE = "https://mail.google.com/"


class Ask(Protocol):
    """What the machine can tell, and where problems go."""

    def wrong(self, path: YamlPath, what: str, cure: str) -> None: ...

    def line(self, path: YamlPath) -> int: ...

    def secret(self, path: YamlPath, file: str) -> Path: ...

    def has_credential(self, name: str) -> bool: ...

    def is_loopback(self, host: str) -> bool: ...


def mailboxes(forms: Sequence[MailboxForm], ask: Ask) -> tuple[Mailbox, ...]:
    """All of them; a name can be had once."""
    made: list[Mailbox] = []
    for index, form in enumerate(forms):
        path: YamlPath = ("mailboxes", index)
        if any(form.name == other.name for other in made):
            ask.wrong((*path, "name"), f"there are two mailboxes {form.name!r}", "give each a name of its own")
        made.append(_mailbox(form, path, ask))
    return tuple(made)


def _mailbox(form: MailboxForm, path: YamlPath, ask: Ask) -> Mailbox:
    match = HOST.fullmatch(form.host)
    assert match is not None
    host, port = match[1] or match[2], int(match[3])
    if form.tls == "none" and not ask.is_loopback(host):
        what = f"the password would go to {host} unprotected"
        ask.wrong((*path, "tls"), what, "write tls: implicit (or starttls); without TLS only to this machine itself")
    moves = isinstance(form.after, dict)
    archive = form.after["move"] if isinstance(form.after, dict) else ""
    if archive and archive in (form.folder, form.aside):
        ask.wrong((*path, "after"), f"{archive!r} is in use for something else", "name a folder of its own")
    if form.aside == form.folder:
        ask.wrong((*path, "aside"), "aside is the folder that mail is taken from", "name another folder")
    if not form.oauth:
        _check_password(form, path, ask)
    return Mailbox(
        form.name,
        host,
        port,
        form.tls,
        form.username,
        ask.secret((*path, "password_file"), form.password_file) if form.password_file else None,
        form.folder,
        form.desk or "",
        "move" if moves else str(form.after),
        archive,
        form.aside,
        _oauth(form, (*path, "oauth"), ask) if form.oauth else None,
        ask.line(path),
    )


def _check_password(form: MailboxForm, path: YamlPath, ask: Ask) -> None:
    if not form.password_file and not ask.has_credential(f"imap-{form.name}"):
        cure = f"add password_file, the systemd credential imap-{form.name}, or oauth"
        ask.wrong((*path, "username"), "a mailbox without a password", cure)


def _oauth(mailbox: MailboxForm, path: YamlPath, ask: Ask) -> OAuth:
    form = mailbox.oauth
    assert form is not None
    if mailbox.password_file:
        ask.wrong((*path[:-1], "password_file"), "a password beside oauth", "remove one of them")
    if not form.secret_file and not ask.has_credential(f"imap-{mailbox.name}"):
        cure = f"add secret_file, or the systemd credential imap-{mailbox.name}"
        ask.wrong(path, "oauth without its secret", cure)
    _complete(form, path, ask)
    url, scope = _endpoint(form)
    return OAuth(
        form.provider or "url",
        form.token_url or url,
        form.scope or scope,
        form.client_id or "",
        ask.secret((*path, "secret_file"), form.secret_file) if form.secret_file else None,
        date.fromisoformat(form.secret_expires) if form.secret_expires else None,
    )


def _complete(form: OAuthForm, path: YamlPath, ask: Ask) -> None:
    """What each provider cannot do without."""
    if form.provider is None and form.token_url is None:
        ask.wrong(path, "nobody to get a token from", "add provider: microsoft or google, or a token_url")
    if form.provider != "google" and form.client_id is None:
        ask.wrong(path, "client_id is missing", "add client_id: the id of the application that you registered")
    if form.provider == "microsoft" and form.token_url is None and form.tenant is None:
        ask.wrong(path, "tenant is missing", "add tenant: the id of your directory (Entra ID, Overview)")


def _endpoint(form: OAuthForm) -> tuple[str, str]:
    if form.provider == "microsoft":
        return MICROSOFT_URL.format(tenant=form.tenant or ""), MICROSOFT_SCOPE
    return (GOOGLE_URL, GOOGLE_SCOPE) if form.provider == "google" else ("", "")
