"""trust: do we believe From?  authenticate(message, client, authenticators) -> Trust, with its evidence.

Named authenticators of the configuration, tried in order; the first that says yes decides.
  authserv-id X    the topmost Authentication-Results of that id (RFC 8601): dmarc=pass for the domain of From; a lower one of
                   the same id that disagrees makes it a failure.  The site's MTA must strip forged ones (RFC 8601 section 5).
  closed-network   the client's address is in a listed network

Two From fields, or more than one address in From: no authentication, whatever anybody says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from ipaddress import ip_address

from maild.config import Authenticator
from maild.model.message import Message
from maild.model.people import Authentication, Trust

_RESULT = re.compile(r"^\s*([a-z0-9-]+)\s*=\s*([a-z]+)", re.I)
_FROM = re.compile(r"\bheader\.from\s*=\s*(?:[^\s@;]*@)?([^\s;]+)", re.I)
_LONGEST = 8_000


def authenticate(message: Message, client: str, authenticators: Sequence[Authenticator]) -> Trust:
    """The verdict of the first authenticator that vouches for the author, or none with all their evidence."""
    if message.author is None or message.authors != 1:
        return Trust(evidence=(f"From names {message.authors} addresses",))
    evidence: list[str] = []
    for authenticator in authenticators:
        level, said = KINDS[authenticator.kind](authenticator, message, client)
        evidence.append(said)
        if level is not Authentication.NONE:
            return Trust(level, authenticator.kind, tuple(evidence))
    return Trust(evidence=tuple(evidence))


def _authserv_id(authenticator: Authenticator, message: Message, client: str) -> tuple[Authentication, str]:
    domain = message.author.domain if message.author else ""
    verdicts = [
        _dmarc(fields, domain) for fields in _of(authenticator.id, message.all_headers("authentication-results"))
    ]
    if not verdicts:
        return Authentication.NONE, f"no Authentication-Results of {authenticator.id}"
    if verdicts[0] != "pass":
        return Authentication.NONE, f"{authenticator.id} says dmarc={verdicts[0]} for {domain}"
    if any(verdict not in ("pass", "nothing") for verdict in verdicts[1:]):
        return Authentication.NONE, f"two Authentication-Results of {authenticator.id} disagree"
    return Authentication.ALIGNED, f"{authenticator.id} says dmarc=pass for {domain}"


def _of(authserv_id: str, headers: Iterable[str]) -> list[list[str]]:
    """The result fields of each header of that id, top to bottom."""
    found = []
    for header in headers:
        first, *fields = _bare(header[:_LONGEST]).split(";")
        words = first.split()
        if words and words[0].lower() == authserv_id.lower():
            found.append(fields)
    return found


def _dmarc(fields: list[str], domain: str) -> str:
    """pass, fail, none ...; "nothing" when dmarc is not spoken of; "other domain" when it is about another From."""
    for field in fields:
        result = _RESULT.match(field)
        if result is None or result[1].lower() != "dmarc":
            continue
        about = _FROM.search(field)
        if about is None or about[1].lower().rstrip(".") != domain:
            return "other domain"
        return result[2].lower()
    return "nothing"


def _bare(text: str) -> str:
    """Without comments and quoted strings (RFC 5322 section 3.2): a sender can put anything into a quoted local part, and the
    MTA then writes it here.  One that does not end hides the rest: better no result than a forged one."""
    bare: list[str] = []
    depth, quoted, escaped = 0, False, False
    for character in text:
        if escaped:
            escaped = False
        elif character == "\\" and (depth or quoted):
            escaped = True
        elif character == '"' and not depth:
            quoted = not quoted
        elif character in "()" and not quoted:
            depth = max(0, depth + (1 if character == "(" else -1))
        elif not depth and not quoted:
            bare.append(character)
    return "".join(bare)


def _closed_network(authenticator: Authenticator, message: Message, client: str) -> tuple[Authentication, str]:
    try:
        address = ip_address(client)
    except ValueError:
        return Authentication.NONE, "the client has no network address"
    if any(address in network for network in authenticator.networks):
        return Authentication.INTERNAL, f"{client} is in the closed network"
    return Authentication.NONE, f"{client} is in no closed network"


KINDS = {"authserv-id": _authserv_id, "closed-network": _closed_network}
