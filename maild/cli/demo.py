"""maild demo: a help desk on this machine's loopback, and one case from the first mail to the answer.

DEMO_EXIT=1 ends with 0 after the story; without it the demo stays up to be played with until Ctrl-C.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from maild.cli.demo_site import Kept, Mailbox, Playground

DESK = "firmapost@desk.example"
AUTHSERV = "mx.desk.example"
CUSTOMER, CUSTOMER_ADDRESS = "Ann Berg <ann.berg@kunde.example>", "ann.berg@kunde.example"
SUBJECT = "Skriveren blinker rødt"
INIT = [
    "--desk", DESK, "--handler", "Kari Nordmann <kari@staff.example>", "--handler", "Ola Hansen <ola@staff.example>",
    "--authserv-id", AUTHSERV, "--zone", "Europe/Oslo", "--language", "nb",
]  # fmt: skip


@click.command("demo")
@click.option(
    "--dir", "folder", type=click.Path(path_type=Path), help="Make the site here and keep it (else a temporary folder)."
)
def command(folder: Path | None) -> int:
    """Start a help desk on this machine's loopback and show one case."""
    import signal
    import tempfile

    # A plain `kill` ends it as Ctrl-C does: with the daemon stopped and the folder gone.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if folder is not None:
        return _play(folder.resolve())
    with tempfile.TemporaryDirectory(prefix="maild-demo-", ignore_cleanup_errors=True) as temporary:
        return _play(Path(temporary) / "site")


def _play(folder: Path) -> int:
    from rich.console import Console

    from maild.cli.demo_site import Mailbox, Playground

    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    mailbox = Mailbox()
    playground = Playground(folder, mailbox.port, INIT)
    try:
        console.print(f"A site in {folder}: the desk {DESK}, two handlers.")
        playground.start()
        console.print(f"maild runs: SMTP on 127.0.0.1:{playground.port}, letters go out to 127.0.0.1:{mailbox.port}.")
        invitation = _story(console, playground, mailbox)
        if not os.environ.get("DEMO_EXIT"):
            console.print(invitation)
            _watch(console, mailbox)
    except KeyboardInterrupt:
        console.print("\nStopping.")
    finally:
        playground.stop()
        mailbox.shutdown()
    return 0


def _story(console: Console, playground: Playground, mailbox: Mailbox) -> str:
    """From the customer's mail to the closing letter; the text of what to try next."""
    from maild.cli import demo_words as words

    scene = Scene(console, playground, mailbox)
    scene.writes("1. Ann writes to the desk", CUSTOMER, DESK, SUBJECT, words.QUESTION)
    acknowledgement = scene.gets("3. Ann gets an acknowledgement", "ack", CUSTOMER_ADDRESS, before=_list)
    notice = scene.gets("4. Her handler gets the case", "notice")
    scene.replies("5. The handler just replies, with a command on top, and mistypes it", notice, words.ANSWER)
    held = scene.gets("6. maild does nothing of it, keeps the words, and asks", "error", notice.to)
    scene.replies("7. The right line is enough", held, words.CORRECTION)
    receipt = scene.gets("8. maild tells what it did", "receipt", notice.to)
    answer = scene.gets("9. Ann gets the answer", "update", acknowledgement.to)
    scene.replies("10. Ann replies", answer, words.THANKS)
    thanks = scene.gets("11. The handler reads it", "update", receipt.to)
    _too_soon(scene, thanks)
    scene.replies("16. The handler closes the case, with a word for Ann", thanks, words.CLOSE)
    scene.gets("17. Ann gets the last letter", "closing", answer.to)
    _list(scene, "18. The case is solved")
    _title(console, f"19. Why it went so:  maild explain {notice.number}")
    console.print(playground.maild("explain", notice.number))
    return _invitation(playground, notice)


def _too_soon(scene: Scene, thanks: Kept) -> None:
    """A command that was not meant, and its way back."""
    from maild.cli import demo_words as words

    scene.replies("12. The handler closes the case without a word", thanks, words.QUIETLY)
    closed = scene.gets("13. Done, and nobody else is told", "receipt", thanks.to)
    scene.replies("14. That was too soon", closed, words.UNDO)
    scene.gets("15. It is as it was", "receipt", thanks.to)


def _list(scene: Scene, title: str = "2. It is a case, with a number and a handler") -> None:
    _title(scene.console, f"{title}:  maild case list")
    scene.console.print(scene.playground.maild("case", "list"))


