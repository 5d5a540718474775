"""doctoring: checks of `maild doctor`, one or some, on a real site.

doctored(config, "spf", resolver=dns.address) -> [Told];  only(told) -> the one finding;  levels(told) -> {"ok", "warning"}
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from maild.cli.doctor import _ground
from maild.cli.doctor.checks import Told, examine
from maild.cli.doctor.finding import Finding


def doctored(config: Path, *names: str, **options: Any) -> list[Told]:
    """As `look`, where no loop runs yet."""
    return asyncio.run(look(config, *names, **options))


async def look(
    config: Path,
    *names: str,
    resolver: str | None = None,
    address: str | None = None,
    selectors: tuple[str, ...] = (),
    deadline: float = 18.0,
    **more: Any,
) -> list[Told]:
    """What these checks say.  more: other fields of Ground, such as settings, now or mx_port."""
    host, _, port = (resolver or "").rpartition(":")
    ground = _ground(config, address, selectors, (host, int(port)) if resolver else None)
    return await examine(replace(ground, **more), names, deadline)


def only(told: list[Told]) -> Finding:
    assert len(told) == 1, [(one.check, one.finding.level, one.finding.text) for one in told]
    return told[0].finding


def levels(told: list[Told]) -> set[str]:
    return {str(one.finding.level) for one in told}


def texts(told: list[Told]) -> str:
    return "\n".join(f"{one.finding.level}: {one.finding.text}" for one in told)
