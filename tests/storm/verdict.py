"""verdict: what was promised, held against what there is.

judge(field, kills) -> Report.  PROMISES, by the names of its fields:

  lost      a mail with 250 that is no case, a reply that is not in its case          must be 0
  doubled   a mail or a reply that is there more than once                            must be 0
  stray     a case that nobody opened: a reply that did not find its own              must be 0
  missing   a letter that never came: acknowledgement, notice, or a reply's words     must be 0
  renamed   a letter that came under more than one Message-ID                         must be 0
  held      an arrival or letter that waits for an admin                              must be 0
  surplus   copies beyond the first of a letter              at most one a kill and relay connection
"""

from __future__ import annotations

import collections
from dataclasses import asdict, dataclass, field
from typing import Any

from parts.site import Site
from storm.senders import TEXT, Field

from maild.cli.desk import opened
from maild.store import views

CONNECTIONS = 4
PROMISES = ("lost", "doubled", "stray", "missing", "renamed", "held")
# kind of a letter, case, receiver -> the Message-IDs it came under
Letters = dict[tuple[str, ...], set[str]]
Said = dict[str, collections.Counter[str]]


@dataclass
class Report:
    kills: int
    mails: int
    replies: int
    letters: int = 0
    surplus: int = 0
    slowest_start: float = 0.0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    stray: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        found = [name for name in PROMISES if getattr(self, name)]
        return found + (["surplus"] if self.surplus > self.kills * CONNECTIONS else [])

    def figures(self) -> dict[str, Any]:
        """For one line: counts, and the first few of what is broken."""
        return {k: v if not isinstance(v, list) else (v[:5] if v else 0) for k, v in asdict(self).items()}


def judge(ground: Field, kills: int) -> Report:
    report = Report(kills, len(ground.accepted), len(ground.replies), len(ground.sink.letters))
    report.held = [row["id"] for row in ground.site.queue() if row["state"] in ("held", "failed")]
    cases = {case["number"]: case for case in ground.site.cases()}
    said = _said(ground.site, set(cases))
    _cases(report, ground, cases, said)
    _replies(report, ground, said)
    _letters(report, ground, cases)
    report.surplus = len(ground.sink.letters) - len({sent.message_id for sent in ground.sink.letters})
    return report


def _cases(report: Report, ground: Field, cases: dict[str, Any], said: Said) -> None:
    found = collections.Counter(case["subject"] for case in cases.values())
    report.lost += sorted(set(ground.accepted) - set(found))
    report.doubled += sorted(subject for subject, count in found.items() if count > 1)
    # A mail that came again could also have joined the case it made.
    report.doubled += sorted(cases[number]["subject"] for number, count in said.items() if count[TEXT] > 1)
    # A case beyond those accepted is no fault: the last mail of each sender may be in without its 250 having come.
    report.stray += sorted(subject for subject in found if not subject.startswith("Storm "))


def _replies(report: Report, ground: Field, said: Said) -> None:
    """Each stands in its own case, once."""
    for reply in ground.replies:
        count = said[reply.case][reply.words]
        if count != 1:
            (report.doubled if count else report.lost).append(reply.words)


def _said(site: Site, numbers: set[str]) -> Said:
    """case -> how often each mail's words stand in it."""
    said = {}
    with opened(site.config) as desk:
        for number in numbers:
            row = views.case_id(desk.session, number)
            assert row is not None, f"no case {number}, but its letters came"
            messages = views.case(desk.session, row, desk.handlers)["messages"]
            said[number] = collections.Counter(m["own_text"].strip() for m in messages if m["direction"] == "in")
    return said


def _letters(report: Report, ground: Field, cases: dict[str, Any]) -> None:
    came: Letters = collections.defaultdict(set)
    for sent in ground.sink.letters:
        came[sent.kind, sent.case, sent.recipients[0]].add(sent.message_id)
        if sent.kind == "update":
            for line in sent.text.splitlines():
                came["said", line.lstrip("| ").strip(), sent.recipients[0]].add(sent.message_id)
    owed = [("ack", n, case["customer"]) for n, case in cases.items()]
    owed += [("notice", n, case["handler"]) for n, case in cases.items()]
    owed += [("said", r.words, r.audience or cases[r.case]["handler"]) for r in ground.replies]
    for letter in owed:
        if not came[letter]:
            report.missing.append(" ".join(letter))
        if len(came[letter]) > 1:
            report.renamed.append(" ".join(letter))
