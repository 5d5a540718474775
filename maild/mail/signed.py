"""signed: DKIM signatures that prove From (RFC 6376), and seals of forwarders (ARC, RFC 8617), verified by ourselves.

signature(raw, domain, date, now, book) -> Signed     is there one of the From's own domain, whole, and over all that matters?
marks(headers, domain) -> what names each signature of that organisation, believed or not
seals(raw, book) -> Sealed                            who sealed the mail on its way, if every seal holds

dkimpy does the cryptography and the canonical forms; what a signature must be over before a handler's word counts is ours:
From, To, Subject, Date and Message-ID, each there once; no l= (what is appended would pass); Date within seven days.  A domain counts
as the author's when it is his, or of the same organisation by DMARC's tree walk and adkim is not strict (RFC 9989 section 4.10).
Pure: keys come out of a Book (mail/names.py).

LIMITS  Three signatures that could count are tried, no more.  Ed25519 keys are not verified (dkimpy needs PyNaCl for them).
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import dkim

from maild.mail import dkim_record, dmarc_record
from maild.mail.names import Book, State

OVER = ("from", "to", "subject", "date", "message-id")
OLDEST = timedelta(days=7)
# A clock that goes ahead is no forgery.
AHEAD = timedelta(hours=1)
_MOST, _LOOKED_AT = 3, 50
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]+")


@dataclass(frozen=True, slots=True)
class Signed:
    """said: the evidence in one line; mark: names this very signature, so that its mail acts once."""

    good: bool
    said: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Sealed:
    """domains: all that sealed, the first who got the mail first; first: what he wrote of it (ARC-Authentication-Results, i=1)."""

    domains: tuple[str, ...] = ()
    first: str = ""
    said: str = "no ARC seals"


def signature(raw: bytes, domain: str, date: datetime | None, now: datetime, book: Book) -> Signed:
    """The verdict on the signatures of the author's domain.  While book.missing grows it is not yet the last word."""
    verifier = _quiet(lambda: dkim.DKIM(raw))
    if verifier is None:
        return Signed(False, "own-dkim: a mail that cannot be read so")
    names = [name.lower() for name, _ in verifier.headers]
    doubled = [name for name in OVER if names.count(name.encode()) != 1]
    if doubled:
        return Signed(False, f"own-dkim: {', '.join(doubled)}: not there once")
    if date is None or not now - OLDEST <= date <= now + AHEAD:
        return Signed(False, "own-dkim: Date is not of these seven days")
    written = [value for name, value in verifier.headers if name.lower() == b"dkim-signature"][:_LOOKED_AT]
    claims = [(at, dkim_record.tags(value.decode("ascii", "replace")) or {}) for at, value in enumerate(written)]
    reasons = []
    for at, claim in [(at, claim) for at, claim in claims if _related(_signer(claim), domain)][:_MOST]:
        fault = _unfit(claim) or _faulty(verifier, at, _signer(claim), domain, book)
        if not fault:
            return Signed(True, f"own-dkim: {_signer(claim)} signed it", _mark(claim))
        reasons.append(f"own-dkim: {_signer(claim)}: {fault}")
    return Signed(False, reasons[0] if reasons else f"own-dkim: no signature of {domain}")


def marks(headers: Iterable[str], domain: str) -> tuple[str, ...]:
    """The marks of DKIM-Signature fields that may speak for a domain; nothing is verified."""
    claims = (dkim_record.tags(value) or {} for value in headers)
    return tuple(dict.fromkeys(_mark(claim) for claim in claims if "b" in claim and _related(_signer(claim), domain)))


def _mark(claim: Mapping[str, str]) -> str:
    """By the signature's octets: base64 writes the same ones in several ways, and no signature covers how."""
    written = _NOT_BASE64.sub("", claim["b"])
    octets = base64.b64decode(written + "=" * (-len(written) % 4))
    return hashlib.sha256(octets).hexdigest()[:32]


def _signer(claim: Mapping[str, str]) -> str:
    return claim.get("d", "").lower().rstrip(".")


def _unfit(claim: Mapping[str, str]) -> str:
    """What the signature says of itself that is too little for a handler's word; "" for nothing."""
    over = {name.strip().lower() for name in claim.get("h", "").split(":")}
    lacks = [name for name in OVER if name not in over]
    if "l" in claim:
        return "the signature is over a part only (l=)"
    if lacks:
        return f"the signature leaves out {', '.join(lacks)}"
    # RFC 8301 section 3.1: nobody may believe rsa-sha1.
    return "" if claim.get("a", "").lower() == "rsa-sha256" else "the signature is not made by rsa-sha256"


def _faulty(verifier: Any, at: int, signer: str, domain: str, book: Book) -> str:
    """What the signature's check says against it; "" for nothing."""
    trouble: list[str] = []
    holds = _quiet(lambda: verifier.verify(idx=at, dnsfunc=_keys(book, trouble)))
    if trouble:
        return trouble[0]
    if not holds:
        return "the signature does not hold"
    return "" if _aligned(signer, domain, book) else f"it does not speak for {domain}"


def _related(signer: str, domain: str) -> bool:
    """Whether the two could be of one organisation; what could not is not worth an RSA operation."""
    return bool(signer) and signer.split(".")[-2:] == domain.split(".")[-2:]


def _aligned(signer: str, domain: str, book: Book) -> bool:
    if signer == domain:
        return True
    mine, his = dmarc_record.find(domain, book), dmarc_record.find(signer, book)
    if mine.silent or his.silent or mine.strict_dkim:
        return False
    return mine.organisation == his.organisation


def _keys(book: Book, trouble: list[str]) -> Callable[..., bytes | None]:
    """What dkimpy asks for the keys: out of the book.  A key that is too short, revoked or for tests proves nothing."""

    def ask(name: bytes, timeout: int = 5) -> bytes | None:
        answer = book.ask(name.decode("ascii", "replace"), "TXT")
        if answer.state is State.SILENT:
            trouble.append("the DNS does not answer")
        if answer.state is not State.FOUND:
            return None
        key = dkim_record.read(answer.records[0])
        if len(answer.records) > 1 or key.errors or key.revoked or key.testing:
            trouble.append("its key is revoked, for tests or not to be read")
            return None
        return answer.records[0].encode("ascii", "replace")

    return ask


def seals(raw: bytes, book: Book) -> Sealed:
    """Every seal holds, or none counts (RFC 8617 section 5.2)."""
    if b"arc-seal:" not in raw[:200_000].lower():
        return Sealed()
    trouble: list[str] = []
    told: Any = _quiet(lambda: dkim.ARC(raw).verify(dnsfunc=_keys(book, trouble)))
    chain, results = (told[0], told[1]) if told else (b"fail", [])
    if chain != b"pass":
        return Sealed(said=f"arc: {trouble[0] if trouble else 'the chain of seals does not hold'}")
    links = sorted(results, key=lambda link: int(link["instance"]))
    domains = tuple(link["as-domain"].decode("ascii", "replace").lower() for link in links)
    return Sealed(domains, links[0]["aar-value"].decode("utf-8", "replace"), f"arc: sealed by {', '.join(domains)}")


def _quiet(call: Callable[[], Any]) -> Any:
    """dkimpy raises many things at a signature that somebody made up; whatever it is, nothing is proven."""
    try:
        return call()
    except Exception:
        return None
