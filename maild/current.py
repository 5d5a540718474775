"""current: what may change while the daemon runs: the policy and the keys.  Whole or not at all: a set that does not hold leaves
the old one in force, and is told until one holds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import structlog

from maild import notify
from maild.config import Config
from maild.decide import health
from maild.errors import RuleError
from maild.founding import Site, node_of, reload_keys, reload_policy, remember_policy
from maild.model.condition import Condition
from maild.model.policy import Clock
from maild.store.writer import Writer

log = structlog.get_logger("maild")


class Current:
    """policy and keys as they are now; error: why the last reload was refused, "" if it was not."""

    def __init__(
        self, config: Config, site: Site, writer: Writer, clock: Clock, looked: Callable[[], None] = lambda: None
    ) -> None:
        """looked: told after each reload that held: an admin was there."""
        self._looked = looked
        self._config, self._writer, self._clock = config, writer, clock
        self.policy, self.keys = site.policy, site.keys
        self.error, self._problems = "", 0
        self._failed_at: datetime | None = None
        self._one, self._asked = asyncio.Lock(), False
        self._answers: set[asyncio.Future[None]] = set()

    async def remember(self) -> None:
        """Keep the policy of the start under its hash."""
        await self._writer.write(
            lambda session: remember_policy(session, self.policy, node_of(self._config), self._clock())
        )

    def hang_up(self) -> None:
        """SIGHUP, however often: the one that waits for its turn reads what all the others would have read."""
        if self._asked:
            return
        self._asked = True
        answer = asyncio.ensure_future(self.reload())
        self._answers.add(answer)
        answer.add_done_callback(self._answers.discard)

    async def reload(self) -> None:
        """One after the other, so that the set which was read last is the one in force."""
        async with self._one:
            self._asked = False
            await self._reload()

    async def _reload(self) -> None:
        """A broken set, or one that drops what open cases use, changes nothing."""
        notify.reloading()
        try:
            policy = await asyncio.to_thread(reload_policy, self._config)
            keys = await asyncio.to_thread(reload_keys, self._config, self.keys)
            now = self._clock()
            await self._writer.write(lambda session: remember_policy(session, policy, node_of(self._config), now))
        except RuleError as error:
            self._failed(str(error), len(error.problems))
            # What is wrong with a file quotes it; the log has the places, `maild check` and `maild status` the words.
            places = [f"{Path(p.file).name}:{p.line}:{p.column}" for p in error.problems]
            log.error("reload refused, the old policy stays: maild check says why", problems=places)
        except Exception as error:
            self._failed(str(error), 1)
            log.error("reload failed, the old policy stays", exc_info=error)
        else:
            self.policy, self.keys = policy, keys
            self.error, self._problems, self._failed_at = "", 0, None
            self._looked()
            log.info("reloaded", policy=policy.hash[:12])
        notify.notify("READY=1")

    def _failed(self, error: str, problems: int) -> None:
        self.error, self._problems = error, problems
        self._failed_at = self._failed_at or self._clock()

    def conditions(self) -> Sequence[Condition]:
        return (health.policy(self.policy.hash, self._problems, self._failed_at),)
