"""maild run: the daemon in the foreground."""

from __future__ import annotations

from pathlib import Path

import click

from maild.cli.options import config_option


@click.command("run")
@config_option
def command(config: Path) -> int:
    """Run the daemon in the foreground.

    Ready is READY=1 to systemd and a line with "event": "ready" on standard error.  SIGTERM drains and ends with 0, SIGHUP
    reloads the rules.
    """
    from maild import config as plumbing
    from maild import daemon, log
    from maild.founding import found

    settings = plumbing.load(config)
    log.configure(settings.log_level)
    return daemon.run(settings, found(settings))
