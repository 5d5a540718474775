"""relay: the mail server that takes our letters, asked all but for a letter; and our own door, asked as strangers ask it.

Nothing is sent: every conversation ends with RSET after RCPT.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path

from maild.cli.doctor.finding import Finding, Unseen, error, note, ok, warning
from maild.cli.doctor.ground import Ground
from maild.cli.doctor.service import asked
from maild.cli.terminal import size
from maild.config import Config
from maild.edges.aside import in_thread
from maild.edges.probe import Peer, Target, Unreachable, probe
from maild.founding import relay_password
from maild.mail import der
from maild.model.limits import Limits
from maild.model.people import Desk

PATIENCE = 10.0
SOON = 14
# As long as the signed words are: some servers refuse local parts of more than 64 octets (RFC 5321 section 4.5.3.1.1).
WORD = "rdoctor1aaabcdefghijklmnop"
NOBODY = "maild-doctor-asks-for-nobody"
_CURES = {
    "name": "mend its name in maild.yaml (relay: host:), or the resolver",
    "connect": "start it, or mend relay: host: in maild.yaml; a firewall may be in between",
    "greeting": "see its log; is that an SMTP server, and tls: the right word for that port?",
    "tls": "give it a certificate for that name that this machine trusts; tls: implicit is for port 465, starttls for 587 and 25",
}


async def relay(ground: Ground) -> list[Finding]:
    """Whether the relay takes our letters: connection, TLS, login, sender and recipient (no mail is sent)."""
    config = ground.config
    where = f"{config.relay.host}:{config.relay.port}"
    if config.door.smtp is not None and _same((config.relay.host, config.relay.port), config.door.smtp):
        return [_loop(where)]
    target = Target(config.relay.host, config.relay.port, config.relay.tls)
    try:
        async with probe(target, f"[{'127.0.0.1'}]", PATIENCE) as peer:
            if peer.banner.split()[-1:] == ["maild"] and config.door.hostname in peer.banner:
                return [_loop(where)]
            findings = [finding async for finding in _converse(ground, peer)]
    except Unreachable as unreachable:
        return [
            error(
                f"the relay {where} cannot be used: {unreachable}",
                "letters wait until it can",
                _CURES[unreachable.step],
                step=unreachable.step,
            )
        ]
    bad = [f for f in findings if f.level not in ("ok", "note")]
    guarded = f", certificate good until {peer.expires:%Y-%m-%d}" if peer.expires else ""
    return findings if bad else [ok(f"{where} takes our letters{guarded}", banner=peer.banner), *findings]


def _same(one: tuple[str, int], other: tuple[str, int]) -> bool:
    """127.0.0.1, localhost and every address (0.0.0.0) are the same here."""
    here = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "::"}  # noqa: S104
    return one[1] == other[1] and (one[0] == other[0] or {one[0], other[0]} <= here)


def _loop(where: str) -> Finding:
    return error(
        f"the relay {where} is maild's own door",
        "letters would come back as cases, and their answers again",
        "write in maild.yaml, under relay: host: the address of your mail server",
    )


async def _converse(ground: Ground, peer: Peer) -> AsyncIterator[Finding]:
    config = ground.config
    if peer.expires is not None:
        for finding in judge_certificate("the relay", peer.expires, ground.now, "renew it there"):
            yield finding
    if config.relay.username:
        password = await in_thread(lambda: _password(config))
        reply = await peer.login(config.relay.username, password)
        if reply.code != 235:
            yield error(
                f"the relay does not let {config.relay.username} in: {reply}",
                "no letter leaves",
                f"mend username in maild.yaml, or the password in {config.relay.password_file}",
            )
            return
    for finding in judge_offers(peer.offers, config.door.message_size):
        yield finding
    async for finding in _envelope(ground, peer):
        yield finding


def _password(config: Config) -> str:
    try:
        return relay_password(config) or ""
    except OSError:
        raise Unseen("the relay's password cannot be read by this user") from None


async def _envelope(ground: Ground, peer: Peer) -> AsyncIterator[Finding]:
    """The sender that our letters have, a recipient, and whether a plus-address of the desk is known where letters go."""
    config, desk = ground.config, ground.policy.default_desk
    sender = _plus(desk, "b") if config.relay.envelope == "signed" else desk.address
    reply = await peer.ask(f"MAIL FROM:<{sender}>")
    if reply.code != 250:
        yield error(
            f"the relay refuses the sender {sender}: {reply}",
            "no letter leaves",
            "let it accept senders of that form, or write in maild.yaml, under relay: envelope: desk",
        )
        return
    handler = next((h.address for h in ground.policy.handlers.values() if not h.retired), desk.address)
    recipient = config.admin or handler
    reply = await peer.ask(f"RCPT TO:<{recipient}>")
    if reply.code >= 500:
        yield error(
            f"the relay takes nothing for {recipient}: {reply}",
            "letters to people outside would fail alike",
            "let it relay for this machine (Postfix: mynetworks), or give maild a username there",
        )
    elif reply.code >= 400:
        yield note(f"the relay put {recipient} off: {reply}", "perhaps greylisting: letters come later then")
    reply = await peer.ask(f"RCPT TO:<{_plus(desk, 'r')}>")
    if reply.code >= 500:
        yield error(
            f"the relay does not know {_plus(desk, 'r')}: {reply}",
            "customers answer to such addresses, and their mail would be refused",
            f"Postfix: recipient_delimiter = {desk.separator}; elsewhere: switch on sub-addressing",
        )


def _plus(desk: Desk, purpose: str) -> str:
    local, _, at = desk.address.rpartition("@")
    return f"{local}{desk.separator}{purpose}{WORD[1:]}@{at}"


def judge_certificate(whose: str, end: datetime, now: datetime, cure: str) -> Iterator[Finding]:
    days = (end - now).days
    if end < now:
        yield error(f"the certificate of {whose} ended {end:%Y-%m-%d}", "others hang up", cure, days=days)
    elif days < SOON:
        yield warning(
            f"the certificate of {whose} ends in {days} days", "then no connection is to be had", cure, days=days
        )


def judge_offers(offers: dict[str, str] | object, message_size: int) -> Iterator[Finding]:
    """What the relay says it can, in EHLO."""
    known = dict(offers) if isinstance(offers, dict) else {}
    word = known.get("size", "").strip()
    limit = int(word) if word.isdigit() else 0
    # Base64 makes four octets of three, and lines of them.
    largest = Limits().attachments * 14 // 10
    if limit and limit < largest:
        yield warning(
            f"the relay takes {size(limit)}, our letters have up to {size(largest)}",
            "those with large files would fail",
            "raise its limit (Postfix: message_size_limit)",
            limit=limit,
        )
    elif limit and limit < message_size:
        yield note(
            f"the relay takes {size(limit)}, we take in {size(message_size)}",
            "what a customer sends may be too large to be passed on",
            "raise its limit, or lower message_size in maild.yaml",
            limit=limit,
        )
    if "smtputf8" not in known:
        yield note("the relay does not offer SMTPUTF8", "addresses beyond ASCII get no letters")
    if "8bitmime" not in known:
        yield note("the relay does not offer 8BITMIME", "it is old, or something between strips what it offers")


# --- our own door -----------------------------------------------------------------------------------------------------------------


async def door(ground: Ground) -> list[Finding]:
    """Whether our SMTP and LMTP answer, know the desks, and refuse others."""
    config = ground.config
    findings = [*_door_certificate(config, ground.now)]
    targets = []
    if config.door.smtp is not None:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.door.smtp[0], config.door.smtp[0])  # noqa: S104
        targets.append(Target(host, config.door.smtp[1]))
    if config.door.lmtp is not None:
        targets.append(Target(path=config.door.lmtp))
    if not targets:
        return [*findings, *([] if config.mailboxes else [_no_door(config.file)])]
    if await in_thread(lambda: asked(config)) is None:
        return findings or _not_running()
    results = await asyncio.gather(*(_knock(ground, target) for target in targets))
    return [*findings, *(finding for found in results for finding in found)]


def _not_running() -> list[Finding]:
    raise Unseen("the daemon does not run")


def _no_door(file: Path) -> Finding:
    return note(
        f"{file} names neither door nor mailbox",
        "unless systemd passes a socket, no mail comes in",
        "write in maild.yaml, under door: lmtp: /run/maild/lmtp (or smtp:, or mailboxes:)",
    )


def _door_certificate(config: Config, now: datetime) -> Iterator[Finding]:
    import ssl

    path = config.door.certificate
    if path is None:
        return
    try:
        text = path.read_text("ascii")
        first = text[: text.index("-----END CERTIFICATE-----") + 25]
        end = der.not_after(ssl.PEM_cert_to_DER_cert(first[first.index("-----BEGIN") :]))
    except (OSError, ValueError, IndexError) as problem:
        yield warning(f"{path} cannot be read: {problem}", "STARTTLS would not be offered", f"ls -l {path}")
        return
    yield from judge_certificate("our door", end, now, f"renew {path}, then restart maild")


async def _knock(ground: Ground, target: Target) -> list[Finding]:
    what = f"LMTP at {target.path}" if target.path else f"SMTP at {target.host}:{target.port}"
    desk = ground.policy.default_desk
    try:
        async with probe(target, "maild-doctor.invalid", PATIENCE) as peer:
            opened = await peer.ask("MAIL FROM:<>")
            stranger = await peer.ask(f"RCPT TO:<{NOBODY}@{desk.address.rpartition('@')[2]}>")
            known = await peer.ask(f"RCPT TO:<{desk.address}>")
    except Unreachable as unreachable:
        return [
            error(
                f"our {what} does not answer: {unreachable}",
                "no mail comes in there",
                "journalctl -u maild; restart it",
            )
        ]
    if opened.code != 250 or known.code != 250:
        said = opened if opened.code != 250 else known
        level = warning if 400 <= said.code < 500 else error
        return [
            level(
                f"our {what} does not take mail for {desk.address}: {said}",
                "customers' mail waits or comes back",
                "journalctl -u maild says why; 452 means the disk is full",
            )
        ]
    if stranger.code < 500:
        return [
            error(
                f"our {what} takes mail for addresses that it does not know ({stranger})",
                "it would be lost or come back to people who never wrote",
                "report this: it is a fault in maild",
            )
        ]
    return [ok(f"{what} knows {desk.address} and refuses strangers")]
