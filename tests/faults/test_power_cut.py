"""The plug is pulled: what had its 250 is there.  The long form is `python -m storm.power`.

A database that does not sync survives every kill -9 and loses mail here: the planted bug shows that the test can fail.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from parts.sink import Sink
from parts.site import Site, planted
from storm.power import NoMount, PowerCut, Report

CUTS = 3
FORGETFUL = """
from maild.store import database
database.PRAGMAS = tuple((name, "normal" if name == "synchronous" else value) for name, value in database.PRAGMAS)
"""


def cut(site: Site, sink: Sink) -> Report:
    try:
        return PowerCut(site, sink, seed=11).blow(CUTS)
    except NoMount as error:
        pytest.skip(f"a disk of its own needs the right to mount one: {error}")


@pytest.mark.timeout(240)
def test_what_had_its_250_survives_a_power_cut(make_site: Callable[..., Site], sink: Sink) -> None:
    report = cut(make_site(), sink)
    assert report.promised > CUTS, "mail had come in before the cuts"
    assert not report.faults, report


@pytest.mark.timeout(240)
def test_a_database_that_does_not_sync_is_found_out(make_site: Callable[..., Site], sink: Sink) -> None:
    site = make_site()
    site.program = planted(FORGETFUL)
    assert cut(site, sink).faults
