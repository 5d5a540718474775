"""dkim_record: what a DKIM key record says (RFC 6376 section 3.6.1, RFC 8301, RFC 8463).  Pure.

read(text) -> Key with its kind, its length and all problems.
tags(text) -> the tag=value list that DKIM and DMARC share (RFC 6376 section 3.2), or None when it is none.
selectors(mail, domain) -> the selectors of the signatures that name this domain, as they stand in a mail or in what it quotes.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from maild.mail import der

SHORTEST, WANTED = 1024, 2048
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_SIGNATURE = re.compile(rb"^[> ]*DKIM-Signature:((?:[^\r\n]*(?:\r?\n[> ]*[ \t])?)+)", re.I | re.M)
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,250}[A-Za-z0-9])?")
_LONGEST = 200_000


@dataclass(frozen=True, slots=True)
class Key:
    """kind: rsa, ed25519 or another word; bits: 0 when it cannot be told.  errors: nobody can use it; weaknesses: some will not."""

    kind: str = "rsa"
    bits: int = 0
    revoked: bool = False
    testing: bool = False
    errors: tuple[str, ...] = ()
    weaknesses: tuple[str, ...] = ()


def tags(text: str) -> dict[str, str] | None:
    """name -> value; None for what is no such list.  A name that stands twice makes the whole list invalid."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        name, there, value = part.partition("=")
        if not part.strip():
            continue
        if not there or not _TAG.fullmatch(name.strip()) or name.strip() in found:
            return None
        found[name.strip()] = value.strip()
    return found


def read(text: str) -> Key:
    """Unknown tags are passed over, as everybody must."""
    said = tags(text)
    if said is None:
        return Key(errors=("it is no list of tag=value",))
    if said.get("v", "DKIM1") != "DKIM1" or ("v" in said and next(iter(said)) != "v"):
        return Key(errors=("v= must be DKIM1 and come first",))
    if "p" not in said:
        return Key(errors=("it has no key (p=)",))
    kind, key = said.get("k", "rsa").lower(), re.sub(r"\s", "", said["p"])
    testing = "y" in _words(said.get("t", ""))
    if not key:
        return Key(kind, revoked=True, testing=testing, errors=("the key is revoked (p= is empty)",))
    bits, errors, weaknesses = _material(kind, key)
    if "h" in said and "sha256" not in _words(said["h"]):
        errors = (*errors, "h= leaves sha256 out, which is the only digest still in use")
    if "s" in said and not {"*", "email"} & set(_words(said["s"])):
        errors = (*errors, f"s={said['s']} does not allow it for mail")
    return Key(kind, bits, False, testing, errors, weaknesses)


def _words(text: str) -> list[str]:
    return [word.strip().lower() for word in text.split(":")]


def _material(kind: str, key: str) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """Length, errors and weaknesses of the key itself."""
    try:
        octets = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        return 0, ("the key (p=) is no base64: often a piece of it is missing",), ()
    if kind == "ed25519":
        return (256, (), ()) if len(octets) == 32 else (0, (f"an ed25519 key has 32 octets, not {len(octets)}",), ())
    if kind != "rsa":
        return 0, (f"k={kind} is no kind of key that receivers know",), ()
    try:
        bits = der.rsa_bits(octets)
    except ValueError as error:
        return 0, (f"the key (p=) is no RSA key: {error}",), ()
    # RFC 8301 section 3.2: shorter than 1024 bits must not be believed; 2048 should be used.
    if bits < SHORTEST:
        return bits, (f"{bits} bits are too short: receivers must not believe it",), ()
    return bits, (), ((f"{bits} bits are fewer than the {WANTED} that RFC 8301 asks for",) if bits < WANTED else ())


def selectors(mail: bytes, domain: str) -> tuple[str, ...]:
    """In the order they stand."""
    found: dict[str, None] = {}
    for match in _SIGNATURE.finditer(mail[:_LONGEST]):
        said = tags(re.sub(r"[\r\n>]+\s*", "", match[1].decode("ascii", "replace"))) or {}
        selector = said.get("s", "")
        if said.get("d", "").lower() == domain and _LABEL.fullmatch(selector):
            found[selector.lower()] = None
    return tuple(found)
