"""traces: a customer with an address, a name and words that nobody else has, and where they are looked for."""

from __future__ import annotations

import base64
import json
import quopri
from pathlib import Path

from maild.erasing import Listed, Report, drive, erase
from maild.model.case import fold
from maild.model.recorded import Recorded, load
from maild.store import cases
from maild.store.database import Session, moment
from maild.store.record import link
from maild.tracing import Request
from parts.house import House

ADDRESS, NAME = "ann.canary@kunde.example", "Ann Kanarifugl"
WORDS = "Skriveren min heter Zebrafink og den blinker hele natten"
ANN, BOB = f"{NAME} <{ADDRESS}>", "Bob Berg <bob@kunde.example>"
PLAIN = (ADDRESS, NAME, "Kanarifugl", "Zebrafink", "ann.canary")


def needles() -> list[bytes]:
    """As they are, and in base64 at each of its three beginnings, and in quoted-printable with every octet written out."""
    found = []
    for word in PLAIN:
        octets = word.encode()
        found += [
            octets,
            octets.lower(),
            octets.upper(),
            word.encode("utf-16-le"),
            quopri.encodestring(octets, quotetabs=True),
        ]
        found.append("".join(f"={octet:02X}" for octet in octets).encode())
        found += [base64.b64encode(b"x" * shift + octets)[4 * (shift > 0) : -4] for shift in range(3)]
    return [needle for needle in dict.fromkeys(found) if len(needle) >= 8]


def in_files(folder: Path) -> dict[str, list[bytes]]:
    """Which needles stand in which file, byte for byte."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_socket():
            octets = path.read_bytes()
            hits = [needle for needle in needles() if needle in octets]
            if hits:
                found[path.name] = hits
    return found


def in_rows(session: Session) -> dict[str, list[bytes]]:
    """Which needles stand in which column of which table, whatever its type."""
    found = {}
    for table, column in columns(session):
        for (value,) in session.all(f'SELECT "{column}" FROM "{table}"'):
            octets = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
            hits = [needle for needle in needles() if needle in octets]
            if hits:
                found.setdefault(f"{table}.{column}", []).extend(hits)
    return found


def columns(session: Session) -> list[tuple[str, str]]:
    """Every column of every table."""
    if session.sqlite:
        tables = session.all(
            "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'word_index_%'"
        )
        return [(t, c[1]) for (t,) in sorted(tables) for c in session.all(f"PRAGMA table_info({t})")]
    rows = session.all(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema='public' ORDER BY table_name, ordinal_position"
    )
    return [(row[0], row[1]) for row in rows]


def chain_holds(session: Session) -> bool:
    chain = "0" * 64
    for row in session.all(
        "SELECT id, case_id, seq, kind, version, at, actor, cause, data, chain FROM event ORDER BY id"
    ):
        chain = link(chain, row[:-1])
        if chain != row[-1]:
            return False
    return True


def folds_hold(session: Session) -> bool:
    """Every case row is the fold of its events."""
    stored = cases.load_cases(session, [row[0] for row in session.all("SELECT id FROM cases")])
    for case_id, case in stored.items():
        rows = session.all(
            "SELECT seq, at, actor, cause, kind, version, data FROM event WHERE case_id=? ORDER BY seq", (case_id,)
        )
        if case != fold(
            case_id, [Recorded(r[0], moment(r[1]), r[2], r[3], load(r[4], r[5], json.loads(r[6]))) for r in rows]
        ):
            return False
    return True


def erase_now(house: House, folder: Path, address: str = ADDRESS, **more: object) -> Report:
    request = Request(address, "admin:root", house.now, **more)  # type: ignore[arg-type]
    return drive(house.session, erase(request, house.policy, Listed(folder / "erasures", b"k" * 32)))
