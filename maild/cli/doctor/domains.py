"""domains: what the world sees in the DNS of the desks' domains: where mail for them goes, and who may write in their name.

Judgement of records is in maild/mail/{spf,dkim,dmarc}_record.py; here it is asked and put into words.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Iterator
from functools import partial

from maild.cli.doctor.finding import Finding, Unseen, error, note, ok, warning
from maild.cli.doctor.ground import Ground
from maild.edges.aside import in_thread
from maild.mail import dmarc_record, spf_record
from maild.mail.names import Answer, State

_ADDRESSES = ("A", "AAAA")
_NOBODY = (
    "192.0.2.1",
    "2001:db8::1",
)  # RFC 5737, RFC 3849: documentation; a datagram socket sends nothing by being connected


async def of_each(names: Iterable[str], look: Callable[[str], Awaitable[list[Finding]]]) -> list[Finding]:
    """Every domain, side by side."""
    found = await asyncio.gather(*(look(name) for name in names))
    return [finding for some in found for finding in some]


async def told(ground: Ground, name: str, type_: str) -> Answer:
    """The answer; Unseen when no name server tells."""
    answer = await ground.names.ask(name, type_)
    if answer.state is State.SILENT:
        raise Unseen("no name server answers (--resolver HOST:PORT names another)")
    return answer


async def addresses(ground: Ground, host: str) -> tuple[list[str], str]:
    """Of a host, both families; and its alias, if it is one."""
    answers = [await told(ground, host, kind) for kind in _ADDRESSES]
    return [record for answer in answers for record in answer.records], answers[0].alias


# --- where mail goes ----------------------------------------------------------------------------------------------------------------


async def mx(ground: Ground) -> list[Finding]:
    """Whether mail for the desks' domains has a server to go to."""
    return await of_each(ground.domains, partial(_mx, ground))


async def _mx(ground: Ground, name: str) -> list[Finding]:
    answer = await told(ground, name, "MX")
    if not answer.records:
        return [await _without_mx(ground, name)]
    hosts = sorted((int(r.split()[0]), r.split()[1]) for r in answer.records if len(r.split()) == 2)
    if not hosts:
        # RFC 7505: "0 ." says that the domain takes no mail.
        return [
            error(
                f"{name} says that it takes no mail (a null MX)",
                "nobody can write to the desk",
                f"{name}. IN MX 10 YOUR-MAIL-SERVER.",
                domain=name,
            )
        ]
    findings = [finding for _, host in hosts for finding in await _exchange(ground, name, host)]
    return findings or [ok(f"mail for {name} goes to {', '.join(host for _, host in hosts)}", domain=name)]


async def _without_mx(ground: Ground, name: str) -> Finding:
    cure = f"{name}. IN MX 10 YOUR-MAIL-SERVER."
    if (await addresses(ground, name))[0]:
        return warning(
            f"{name} has no MX, only an address",
            "mail goes to that very machine (RFC 5321 section 5.1), and some senders take it for a domain without mail",
            cure,
            domain=name,
        )
    return error(
        f"{name} has no mail server (neither MX nor address)",
        "nobody can write to the desk, and nobody takes mail from it",
        cure,
        domain=name,
    )


async def _exchange(ground: Ground, name: str, host: str) -> list[Finding]:
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(host)
        return [
            error(
                f"the MX of {name} is the address {host}",
                "an MX must be a name",
                f"{name}. IN MX 10 A-NAME. with A-NAME. IN A {host}",
                domain=name,
            )
        ]
    found, alias = await addresses(ground, host)
    if not found:
        return [
            error(
                f"the mail server {host} of {name} has no address",
                "mail cannot be brought there",
                f"{host}. IN A ADDRESS",
                domain=name,
            )
        ]
    if alias:
        return [
            warning(
                f"the mail server {host} of {name} is an alias of {alias}",
                "an MX may be none (RFC 2181 section 10.3); some senders refuse it",
                f"{name}. IN MX 10 {alias}.",
                domain=name,
            )
        ]
    return []


# --- who may write in their name --------------------------------------------------------------------------------------------------


async def spf(ground: Ground) -> list[Finding]:
    """SPF of the desks' domains: one record, its form, its lookups, and whether our letters would pass."""
    return await of_each(ground.sending, partial(_spf, ground, await outgoing(ground)))


async def _spf(ground: Ground, from_: list[str], name: str) -> list[Finding]:
    await told(ground, name, "TXT")
    verdicts = [
        await ground.names.settle(partial(spf_record.judge, name, address, f"support@{name}"))
        for address in from_ or [""]
    ]
    found = verdicts[0]
    if not found.record and not found.errors:
        may = f"ip4:{from_[0]}" if from_ and ":" not in from_[0] else "mx"
        return [
            warning(
                f"{name} has no SPF record",
                "receivers cannot tell our letters from forgeries",
                f'{name}. IN TXT "v=spf1 {may} -all"',
                domain=name,
            )
        ]
    findings = [*_wrong_spf(name, found)]
    if not found.errors:
        pairs = zip(from_, verdicts, strict=False)
        findings += [
            f for address, verdict in pairs if (f := _passes(name, address, verdict, sure=bool(ground.address)))
        ]
    good = ok(
        f"SPF of {name} takes {found.lookups} of {spf_record.LOOKUPS} lookups"
        + (f" and lets {from_[0]} pass" if from_ else ""),
        domain=name,
        record=found.record,
        lookups=found.lookups,
    )
    if not from_:
        findings.append(
            note(
                f"whether our letters pass the SPF of {name} cannot be seen from here",
                "the relay is on this machine, and its address outside is not known",
                "maild doctor --address IP",
                domain=name,
            )
        )
    return findings if any(f.level in ("warning", "error") for f in findings) else [good, *findings]


