"""fuzz: mail that nobody would write, until time is up.  make fuzz [ARGS="--minutes 10 --seed 7"]

Every mail is read and held against the promises (promises.py); every hundredth one is also read doubled, to see that time is
linear.  The seed is printed: the same seed gives the same mails.  A mail that breaks a promise is made as small as it goes and
written to a file, which a person can look at with `maild inspect`; exit 1 when there is one.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from fuzz.mutate import mail
from fuzz.promises import broken, costly

CORPUS = [path.read_bytes() for path in sorted((Path(__file__).parent.parent / "corpus").glob("*.eml"))]
DOUBLED = 100
FINDINGS = 10


def smallest(raw: bytes, promise: Callable[[bytes], str], tries: int = 3000) -> bytes:
    """The mail without what the breach does not need: pieces are left out, halves first, then ever smaller ones."""
    size = len(raw) // 2
    while size and tries:
        at = 0
        while at < len(raw) and tries:
            tries -= 1
            shorter = raw[:at] + raw[at + size :]
            if promise(shorter):
                raw = shorter
            else:
                at += size
        size //= 2
    return raw


def run(seed: int, enough: Callable[[int], bool]) -> tuple[int, list[tuple[bytes, str]]]:
    """How many mails were read, and those that break a promise, made small, each with the promise."""
    chance, count = random.Random(seed), 0
    found: dict[str, tuple[bytes, str]] = {}
    while not enough(count) and len(found) < FINDINGS:
        raw = mail(chance, CORPUS)
        count += 1
        for promise in (broken, costly) if count % DOUBLED == 0 else (broken,):
            said = promise(raw)
            # Two breaches with the same last line are one bug.
            if said and said.splitlines()[-1][:60] not in found:
                found[said.splitlines()[-1][:60]] = smallest(raw, promise), said
    return count, list(found.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument(
        "--folder", type=Path, help="where findings are written; a new one in the temporary folder otherwise"
    )
    wanted = parser.parse_args()
    print(f"seed {wanted.seed}", flush=True)
    end = time.monotonic() + 60 * wanted.minutes
    count, found = run(wanted.seed, lambda _: time.monotonic() > end)
    folder = wanted.folder or Path(tempfile.mkdtemp(prefix="maild-fuzz-")) if found else None
    for number, (raw, said) in enumerate(found):
        assert folder is not None
        path = folder / f"finding-{wanted.seed}-{number}.eml"
        path.write_bytes(raw)
        print(f"{path}: {said}")
    print(f"{count} mails, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
