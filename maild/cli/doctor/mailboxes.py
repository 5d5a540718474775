"""mailboxes: can we log into each that is named in maild.yaml."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from maild import notify
from maild.cli.doctor.finding import Finding, error, ok, warning
from maild.cli.doctor.ground import Ground
from maild.config import Mailbox
from maild.edges.imap_keys import Secrets
from maild.edges.imap_login import login_check

PATIENCE = 12.0
SOON = 14


async def imap(ground: Ground) -> list[Finding]:
    """Whether each mailbox lets us in, and its folders are there."""
    boxes = ground.config.mailboxes
    if not boxes:
        return [ok("no mailbox is fetched from")]
    secrets = Secrets(notify.credential, lambda: datetime.now(UTC))
    found = await asyncio.gather(*(_look(box, secrets, ground.now) for box in boxes))
    return [finding for some in found for finding in some]


async def _look(box: Mailbox, secrets: Secrets, now: datetime) -> list[Finding]:
    where = f"the mailbox {box.name} ({box.username} at {box.host}:{box.port})"
    try:
        async with asyncio.timeout(PATIENCE):
            wrong = await login_check(box, secrets)
    except TimeoutError:
        wrong = f"no answer within {PATIENCE:.0f} s"
    if wrong:
        return [
            error(
                f"{where}: {wrong}",
                "its mail does not become cases until it can be fetched",
                f"mend {box.name} under mailboxes: in maild.yaml, or its secret",
                mailbox=box.name,
            )
        ]
    return [*_secret(box, now), ok(f"{where} lets us in")]


def _secret(box: Mailbox, now: datetime) -> list[Finding]:
    ends = box.oauth.secret_expires if box.oauth else None
    if ends is None or (ends - now.date()).days >= SOON:
        return []
    return [
        warning(
            f"the secret of the mailbox {box.name} ends {ends}",
            "after that its mail is not fetched",
            "make a new one at the provider, and change secret_expires",
            mailbox=box.name,
        )
    ]
