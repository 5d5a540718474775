"""forwarded: whose mail it is that somebody passes on.

original(lines) -> Forwarded or None: the topmost header block of a forwarded mail, in any language and as any client writes it, and
the text below; never just the first address in the text.  A mail that is attached whole says it better (parse.py): of_mail(message).
Pure, linear.

LIMITS  2 000 lines are looked at.
"""

from __future__ import annotations

import re

from maild.mail import quoting
from maild.mail.language import language
from maild.model.message import Address, Forwarded, Message
from maild.model.subject import unforwarded

_LINES = 2000
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.){1,10}[A-Za-z0-9-]{2,63}"
)
_BRACKETS = re.compile(r"[<\[(][^<>\[\]()]*[>\])]|[<\[(].*$")
_MARKS = " \t*_\u00a0"


def original(text: str) -> Forwarded | None:
    """The mail below the topmost header block, or None without one."""
    lines = [_unquoted(line) for line in text.split("\n", _LINES)[:_LINES]]
    at = next((i for i, line in enumerate(lines) if ":" in line and quoting.header_block(lines, i)), -1)
    if at < 0:
        return None
    fields, end = _fields(lines, at)
    body = "\n".join(lines[end:]).strip("\n")
    subject = unforwarded(fields.get("subject", ""))
    return Forwarded(_author(fields.get("from", "")), subject, body, language=language(body), above=_above(lines, at))


def of_mail(message: Message) -> Forwarded:
    """A mail that was attached whole."""
    return Forwarded(
        message.author if message.authors == 1 else None,
        message.subject,
        message.own_text,
        message.message_id,
        message.references,
        message.language,
        attached=True,
    )


def _unquoted(line: str) -> str:
    """Apple's mail program marks what it forwards as quoted."""
    line = line[:5000]
    return line[1:].removeprefix(" ") if line[:1] == ">" else line


def _fields(lines: list[str], at: int) -> tuple[dict[str, str], int]:
    """The block's fields by what they name, a value that goes on in the next line joined; and where the text begins."""
    found: dict[str, str] = {}
    last, end = "", at
    for end in range(at, min(at + 20, len(lines) + 1)):
        line = lines[end].strip() if end < len(lines) else ""
        name = quoting.label(line)
        if not line or (not name and not last):
            break
        if name:
            last = name
            if name not in found:
                found[name] = line.partition(":")[2].strip(_MARKS)
                continue
        elif last in ("from", "to", "other"):
            # A long list of addresses is broken by some clients.
            found[last] = f"{found.get(last, '')} {line}"
        else:
            break
    return found, end


def _author(value: str) -> Address | None:
    """Name <address>, Name [mailto:address], "Name" (address) or the address alone; None for a name without one."""
    # A name may look like an address; the one in brackets counts.
    match = next((m for m in _ADDRESS.finditer(value) if _opened(value, m.start())), None) or _ADDRESS.search(value)
    if match is None:
        return None
    before = value[: match.start()].replace("mailto:", "")
    name = _BRACKETS.sub(" ", before).strip(" \t\"'<[(*,;:")
    local, _, domain = match[0].rpartition("@")
    name = "" if "@" in name else " ".join(name.split())[:200]
    return Address(name, f"{local}@{domain.lower()}")


def _opened(value: str, at: int) -> bool:
    """Whether a bracket opens right before this place."""
    return value[:at].removesuffix("mailto:")[-1:] in ("<", "[", "(")


def _above(lines: list[str], at: int) -> str:
    """What the one who forwards says himself, without the banner."""
    rows = list(lines[:at])
    while rows and (
        not rows[-1].strip() or quoting.is_banner(lines, len(rows) - 1) or quoting.begins(rows[-1]) or _rule(rows[-1])
    ):
        rows.pop()
    return "\n".join(rows).strip()


def _rule(line: str) -> bool:
    return quoting.RULE.match(line.strip()) is not None
