"""maild demo: a help desk on this machine's loopback, and one case from the first mail to the answer.

DEMO_EXIT=1 ends with 0 after the story; without it the demo stays up to be played with until Ctrl-C.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from maild.cli.demo_site import Kept, Mailbox, Playground

DESK = "firmapost@desk.example"
AUTHSERV = "mx.desk.example"
CUSTOMER, CUSTOMER_ADDRESS = "Ann Berg <ann.berg@kunde.example>", "ann.berg@kunde.example"
INIT = [
    "--desk", DESK, "--handler", "Kari Nordmann <kari@staff.example>", "--handler", "Ola Hansen <ola@staff.example>",
    "--authserv-id", AUTHSERV, "--zone", "Europe/Oslo", "--language", "nb",
]  # fmt: skip

QUESTION = """\
Hei,

Skriveren i andre etasje (HP M607) har stått og blinket rødt siden i går.
Vi har skrudd den av og på, og byttet papir i alle skuffene, men den skriver
fortsatt ikke ut. Det haster litt, for fakturaene skal ut på fredag.

Med vennlig hilsen
Ann Berg
Kunde AS, tlf. 55 00 00 00
"""
ANSWER = """\
/priority high

Hei Ann,

Takk for beskjeden. Rødt lys på den modellen er som regel papir som sitter fast
bak luken på baksiden. Kan du åpne den og se etter? Hjelper ikke det, kommer
jeg til dere i morgen tidlig klokken 8.

Hilsen Kari
"""
TRY = """\
It stays up until Ctrl-C; each letter that maild sends is shown here.

A customer writes ({port} is maild's own door):
    swaks --server 127.0.0.1:{port} --from bo@kunde.example --to {desk} \\
          --header "Subject: Får ikke logget inn" --body "Hei, passordet virker ikke."
The same without swaks:
    python3 -c 'import smtplib; smtplib.SMTP("127.0.0.1", {port}).sendmail("bo@kunde.example", "{desk}",
        "From: bo@kunde.example\\nTo: {desk}\\nSubject: Får ikke logget inn\\n\\nHei.\\n".encode())'
{name} closes the case (the site's own mail server vouches for who wrote):
    swaks --server 127.0.0.1:{port} --from {handler} --to {reply} \\
          --header "Authentication-Results: {authserv}; dmarc=pass header.from=staff.example" \\
          --header "From: {handler}" --header "Subject: Re: {subject}" --body "/close"
Look, in another window:
    export MAILD_CONFIG={config}
    {maild} case list        {maild} case show {number}
    {maild} explain {number}     {maild} queue list --all
Change who gets what: edit {rules}, then: {maild} check && {maild} reload
"""


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
    """From the customer's mail to the handler's answer; the text of what to try next."""
    _mail(console, "1. Ann writes to the desk", CUSTOMER, DESK, "Skriveren blinker rødt", QUESTION)
    _send(playground.port, CUSTOMER, DESK, "Skriveren blinker rødt", QUESTION)
    acknowledgement = _expect(mailbox, playground, ("ack",), CUSTOMER_ADDRESS)
    _title(console, "2. It is a case, with a number and a handler:  maild case list")
    console.print(playground.maild("case", "list"))
    _letter(console, "3. Ann gets an acknowledgement", acknowledgement)
    notice = _expect(mailbox, playground, ("notice",))
    _letter(console, "4. The handler gets the case", notice)
    author = str(notice.mail["To"])
    subject = f"Re: {notice.mail['Subject']}"
    _mail(console, "5. The handler just replies, with a command on top", author, notice.reply_to, subject, ANSWER)
    _send(playground.port, author, notice.reply_to, subject, ANSWER, str(notice.mail["Message-ID"]))
    _letter(console, "6. Ann gets the answer", _expect(mailbox, playground, ("update",), CUSTOMER_ADDRESS))
    _title(console, f"7. The case:  maild case show {notice.number}")
    console.print(playground.maild("case", "show", notice.number))
    return _invitation(playground, notice)


def _invitation(playground: Playground, notice: Kept) -> str:
    import sys

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


def _expect(mailbox: Mailbox, playground: Playground, kinds: tuple[str, ...], to: str = "") -> Kept:
    letter = mailbox.wait(kinds, to)
    if letter is None:
        log = playground.log.read_text("utf-8", "replace")[-2000:]
        raise click.ClickException(f"no letter ({kinds[0]}) came; the daemon's log:\n{log}")
    return letter


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
