"""verdict: what was promised, held against what there is (RELIABILITY (d), I1 to I12).  judge(field, nemesis, waiting) -> Report.

Every list of a Report but those that count must be empty; each says beside it which promise it is.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from parts.sink import Taken
from storm.driver import LOST, Field
from storm.found import Arrival, Found, look
from storm.nemesis import Nemesis
from storm.post import CANARY, Mail

CONNECTIONS = 4
# A start takes a second at most here; this says only that it does not hang.
SLOWEST = 30.0
_ANSWERED = {"received", "replied", "noted", "declined", "solved", "assigned", "prioritised", "opened", "ignored"}


@dataclass
class Report:
    """What a storm was, in numbers, and what it broke."""

    seed: int
    kills: int
    """SIGKILLs of the daemon."""
    cuts: int
    """Everything else that fell: SIGTERMs, cut and slow wires, a relay or a database that failed."""
    mails: int
    attempts: int
    unanswered: int
    """Attempts that ended without a reply: nobody knew what had become of the mail."""
    given_up: int
    letters: int
    surplus: int = 0
    """I5: copies beyond the first of a letter; at most one a kill or cut and relay connection."""
    slowest_start: float = 0.0
    """I12: seconds to READY=1."""
    lost: list[str] = field(default_factory=list)
    """I1: a mail with a 2yz that is not there, or of which nothing came."""
    damaged: list[str] = field(default_factory=list)
    """I1: a mail that is there with other octets."""
    doubled: list[str] = field(default_factory=list)
    """I2: a mail that is there, or had its effect, more than once."""
    forbidden: list[str] = field(default_factory=list)
    """I3: a mail that is there after nothing but 4yz and no other attempt (RFC 5321, 4.2.5), or after a 5yz."""
    missing: list[str] = field(default_factory=list)
    """I4: a letter that never came: an acknowledgement, a mail's words, or a row of the outbox that is done."""
    renamed: list[str] = field(default_factory=list)
    """I5: a letter that came under two Message-IDs, or in two copies that are not alike."""
    phantom: list[str] = field(default_factory=list)
    """I6: a letter that no row is about, that left before its row was there, or went to somebody else."""
    numbers: list[str] = field(default_factory=list)
    """I7: numbers of cases that are not unique and rising, or a number on somebody else's letter."""
    commands: list[str] = field(default_factory=list)
    """I8: a handler's command that was not carried out (or declined) exactly once."""
    record: list[str] = field(default_factory=list)
    """I8: what `maild audit verify` finds: the chain, cases that are not the fold of their events, fates, promised letters."""
    timers: list[str] = field(default_factory=list)
    """I9: a solved case that was not closed when its time had come, or was before it, or twice."""
    storage: list[str] = field(default_factory=list)
    """I10: integrity_check, foreign_key_check, and mails whose octets are not all there, or are nobody's."""
    noise: list[str] = field(default_factory=list)
    """I11: a traceback, a fault, or anything of a mail in the log; a reply without an enhanced code."""
    refused: list[str] = field(default_factory=list)
    """I11: a 5yz to a mail that was in order."""
    silent: list[str] = field(default_factory=list)
    """I11: a session that was left without a reply: one for each recipient is owed (RFC 2033, 4.2)."""
    waiting: list[str] = field(default_factory=list)
    """I12: what still waits, or is held, after the storm."""
    ways: list[str] = field(default_factory=list)
    """I12: a daemon that ended otherwise than it should, took broken rules, or was never ready."""

    @property
    def faults(self) -> list[str]:
        found = [name for name, value in vars(self).items() if isinstance(value, list) and value]
        return found + (["surplus"] if self.surplus > (self.kills + self.cuts) * CONNECTIONS else [])

    def figures(self) -> dict[str, Any]:
        """For one line: counts, and the first few of what is broken."""
        return {k: v if not isinstance(v, list) else (v[:5] if v else 0) for k, v in asdict(self).items()}


