"""mailboxes: which addresses are ours.  Apart from the doors, so that a command that asks it loads none of them."""

from __future__ import annotations

from collections.abc import Mapping

from maild.mail import token
from maild.model.people import Desk
from maild.model.policy import Policy

POSTMASTER = "postmaster"


def knows(recipient: str, desks: Mapping[str, Desk]) -> bool:
    """Whether mail to this address is for one of the desks (by address), or for the postmaster of their domains."""
    local, _, domain = recipient.lower().rpartition("@")
    if not local:
        return domain == POSTMASTER
    if f"{local}@{domain}" in desks:
        return True
    if local == POSTMASTER:
        return any(address.endswith(f"@{domain}") for address in desks)
    return any(
        token.split(recipient, address, desk.separator) is not None
        for address, desk in desks.items()
        if address.endswith(f"@{domain}")
    )


def plain_of(recipient: str, desks: Mapping[str, Desk]) -> str:
    """The desk's address without what stands behind its separator; any other as it is."""
    lower = recipient.lower()
    found = (own for own, desk in desks.items() if token.split(recipient, own, desk.separator) is not None)
    return lower if lower in desks else next(found, lower)


def by_address(policy: Policy) -> dict[str, Desk]:
    return {address: desk for desk in policy.desks.values() for address in desk.addresses}
