"""imap_keys: the secrets of mailboxes: passwords, and tokens that are bought with a secret (RFC 6749) and kept until they end.

Secrets(credential, clock) is the Keys of imap_login.  credential(name) -> bytes or None: systemd's.  Files are read anew each time.

    microsoft, url      client credentials (RFC 6749 section 4.4): client_id and secret
    google              by what its JSON file is: service_account, a signed assertion (RFC 7523; needs the extra `google`), with
                        the mailbox as its subject; authorized_user, a refresh token (section 6)

A token is used until a tenth of its life, at most five minutes, is left.  Nothing of a secret or token is ever in an error.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from maild.config import Mailbox, OAuth
from maild.edges.imap_connection import Denied, Gone
from maild.model.policy import Clock

PATIENCE = 20.0
SOON = timedelta(minutes=5)
_MOST = 64 * 1024
_JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
Post = Callable[[str, Mapping[str, str]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and when another is needed."""

    word: str
    good_until: datetime


class Secrets:
    """One per daemon."""

    def __init__(self, credential: Callable[[str], bytes | None], clock: Clock) -> None:
        self._credential, self._clock = credential, clock
        self._tokens: dict[str, Token] = {}

    async def password(self, mailbox: Mailbox) -> str:
        return self._secret(mailbox, mailbox.password_file)

    async def token(self, mailbox: Mailbox, *, fresh: bool) -> str:
        """fresh: the one that we have was not taken."""
        if not fresh and self.holds(mailbox):
            return self._tokens[mailbox.name].word
        assert mailbox.oauth is not None
        secret = self._secret(mailbox, mailbox.oauth.secret_file)
        fields = _fields(mailbox, mailbox.oauth, secret, self._clock())
        answer = await asyncio.to_thread(_post, mailbox.oauth.token_url, fields)
        made = self._tokens[mailbox.name] = _token(answer, self._clock())
        return made.word

    def holds(self, mailbox: Mailbox) -> bool:
        kept = self._tokens.get(mailbox.name)
        return kept is not None and self._clock() < kept.good_until

    def forget(self, mailbox: Mailbox) -> None:
        self._tokens.pop(mailbox.name, None)

    def _secret(self, mailbox: Mailbox, file: Path | None) -> str:
        given = self._credential(mailbox.credential)
        try:
            text = given.decode() if given is not None else file.read_text("utf-8") if file else ""
        except OSError as error:
            raise Denied(f"the secret {file} cannot be read: {error.strerror}", "") from error
        except UnicodeDecodeError as error:
            raise Denied(f"the secret of {mailbox.name} is not text in UTF-8", "") from error
        if not text.strip():
            raise Denied(f"the secret of {mailbox.name} is empty", "")
        # A file ends in a line end, a password does not.
        return text.strip("\r\n")


def _token(answer: Mapping[str, Any], now: datetime) -> Token:
    word, life = answer.get("access_token"), answer.get("expires_in", 3600)
    if not isinstance(word, str) or not word.isascii() or not word.isprintable():
        raise Denied("the token endpoint answered without a token", "")
    try:
        span = timedelta(seconds=min(86_400, max(0, int(life))))
    except (TypeError, ValueError):
        span = timedelta(hours=1)
    return Token(word, now + span - min(SOON, span / 10))


# --- what is asked ----------------------------------------------------------------------------------------------------------------


def _fields(mailbox: Mailbox, oauth: OAuth, secret: str, now: datetime) -> dict[str, str]:
    if oauth.provider == "google":
        return _google(mailbox, oauth, secret, now)
    fields = {"grant_type": "client_credentials", "client_id": oauth.client_id, "client_secret": secret.strip()}
    return {**fields, "scope": oauth.scope} if oauth.scope else fields


def _google(mailbox: Mailbox, oauth: OAuth, secret: str, now: datetime) -> dict[str, str]:
    try:
        given = json.loads(secret)
        kind = given["type"]
        if kind == "authorized_user":
            return {
                "grant_type": "refresh_token",
                **{name: str(given[name]) for name in ("client_id", "client_secret", "refresh_token")},
            }
        if kind == "service_account":
            account, key = str(given["client_email"]), str(given["private_key"])
    except (ValueError, KeyError, TypeError) as error:
        what = "the secret is not the JSON file that Google gives (a service account's key, or an authorized user)"
        raise Denied(what, "") from error
    if kind != "service_account":
        raise Denied("the secret is a JSON file of a kind that gives no tokens for mail", "")
    claims = {
        "iss": account,
        "sub": mailbox.username,
        "scope": oauth.scope,
        "aud": oauth.token_url,
        "iat": int(now.timestamp()),
        "exp": int(now.timestamp()) + 3600,
    }
    return {"grant_type": _JWT, "assertion": _signed(claims, key)}


def _signed(claims: Mapping[str, Any], key: str) -> str:
    """RS256 (RFC 7518 section 3.3)."""
    try:
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import padding, rsa
    except ImportError as error:
        raise Denied("a service account needs the extra `google` (pip install 'maild[google]')", "") from error
    try:
        private = serialization.load_pem_private_key(key.encode(), None)
    except (ValueError, TypeError) as error:
        raise Denied("the private key in Google's JSON file cannot be read", "") from error
    if not isinstance(private, rsa.RSAPrivateKey):
        raise Denied("the private key in Google's JSON file is no RSA key", "")
    told = ".".join(_base64url(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "JWT"}, claims))
    return f"{told}.{_base64url(private.sign(told.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


# --- how it is asked --------------------------------------------------------------------------------------------------------------


def _post(url: str, fields: Mapping[str, str]) -> Mapping[str, Any]:
    """In a thread.  Denied: the endpoint says no (RFC 6749 section 5.2); Gone: it is not there."""
    # Loaded here: most mailboxes have a password, and a daemon must be ready soon.
    import urllib.error
    import urllib.parse
    import urllib.request

    where = urllib.parse.urlsplit(url).netloc
    # The configuration takes https only, and http on loopback.
    request = urllib.request.Request(url, urllib.parse.urlencode(fields).encode(), method="POST")  # noqa: S310
    request.add_header("Accept", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
            return _read(answer.read(_MOST), where)
    except urllib.error.HTTPError as error:
        with error:
            said = _said(error.read(_MOST))
        if error.code >= 500 or error.code == 429:
            raise Gone(f"the token endpoint {where} does not work just now (HTTP {error.code})") from None
        raise Denied(f"the token endpoint {where} gives no token (HTTP {error.code})", said) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or type(error).__name__
        raise Gone(f"the token endpoint {where} cannot be reached: {reason}") from None


def _read(octets: bytes, where: str) -> Mapping[str, Any]:
    try:
        answer = json.loads(octets)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise Denied(f"the token endpoint {where} does not answer in JSON", "")
    return answer


def _said(octets: bytes) -> str:
    """The code and the first line of its description: what follows at Microsoft is for Microsoft."""
    try:
        answer = json.loads(octets)
        return f"{answer['error']}: {next(iter(str(answer.get('error_description', '')).splitlines()), '')}"
    except (ValueError, KeyError, TypeError):
        return ""