def judge(ground: Field, nemesis: Nemesis, waiting: list[str]) -> Report:
    ledger, found = ground.ledger, look(ground.site)
    codes = [code for ends in ledger.verdicts.values() for code in ends]
    report = Report(
        ground.desk.seed,
        nemesis.kills,
        nemesis.cuts,
        len(ledger.verdicts),
        len(codes),
        codes.count(LOST),
        len(ledger.given_up),
        len(ground.sink.letters),
    )
    report.slowest_start = round(nemesis.slowest, 2)
    report.storage, report.record, report.waiting = found.storage, found.record, waiting
    copies = _copies(ground.sink.letters)
    report.surplus = sum(len(some) - 1 for some in copies.values())
    _mails(report, ground, found)
    report.missing += _missing(ground, found, copies)
    report.renamed += _renamed(found, copies)
    report.phantom += _phantoms(ground, found, copies)
    report.numbers += _numbers(found, copies)
    report.timers += _timers(found)
    report.noise += [*ground.bare, *_noise(ground.site.log_text())]
    report.silent += ground.silent
    report.ways += nemesis.faults + ([f"ready after {nemesis.slowest:.0f} s"] if nemesis.slowest > SLOWEST else [])
    if not ground.site.running:
        report.ways.append(f"it ended by itself: {ground.site.process and ground.site.process.returncode}")
    elif code := ground.site.stop(60):
        report.ways.append(f"SIGTERM ended it with {code}")
    return report


# --- mails (I1, I2, I3, I8, I11) ----------------------------------------------------------------------------------------------


