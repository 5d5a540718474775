"""spf_record: what a domain's SPF says, by RFC 7208.  Pure.

judge(domain, address, sender, book) -> Spf: the whole policy is walked, so that its lookups are counted as for an address that
nothing matches; with an address also its result.  parse(text) -> terms and problems.
LIMITS  `ptr` (which RFC 7208 section 5.5 advises against) is counted and never matches.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from maild.mail.names import Answer, Book, State

Ip = IPv4Address | IPv6Address
LOOKUPS, VOIDS, EXCHANGES, _MOST = 10, 2, 10, 60
RESULTS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
_VERSION = re.compile(r"v=spf1( |$)", re.I)
_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9._-]*)=(.*)")
_MECHANISM = re.compile(r"([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)(:\S*?)?((?:/\d+)?(?://\d+)?)", re.I)
_MACRO = re.compile(r"%(?:\{([A-Za-z])(\d*)(r?)([.+,/_=-]*)\}|([%_-]))", re.I)


@dataclass(frozen=True, slots=True)
class Term:
    """A mechanism with its qualifier, or a modifier (qualifier "")."""

    name: str
    value: str = ""
    qualifier: str = ""
    cidr: str = ""

    def __str__(self) -> str:
        if not self.qualifier:
            return f"{self.name}={self.value}"
        return f"{self.qualifier.strip('+')}{self.name}{':' if self.value else ''}{self.value}{self.cidr}"


@dataclass(frozen=True, slots=True)
class Spf:
    """result: RFC 7208 section 2.6, for the address; "" without one.  default: what the final `all` says of everybody else."""

    record: str = ""
    result: str = ""
    matched: str = ""
    lookups: int = 0
    default: str = ""
    errors: tuple[str, ...] = ()
    oddities: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


def is_spf(text: str) -> bool:
    return _VERSION.match(text) is not None


def parse(text: str) -> tuple[list[Term], list[str]]:
    """The terms after v=spf1, and what is wrong with them."""
    terms: list[Term] = []
    problems: list[str] = []
    for word in text.split()[1:]:
        modifier = _MODIFIER.fullmatch(word)
        if modifier:
            terms.append(Term(modifier[1].lower(), modifier[2]))
            continue
        match = _MECHANISM.fullmatch(word)
        if match is None:
            problems.append(f"{word[:60]!r} is no mechanism of SPF")
            continue
        term = Term(match[2].lower(), (match[3] or "")[1:], match[1] or "+", match[4])
        problems += [f"{word[:60]!r} names nothing after its colon"] if match[3] == ":" else _wrong(term, word)
        terms.append(term)
    for name in ("redirect", "exp"):
        if sum(not t.qualifier and t.name == name for t in terms) > 1:
            problems.append(f"{name}= stands twice")
    return terms, problems


def _wrong(term: Term, word: str) -> Iterator[str]:
    if term.name in ("ip4", "ip6"):
        try:
            network = ip_network(term.value + term.cidr, strict=False)
        except ValueError:
            yield f"{word[:60]!r} is no network"
            return
        if network.version != int(term.name[2]):
            yield f"{word[:60]!r}: write ip{network.version}: for it"
    elif term.name in ("include", "exists") and not term.value:
        yield f"{word[:60]!r} names no domain"
    elif term.cidr and term.name not in ("a", "mx"):
        yield f"{word[:60]!r} takes no length of network"


@dataclass
class _Walk:
    """One walk through a policy and all it includes."""

    book: Book
    sender: str
    address: Ip | None
    lookups: int = 0
    voids: int = 0
    matched: str = ""
    errors: list[str] = field(default_factory=list)
    oddities: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)

    def records(self, domain: str) -> list[str]:
        answer = self.book.ask(domain, "TXT")
        self._note(answer, domain)
        return [text for text in answer.records if is_spf(text)]

    def _note(self, answer: Answer, name: str) -> None:
        if answer.state is State.SILENT and name not in self.silent:
            self.silent.append(name)

    def result(self, domain: str, trail: tuple[str, ...]) -> str:
        """check_host() of RFC 7208 section 4 for one record; "none" when there is not exactly one."""
        found = self.records(domain)
        if len(found) != 1:
            if found:
                self.errors.append(f"{domain} has {len(found)} SPF records; with more than one none counts")
            return "none"
        terms, problems = parse(found[0])
        self.errors += [f"{domain}: {problem}" for problem in problems]
        result = ""
        for term in terms:
            if term.qualifier and self._matches(term, domain, trail) and not result:
                result = RESULTS[term.qualifier]
                self.matched = str(term) if len(trail) == 1 else self.matched
        redirect = next((t.value for t in terms if t.name == "redirect" and not t.qualifier), "")
        if redirect and not any(t.name == "all" for t in terms):
            followed = self._follow(redirect, domain, trail, "redirect=")
            return result or followed
        return result or "neutral"

    def _matches(self, term: Term, domain: str, trail: tuple[str, ...]) -> bool:
        if term.name == "all":
            return True
        if term.name in ("ip4", "ip6"):
            return self._inside(term.value, term.cidr)
        if term.name == "include":
            return self._follow(term.value, domain, trail, "include:") == "pass"
        self._count()
        target = self._expand(term.value or domain, domain)
        return KINDS[term.name](self, target, term.cidr)

    def _count(self) -> None:
        self.lookups += 1

    def _follow(self, target: str, domain: str, trail: tuple[str, ...], word: str) -> str:
        self._count()
        name = self._expand(target, domain)
        if name in trail:
            self.errors.append(f"{domain} leads back to {name}: {word}{target}")
            return "none"
        if self.lookups > _MOST:
            return "none"
        result = self.result(name, (*trail, name))
        if result == "none" and name not in self.silent and not self.book.missing:
            self.errors.append(f"{word}{target} (of {domain}) has no usable SPF record")
        return result

    def _addresses(self, name: str) -> list[str]:
        """What is asked for is of the family of the address; without one either, and nothing matches."""
        kinds = ("AAAA",) if isinstance(self.address, IPv6Address) else ("A",)
        answers = [self.book.ask(name, kind) for kind in kinds]
        for answer in answers:
            self._note(answer, name)
        found = [record for answer in answers for record in answer.records]
        if not found and self.address is not None and all(a.state in (State.EMPTY, State.ABSENT) for a in answers):
            self.voids += 1
        return found

    def _inside(self, network: str, cidr: str) -> bool:
        if self.address is None:
            return False
        four, _, six = cidr.partition("//")
        length = f"/{six}" if self.address.version == 6 and six else four if "/" not in network else ""
        try:
            return self.address in ip_network(f"{network}{length}", strict=False)
        except ValueError:
            return False

    def a(self, target: str, cidr: str) -> bool:
        return any(self._inside(address, self._length(cidr)) for address in self._addresses(target))

    def _length(self, cidr: str) -> str:
        """a and mx: /24 is for IPv4 only, //64 for IPv6 (RFC 7208 section 5.6)."""
        four, _, six = cidr.partition("//")
        six = f"//{six}" if six else ""
        return six if isinstance(self.address, IPv6Address) else four

    def mx(self, target: str, cidr: str) -> bool:
        answer = self.book.ask(target, "MX")
        self._note(answer, target)
        hosts = [record.split()[-1] for record in answer.records]
        if len(hosts) > EXCHANGES:
            self.errors.append(f"mx:{target} has {len(hosts)} servers; more than {EXCHANGES} may not be asked")
        # All of them, so that all are asked for in one round.
        return True in [self.a(host, cidr) for host in hosts[:EXCHANGES]]

    def exists(self, target: str, cidr: str) -> bool:
        answer = self.book.ask(target, "A")
        return bool(answer.records) and self.address is not None

    def ptr(self, target: str, cidr: str) -> bool:
        self.oddities.append("`ptr` is slow and many receivers pass over it: name the addresses instead")
        return False

    def _expand(self, spec: str, domain: str) -> str:
        """Macros (RFC 7208 section 7); HELO and time are not known here."""
        local, _, of = self.sender.rpartition("@")
        ip = self.address or IPv4Address("192.0.2.1")
        dotted = ".".join(ip.exploded.replace(":", "")) if ip.version == 6 else str(ip)
        values = {"s": self.sender, "l": local, "o": of, "d": domain, "i": dotted, "h": of, "p": "unknown",
                  "v": "ip6" if ip.version == 6 else "in-addr"}  # fmt: skip

        def value(match: re.Match[str]) -> str:
            if match[5]:
                return {"%": "%", "_": " ", "-": "%20"}[match[5]]
            parts = re.split(f"[{re.escape(match[4] or '.')}]", values.get(match[1].lower(), ""))
            parts = parts[::-1] if match[3] else parts
            return ".".join(parts[-int(match[2]) :] if match[2] and int(match[2]) else parts)

        return _MACRO.sub(value, spec).rstrip(".").lower()


