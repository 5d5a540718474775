"""trust: do we believe From?  authenticate(claim, authenticators) -> Trust, with its evidence.

Named authenticators of the configuration, tried in order; the first that says yes decides.
  authserv-id X      the topmost Authentication-Results of that id (RFC 8601): dmarc=pass for the domain of From; a lower one of
                     the same id that disagrees makes it a failure.  The site's MTA must strip forged ones (RFC 8601 section 5).
  own-dkim           a signature of the From's domain that we verify ourselves (mail/signed.py)
  exchange-online    its topmost result, which has no id: dmarc=pass, or its word that the sender is of the house (AuthAs: Internal)
  sasl-received X    the Received of that server, in which it says that this very address had logged in (RFC 3848: ESMTPSA)
  arc [X, ...]       listed forwarders sealed the mail (RFC 8617), and the first of them saw dmarc=pass for the domain of From
  closed-network     the client's address is in a listed network

Two From fields, or more than one address in From: no authentication, whatever anybody says.
Pure: what must be asked of the DNS is asked of the claim's book, which notes what it lacks (mail/names.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

from maild.config import Authenticator
from maild.mail import signed
from maild.mail.names import Book
from maild.model.message import Message
from maild.model.people import Authentication, Trust

_RESULT = re.compile(r"^\s*([a-z0-9-]+)\s*=\s*([a-z]+)", re.I)
_FROM = re.compile(r"\bheader\.from\s*=\s*(?:[^\s@;]*@)?([^\s;]+)", re.I)
_LONGEST = 8_000
_MOST_SIGNATURES = 20


@dataclass(frozen=True, slots=True)
class Claim:
    """A mail that says who wrote it: as read, as it came, from which client, when, and what the DNS told so far."""

    message: Message
    raw: bytes
    client: str
    now: datetime
    book: Book

    @property
    def domain(self) -> str:
        """Of From, as the DNS writes it."""
        domain = self.message.author.domain.lower() if self.message.author else ""
        try:
            return domain if domain.isascii() else domain.encode("idna").decode("ascii")
        except UnicodeError:
            return domain


Verdict = tuple[Authentication, str, str]


def authenticate(claim: Claim, authenticators: Sequence[Authenticator]) -> Trust:
    """The verdict of the first authenticator that vouches for the author, or none with all their evidence.

    While claim.book misses answers it is not yet the last word.
    """
    message = claim.message
    if message.author is None or message.authors != 1:
        return Trust(evidence=(f"From names {message.authors} addresses",))
    evidence: list[str] = []
    for authenticator in authenticators:
        level, said, mark = KINDS[authenticator.kind](authenticator, claim)
        evidence.append(said)
        if level is Authentication.NONE:
            continue
        # Who vouches may have gone by a signature without saying by which: any of them is known again.
        marks = (mark,) if mark else signed.marks(message.all_headers("dkim-signature"), claim.domain)
        if len(marks) > _MOST_SIGNATURES:
            return Trust(evidence=(*evidence, f"{len(marks)} signatures of {claim.domain}: a mail has one or two"))
        return Trust(level, authenticator.kind, tuple(evidence), marks)
    return Trust(evidence=tuple(evidence))


def _no(said: str) -> Verdict:
    return Authentication.NONE, said, ""


def _authserv_id(authenticator: Authenticator, claim: Claim) -> Verdict:
    of = _of(authenticator.id, claim.message.all_headers("authentication-results"))
    verdicts = [_dmarc(fields, claim.domain) for fields in of]
    if not verdicts:
        return _no(f"no Authentication-Results of {authenticator.id}")
    if verdicts[0] != "pass":
        return _no(f"{authenticator.id} says dmarc={verdicts[0]} for {claim.domain}")
    if any(verdict not in ("pass", "nothing") for verdict in verdicts[1:]):
        return _no(f"two Authentication-Results of {authenticator.id} disagree")
    return Authentication.ALIGNED, f"{authenticator.id} says dmarc=pass for {claim.domain}", ""


def _own_dkim(authenticator: Authenticator, claim: Claim) -> Verdict:
    found = signed.signature(claim.raw, claim.domain, claim.message.date, claim.now, claim.book)
    return (Authentication.ALIGNED if found.good else Authentication.NONE), found.said, found.mark


def _exchange_online(authenticator: Authenticator, claim: Claim) -> Verdict:
    """Microsoft 365 strips these two from mail that comes to it from outside, and writes its results without an id."""
    internal = claim.message.all_headers("x-ms-exchange-organization-authas")
    if len(internal) == 1 and internal[0].strip().lower() == "internal":
        return Authentication.INTERNAL, "Exchange Online says AuthAs: Internal", ""
    top = claim.message.header("authentication-results") or ""
    fields = _bare(top[:_LONGEST]).split(";")
    if not fields or _RESULT.match(fields[0]) is None:
        return _no("no Authentication-Results of Exchange Online on top")
    verdict = _dmarc(fields, claim.domain)
    level = Authentication.ALIGNED if verdict == "pass" else Authentication.NONE
    return level, f"Exchange Online says dmarc={verdict} for {claim.domain}", ""


def _arc(authenticator: Authenticator, claim: Claim) -> Verdict:
    sealed = signed.seals(claim.raw, claim.book)
    if not sealed.domains:
        return _no(sealed.said)
    unknown = [domain for domain in sealed.domains if domain not in authenticator.sealers]
    if unknown:
        return _no(f"arc: {unknown[0]} is no listed sealer")
    verdict = _dmarc(_bare(sealed.first[:_LONGEST]).split(";"), claim.domain)
    level = Authentication.ALIGNED if verdict == "pass" else Authentication.NONE
    return level, f"{sealed.said}, who saw dmarc={verdict} for {claim.domain}", ""


# Postfix with smtpd_sasl_authenticated_header, Exim and Sendmail write the login in a comment, each with words of its own.
_BY = re.compile(r"\bby\s+([^\s;()]+)", re.I)
_WITH = re.compile(r"\bwith\s+([a-z]+)", re.I)
_LOGIN = re.compile(r"(?:^|[\s,(])(?:authenticated sender|authenticated as|user)[:=\s]\s*([^\s(),;=]+)", re.I)
_CLIENT = re.compile(r"\[[0-9a-f:.]+\]", re.I)


def _sasl_received(authenticator: Authenticator, claim: Claim) -> Verdict:
    """The topmost that is no local delivery must be the server's, and say that From had logged in.  Whatever stands below was
    there before, and anybody may have written it; so where a filter hands mail back to the server, this proves nothing."""
    address = claim.message.author.address.lower() if claim.message.author else ""
    # The first is our own door's, if it came in by a door.
    for field in claim.message.all_headers("received")[1 if claim.client else 0 :]:
        bare = _bare(field[:_LONGEST])
        by, how = _BY.search(bare), _WITH.search(bare)
        protocol = how[1].upper() if how else ""
        if protocol in ("LMTP", "LOCAL"):
            continue
        if by is None or by[1].lower() != authenticator.id.lower() or protocol not in ("ESMTPSA", "ESMTPA"):
            return _no(f"{authenticator.id} took it from nobody who had logged in")
        if _logins(field[:_LONGEST]) != {address}:
            return _no(f"{authenticator.id} names another login than {address.rpartition('@')[2]}'s writer")
        return Authentication.ALIGNED, f"{authenticator.id} took it from its writer, who had logged in", ""
    return _no(f"no Received of {authenticator.id}")


def _logins(field: str) -> set[str]:
    """Who had logged in, as the server's comments say.  A client may greet with a comment of its own, and greets before the server
    tells its network address: only what stands below the last of these counts, and where none stands all must agree."""
    comments = _split(field)[1]
    # No server quotes what stands here; a client who greets with a quotation mark hides what follows.
    if field.count('"') > sum(comment.count('"') for comment in comments):
        return set()
    server = next((at for at in reversed(range(len(comments))) if _CLIENT.search(comments[at])), 0)
    found = (login for comment in comments[server:] for login in _LOGIN.findall(comment))
    return {login.lower().strip("<>\"'") for login in found}


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
    """pass, fail, none ...; "nothing" when dmarc is not spoken of; "other domain" when it is about another From.

    Of several results the first that is no pass: who vouches says nothing else beside it.
    """
    said = "nothing"
    for field in fields:
        result = _RESULT.match(field)
        if result is None or result[1].lower() != "dmarc":
            continue
        about = _FROM.search(field)
        if about is None or about[1].lower().rstrip(".") != domain:
            return "other domain"
        said = result[2].lower()
        if said != "pass":
            return said
    return said


def _bare(text: str) -> str:
    """Without comments and quoted strings (RFC 5322 section 3.2): a sender can put anything into a quoted local part, and the
    MTA then writes it here.  One that does not end hides the rest: better no result than a forged one."""
    return _split(text)[0]


def _split(text: str) -> tuple[str, list[str]]:
    """The bare text, and the comments that end, each with those within it."""
    bare: list[str] = []
    comments: list[str] = []
    comment: list[str] = []
    depth, quoted, escaped = 0, False, False
    for character in text:
        if depth:
            comment.append(character)
        if escaped:
            escaped = False
        elif character == "\\" and (depth or quoted):
            escaped = True
        elif character == '"' and not depth:
            quoted = not quoted
        elif character in "()" and not quoted:
            depth = max(0, depth + (1 if character == "(" else -1))
            if not depth and comment:
                comments.append("".join(comment[:-1]))
                comment = []
        elif not depth and not quoted:
            bare.append(character)
    return "".join(bare), comments


def _closed_network(authenticator: Authenticator, claim: Claim) -> Verdict:
    try:
        address = ip_address(claim.client)
    except ValueError:
        return _no("the client has no network address")
    if any(address in network for network in authenticator.networks):
        return Authentication.INTERNAL, f"{claim.client} is in the closed network", ""
    return _no(f"{claim.client} is in no closed network")


KINDS = {
    "authserv-id": _authserv_id,
    "own-dkim": _own_dkim,
    "exchange-online": _exchange_online,
    "sasl-received": _sasl_received,
    "arc": _arc,
    "closed-network": _closed_network,
}
