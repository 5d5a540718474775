"""envelope: addresses as MAIL and RCPT carry them, read strictly by RFC 5321 section 4.1.2.

sender(argument), recipient(argument) -> Path; Refused (501, 553, each with its enhanced code) for everything else
is_mailbox(address)                   -> may this go between angle brackets?

One reading only: encoded words are not decoded, comments and bare addresses are not known, CR, LF and NUL never pass.
A source route is accepted and dropped (appendix C).  Non-ASCII letters pass (RFC 6531); the door says whether.
LIMITS  254 octets for an address and 63 for a label.  64 octets for a local part are not insisted upon: signed and VERP
        senders are longer in real life.  An underscore in a domain is accepted for the same reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address

from maild.errors import Refused

ADDRESS = 254
LABEL = 63
PARAMETERS = 10

# Letters beyond ASCII, without controls, separators, zero widths and what turns the direction of text.
_BEYOND = (
    "\u00a1-\u167f\u1681-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u2fff\u3001-\ud7ff\uf900-\ufefe\uff00-\uffef"
    "\U00010000-\U0003ffff"
)
# Looked for by itself: in each class of the grammar it would be compiled anew, a fifth of a second at every start.
_STRANGE = re.compile(f"[^\x00-\x7f{_BEYOND}]")
_ATOM = r"""[^\x00-\x20"(),.:;<>@\[\\\]\x7f]++"""
_DOT_STRING = rf"{_ATOM}(?:\.{_ATOM})*+"
_QUOTED = r'"(?:[^\x00-\x1f"\\\x7f]|\\[ -~])*+"'
_LETTERS = r"[^\x00-/:-@\[-\^`{-\x7f]++"
_LABEL = f"{_LETTERS}(?:-++{_LETTERS})*+"
_DOMAIN = rf"{_LABEL}(?:\.{_LABEL})*+"
_LITERAL = r"\[[!-Z^-~]++\]"
_MAILBOX = f"(?P<local>{_DOT_STRING}|{_QUOTED})@(?P<domain>{_DOMAIN}|{_LITERAL})"
_ROUTE = f"@{_DOMAIN}(?:,@{_DOMAIN})*+:"
_PATH = f"<(?:{_ROUTE})?+{_MAILBOX}>"

_FROM = re.compile("[Ff][Rr][Oo][Mm]: *+")
_TO = re.compile("[Tt][Oo]: *+")
_REVERSE = re.compile(rf"(?:<>|{_PATH})(?P<rest>(?: .*)?+)")
_FORWARD = re.compile(rf"(?:<(?P<postmaster>[Pp][Oo][Ss][Tt][Mm][Aa][Ss][Tt][Ee][Rr])>|{_PATH})(?P<rest>(?: .*)?+)")
_WHOLE = re.compile(_MAILBOX)
_PLAIN = re.compile(_DOT_STRING)
_PARAMETER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*+)(?:=([^\x00-\x20=\x7f]++))?+")


@dataclass(frozen=True, slots=True)
class Path:
    """address: addr-spec without brackets, "" for <>, or postmaster; parameters: KEYWORD -> value or ""."""

    address: str
    parameters: Mapping[str, str] = field(default_factory=dict)


def sender(argument: bytes) -> Path:
    """What follows MAIL."""
    rest = _after(_FROM, argument, "MAIL FROM:<address>")
    match = _REVERSE.fullmatch(rest)
    if match is None:
        raise Refused(553, "5.1.7", "the sender is no address of RFC 5321")
    address = "" if match["domain"] is None else _address(match["local"], match["domain"])
    if address is None or _STRANGE.search(rest, 0, match.start("rest")):
        raise Refused(553, "5.1.7", "the sender is no address of RFC 5321")
    return Path(address, _parameters(match["rest"]))


def recipient(argument: bytes) -> Path:
    """What follows RCPT.  RFC 5321 section 4.5.1: postmaster needs no domain."""
    rest = _after(_TO, argument, "RCPT TO:<address>")
    match = _FORWARD.fullmatch(rest)
    if match is None:
        raise Refused(553, "5.1.3", "the recipient is no address of RFC 5321")
    address = match["postmaster"] or _address(match["local"], match["domain"])
    if address is None or _STRANGE.search(rest, 0, match.start("rest")):
        raise Refused(553, "5.1.3", "the recipient is no address of RFC 5321")
    return Path(address, _parameters(match["rest"]))


def is_mailbox(address: str) -> bool:
    """Whether this is an addr-spec that can stand between angle brackets and mean only itself."""
    match = None if _STRANGE.search(address) else _WHOLE.fullmatch(address)
    return match is not None and _address(match["local"], match["domain"]) is not None


def _after(keyword: re.Pattern[str], argument: bytes, syntax: str) -> str:
    try:
        text = argument.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(501, "5.5.2", "an address is ASCII or UTF-8") from None
    match = keyword.match(text)
    if match is None:
        raise Refused(501, "5.5.4", f"syntax: {syntax}")
    return text[match.end() :]


def _address(local: str, domain: str) -> str | None:
    """The address with needless quotes taken off, None when it is too long or its literal is no IP address."""
    if local[0] == '"' and _PLAIN.fullmatch(local, 1, len(local) - 1):
        local = local[1:-1]
    address = f"{local}@{domain}"
    if len(address.encode()) > ADDRESS:
        return None
    if domain[0] == "[":
        return address if _is_ip(domain[1:-1]) else None
    return address if all(len(label.encode()) <= LABEL for label in domain.split(".")) else None


def _is_ip(literal: str) -> bool:
    # RFC 5321 section 4.1.3.  No other tag than IPv6 was ever registered; a zone (%eth0) has no place on the wire.
    try:
        if literal[:5].upper() == "IPV6:":
            return "%" not in literal and bool(IPv6Address(literal[5:]).packed)
        return bool(IPv4Address(literal).packed)
    except ValueError:
        return False


def _parameters(rest: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in rest.split():
        match = _PARAMETER.fullmatch(word)
        keyword = match[1].upper() if match else ""
        if match is None or _STRANGE.search(word) or keyword in found or len(found) == PARAMETERS:
            raise Refused(501, "5.5.4", "parameters are KEYWORD or KEYWORD=value, each once")
        found[keyword] = match[2] or ""
    return found
