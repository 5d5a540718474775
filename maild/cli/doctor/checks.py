"""checks: all that `maild doctor` looks at, side by side.

examine(ground, names) -> Told for every finding, in the order of CHECKS.  A check is a function of Ground whose docstring is its help
text; a plain one runs in a thread of its own.  It never fails and never hangs: what it raises and what is late are findings too.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

from maild.cli.doctor import (
    clock,
    database,
    disk,
    domains,
    files,
    forgery,
    hosts,
    mailboxes,
    relay,
    rules,
    service,
    signing,
    trust,
)
from maild.cli.doctor.finding import Finding, Unseen, note, warning
from maild.cli.doctor.ground import Ground, stranger
from maild.edges.aside import in_thread

DEADLINE = 18.0
Check = Callable[[Ground], list[Finding]] | Callable[[Ground], Awaitable[list[Finding]]]


@dataclass(frozen=True, slots=True)
class Told:
    """A finding with its check.  unseen: the check could not look."""

    check: str
    finding: Finding
    unseen: bool = False


async def examine(ground: Ground, names: Sequence[str], deadline: float = DEADLINE) -> list[Told]:
    """What all of them say."""
    found = await asyncio.gather(*(_one(ground, name, deadline) for name in names))
    return [told for some in found for told in some]


async def _one(ground: Ground, name: str, deadline: float) -> list[Told]:
    try:
        async with asyncio.timeout(deadline):
            return [Told(name, finding) for finding in await _run(CHECKS[name], ground)]
    except Unseen as unseen:
        return [Told(name, note(str(unseen)), unseen=True)]
    except TimeoutError:
        return [
            Told(
                name,
                warning(
                    f"no answer within {deadline:.0f} s",
                    "what is so slow may fail for mail too",
                    f"maild doctor --only {name}",
                ),
            )
        ]
    except Exception as problem:
        if isinstance(problem, OSError) or stranger(problem):
            return [Told(name, note(f"could not look: {_said(problem)}"), unseen=True)]
        return [
            Told(
                name,
                warning(
                    f"the check itself failed: {_said(problem)}",
                    "that is a fault in maild, not in your site",
                    "report it, with this line",
                ),
            )
        ]


def _said(problem: Exception) -> str:
    return f"{type(problem).__name__}: {' '.join(str(problem).split())[:200]}"


async def _run(check: Check, ground: Ground) -> list[Finding]:
    if inspect.iscoroutinefunction(check):
        return cast("list[Finding]", await check(ground))
    return await in_thread(partial(cast("Callable[[Ground], list[Finding]]", check), ground))


def help_text(name: str) -> str:
    """The first line of its docstring."""
    return (CHECKS[name].__doc__ or "").strip().splitlines()[0].rstrip(".")


CHECKS: dict[str, Check] = {
    "configuration": rules.configuration,
    "people": rules.people,
    "permissions": files.permissions,
    "disk": disk.disk,
    "clock": clock.clock,
    "database": database.database,
    "schema": database.schema,
    "keys": database.keys,
    "queues": database.queues,
    "backup": database.backup,
    "daemon": service.daemon,
    "versions": service.versions,
    "door": relay.door,
    "relay": relay.relay,
    "imap": mailboxes.imap,
    "authenticators": trust.authenticators,
    "forgery": forgery.forgery,
    "ticket-trick": rules.ticket_trick,
    "mx": domains.mx,
    "way-back": hosts.way_back,
    "spf": domains.spf,
    "dkim": signing.dkim,
    "dmarc": domains.dmarc,
    "reverse": hosts.reverse,
    "greeting": hosts.greeting,
}