def _wrong_spf(name: str, found: spf_record.Spf) -> Iterator[Finding]:
    why = "receivers count it as broken, and trust nothing that it says"
    for wrong in found.errors:
        yield error(f"SPF of {name}: {wrong}", why, _spf_cure(name, wrong), domain=name, record=found.record)
    for odd in found.oddities:
        yield note(f"SPF of {name}: {odd}", domain=name)
    if found.silent:
        yield note(
            f"SPF of {name}: no name server tells of {', '.join(found.silent)}", "receivers would try again later"
        )
    if found.default == "pass":
        yield error(
            f"SPF of {name} lets everybody pass (+all)",
            "whoever forges our letters is believed",
            f"end the TXT record of {name} with -all",
            domain=name,
        )
    elif found.default == "neutral" and not found.errors:
        yield note(
            f"SPF of {name} says nothing of strangers (?all, or no all)",
            "it protects from no forger",
            "end it with -all or ~all",
        )


def _spf_cure(name: str, wrong: str) -> str:
    if "lookups" in wrong:
        return f"name networks (ip4:, ip6:) in the TXT record of {name} instead of include:, a and mx"
    if "SPF records" in wrong:
        return "make one TXT record of them, beginning with v=spf1, at the name that has several"
    return f"mend the TXT record of {name}; then: dig +short TXT {name}"


def _passes(name: str, address: str, verdict: spf_record.Spf, *, sure: bool) -> Finding | None:
    if verdict.result == "pass":
        return None
    kind = "ip6" if ":" in address else "ip4"
    text = f"SPF of {name} says {verdict.result or 'nothing'} of {address}" + (
        "" if sure else ", if our letters leave from there"
    )
    cure = f"write {kind}:{address} into the TXT record of {name}, or tell the right address: maild doctor --address IP"
    level = error if sure and verdict.result == "fail" else warning
    return level(
        text, "receivers take our letters for forgeries", cure, domain=name, address=address, result=verdict.result
    )


async def outgoing(ground: Ground) -> list[str]:
    """The addresses that letters leave from, as far as can be seen: told, else the relay's, else this machine's."""
    if ground.address:
        return [ground.address]
    host = ground.config.relay.host
    try:
        async with asyncio.timeout(5):
            found = await in_thread(
                lambda: {str(x[4][0]) for x in socket.getaddrinfo(host, 25, type=socket.SOCK_STREAM)}
            )
    except (OSError, UnicodeError, TimeoutError):
        found = set()
    if any(ipaddress.ip_address(x.partition("%")[0]).is_loopback for x in found):
        found = set(_own())
    return sorted(x for x in found if ipaddress.ip_address(x.partition("%")[0]).is_global)


def _own() -> Iterator[str]:
    for family, somebody in zip((socket.AF_INET, socket.AF_INET6), _NOBODY, strict=True):
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as way:
            way.connect((somebody, 9))
            yield str(way.getsockname()[0])


async def dmarc(ground: Ground) -> list[Finding]:
    """DMARC of the desks' domains: the record, its policy, its reports, and whether our letters align."""
    return await of_each(ground.sending, partial(_dmarc, ground))


async def _dmarc(ground: Ground, name: str) -> list[Finding]:
    await told(ground, f"_dmarc.{name}", "TXT")
    found = await ground.names.settle(partial(dmarc_record.find, name))
    if found.silent:
        return [note(f"DMARC of {name}: no name server tells", "receivers would try again later")]
    record = f'_dmarc.{found.organisation}. IN TXT "v=DMARC1; p=quarantine; rua=mailto:postmaster@{found.organisation}"'
    if not found.at:
        wrong = [
            error(f"DMARC: {x}", "receivers count it as none", f"leave one TXT record there: {record}", domain=name)
            for x in found.errors
        ]
        return wrong or [
            warning(
                f"{name} has no DMARC record",
                "anybody can write in the desk's name, and large receivers want one",
                record,
                domain=name,
            )
        ]
    findings = [error(f"DMARC: {x}", "receivers count it as none", record, domain=name) for x in found.errors]
    findings += [note(f"DMARC of {found.at}: {x}", domain=name) for x in found.oddities]
    if found.policy == "none":
        findings.append(
            note(
                f"DMARC of {name} only watches (p=none)",
                "forged letters are delivered",
                "when the reports are clean: p=quarantine, then p=reject",
                domain=name,
            )
        )
    if not found.tags.get("rua"):
        findings.append(
            note(
                f"DMARC of {name} asks for no reports (rua=)",
                "nobody would see that letters fail",
                f"add rua=mailto:postmaster@{found.organisation}",
                domain=name,
            )
        )
    if any(f.level == "error" for f in findings):
        return findings
    # Envelope and From of our letters are both of the desk's domain: what passes SPF is aligned, however strict.
    where = f"at {found.at}" if found.at != name else ""
    return [
        ok(f"DMARC of {name}: {found.policy} {where}".strip(), domain=name, record=found.record, policy=found.policy),
        *findings,
    ]
