"""The storm finds what it looks for: a daemon with a bug in it is found out, each by the promise that it breaks.

These show soonest; all of them, some of which need storm after storm until a fault falls into the right moment:
`make storm-mutations`.  m4 (synchronous=NORMAL) is planted in test_power_cut.py and test_sync_before_250.py.
"""

from __future__ import annotations

import pytest
from storm.mutations import MUTATIONS


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", ["m1", "m5", "m9"])
def test_a_planted_bug_is_caught(name: str) -> None:
    caught, broken = MUTATIONS[name].found_out(seed=7)
    assert caught, f"{MUTATIONS[name].what}: {broken}"
