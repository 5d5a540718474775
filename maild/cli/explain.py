"""maild explain: why a mail went where it went, as it was judged then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from maild.cli.completion import complete_case
from maild.cli.options import config_option

if TYPE_CHECKING:
    from maild.cli.desk import Open

_LABEL = 13
Trace = Mapping[str, Any]


@click.command("explain")
@click.argument("subject", metavar="NUMBER|MESSAGE-ID", shell_complete=complete_case)
@click.option("--json", "as_json", is_flag=True, help="One JSON list.")
@config_option
def command(config: Path, subject: str, *, as_json: bool) -> int:
    """Tell how the mails of a case, or one mail, were judged: exactly what was true then.

    Each with the policy of that day (`maild policy show HASH`), every rule with the first part of its condition that failed, who was
    considered for the case, what was promised by when, and the letters that left.
    """
    from maild.cli.desk import opened, say_json
    from maild.store import views

    with opened(config) as site:
        traces = [_whole(site, trace) for trace in views.traces(site.session, subject)]
    if not traces:
        click.echo(f"maild: nothing is known of {subject} (a case number, or the Message-ID of a mail)", err=True)
        return 1
    if as_json:
        say_json(traces)
        return 0
    for trace in traces:
        explain(trace)
    return 0


def _whole(site: Open, trace: dict[str, Any]) -> dict[str, Any]:
    """With the rules that it does not name, asked again under the policy of then."""
    from maild.founding import load_keys
    from maild.replays.recall import is_short, rules_then

    if not is_short(trace):
        return trace
    rules = rules_then(site.session, trace, load_keys(site.config.keys))
    return trace if rules is None else {**trace, "rules": rules}


def explain(trace: Trace) -> None:
    """One arrival in the words of its trace; also what `maild try` prints."""
    from maild.cli.terminal import one_line, width, wrapped

    if "incoming" in trace:
        head = f"{trace['received_at']}  {trace['source']}  {trace['message_id'] or ''}  ({trace['state']})"
        click.secho(one_line(head), bold=True)
    for label, text in _lines(trace):
        # Trust and thread quote what strangers wrote.
        for line in wrapped(one_line(text), width(), f"  {label:<{_LABEL}}", " " * (_LABEL + 2)):
            click.echo(line)


def _lines(trace: Trace) -> Iterator[tuple[str, str]]:
    """(label, text) in the order of judging."""
    # A case that wakes, a digest: nobody wrote them.
    if trace.get("source") not in ("wake", "undelivered", "digest", "warning"):
        yield from _mail(trace)
    if trace.get("seen"):
        yield "sender", "; ".join(_seen(trace["seen"]))
    if trace.get("policy"):
        yield "policy", str(trace["policy"])[:12]
    yield from _rules(trace)
    if trace.get("alarm"):
        yield "alarm", _alarm(trace["alarm"])
    if trace.get("customer"):
        yield "customer", str(trace["customer"])
    yield from _assignment(trace)
    for note in trace.get("notes", ()):
        yield "note", str(note)
    yield from _clocks(trace)
    yield from _promises(trace)
    for step in trace.get("steps", ()):
        tells = f", tells {', '.join(step['tells'])}" if step.get("tells") else ""
        yield "step", f"{step['target'].replace('_', ' ')}: {step['step'] or 'nobody took it'}, due {step['at']}{tells}"
    for letter in trace.get("letters", ()):
        if "state" in letter:
            yield "letter", f"{letter['kind']} to {letter['to'] or '(erased)'}: {letter['state']} ({letter['id']})"
    if trace.get("error"):
        yield "error", trace["error"].strip().rpartition(chr(10))[2]


def _mail(trace: Trace) -> Iterator[tuple[str, str]]:
    """Who wrote to whom, whether that is believed, and where it belongs."""
    if "incoming" in trace:
        yield "to", ", ".join(trace["recipients"]) or "-"
    yield from _duplicate(trace)
    if trace.get("kind"):
        yield (
            "kind",
            f"{trace['kind']}{', automatic' if trace.get('automatic') else ''}  {'; '.join(trace.get('why', []))}",
        )
    trust = trace.get("trust") or {}
    yield "trust", f"{trust.get('authentication', 'none')}  {'; '.join(trust.get('evidence', []))}"
    thread = trace.get("thread") or {}
    found = thread.get("found") or ["no evidence of a case"]
    yield "thread", f"{thread.get('case') or 'new case'}, {thread.get('standing', '')}: {'; '.join(found)}"


def _alarm(alarm: Trace) -> str:
    """What a monitoring system's mail was of (decide/monitored.py)."""
    state = alarm.get("state") or "neither down nor up"
    case = alarm.get("case")
    return f"{state}, {f'of the case {case}' if case else 'of no case so far'}"


