"""quoted: a letter of ours as a mail program shows it in a reply: its lines, and its page if it has one.

of(mail, glued) -> Shown.  A program quotes the page; the plain text beside it, it makes of the page itself, so that nothing of the
letter's own plain text is left: no "|" in front of what the customer wrote, and links as the program writes them.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from email.message import EmailMessage

_LINK = re.compile(r'<a\b[^>]*?href="([^"]*)"[^>]*>(.*?)</a>', re.S)
_BREAK = re.compile(r"<br[^>]*>\n?|</(?:td|tr|table|div)>\n?", re.I)
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True)
class Shown:
    lines: tuple[str, ...]
    page: str = ""


def of(mail: EmailMessage, glued: bool) -> Shown:
    """glued: links as Exchange writes them, `label<link>`."""
    page, plain = mail.get_body(("html",)), mail.get_body(("plain",))
    if page is None:
        assert plain is not None
        return Shown(tuple(str(plain.get_content()).rstrip().split("\n")))
    inner = re.sub(r"^.*?<body[^>]*>|</body>.*$", "", str(page.get_content()), flags=re.S).strip()
    return Shown(tuple(_plain(inner, glued).split("\n")), inner)


def _plain(page: str, glued: bool) -> str:
    gap = "" if glued else " "
    text = _LINK.sub(lambda found: f"{found[2]}{gap}&lt;{found[1]}&gt;", page.replace("\n", " "))
    text = re.sub(r"</p>\s*", "\n\n", _BREAK.sub("\n", text))
    lines = (line.strip() for line in html.unescape(_TAG.sub("", text)).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