def _mails(report: Report, ground: Field, found: Found) -> None:
    taken = ground.ledger.taken()
    for name, codes in list(ground.ledger.verdicts.items()):
        mail, rows = ground.desk.mails[name], found.arrivals.pop(name, [])
        what = f"{name} ({mail.kind}): {codes}"
        if name in taken and not rows:
            report.lost.append(what)
        if len(rows) > 1:
            report.doubled.append(what)
        refusals = [code for code in codes if code // 100 == 5]
        if rows and (refusals or all(code // 100 == 4 for code in codes)):
            report.forbidden.append(what)
        if refusals and not mail.refusable:
            report.refused.append(what)
        for row in rows:
            _effect(report, mail, row, what)
    # What nobody had the time to try to its end is in at most once; what nobody wrote is a ghost.
    report.phantom += [f"arrival of {name}" for name in found.arrivals if name not in ground.desk.mails]


def _effect(report: Report, mail: Mail, row: Arrival, what: str) -> None:
    if not row.holds(mail.sha256, len(mail.raw)):
        report.damaged.append(what)
    if row.state == "held":
        report.waiting.append(f"{what} is held")
    if row.state == "done" and not _ANSWERED.intersection(row.events):
        report.lost.append(f"{what}: nothing came of it")
    effects = Counter(kind for kind in row.events if kind in ("opened", "received", "replied", "noted", "declined"))
    if row.messages > 1 or len(row.cases) > 1 or any(count > 1 for count in effects.values()):
        report.doubled.append(f"{what}: {dict(effects)} in {len(row.cases)} cases")
    if mail.wanted and row.state == "done":
        done = Counter(row.events)
        # /close of a solved case says so and changes nothing: a mail was filed, and that is all.
        idle = mail.wanted == "solved" and not done["solved"]
        if done[mail.wanted] + done["declined"] != 1 and not (idle and row.messages == 1):
            report.commands.append(f"{what}: wanted {mail.wanted}, {dict(done)}")


# --- letters (I4, I5, I6, I7) ---------------------------------------------------------------------------------------------------

# Message-ID -> its copies
Copies = dict[str, list[Taken]]


def _copies(letters: list[Taken]) -> Copies:
    copies: Copies = defaultdict(list)
    for letter in letters:
        copies[letter.message_id].append(letter)
    return copies


def _missing(ground: Field, found: Found, copies: Copies) -> Iterator[str]:
    refused = {letter.message_id for letter in ground.sink.refused}
    for letter in found.letters.values():
        if letter.state == "done" and letter.message_id not in copies:
            yield f"{letter.kind} {letter.id}: done, and never came"
        if letter.state in ("failed", "held") and letter.message_id not in refused:
            yield f"{letter.kind} {letter.id}: {letter.state}"
    there = [*ground.sink.letters, *ground.sink.refused]
    acks = {(one.case, one.recipients[0]) for one in there if one.kind == "ack"}
    numbers = {case.customer: case.number.lstrip("#") for case in reversed(found.cases.values())}
    said = {line.lstrip("| ").strip(): set[str]() for one in there for line in one.text.splitlines()}
    for one in there:
        for line in one.text.splitlines():
            said[line.lstrip("| ").strip()].add(one.recipients[0])
    for name in ground.ledger.taken():
        mail = ground.desk.mails[name]
        if mail.kind == "new" and (numbers.get(mail.sender, ""), mail.sender) not in acks:
            yield f"ack of {name} to {mail.sender}"
        yield from _unsaid(mail, found, said)


def _unsaid(mail: Mail, found: Found, said: dict[str, set[str]]) -> Iterator[str]:
    """The words of an answer, to whom maild owes them; those of one that was declined come back to who wrote them."""
    if mail.kind not in ("reply", "command"):
        return
    heard = said.get(mail.words, set())
    if not heard - {mail.sender} and mail.audience != "nobody" and mail.sender not in heard:
        yield f"words of {mail.id} to {mail.audience or 'the handler'}"


def _renamed(found: Found, copies: Copies) -> Iterator[str]:
    names: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for name, some in copies.items():
        if len({(one.raw, one.recipients) for one in some}) > 1:
            yield f"{name} came in copies that differ"
        if some[0].kind in ("ack", "notice"):
            names[some[0].kind, some[0].case, some[0].recipients[0]].add(name)
    yield from (f"{' '.join(what)}: {sorted(ids)}" for what, ids in names.items() if what[0] == "ack" and len(ids) > 1)


def _phantoms(ground: Field, found: Found, copies: Copies) -> Iterator[str]:
    handlers = {"kari@staff.example", "ola@staff.example"}
    wrote = {mail.sender for mail in ground.desk.mails.values()} | handlers
    for name, some in copies.items():
        letter, first = found.letters.get(name), min(one.at for one in some)
        if letter is None:
            yield f"{some[0].kind} {name} to {some[0].recipients}: no row"
            continue
        case = found.cases.get(letter.case or 0)
        if any(one.recipients != (letter.recipient,) for one in some):
            yield f"{name} was for {letter.recipient}"
        if first * 1000 + 1 < letter.created_at:
            yield f"{name} left before its row was there"
        if letter.recipient not in (handlers | {case.customer} if case else wrote):
            yield f"{letter.kind} to {letter.recipient}, who has nothing to do with it"


def _numbers(found: Found, copies: Copies) -> Iterator[str]:
    numbers = [int(case.number.lstrip("#")) for case in found.cases.values()]
    if numbers != sorted(set(numbers)):
        yield f"not unique and rising: {len(numbers)} cases, {len(set(numbers))} numbers"
    for some in copies.values():
        letter = found.letters.get(some[0].message_id)
        case = found.cases.get(letter.case or 0) if letter else None
        if case and some[0].case != case.number.lstrip("#"):
            yield f"{some[0].message_id} says {some[0].case} of case {case.number}"


# --- the rest (I9, I11) ---------------------------------------------------------------------------------------------------------


def _timers(found: Found) -> Iterator[str]:
    for case in found.cases.values():
        due: Any = None
        for _, at, kind, closes_at in found.closings[case.id]:
            if kind == "closed" and due is None:
                yield f"case {case.number} was closed, and nothing had asked for it"
            elif kind == "closed" and at < datetime.fromisoformat(str(due)).timestamp() * 1000 - 1:
                yield f"case {case.number} was closed before its time"
            due = closes_at if kind == "solved" else None if kind in ("closed", "reopened") else due
        if case.status == "solved":
            yield f"case {case.number} is solved and was never closed"


def _noise(log: str) -> Iterator[str]:
    for line in log.splitlines():
        fault = '"event": "fault' in line or '"event": "ended by a bug' in line
        if fault or "Traceback" in line or CANARY in line or re.search(r"@[a-z0-9.]*\.example", line):
            yield line[:600]
