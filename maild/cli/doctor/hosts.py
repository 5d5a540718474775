"""hosts: names of machines: the one that letters leave from, the one that our door greets with; and the way back to us.

LIMITS  Mail servers are asked on port 25, which many networks close; that is no finding then.
"""

from __future__ import annotations

import ipaddress
from functools import partial

from maild.cli.doctor.domains import addresses, of_each, outgoing, told
from maild.cli.doctor.finding import Finding, Unseen, error, note, ok, warning
from maild.cli.doctor.ground import Ground, domain
from maild.cli.doctor.relay import WORD
from maild.edges.probe import Target, Unreachable, probe

PATIENCE = 8.0


async def reverse(ground: Ground) -> list[Finding]:
    """Whether the address that letters leave from has a name that leads back to it (--address IP says which)."""
    from_ = await outgoing(ground)
    if not from_:
        raise Unseen("the address that letters leave from is not known (--address IP tells it)")
    return await of_each(from_, partial(_reverse, ground))


async def _reverse(ground: Ground, address: str) -> list[Finding]:
    answer = await ground.names.reverse(address)
    pointer = ipaddress.ip_address(address).reverse_pointer
    await told(ground, pointer, "PTR")
    why = "many receivers refuse mail from there"
    level = error if ground.address else warning
    if not answer.records:
        return [
            level(
                f"{address} has no name (PTR)",
                why,
                f"ask whoever gave you the address for: {pointer}. IN PTR YOUR-MAIL-SERVER.",
                address=address,
            )
        ]
    for name in answer.records:
        if address in [_plain(x) for x in (await addresses(ground, name))[0]]:
            return [ok(f"{address} is {name}, and {name} is {address}", address=address, name=name)]
    name = answer.records[0]
    return [
        level(
            f"{address} is called {name}, but {name} is not {address}",
            why,
            f"{name}. IN {'AAAA' if ':' in address else 'A'} {address}",
            address=address,
            name=name,
        )
    ]


def _plain(address: str) -> str:
    return str(ipaddress.ip_address(address))


async def greeting(ground: Ground) -> list[Finding]:
    """Whether the name that our door greets with is one that others can find."""
    config = ground.config
    name = config.door.hostname.lower()
    if config.door.smtp is None and config.door.lmtp is None:
        return [ok("we have no door that greets")]
    local = config.door.smtp is None or ipaddress_is_loopback(config.door.smtp[0])
    if "." not in name:
        finding = note(
            f"our door greets as {name}, which is no full name",
            "it stands in Received of every mail",
            "write in maild.yaml, under door: hostname: mail.example.org",
        )
        return [finding]
    if (await addresses(ground, name))[0]:
        return [ok(f"our door greets as {name}, which has an address", name=name)]
    level = note if local else warning
    return [
        level(
            f"our door greets as {name}, which has no address",
            "it stands in Received of every mail, and strangers look it up",
            f"{name}. IN A ADDRESS, or another hostname: under door: in maild.yaml",
            name=name,
        )
    ]


def ipaddress_is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


async def way_back(ground: Ground) -> list[Finding]:
    """Whether the desks' mail servers know the desks, also with a signed word after the delimiter (no mail is sent)."""
    desks = {domain(d.address): d for d in ground.policy.desks.values() if not d.retired}
    return await of_each(desks, partial(_way_back, ground))


async def _way_back(ground: Ground, name: str) -> list[Finding]:
    desk = next(d for d in ground.policy.desks.values() if domain(d.address) == name and not d.retired)
    answer = await told(ground, name, "MX")
    hosts = sorted((int(r.split()[0]), r.split()[1]) for r in answer.records if len(r.split()) == 2)
    if not hosts:
        raise Unseen(f"{name} has no MX to ask")
    host = hosts[0][1]
    found, _ = await addresses(ground, host)
    if not found:
        raise Unseen(f"{host} has no address")
    local, _, _ = desk.address.rpartition("@")
    plus = f"{local}{desk.separator}{WORD}@{name}"
    try:
        async with probe(Target(found[0], ground.mx_port), ground.config.door.hostname, PATIENCE) as peer:
            await peer.ask("MAIL FROM:<>")
            plain = await peer.ask(f"RCPT TO:<{desk.address}>")
            signed = await peer.ask(f"RCPT TO:<{plus}>")
    except Unreachable as unreachable:
        return [
            note(
                f"{host} could not be asked from here: {unreachable}",
                "many networks close port 25; this says nothing of your mail",
                f"from outside: swaks --to {plus} --quit-after RCPT",
                host=host,
            )
        ]
    if plain.code >= 500:
        return [
            error(
                f"{host} does not take mail for {desk.address}: {plain}",
                "customers' mail comes back to them",
                f"make {desk.address} known there (README, step 4)",
                host=host,
            )
        ]
    if signed.code >= 500:
        return [
            error(
                f"{host} does not know {plus}: {signed}",
                "customers answer to such addresses, and their mail comes back to them",
                f"Postfix: recipient_delimiter = {desk.separator}; elsewhere: switch on sub-addressing",
                host=host,
            )
        ]
    if plain.code >= 400 or signed.code >= 400:
        return [note(f"{host} put us off: {plain if plain.code >= 400 else signed}", "perhaps greylisting", host=host)]
    return [ok(f"{host} knows {desk.address}, also with a signed word", host=host)]