@dataclass(frozen=True)
class Scene:
    """Where the story is told, and how its people write and read."""

    console: Console
    playground: Playground
    mailbox: Mailbox
    shown: list[Kept] = field(default_factory=list)

    def writes(self, title: str, author: str, to: str, subject: str, text: str, in_reply_to: str = "") -> None:
        _mail(self.console, title, author, to, subject, text)
        _send(self.playground.port, author, to, subject, text, in_reply_to)

    def replies(self, title: str, letter: Kept, text: str) -> None:
        """As a mail program answers: to Reply-To, with Re: and the id."""
        subject = str(letter.mail["Subject"])
        subject = subject if subject.startswith("Re: ") else f"Re: {subject}"
        self.writes(title, str(letter.mail["To"]), letter.reply_to, subject, text, str(letter.mail["Message-ID"]))

    def gets(self, title: str, kind: str, to: str = "", before: Callable[[Scene], None] | None = None) -> Kept:
        """Wait for the letter, one that was not shown yet, and show it."""
        letter = self.mailbox.wait(kind, to, self.shown)
        if letter is None:
            log = self.playground.log.read_text("utf-8", "replace")[-2000:]
            raise click.ClickException(f"no letter ({kind}) came; the daemon's log:\n{log}")
        self.shown.append(letter)
        if before is not None:
            before(self)
        _letter(self.console, title, letter)
        return letter


def _invitation(playground: Playground, notice: Kept) -> str:
    import sys

    from maild.cli.demo_words import TRY

    maild = Path(sys.argv[0]).resolve()
    return TRY.format(
        port=playground.port,
        desk=DESK,
        name=str(notice.mail["To"]).split(" ")[0].strip('"'),
        handler=notice.to,
        reply=notice.reply_to,
        subject=notice.mail["Subject"],
        authserv=AUTHSERV,
        config=playground.config,
        number=notice.number,
        rules=playground.folder / "rules",
        maild=maild if maild.name == "maild" else f"{sys.executable} -m maild",
    )


def _send(port: int, author: str, to: str, subject: str, text: str, in_reply_to: str = "") -> None:
    """As the site's own mail server passes it on: with its proof of who wrote on top."""
    import smtplib
    from email import policy
    from email.message import EmailMessage
    from email.utils import formatdate, make_msgid, parseaddr

    address = parseaddr(author)[1]
    domain = address.rsplit("@", 1)[-1]
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = author, to, subject
    mail["Date"], mail["Message-ID"] = formatdate(localtime=True), make_msgid(domain=domain)
    if in_reply_to:
        mail["In-Reply-To"] = in_reply_to
    mail.set_content(text)
    proof = f"Authentication-Results: {AUTHSERV}; dmarc=pass header.from={domain}\r\n"
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as door:
        door.sendmail(address, [to], proof.encode() + mail.as_bytes(policy=policy.SMTP))


def _watch(console: Console, mailbox: Mailbox) -> None:
    seen = len(mailbox.letters)
    for letter in _arriving(mailbox, seen):
        _letter(console, f"A letter ({letter.kind})", letter)


def _arriving(mailbox: Mailbox, seen: int) -> Iterator[Kept]:
    while True:
        for letter in mailbox.beyond(seen, 1.0):
            seen += 1
            yield letter


# --- how it looks -----------------------------------------------------------------------------------------------------


def _title(console: Console, words: str) -> None:
    from rich.text import Text

    console.print()
    console.print(Text(words, style="bold green"))


def _mail(console: Console, title: str, author: str, to: str, subject: str, text: str) -> None:
    """A mail as a mail program shows it; a frame only where a person looks."""
    from rich.panel import Panel

    head = "\n".join(f"{name + ':':<9}{value}" for name, value in (("From", author), ("To", to), ("Subject", subject)))
    shown = f"{head}\n\n{text.rstrip()}"
    _title(console, title)
    if console.is_terminal:
        console.print(Panel(shown, width=min(console.width, 100), border_style="cyan"))
    else:
        console.print("\n".join(f"    {line}".rstrip() for line in shown.splitlines()))


def _letter(console: Console, title: str, letter: Kept) -> None:
    _mail(console, title, str(letter.mail["From"]), str(letter.mail["To"]), str(letter.mail["Subject"]), letter.text)
