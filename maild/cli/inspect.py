"""maild inspect: what maild reads in a mail, as JSON (a fixed contract, MAIL.md) or as a card for people."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from maild.cli.terminal import harmless, one_line

if TYPE_CHECKING:
    from maild.model.message import Bounce, Message


@click.command("inspect")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, in the order given.")
@click.option("--charset", default="cp1252", show_default=True, help="For octets that declare no charset.")
def command(files: tuple[str, ...], charset: str, *, as_json: bool) -> int:
    """Read mails and print what they say; "-" is standard input."""
    import json

    failed = False
    for line in _read_all(files, charset):
        failed |= "error" in line
        if as_json:
            click.echo(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))
        else:
            _card(line)
    return int(failed)


def _read_all(files: tuple[str, ...], charset: str) -> Iterator[dict[str, Any]]:
    from maild.mail.parse import read

    for path in files:
        try:
            raw = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        except (OSError, ValueError) as error:
            yield {"path": path, "error": getattr(error, "strerror", None) or str(error)}
            continue
        yield {"path": path, **described(read(raw, charset))}


def described(message: Message) -> dict[str, Any]:
    """The message as the contract's JSON object, without its path."""
    author, bounce = message.author, message.bounce
    return {
        "subject": message.subject,
        "from": {"name": author.name, "address": author.address} if author else None,
        "to": [a.address for a in message.to],
        "cc": [a.address for a in message.cc],
        "reply_to": [a.address for a in message.reply_to],
        "date": message.date.isoformat() if message.date else None,
        "message_id": message.message_id,
        "references": list(message.references),
        "text": message.text,
        "html": message.html,
        "own_text": message.own_text,
        "attachments": [
            {"name": a.name, "type": a.type, "size": a.size, "sha256": a.sha256, "inline": a.inline}
            for a in message.attachments
        ],
        "kind": str(message.kind),
        "automatic": message.automatic,
        "why": list(message.why),
        "bounce": _report(bounce) if bounce else None,
        "language": message.language,
        "defects": list(message.defects),
    }


def _report(bounce: Bounce) -> dict[str, Any]:
    """For those who ask whether to write to an address again: given up for a passing reason (class 4, RFC 3463 section 3.1: a
    full mailbox, a host that was away too long) stands with what is only delayed.  The letter is lost all the same, and judgement
    says so to its handler."""
    status = dict(bounce.status)
    passing = [address for address in bounce.failed if status.get(address, "").startswith("4")]
    return {
        "failed": [address for address in bounce.failed if address not in passing],
        "delayed": [*bounce.delayed, *(address for address in passing if address not in bounce.delayed)],
        "status": status,
        "original_message_id": bounce.original_message_id,
    }


def _card(line: dict[str, Any]) -> None:
    """A mail as a person would want to read it."""
    if "error" in line:
        click.echo(f"{line['path']}: {line['error']}", err=True)
        return
    author = line["from"]
    click.secho(one_line(line["subject"]) or "(no subject)", bold=True)
    rows = [
        ("file", line["path"]),
        ("from", f"{author['name']} <{author['address']}>".strip() if author else "nobody that can be read"),
        ("to", ", ".join(line["to"] + line["cc"])),
        ("date", line["date"]),
        ("id", line["message_id"]),
        ("kind", line["kind"] + (", automatic" if line["automatic"] else "")),
        ("why", "; ".join(line["why"])),
        ("language", line["language"]),
        ("defects", "; ".join(line["defects"])),
        *((("bounce", _returned(line["bounce"])),) if line["bounce"] else ()),
        *(("file", f"{a['name']}  {a['type']}  {a['size']:,} B") for a in line["attachments"]),
    ]
    for name, value in rows:
        if value:
            click.echo(f"  {name:9} {one_line(value)}")
    click.echo()
    click.echo(harmless(line["own_text"] or line["text"]) or "(no text)")
    click.echo()


def _returned(bounce: dict[str, Any]) -> str:
    told = [f"{a} failed {bounce['status'].get(a, '')}".strip() for a in bounce["failed"]]
    return ", ".join(told + [f"{a} delayed {bounce['status'].get(a, '')}".strip() for a in bounce["delayed"]])
