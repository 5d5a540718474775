"""signing: DKIM.  maild does not sign, its relay does; the key is in the DNS under a selector that only signed mail tells.

Selectors come from --selector, else from signatures of the domain in the newest mails: letters that came back (a bounce quotes our
header) and mail of colleagues by the same server; else some common ones are tried.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial

from maild.cli.doctor.domains import of_each, told
from maild.cli.doctor.finding import Finding, Unseen, error, note, ok, warning
from maild.cli.doctor.ground import Ground, looking
from maild.edges.aside import in_thread
from maild.mail import dkim_record, dmarc_record
from maild.store import incoming

COMMON = (
    "default",
    "mail",
    "dkim",
    "selector1",
    "selector2",
    "google",
    "s1",
    "s2",
    "k1",
    "k2",
    "key1",
    "mx",
    "smtp",
    "fm1",
)
_NEWEST, _LARGEST = 60, 300_000


async def dkim(ground: Ground) -> list[Finding]:
    """DKIM keys of the desks' domains (--selector NAME says which)."""
    return await of_each(ground.sending, partial(_dkim, ground))


async def _dkim(ground: Ground, name: str) -> list[Finding]:
    await told(ground, name, "TXT")
    # What stands in a mail, anybody may have written: it is only a hint where to look.
    asked = ground.selectors or (*await in_thread(partial(_in_mails, ground, name)), *COMMON)
    policy = await ground.names.settle(partial(dmarc_record.find, name))
    # Relaxed alignment (RFC 9989 section 4.4.1): a signature of the organisation speaks for the domains below it.
    signers = (name,) if policy.strict_dkim else dict.fromkeys((name, policy.organisation))
    for signer in signers:
        found = await _published(ground, signer, asked)
        if found:
            missing = [_missing(s, signer) for s in ground.selectors if s not in found]
            judged = [x for s, records in found.items() for x in _judge(f"{s}._domainkey.{signer}", records)]
            return [*judged, *missing]
    if ground.selectors:
        return [_missing(selector, name) for selector in ground.selectors]
    return [_nowhere(name, policy.policy)]


async def _published(ground: Ground, signer: str, selectors: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The records with a key, by selector.  A name may answer everything (a wildcard): what has no p= is no key."""
    asked = list(dict.fromkeys(selectors))
    answers = await asyncio.gather(*(ground.names.ask(f"{selector}._domainkey.{signer}", "TXT") for selector in asked))
    return {s: a.records for s, a in zip(asked, answers, strict=True) if any("p=" in r for r in a.records)}


def _missing(selector: str, signer: str) -> Finding:
    return error(
        f"there is no DKIM key at {selector}._domainkey.{signer}",
        "what is signed with it is taken for forged",
        f"publish the key that the relay signs with, or sign with another (opendkim-genkey -s {selector} -d {signer})",
        domain=signer,
        selector=selector,
    )


def _nowhere(name: str, policy: str) -> Finding:
    text = f"no DKIM key of {name} was found under common selectors"
    why = "letters that are forwarded, or whose SPF fails, are believed by a signature only"
    cure = "name the relay's: maild doctor --selector NAME; if it does not sign, let it (OpenDKIM, Rspamd)"
    if policy in ("quarantine", "reject"):
        return warning(text, why, cure, domain=name)
    return note(text, why, cure, domain=name)


def _in_mails(ground: Ground, name: str) -> tuple[str, ...]:
    try:
        with looking(ground.config) as session:
            rows = session.all("SELECT raw FROM incoming WHERE size < ? ORDER BY id DESC LIMIT ?", (_LARGEST, _NEWEST))
            mails = [incoming.raw(session, row[0]) for row in rows]
    except Unseen:
        return ()
    return tuple(dict.fromkeys(s for mail in mails for s in dkim_record.selectors(mail, name)))[:5]


def _judge(where: str, records: tuple[str, ...]) -> list[Finding]:
    keys = [record for record in records if "p=" in record]
    if len(keys) > 1:
        return [
            error(
                f"{where} has {len(keys)} keys",
                "receivers take any of them, or none",
                "leave one TXT record there",
                at=where,
            )
        ]
    key = dkim_record.read(keys[0])
    why, cure = "signatures with it do not count", f"publish {where} anew, as the signing program wrote it"
    findings = [error(f"{where}: {wrong}", why, cure, at=where) for wrong in key.errors]
    findings += [
        warning(
            f"{where}: {weak}",
            "some receivers no longer trust it",
            "make a key of 2048 bits under a new selector",
            at=where,
        )
        for weak in key.weaknesses
    ]
    if key.testing:
        findings.append(
            note(f"{where} is marked as a test (t=y)", "failing signatures are treated as none", "take t=y away")
        )
    good = ok(f"{where}: {key.kind}, {key.bits} bits", at=where, bits=key.bits)
    return findings if key.errors or key.weaknesses else [good, *findings]
