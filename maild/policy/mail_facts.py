"""mail_facts: what a mail in a test beside a rule says of its sender, of the time and of the database; what it leaves out follows
from the policy's files, as it does for a mail that comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from maild.model.derived import agreed, ordered, placed
from maild.model.directory import directory
from maild.model.policy import Facts, Rules
from maild.policy.compare import Place, Site
from maild.policy.schema import MailForm
from maild.policy.source import nearest


def known_of(facts: Facts, mail: MailForm, place: Place) -> Facts:
    """The facts, complete.  place: of the mail."""
    site, trust = place.site, mail.trust or ("aligned" if mail.authenticated else "none")
    _known(mail, place)
    facts = replace(
        facts,
        at=mail.at,
        authentication=trust,
        authenticated=trust != "none",
        possession=mail.possession,
        files=len(mail.attachments),
        spam=mail.spam,
        known=mail.known,
        muted=mail.muted,
        marked_spam=mail.marked_spam,
        cases=mail.cases,
        counts=tuple((whose, 0, number) for whose, number in mail.counts.items()),
        same_subject=mail.open_same_subject,
        case_status=mail.case_status,
    )
    organisations = _fitting(site.organisations)
    whose = (
        organisations.get(mail.organisation)
        if mail.organisation
        else directory((), organisations.values()).organisation(facts.author)
    )
    agreements = _fitting(site.agreements)
    addresses = (*facts.to, *facts.cc)
    facts = replace(facts, **placed(facts.at, addresses, whose, agreements, _fitting(site.desks).values()))
    if mail.agreement is not None:
        facts = replace(facts, **agreed(agreements[key] for key in mail.agreement if key in agreements))
    return (
        ordered(facts, Rules(_fitting(site.catalogue).values()))
        if mail.item is None
        else replace(facts, item=mail.item)
    )


def _fitting(entries: Mapping[str, Any]) -> dict[str, Any]:
    """Those without problems of their own."""
    return {key: one for key, one in entries.items() if one is not None}


def _known(mail: MailForm, place: Place) -> None:
    """What it names is there."""
    site: Site = place.site
    named = (("organisation", mail.organisation, site.organisations), ("item", mail.item, site.catalogue))
    each = tuple(("agreement", key, site.agreements) for key in mail.agreement or ())
    for what, key, known in (*named, *each):
        if key is not None and key not in known:
            place.at(what).wrong(f"there is no {what} {key[:60]!r}", nearest(key, known))
