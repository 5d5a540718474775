"""maild policy list | show | diff: the rules that were ever in force, as they were then."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from maild.cli.options import config_option

if TYPE_CHECKING:
    from maild.cli.desk import Open
    from maild.store.database import Session

DISK = "disk"


@click.group("policy")
def command() -> None:
    """Every policy that was in force: rules, templates and words, as they were.

    Each decision names the policy by which it was made (`maild explain`); here is what that policy said.
    """


@command.command("list")
@click.option("--most", default=20, show_default=True, type=click.IntRange(1), help="So many, the newest first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@config_option
def list_(config: Path, most: int, *, as_json: bool) -> None:
    """List the policies by the time at which they came into force, with the files that they changed."""
    from maild.cli.desk import opened, say_json, table

    with opened(config) as site:
        rows = _uses(site.session, most)
    if as_json:
        for row in rows:
            say_json(row)
        return
    told = [{**row, "policy": row["policy"][:12], "changed": _few(row["changed"])} for row in rows]
    columns = {"since": "since", "policy": "policy", "maild": "maild", "changed": "changed", "brought by": "node"}
    table("policies", columns, told)


def _uses(session: Session, most: int) -> list[dict[str, Any]]:
    from maild.policies import files_of
    from maild.policy.build import VERSIONS
    from maild.store import policies
    from maild.store.database import iso

    uses = policies.uses(session, most + 1)
    files: dict[str, dict[str, str]] = {one.hash: files_of(session, one.hash) for one in uses}
    rows = []
    for place, one in enumerate(uses[:most]):
        before = files[uses[place + 1].hash] if place + 1 < len(uses) else {}
        changed = _changed(before, files[one.hash]) if before else []
        version = files[one.hash].get(VERSIONS, "").partition("\n")[0].removeprefix("maild ")
        told = {"since": iso(one.at), "policy": one.hash, "maild": version, "node": one.node, "changed": changed}
        rows.append(told)
    return rows


def _changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [name for name in sorted({**before, **after}) if before.get(name) != after.get(name)]


def _few(names: list[str]) -> str:
    from maild.policy.texts import SHIPPED

    own = [name for name in names if not name.startswith(SHIPPED)]
    shipped = ["the shipped templates"] if len(own) < len(names) else []
    more = [f"{len(own) - 4} more"] if len(own) > 5 else []
    return ", ".join([*(own[:4] if more else own), *more, *shipped])


@command.command("show")
@click.argument("policy", metavar="HASH")
@click.option("--dir", "folder", metavar="OUT", type=click.Path(path_type=Path), help="Write its files there.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, with all files.")
@config_option
def show(config: Path, policy: str, folder: Path | None, *, as_json: bool) -> int:
    """Show of what files a policy was made, or write them.

    HASH: its first digits, active, previous, or disk for the files as they are now.  OUT gets rules/, templates/ (the site's own),
    shipped/templates/ and versions.txt, byte for byte; it must be empty or not there yet.  Mails that tests read (`file`) are not kept.
    """
    from maild.cli.desk import opened, say_json

    with opened(config) as site:
        value, files = _named(site, policy)
    if folder is not None:
        _write(folder, files)
        click.echo(f"{len(files)} files of the policy {value[:12]} are in {folder}", err=as_json)
        for name in _mails(files):
            click.echo(
                f"without {name}, somebody's mail: copy it to {folder / 'rules' / name} if a test shall read it",
                err=True,
            )
    if as_json:
        say_json({"policy": value, "files": files})
    elif folder is None:
        _say(value, files)
    return 0


def _say(value: str, files: dict[str, str]) -> None:
    from maild.policy.build import VERSIONS, hash_of
    from maild.policy.texts import SHIPPED

    click.echo(f"policy {value}")
    click.echo(
        f"made with {', '.join(files.get(VERSIONS, 'a maild of before it was kept').split(chr(10))).strip(', ')}"
    )
    own = {name: text for name, text in sorted(files.items()) if not name.startswith(SHIPPED) and name != VERSIONS}
    for name, text in own.items():
        click.echo(f"  {name}  {text.count(chr(10))} lines")
    click.echo(f"  and {sum(name.startswith(SHIPPED) for name in files)} templates that shipped")
    if hash_of(files) != value:
        click.echo("not byte for byte: an erasure has taken somebody's name out of it, or it is older than this record")


def _mails(files: dict[str, str]) -> list[str]:
    """The mails that tests beside the rules read: they are kept with no policy."""
    from maild.errors import RuleError
    from maild.policy import build

    try:
        return list(dict.fromkeys(test.mail for test in build.tests(build.of(files)) if test.mail))
    except RuleError:
        return []


def _write(folder: Path, files: dict[str, str]) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"{folder} is not empty: name a folder that is, or one to be made")
    for name, text in files.items():
        path = folder / (name if "/" in name or not name.endswith(".yaml") else f"rules/{name}")
        if not path.resolve().is_relative_to(folder.resolve()):
            raise click.ClickException(f"{name!r} is no name of a file of a policy")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


@command.command("diff")
@click.argument("before", metavar="[A]", default="previous")
@click.argument("after", metavar="[B]", default="active")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@config_option
def diff(config: Path, before: str, after: str, *, as_json: bool) -> int:
    """Show what changed from policy A to policy B: else from the one before to the one in force.

    Each is the first digits of a hash, active, previous, or disk for the files as they are now.  Exit 1 if they differ, as diff(1).
    """
    from maild.cli.desk import opened, say_json
    from maild.cli.terminal import harmless

    with opened(config) as site:
        (one, old), (other, new) = _named(site, before), _named(site, after)
    changed = _changed(old, new)
    if as_json:
        say_json({"before": one, "after": other, "changed": changed, "diff": "".join(_lines(old, new, changed))})
    else:
        click.echo("".join(harmless(line) for line in _lines(old, new, changed)), nl=False)
    return 1 if changed else 0


def _lines(old: dict[str, str], new: dict[str, str], changed: list[str]) -> list[str]:
    from difflib import unified_diff

    told: list[str] = []
    for name in changed:
        a, b = (files.get(name, "").splitlines(keepends=True) for files in (old, new))
        told += [line if line.endswith("\n") else f"{line}\n" for line in unified_diff(a, b, f"a/{name}", f"b/{name}")]
    return told


def _named(site: Open, word: str) -> tuple[str, dict[str, str]]:
    """Hash and files of what somebody calls so; a sentence where there is none, or several."""
    from maild.policies import files_of
    from maild.store import policies

    if word == DISK:
        policy = site.policy
        return policy.hash, dict(policy.files)
    found = policies.beginning(site.session, word)
    if len(found) != 1:
        what = "several policies begin with" if found else "there is no policy"
        raise click.ClickException(f"{what} {word!r} (maild policy list)")
    return found[0], files_of(site.session, found[0])
