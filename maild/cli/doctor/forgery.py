"""forgery: does the site's mail server take away Authentication-Results that a stranger wrote in its name?

With `maild doctor --forge` a mail with such a field goes to the first desk by way of the relay.  Its Message-ID is signed as ours, so
that it opens no case; it stays in the database, and every later `maild doctor` tells what became of the last one.
RFC 8601 section 5: whoever believes an id must strip what came with that id from outside.
"""

from __future__ import annotations

import asyncio
import re
from email.utils import format_datetime

import aiosmtplib

from maild.cli.doctor.finding import Finding, Unseen, error, ok, warning
from maild.cli.doctor.ground import Ground, looking
from maild.config import Config
from maild.edges.aside import in_thread
from maild.edges.probe import Target, Unreachable, probe
from maild.founding import CannotStart, load_keys, relay_password
from maild.mail import token
from maild.store import incoming

# A domain that nobody can have (RFC 2606): whoever vouches for it lies.
NOBODY = "forged.invalid"
_AWAITED, _PATIENCE, _LATEST = 10.0, 5.0, 100_000
_WHY = "anybody could write as a handler: whoever vouches for himself in your server's name would be believed"


async def forgery(ground: Ground) -> list[Finding]:
    """Whether the mail server strips forged Authentication-Results (maild doctor --forge sends one; else: the last one's fate)."""
    ids = tuple(a.id for a in ground.config.authenticators if a.kind == "authserv-id")
    if not ids:
        return []
    domain = f"doctor.{ground.policy.default_desk.address.rpartition('@')[2]}"
    if not ground.forge:
        raw = await in_thread(lambda: _last(ground.config, f"%@{domain}>"))
        return [judge(raw, ids)]
    message_id = await _send(ground, ids, domain)
    async with asyncio.timeout(_AWAITED + _PATIENCE):
        for _ in range(int(_AWAITED / 0.25)):
            await asyncio.sleep(0.25)
            raw = await in_thread(lambda: _last(ground.config, message_id))
            if raw:
                return [judge(raw, ids)]
    return [
        warning(
            f"the forged mail is not back after {_AWAITED:.0f} s",
            _WHY,
            "look for it in the mail server's log; maild doctor tells its fate when it is here",
        )
    ]


def judge(raw: bytes, ids: tuple[str, ...]) -> Finding:
    """What became of the last forgery; none: it was never tried."""
    if not raw:
        return warning(
            f"nobody knows yet whether forged Authentication-Results of {', '.join(ids)} are stripped",
            _WHY,
            "maild doctor --forge sends a mail with one to the first desk, and tells whether it comes back without",
        )
    head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
    fields = re.findall(rb"^Authentication-Results:((?:.*\r?\n[ \t])*.*)", head, re.I | re.M)
    kept = [name for name in ids if any(_forged(field, name) for field in fields)]
    if not kept:
        return ok(f"a forged Authentication-Results of {', '.join(ids)} came back stripped")
    return error(
        f"a forged Authentication-Results of {', '.join(kept)} came through",
        _WHY,
        "let the mail server remove such fields from what comes in, from its own network too (OpenDMARC, Rspamd, or header_checks in "
        "Postfix); then maild doctor --forge again",
    )


def _forged(field: bytes, name: str) -> bool:
    words = field.decode("ascii", "replace").replace(";", " ").split()
    return bool(words) and words[0].lower() == name.lower() and NOBODY in field.decode("ascii", "replace")


def _last(config: Config, message_id: str) -> bytes:
    with looking(config) as session:
        row = session.one(
            "SELECT id FROM incoming WHERE id > (SELECT coalesce(max(id), 0) FROM incoming) - ? AND message_id LIKE ?"
            " ORDER BY id DESC LIMIT 1",
            (_LATEST, message_id),
        )
        return incoming.raw_of(session, row[0]) if row else b""


async def _send(ground: Ground, ids: tuple[str, ...], domain: str) -> str:
    """By the way that letters take; the Message-ID, which says that it is ours."""
    config, desk = ground.config, ground.policy.default_desk
    try:
        # No letter's row: the hour, which no database will ever have counted to.
        message_id = token.message_id(int(ground.now.timestamp() * 1000), domain, load_keys(config.keys))
        password = await in_thread(lambda: relay_password(config) or "") if config.relay.username else ""
    except (CannotStart, OSError):
        raise Unseen("the keys cannot be read by this user") from None
    forged = "".join(f"Authentication-Results: {name}; dmarc=pass header.from={NOBODY}\r\n" for name in ids)
    head = f"{forged}From: <{desk.address}>\r\nTo: <{desk.address}>\r\nSubject: maild doctor --forge\r\n"
    head += f"Date: {format_datetime(ground.now)}\r\nMessage-ID: {message_id}\r\nAuto-Submitted: auto-generated\r\n"
    raw = f"{head}\r\nA forgery of our own, to see whether the mail server strips it.\r\n".encode()
    target = Target(config.relay.host, config.relay.port, config.relay.tls)
    try:
        async with probe(target, "[127.0.0.1]", _PATIENCE) as peer:
            if config.relay.username:
                await peer.login(config.relay.username, password)
            await peer.client.sendmail(desk.address, [desk.address], raw)
    except (Unreachable, aiosmtplib.SMTPException) as trouble:
        raise Unseen(f"the relay did not take the forged mail: {' '.join(str(trouble).split())[:200]}") from None
    return message_id
