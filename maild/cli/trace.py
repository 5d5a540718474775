"""maild trace: where is my mail?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from maild.cli.options import config_option
from maild.cli.terminal import one_line, size


@click.command("trace")
@click.argument("subject", metavar="ADDRESS|MESSAGE-ID|NUMBER")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@config_option
def command(config: Path, subject: str, *, as_json: bool) -> int:
    """Tell a mail's way, from the first byte to the last letter.

    ADDRESS: all that came from it, and all letters to it.  MESSAGE-ID: that mail, or that letter of ours.  NUMBER: all of a case, and
    who was ever sent anything of it.
    """
    from maild.cli.desk import opened, say_json
    from maild.store import fates, views

    with opened(config) as site:
        row = views.case_id(site.session, subject)
        people = fates.reached(site.session, row) if row is not None else []
        if row is not None:
            trail = fates.of_case(site.session, row)
        elif "@" in subject.strip("<>") and (found := fates.of_message_id(site.session, subject)) != fates.Trail(
            (), ()
        ):
            trail = found
        else:
            trail = fates.of_address(site.session, subject.strip("<>"))
    if not trail.arrivals and not trail.letters:
        click.echo(
            f"maild: nothing is known of {one_line(subject)} (an address, a Message-ID or a case number)", err=True
        )
        return 1
    if as_json:
        of_case = {"people": people} if row is not None else {}
        say_json({"arrivals": trail.arrivals, "letters": trail.letters, **of_case})
        return 0
    for arrival in trail.arrivals:
        for line in _arrival(arrival):
            click.echo(line)
    for letter in trail.letters:
        click.echo(_letter(letter))
    if row is not None:
        click.echo(f"sent something of this case: {'' if people else 'nobody'}".rstrip())
    for person in people:
        click.echo(_person(person))
    return 0


def _person(view: dict[str, Any]) -> str:
    """Who, what and when."""
    first, last = _at(view["first_at"]).strip(), _at(view["last_at"]).strip()
    when = "nothing has left yet" if not first else first if first == last else f"{first} to {last}"
    address = one_line(view["address"]) or "(erased)"
    many = f"{view['letters']} letters" if view["letters"] > 1 else "1 letter"
    return f"  {address} ({one_line(view['party'])}): {many} ({', '.join(map(one_line, view['kinds']))}), {when}"


def _arrival(view: dict[str, Any]) -> Iterator[str]:
    came = f"by {view['door']}"
    came += f" from {view['client']}" if view["client"] else ""
    came += f", {size(view['size'])}" if view["size"] else ""
    came += f", from {one_line(view['sender']) or '<>'}" if view["recipients"] else ""
    came += f", {one_line(view['message_id'])}" if view["message_id"] else ""
    yield f"{_at(view['at'])}  {view['id']:<9} came {came}"
    for recipient in view["recipients"]:
        yield f"{_at(recipient['at'])}  {view['id']:<9} for {one_line(recipient['address'])}"
    if view["state"] != "done":
        wrong = f": {one_line(view['error'])}" if view["error"] else ""
        until = f", until {_at(view['due_at'])}" if view["state"] in ("deferred", "leased") else ""
        yield f"{' ' * 19}  {view['id']:<9} {view['state']}{until}{wrong}"
    if view["settled_at"]:
        case = f"case {view['case']}: " if view["case"] else ""
        reasons = f" ({one_line('; '.join(view['reasons']))})" if view["reasons"] else ""
        yield f"{_at(view['settled_at'])}  {view['id']:<9} {case}{', '.join(dict.fromkeys(view['events']))}{reasons}"
    yield from map(_letter, view["letters"])


def _letter(view: dict[str, Any]) -> str:
    fate = f"sent {_at(view['sent_at'])}" if view["sent_at"] else view["state"]
    if view["due_at"]:
        fate += f", due {_at(view['due_at'])}"
    tries = f", {view['attempts']} attempts" if view["attempts"] > 1 else ""
    wrong = f": {one_line(view['error'])}" if view["error"] else ""
    return f"{_at(view['at'])}  {view['id']:<9} {view['kind']} to {one_line(view['to'])}: {fate}{tries}{wrong}"


def _at(iso: str | None) -> str:
    return (iso or "").replace("T", " ").removesuffix("Z").ljust(19)
