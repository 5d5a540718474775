"""setup"""

import click


@click.command("setup")
def command() -> None:
    """Make this machine ready for maild as a service."""
