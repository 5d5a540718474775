"""current: what may change while the daemon runs: the policy and the keys.  Whole or not at all: a set that does not hold leaves
the old one in force, and is told until one holds.

The policy in force stands in the database (store/policies): a reload on one daemon puts it there, and the others of the same database
take it from there within a second or two, whatever their own files say.  A daemon that starts brings its files' policy only if no other
one runs: else it takes what the others have.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from maild import notify, policies
from maild.config import Config
from maild.decide import health
from maild.errors import RuleError
from maild.founding import (
    Site,
    desks_of_mailboxes,
    limits_of,
    load_policy,
    node_of,
    reload_keys,
    reload_policy,
    remember_policy,
)
from maild.model.condition import Condition
from maild.model.policy import Clock, Policy
from maild.store import lease
from maild.store import policies as store
from maild.store.database import Session, brief
from maild.store.reader import Reader
from maild.store.writer import Writer

# Seconds: how often to see whether another daemon brought a policy, to say that this one lives, and to look at the files.
FOLLOW, ALIVE, FILES = 1.0, 10.0, 60.0
# A daemon of which nothing was heard for so long is none.
SILENCE = timedelta(seconds=30)
_NODE = "node:"
log = structlog.get_logger("maild")


class Current:
    """policy and keys as they are now; error: why the last reload was refused, "" if it was not."""

    def __init__(
        self,
        config: Config,
        site: Site,
        writer: Writer,
        reader: Reader,
        clock: Clock,
        looked: Callable[[], None] = lambda: None,
    ) -> None:
        """looked: told after each reload that held: an admin was there."""
        self._looked = looked
        self._config, self._writer, self._reader, self._clock = config, writer, reader, clock
        self.policy, self.keys = site.policy, site.keys
        self.error, self._problems = "", 0
        self._failed_at: datetime | None = None
        self._one, self._asked = asyncio.Lock(), False
        self._answers: set[asyncio.Future[None]] = set()
        self._node, self._seen = node_of(config), 0
        # Of the files here, where they are not what is in force; and by whom that was brought.
        self._files, self._brought = site.policy.hash, ""

    async def begin(self) -> None:
        """At the start: bring the policy of the files, or take that of the daemons which run already."""
        await self._writer.write(self._live)
        used = await self._reader.read(self._others_use)
        if used is not None:
            await self._take_over(used)
            return
        made = await self._writer.write(lambda s: remember_policy(s, self.policy, self._node, self._clock()))
        self._seen = made.number

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
        """A broken set, one whose tests fail, or one that drops what open cases use, changes nothing."""
        notify.reloading()
        try:
            policy = await asyncio.to_thread(reload_policy, self._config)
            keys = await asyncio.to_thread(reload_keys, self._config, self.keys)
            now = self._clock()
            made = await self._writer.write(lambda session: remember_policy(session, policy, self._node, now))
        except RuleError as error:
            self._failed(str(error), len(error.problems))
            # What is wrong with a file quotes it; the log has the places, `maild check` and `maild status` the words.
            places = [f"{Path(p.file).name}:{p.line}:{p.column}" for p in error.problems]
            log.error("reload refused, the old policy stays: maild check says why", problems=places)
        except Exception as error:
            self._failed(str(error), 1)
            log.error("reload failed, the old policy stays", exc_info=error)
        else:
            self.keys, self._seen = keys, made.number
            self._put(policy, policy.hash, "")
            self._looked()
            log.info("reloaded", policy=policy.hash[:12])
        notify.notify("READY=1")

    def _put(self, policy: Policy, files: str, brought: str) -> None:
        """In force from now on; files: the hash of those on this disk."""
        self.policy, self._files, self._brought = policy, files, brought
        self.error, self._problems, self._failed_at = "", 0, None

    def _failed(self, error: str, problems: int) -> None:
        self.error, self._problems = error, problems
        self._failed_at = self._failed_at or self._clock()

    def conditions(self) -> Sequence[Condition]:
        elsewhere = health.Elsewhere(self._brought, self._files) if self._brought else None
        return (health.policy(self.policy.hash, self._problems, self._failed_at, elsewhere),)

    # --- several daemons on one database --------------------------------------------------------------------------------------

    async def follow(self) -> None:
        """Take what another daemon brings; until cancelled."""
        loop = asyncio.get_running_loop()
        alive = looked = loop.time()
        while True:
            await asyncio.sleep(FOLLOW)
            try:
                if loop.time() - alive > ALIVE:
                    alive = loop.time()
                    await self._writer.write(self._live)
                if loop.time() - looked > FILES:
                    looked = loop.time()
                    self._files = await asyncio.to_thread(_files_hash, self._config)
                used = await self._reader.read(store.in_force)
                if used is not None and used.number != self._seen:
                    async with self._one:
                        await self._take_over(used)
            except Exception as error:
                log.warning("the policy of the other daemons cannot be looked at", error=brief(error))

    async def _take_over(self, used: store.Use) -> None:
        """A policy that this daemon cannot read (it is of a newer maild) leaves the old one in force here."""
        if used.number <= self._seen:
            return
        self._seen = used.number
        try:
            policy = await self._reader.read(self._restored(used.hash))
        except (RuleError, KeyError) as error:
            self._failed(f"the policy {used.hash[:12]}, which {used.node} brought, cannot be read here: {error}", 1)
            log.error(
                "another daemon's policy cannot be read, the old one stays", policy=used.hash[:12], node=used.node
            )
            return
        files = await asyncio.to_thread(_files_hash, self._config)
        self._put(policy, files, "" if files == policy.hash else used.node)
        log.info("policy taken over", policy=policy.hash[:12], node=used.node, same_files=files == policy.hash)

    def _restored(self, value: str) -> Callable[[Session], Policy]:
        config = self._config

        def restored(session: Session) -> Policy:
            policy = policies.restored_policy(session, value, limits_of(config), config.admin)
            lost = desks_of_mailboxes(config, policy)
            if lost:
                raise RuleError(*lost)
            return policy

        return restored

    def _live(self, session: Session) -> None:
        if not session.sqlite:
            lease.take(session, f"{_NODE}{self._node}", self._node, SILENCE)

    async def end(self) -> None:
        """Another daemon that starts need not follow this one any more."""
        await self._writer.write(lambda session: lease.give_back(session, f"{_NODE}{self._node}", self._node))

    def _others_use(self, session: Session) -> store.Use | None:
        """What is in force, if another daemon runs."""
        others = lease.living(session, _NODE) - {self._node}
        return store.in_force(session) if others else None


def _files_hash(config: Config) -> str:
    """Of the policy that the files here make; "" when they make none."""
    try:
        return load_policy(config).hash
    except Exception:
        return ""
