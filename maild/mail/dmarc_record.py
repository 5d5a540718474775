"""dmarc_record: which DMARC policy holds for a domain (RFC 9989, which took the place of RFC 7489).  Pure.

find(domain, book) -> Dmarc.  The tree walk of section 4.10: the domain itself, then its parents, at most eight questions; no list of
public suffixes is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from maild.mail.dkim_record import tags
from maild.mail.names import Book, State

_LABELS = 8
_VERSION = re.compile(r"\s*v\s*=\s*DMARC1\s*(;|$)")
_POLICIES = ("none", "quarantine", "reject")
# What RFC 7489 had and RFC 9989 dropped.
_DROPPED = ("pct", "rf", "ri")


@dataclass(frozen=True, slots=True)
class Dmarc:
    """at: where the record stands, "" for nowhere; policy: what it asks for this domain's mail; organisation: whose relaxed alignment
    counts; errors: the record does not count; oddities: it counts, but says something that is not meant so."""

    at: str = ""
    record: str = ""
    policy: str = ""
    organisation: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    oddities: tuple[str, ...] = ()
    silent: bool = False

    @property
    def strict_spf(self) -> bool:
        return self.tags.get("aspf", "r").lower() == "s"

    @property
    def strict_dkim(self) -> bool:
        return self.tags.get("adkim", "r").lower() == "s"


def find(domain: str, book: Book) -> Dmarc:
    """The record of the domain, else that of its organisation."""
    domain = domain.lower().rstrip(".")
    records: dict[str, str] = {}
    errors: list[str] = []
    for name in walk(domain):
        answer = book.ask(f"_dmarc.{name}", "TXT")
        if answer.state is State.SILENT:
            return Dmarc(organisation=domain, silent=True)
        meant = [text for text in answer.records if _VERSION.match(text)]
        errors += _unreadable(name, answer.records) if name == domain else []
        if len(meant) > 1:
            # Section 4.10: several at one name count as none.
            errors.append(f"_dmarc.{name} has {len(meant)} records, so none of them counts")
        elif meant:
            records[name] = meant[0]
            if (tags(meant[0]) or {}).get("psd", "u").lower() == "n":
                break
    organisation = _organisation(domain, records)
    at = next((x for x in (domain, organisation) if x in records), "")
    if not at:
        return Dmarc(organisation=organisation, errors=tuple(errors))
    said = tags(records[at])
    if said is None:
        errors.append(f"the record at _dmarc.{at} is no list of tag=value")
        return Dmarc(at, records[at], "", organisation, {}, tuple(errors))
    policy = _policy(said, own=at == domain, exists=book.ask(domain, "A").state is not State.ABSENT)
    return Dmarc(at, records[at], policy, organisation, said, tuple(errors), tuple(_odd(said)))


def walk(domain: str) -> Iterator[str]:
    """The names to ask, longest first; from a name of many labels down to seven in one step (section 4.10)."""
    labels = domain.split(".")
    yield domain
    rest = labels[1:] if len(labels) < _LABELS else labels[-(_LABELS - 1) :]
    for start in range(len(rest)):
        yield ".".join(rest[start:])


def _unreadable(name: str, records: tuple[str, ...]) -> list[str]:
    odd = [text for text in records if "dmarc1" in text.lower() and not _VERSION.match(text)]
    return [f"_dmarc.{name} has a record that does not begin with v=DMARC1;, so it does not count"] if odd else []


def _organisation(domain: str, records: Mapping[str, str]) -> str:
    """Section 4.10.2, from the longest name to the shortest."""
    longest_first = sorted(records, key=lambda name: -name.count("."))
    for name in longest_first:
        psd = (tags(records[name]) or {}).get("psd", "u").lower()
        if psd == "n":
            return name
        if psd == "y" and name != domain:
            # A public suffix: the organisation is one label longer.
            return ".".join(domain.split(".")[-(name.count(".") + 2) :])
    return longest_first[-1] if longest_first else domain


def _policy(said: Mapping[str, str], *, own: bool, exists: bool) -> str:
    """p for the domain itself; for what lies below it sp, and np for names that do not exist."""
    order = ("p",) if own else ("sp", "p") if exists else ("np", "sp", "p")
    policy = next((said[tag].lower() for tag in order if said.get(tag, "").lower() in _POLICIES), "none")
    # t=y: receivers are asked to go one step down (section 4.7).
    if said.get("t", "n").lower() == "y":
        return {"reject": "quarantine", "quarantine": "none"}.get(policy, policy)
    return policy


def _odd(said: Mapping[str, str]) -> Iterator[str]:
    for tag in ("p", "sp", "np"):
        if tag in said and said[tag].lower() not in _POLICIES:
            yield f"{tag}={said[tag]} is none of {', '.join(_POLICIES)}, so it counts as none"
    if "p" not in said:
        yield "p= is missing, so the policy counts as none"
    for tag in ("rua", "ruf"):
        for uri in said.get(tag, "").split(","):
            if uri.strip() and not re.match(r"(?i)mailto:[^@\s]+@[^@\s]+$", uri.strip()):
                yield f"{tag}={uri.strip()} is no mailto: address, so no report comes"
    for tag in ("adkim", "aspf"):
        if said.get(tag, "r").lower() not in ("r", "s"):
            yield f"{tag}={said[tag]} is neither r nor s, so it counts as r"
    if said.get("pct", "100") != "100":
        yield f"pct={said['pct']} is no longer looked at (RFC 9989 dropped {', '.join(_DROPPED)})"
