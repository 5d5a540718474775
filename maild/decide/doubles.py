"""doubles: what mail programs put beside the words when they make plain text of HTML, and nobody wrote.

single(text) -> the text without it: Exchange writes "kari@staff.example<mailto:kari@staff.example>" for a word that is a link, and
"[cid:image001.png@01DC]" for a logo.  A link that says something else than its word stays.  as_typed(line) is for command lines:
all links go, and a mention ("@Ola Hansen<mailto:ola@staff.example>") is the address that it stands for.  Pure, linear.
"""

from __future__ import annotations

import re

_LINK = re.compile(r"<(mailto:|https?://|tel:|sip:|callto:)([^<>\s]{1,2000})>", re.I)
_LINK_BEHIND = re.compile("[ \u00a0]?" + _LINK.pattern, re.I)
_MENTION = re.compile(
    r"(?<!\S)@[^<>@\n]{1,80}?[ \u00a0]?<(?:mailto:)?([^<>\s@]{1,100}@[^<>\s?]{1,100})[^<>\s]{0,200}>", re.I
)
_PICTURE = re.compile(r"\[(?:cid:[^\[\]\s]{1,200}|(?:image|bilde|bilete|slika): [^\[\]\n]{1,200})\]\n?", re.I)
_LONGEST_WORD = 300
_AROUND = " ,.;:()[]*_"


def single(text: str) -> str:
    """Links that say the same as the word in front of them, and names of pictures, are left out."""
    if "[" in text:
        text = _PICTURE.sub("", text)
    if "<" not in text:
        return text
    out: list[str] = []
    at = 0
    for link in _LINK.finditer(text):
        before = text[max(at, link.start() - _LONGEST_WORD) : link.start()].rstrip(" \u00a0")
        if not _says_the_same(before, link[1].lower(), link[2]):
            continue
        out.append(text[at : link.start()].rstrip(" \u00a0"))
        at = link.end()
    return "".join((*out, text[at:]))


def _says_the_same(before: str, scheme: str, target: str) -> bool:
    if scheme in ("tel:", "sip:", "callto:"):
        return before[-1:].isdigit()
    word = (before.split() or [""])[-1].strip(_AROUND)
    return bool(word) and _bare(word) == _bare(target)


def _bare(address: str) -> str:
    low = address.lower().rstrip("/")
    return low.removeprefix("https://").removeprefix("http://").removeprefix("mailto:").removeprefix("www.")


def as_typed(line: str) -> str:
    """A command line as it was typed."""
    if "<" not in line:
        return line
    return _LINK_BEHIND.sub("", _MENTION.sub(r"\1", line))
