"""python -m corpus.commands (in tests/): every mail program with every verb, and what maild made of it, as a table.

Ends with 1 when anything was done that only a quote said, when a command line reached a customer, or when fewer than 99 of 100
commands at the top were understood.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import islice

from corpus.commands.playing import Variation, all_of, houses, play
from corpus.commands.tally import Tally


def main(variations: Iterable[Variation]) -> int:
    tally = Tally()
    rest = iter(variations)
    while some := list(islice(rest, 40)):
        with houses() as house:
            for variation in some:
                tally.add(play(house, variation), house)
    print(tally)
    return 0 if tally.good else 1


if __name__ == "__main__":
    sys.exit(main(all_of()))
