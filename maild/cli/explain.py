"""maild explain: why a mail went where it went, as it was judged then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from maild.cli.completion import complete_case
from maild.cli.options import config_option
from maild.cli.terminal import harmless


@click.command("explain")
@click.argument("subject", metavar="NUMBER|MESSAGE-ID", shell_complete=complete_case)
@click.option("--json", "as_json", is_flag=True, help="One JSON list.")
@config_option
def command(config: Path, subject: str, *, as_json: bool) -> int:
    """Print the stored traces of a case, or of one mail."""
    from maild.cli.desk import opened, say_json
    from maild.store import views

    with opened(config) as site:
        traces = views.traces(site.session, subject)
    if not traces:
        click.echo(f"maild: nothing is known of {subject} (a case number, or the Message-ID of a mail)", err=True)
        return 1
    if as_json:
        say_json(traces)
        return 0
    for trace in traces:
        explain(trace)
    return 0


def explain(trace: dict[str, Any]) -> None:
    """One arrival in the words of its trace; also what `maild try` prints."""
    if "incoming" in trace:
        _say(f"{trace['received_at']}  {trace['source']}  {trace['message_id'] or ''}  ({trace['state']})", bold=True)
        _say(f"  to          {', '.join(trace['recipients']) or '-'}")
    if trace.get("kind"):
        _say(
            f"  kind        {trace['kind']}{', automatic' if trace.get('automatic') else ''}  {'; '.join(trace.get('why', []))}"
        )
    trust = trace.get("trust") or {}
    _say(f"  trust       {trust.get('authentication', 'none')}  {'; '.join(trust.get('evidence', []))}")
    thread = trace.get("thread") or {}
    found = thread.get("found") or ["no evidence of a case"]
    _say(f"  thread      {thread.get('case') or 'new case'}, {thread.get('standing', '')}: {'; '.join(found)}")
    for rule in trace.get("rules", []):
        _say(f"  {'rule  yes' if rule['matched'] else 'rule   no'}   {rule['name']}  {rule['where']}  {rule['failed']}")
    others = trace.get("asked", 0) - len(trace.get("rules", []))
    if others > 0:
        _say(f"  rule   no   and {others} others")
    for field, decided in trace.get("decisions", {}).items():
        _say(
            f"  decided     {field} = {decided['value']}  by {decided['rule']} ({decided['where']})  {decided['because']}"
        )
    if trace.get("assignment"):
        _say(f"  assigned    {trace['assignment']['handler'] or 'nobody'}: {trace['assignment']['reason']}")
    if trace.get("error"):
        _say(f"  error       {trace['error'].strip().rpartition(chr(10))[2]}")


def _say(text: str, *, bold: bool = False) -> None:
    """Trust and thread quote what strangers wrote."""
    click.secho(harmless(text), bold=bold or None)
