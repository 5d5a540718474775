"""kill -9 at any instant: no mail lost, none doubled, every letter sent under one name.  The long form is `make storm`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from parts.sink import Sink
from parts.site import Site
from storm.storm import Storm

KILLS = 20


@pytest.mark.timeout(240)
def test_twenty_kills_lose_nothing_and_double_nothing(make_site: Callable[..., Site], sink: Sink) -> None:
    report = Storm(make_site(), sink, seed=7).blow(KILLS)
    assert report.mails > KILLS, "mail came in between the kills"
    assert report.replies > 0, "letters were answered"
    assert not report.faults, report
