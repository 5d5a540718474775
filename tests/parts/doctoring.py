"""doctoring: checks of `maild doctor`, one or some, on a real site.

doctored(config, "spf", resolver=dns.address) -> [Told];  only(told) -> the one finding;  levels(told) -> {"ok", "warning"}
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from maild.cli.doctor import _ground
from maild.cli.doctor.checks import Told, examine
from maild.cli.doctor.finding import Finding
from maild.cli.doctor.ground import Ground
from maild.edges.resolver import Names


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
    fresh = {"now": datetime.now(UTC), "names": Names((host, int(port)) if resolver else None)}
    ground = replace(_read(config, _written(config)), address=address, selectors=selectors, **{**fresh, **more})
    return await examine(ground, names, deadline)


def _written(config: Path) -> tuple[tuple[str, int, int], ...]:
    """The files of a site as they are now, but for its state."""
    files = sorted(p for p in config.parent.rglob("*") if p.is_file() and "state" not in p.parts)
    return tuple((str(p), p.stat().st_mtime_ns, p.stat().st_size) for p in files)


@cache
def _read(config: Path, written: object) -> Ground:
    """Reading rules and trying all texts takes a third of a second: once for each state of the files."""
    return _ground(config, None, (), None)


def only(told: list[Told]) -> Finding:
    assert len(told) == 1, [(one.check, one.finding.level, one.finding.text) for one in told]
    return told[0].finding


def levels(told: list[Told]) -> set[str]:
    return {str(one.finding.level) for one in told}


def texts(told: list[Told]) -> str:
    return "\n".join(f"{one.finding.level}: {one.finding.text}" for one in told)
