"""metrics: the tally and the last snapshot in the form that Prometheus reads.

exposition(watch, tally, policy, started) -> bytes.  Names after Prometheus' rules: base units, _total for what only grows.
Only edges/monitoring.py loads this, and that only where maild.yaml has `health: listen`.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from maild import __version__
from maild.edges.tally import Histogram, Tally
from maild.edges.watch import Watch
from maild.model.condition import Condition
from maild.model.health import Depth
from maild.model.policy import Clock, Policy

QUEUES = ("incoming", "outbox")
STATES = ("ready", "leased", "deferred", "held", "failed")
SECONDS = {
    "answer": "From the end of a mail until it was durably stored and 250 was said.",
    "wait": "From the taking of a mail until it was read.",
    "read": "The reading of a mail and the judgement of its sender.",
    "settle": "The settling of an arrival, as its share of a batch.",
    "letter": "From the writing of a letter until the relay had it; waits for /undo and bursts are in it.",
    "lag": "How late the event loop woke.",
}


class Figures(Collector):
    """Asked at each scrape; reads what is at hand, and waits for nothing."""

    def __init__(
        self, watch: Watch, tally: Tally, policy: Callable[[], Policy], clock: Clock, started: datetime
    ) -> None:
        self._watch, self._tally, self._policy, self._clock, self._started = watch, tally, policy, clock, started

    def collect(self) -> Iterable[Metric]:
        yield from _counted(self._tally)
        for name, text in SECONDS.items():
            histogram: Histogram = getattr(self._tally, name)
            yield _histogram(f"maild_{'event_loop_' * (name == 'lag')}{name}_seconds", text, histogram)
        yield from self._queues()
        yield from _conditions(self._watch.conditions())
        yield from self._site()

    def _queues(self) -> Iterator[Metric]:
        snapshot = self._watch.snapshot
        rows = GaugeMetricFamily("maild_queue_rows", "Rows that wait in a queue.", labels=["queue", "state"])
        ages = GaugeMetricFamily("maild_queue_oldest_seconds", "Age of its oldest row.", labels=["queue", "state"])
        for queue in QUEUES:
            depths: Mapping[str, Depth] = getattr(snapshot, queue)
            for state in STATES:
                depth = depths.get(state)
                rows.add_metric([queue, state], depth.count if depth else 0)
                age = (snapshot.at - depth.oldest).total_seconds() if depth else 0
                ages.add_metric([queue, state], max(0.0, age))
        yield from (rows, ages)

    def _site(self) -> Iterator[Metric]:
        snapshot, now = self._watch.snapshot, self._clock()
        yield GaugeMetricFamily(
            "maild_taking_mail", "Whether a mail could be stored now.", int(self._watch.taking_mail)
        )
        yield GaugeMetricFamily("maild_cases_open", "Cases that are not solved.", snapshot.open_cases)
        yield GaugeMetricFamily("maild_database_size_bytes", "The database on disk.", snapshot.size)
        age = (now - snapshot.at).total_seconds()
        yield GaugeMetricFamily("maild_snapshot_age_seconds", "How old the figures of the database are.", age)
        last_mail = max(filter(None, (self._tally.last_mail, snapshot.last_mail)), default=None)
        last_letter = max(filter(None, (self._tally.last_letter, snapshot.last_letter)), default=None)
        yield _instant("maild_last_mail_timestamp_seconds", "When the last mail came.", last_mail)
        yield _instant("maild_last_letter_timestamp_seconds", "When the last letter left.", last_letter)
        yield _instant("maild_start_timestamp_seconds", "When the daemon started.", self._started)
        yield _named("maild_build_info", "What runs.", {
            "version": __version__, "python": platform.python_version(), "database": snapshot.database, "schema": snapshot.schema,
        })  # fmt: skip
        yield _named("maild_policy_info", "The rules in force.", {"hash": self._policy().hash[:12]})


def _counted(tally: Tally) -> Iterator[Metric]:
    mails = CounterMetricFamily("maild_arrivals", "Arrivals by source and fate.", labels=["source", "fate"])
    letters = CounterMetricFamily("maild_letters", "Letters by kind and fate.", labels=["kind", "fate"])
    for family, counter in ((mails, tally.arrivals), (letters, tally.letters)):
        for labels, count in list(counter.items()):
            family.add_metric(list(labels), count)
        yield family


def _conditions(conditions: Iterable[Condition]) -> Iterator[Metric]:
    conditions = list(conditions)
    well = GaugeMetricFamily("maild_well", "1 where nobody need do anything, by part of the daemon.", labels=["part"])
    for condition in conditions:
        well.add_metric([condition.part], int(condition.well))
    yield well
    up = [condition.well for condition in conditions if condition.part == "relay"]
    yield GaugeMetricFamily("maild_relay_up", "Whether the relay takes letters.", int(all(up)))
    boxes = GaugeMetricFamily("maild_imap_up", "Whether a mailbox can be read.", labels=["mailbox"])
    for condition in conditions:
        if condition.part.startswith("imap:"):
            boxes.add_metric([condition.part.removeprefix("imap:")], int(condition.well))
    yield boxes
    disks = [condition.facts for condition in conditions if condition.part == "disk"]
    if disks:
        yield GaugeMetricFamily(
            "maild_disk_free_bytes", "Room on the state folder's disk.", float(disks[0]["free"] or 0)
        )
        yield GaugeMetricFamily("maild_disk_size_bytes", "That disk.", float(disks[0]["size"] or 0))


def _histogram(name: str, text: str, histogram: Histogram) -> Metric:
    return HistogramMetricFamily(name, text, buckets=histogram.cumulated(), sum_value=histogram.total)


def _instant(name: str, text: str, at: datetime | None) -> Metric:
    return GaugeMetricFamily(name, text, at.timestamp() if at else 0)


def _named(name: str, text: str, labels: Mapping[str, str]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=list(labels))
    family.add_metric(list(labels.values()), 1)
    return family


def exposition(figures: Figures) -> bytes:
    """Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(figures)
    ProcessCollector(registry=registry)
    return generate_latest(registry)
