"""maild explain: why a mail went where it went, as it was judged then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from maild.cli.options import config_option


@click.command("explain")
@click.argument("subject", metavar="NUMBER|MESSAGE-ID")
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
        click.secho(
            f"{trace['received_at']}  {trace['source']}  {trace['message_id'] or ''}  ({trace['state']})", bold=True
        )
        click.echo(f"  to          {', '.join(trace['recipients']) or '-'}")
    if trace.get("kind"):
        click.echo(
            f"  kind        {trace['kind']}{', automatic' if trace.get('automatic') else ''}  {'; '.join(trace.get('why', []))}"
        )
    trust = trace.get("trust") or {}
    click.echo(f"  trust       {trust.get('authentication', 'none')}  {'; '.join(trust.get('evidence', []))}")
    thread = trace.get("thread") or {}
    found = thread.get("found") or ["no evidence of a case"]
    click.echo(f"  thread      {thread.get('case') or 'new case'}, {thread.get('standing', '')}: {'; '.join(found)}")
    for rule in trace.get("rules", []):
        click.echo(
            f"  {'rule  yes' if rule['matched'] else 'rule   no'}   {rule['name']}  {rule['where']}  {rule['failed']}"
        )
    for field, decided in trace.get("decisions", {}).items():
        click.echo(
            f"  decided     {field} = {decided['value']}  by {decided['rule']} ({decided['where']})  {decided['because']}"
        )
    if trace.get("assignment"):
        click.echo(f"  assigned    {trace['assignment']['handler'] or 'nobody'}: {trace['assignment']['reason']}")
    if trace.get("error"):
        click.echo(f"  error       {trace['error'].strip().rpartition(chr(10))[2]}")
