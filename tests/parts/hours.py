"""hours: calendars drawn at random, over whatever clocks do somewhere, and whether one is open by the clock on the wall alone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from maild.model.calendar import Calendar, Day, Spans

# Half hours, a change of half an hour and one of two hours, changes at midnight, a day that was left out (Apia, 30 December 2011), clocks
# that go back for Ramadan, and zones that changed for good (Nuuk in 2023, Almaty in 2024, Pyongyang in 2018).
ZONES = (
    *("UTC", "Europe/Oslo", "Europe/Ljubljana", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"),
    *("America/Havana", "Asia/Beirut", "America/Sao_Paulo", "Africa/Casablanca", "Pacific/Apia", "America/St_Johns"),
    *("Antarctica/Troll", "America/Nuuk", "Asia/Almaty", "Asia/Pyongyang"),
)


@st.composite
def spans(draw: st.DrawFn) -> Spans:
    edges = sorted(set(draw(st.lists(st.integers(0, 96), max_size=6))))
    edges = [edge * 15 for edge in edges[: len(edges) // 2 * 2]]
    return tuple(zip(edges[::2], edges[1::2], strict=True))


@st.composite
def calendars(draw: st.DrawFn, around: date) -> Calendar:
    week = tuple(draw(st.lists(spans(), min_size=7, max_size=7)))
    near = st.integers(-3, 12).map(lambda days: around + timedelta(days=days))
    special = draw(st.dictionaries(near, st.builds(Day, st.just(()) | spans(), st.booleans()), max_size=4))
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    return Calendar("drawn", zone, week, lambda year: {day: how for day, how in special.items() if day.year == year})


def is_open(calendar: Calendar, instant: datetime, special: dict[date, Day]) -> bool:
    """By the clock on the wall and nothing else."""
    local = instant.astimezone(calendar.zone)
    day = special.get(local.date())
    today = calendar.week[local.weekday()] if day is None else day.spans
    return any(start <= local.hour * 60 + local.minute < end for start, end in today)


# Where clocks or zones change, Ramadan or the year begins or ends, a day is left out, holidays are near; and anywhere.
EDGES = ("2011-12-29", "2018-11-03", "2026-03-27", "2026-10-23", "2026-12-30", "2027-03-26", "2018-02-16",
         "2023-03-24", "2024-02-28", "2018-05-03", "2026-02-13", "2026-03-20", "2026-03-31", "2026-12-22", "2027-05-14")  # fmt: skip
dates = st.sampled_from(EDGES).map(date.fromisoformat) | st.dates(date(2000, 1, 1), date(2037, 1, 1))