KINDS = {"a": _Walk.a, "mx": _Walk.mx, "exists": _Walk.exists, "ptr": _Walk.ptr}


def judge(domain: str, address: str, sender: str, book: Book) -> Spf:
    """address "" when it is not known."""
    walk = _Walk(book, sender, ip_address(address) if address else None)
    found = walk.records(domain)
    result = walk.result(domain, (domain,))
    if walk.lookups > LOOKUPS:
        walk.errors.append(
            f"it takes {walk.lookups} lookups; after {LOOKUPS} receivers give up (RFC 7208 section 4.6.4)"
        )
    if walk.voids > VOIDS:
        walk.oddities.append(f"{walk.voids} of its names lead nowhere; more than {VOIDS} may make receivers give up")
    if walk.silent:
        result = "temperror"
    elif walk.errors:
        result = "permerror"
    return Spf(
        found[0] if found else "",
        result if address or result in ("permerror", "temperror", "none") else "",
        walk.matched,
        walk.lookups,
        _default(found[0]) if len(found) == 1 else "",
        tuple(dict.fromkeys(walk.errors)),
        tuple(dict.fromkeys(walk.oddities)),
        tuple(walk.silent),
    )


def _default(record: str) -> str:
    """What is said of those whom nothing matches."""
    terms, _ = parse(record)
    everybody = next((t for t in terms if t.name == "all"), None)
    if everybody is None:
        return "" if any(t.name == "redirect" for t in terms) else "neutral"
    return RESULTS[everybody.qualifier]