def _seen(seen: Trace) -> Iterator[str]:
    """What the database knew of the sender (model/seen.py)."""
    words = {"muted": "letters to him come back", "marked_spam": "a mail of his was spam"}
    words |= {"same_subject": "has an open case of this subject", "known": "wrote before"}
    yield from (words[name] for name in words if seen.get(name))
    if seen.get("cases"):
        yield f"has {seen['cases']} cases"
    yield from counted(seen.get("counts", ()))
    if seen.get("case_status"):
        yield f"goes on from a case that is {seen['case_status']}"


def counted(counts: Iterable[tuple[str, int, int]]) -> list[str]:
    """Cases that were opened of late."""
    return [f"{number} cases of the {whose} in {timedelta(seconds=seconds)}" for whose, seconds, number in counts]


def _duplicate(trace: Trace) -> Iterator[tuple[str, str]]:
    again = trace.get("duplicate")
    if isinstance(again, str):
        yield "duplicate", again
    for other in again if isinstance(again, list) else ():
        yield "duplicate", f"the same mail again for {other['recipient']} at {other['at']}: no second one"


def _rules(trace: Trace) -> Iterator[tuple[str, str]]:
    for rule in trace.get("rules", []):
        failed = f"  failed: {rule['failed']}" if rule["failed"] else ""
        yield ("rule  yes" if rule["matched"] else "rule   no"), f"{rule['name']}  {rule['where']}{failed}"
    others = int(trace.get("asked") or 0) - len(trace.get("rules", []))
    if others > 0:
        yield "rule   no", f"{others} others"
    for field, decided in trace.get("decisions", {}).items():
        because = f"  {decided['because']}" if decided["because"] else ""
        yield "decided", f"{field} = {_said(decided['value'])}  by {decided['rule']} ({decided['where']}){because}"
    for shadow in trace.get("shadows", ()):
        would = ", ".join(
            f"{name} = {_said(value)}" for name, value in shadow["would"].items() if name in shadow["differs"]
        )
        lost = ", ".join(f"{name} = {_said(value)}" for name, value in shadow.get("loses", {}).items())
        stops = f"{', and' if would else ''} would stop what rules below say: {lost}" if lost else ""
        change = f" would change {would or 'nothing'}" if would or not lost else ""
        yield "shadow", f"{shadow['name']} ({shadow['where']}){change}{stops}"


def _said(value: Any) -> str:
    if isinstance(value, dict):
        keys, weights = value.get("handlers", ()), value.get("weights", ())
        named = [f"{key} {weight}" for key, weight in zip(keys, weights, strict=False)] or keys
        other = f", else {_said(value['otherwise'])}" if value.get("otherwise") else ""
        return f"{value.get('how', '')} {', '.join(named)}".strip() + other
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _assignment(trace: Trace) -> Iterator[tuple[str, str]]:
    from maild.decide.arithmetic import told

    assignment = trace.get("assignment")
    if assignment:
        yield "assigned", f"{assignment['handler'] or 'nobody'}: {assignment['reason']}"
        if assignment.get("considered"):
            yield "considered", told(assignment["considered"])


def _clocks(trace: Trace) -> Iterator[tuple[str, str]]:
    for name, at in (trace.get("clocks") or {}).items():
        yield "clock", f"{name.replace('_', ' ')}: {at}"


def _promises(trace: Trace) -> Iterator[tuple[str, str]]:
    """Each target with its date, after that mail; of several cases each with its number."""
    found = trace.get("promises", ())
    several = len({one["case"] for one in found}) > 1
    for one in found:
        case = f"{one['case']} " if several else ""
        counted = f"{one['within']} of {one['hours']} since {one['since']}, by {one['sla']}"
        told = f", told {one['told']}" if one["told"] else ""
        yield "promise", f"{case}{one['target'].replace('_', ' ')}: {_by(one)}  ({counted}{told})"


def _by(promise: Trace) -> str:
    due = promise["due"] or "when it goes on"
    if promise["done"]:
        return f"done {promise['done']}, was due {due}"
    if not promise["due"]:
        return "stands still"
    return f"due {due}{', as a handler promised' if promise['fixed'] else ''}"
