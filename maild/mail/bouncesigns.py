"""bouncesigns: does envelope or head of a mail look like a delivery report?

looks(report, header, sender, subject, body, attached) -> bool.  Pure, linear, never raises.  It asks who speaks: a mail system by its name,
an office that may also be a person, nobody (the null path), or anybody.  The less the sender proves, the more the text must.

LIMITS  2 kB of a sender, the first 4 kB of a text.
"""

from __future__ import annotations

import re

from maild.mail import bouncewords, words
from maild.mail.bouncetext import names_a_line
from maild.mail.headers import addresses
from maild.mail.kind import Header, is_machine

_DOMAIN = re.compile(r"@[\w.-]+")
# Nobody but a mail system is called so.
_DAEMON = re.compile(r"mail(?:er)?[-_. ]?daemon|mail[-_. ]?delivery[-_. ](?:sub)?system|maildelivery", re.I)
# A person may sit behind these.
_OFFICE = re.compile(
    r"post[-_.]?master|mail[-_. ]?system|mail[-_. ]?administrator|microsoft outlook|mdaemon|delivery (?:sub)?system",
    re.I,
)
_FORWARD = re.compile(
    r"^(?:\s*(?:re|sv|aw|odg|antw)\s?:)*\s*(?:fwd?|vs|wg|vb|videresendt|vidaresendt|posr|rv|tr|i|doorst)\s*:", re.I
)
_CODE = re.compile(r"(?<![\d.])(?:[45]\.[0-7]\.\d{1,3}|4[25]\d|5[0-57]\d)(?=[ \t-])")
_PERSONAL = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, bouncewords.PERSONAL)) + ")")
_ASKS = re.compile(r"[^\W\d_]\?+(?:\s|$)")


def looks(report: str, header: Header, sender: str, subject: str, body: str, attached: bool) -> bool:
    """Whether to read on.  One who merely writes about an undelivered mail is a person."""
    if report == "delivery-status" or header("x-failed-recipients"):
        return True
    named = _DOMAIN.sub("@", sender[:2000])
    if _DAEMON.search(named):
        return True
    speaks = any(word in subject[:1000].lower() for word in bouncewords.UNDELIVERED)
    if _OFFICE.search(named) or _is_desk_of_machines(sender):
        return speaks or _is_system(body)
    alone = not header("in-reply-to")
    # A null return path is an absence note's too (RFC 3834 section 3), so it needs a second sign, as everything weaker does.
    if not sender.strip() or (header("return-path") or "x").strip() in ("<>", "< >", ""):
        if speaks:
            return _is_system(body) or bool(_CODE.search(body[:4000]))
        return alone and not _says_absent(subject) and _is_system(body)
    replied = (header("auto-submitted") or "").strip().lower().startswith("auto-replied")
    return (
        speaks
        and (replied or alone)
        and not (is_forward(subject) or header("list-unsubscribe"))
        and _is_report(body, attached)
    )


def is_forward(subject: str) -> bool:
    """Whether somebody sends on what he got."""
    return bool(_FORWARD.match(subject[:200]))


def _says_absent(subject: str) -> bool:
    return subject[:1000].lower().lstrip().startswith(words.ABSENT)


def _is_desk_of_machines(sender: str) -> bool:
    return any(is_machine(a.address) and "reply" not in a.address for a in addresses(sender[:2000]))


def _is_system(body: str) -> bool:
    """A subject alone proves nothing: the text must also speak like a mail system."""
    text = body[:4000].lower()
    return any(phrase in text for phrase in bouncewords.SYSTEM_SPEECH)


def _is_report(body: str, attached: bool) -> bool:
    """From a sender who proves nothing, only the bare report counts: it begins at once, names an address or an error, asks nothing."""
    opening = body[:4000].lstrip()
    own = opening[:600].lower()
    if opening.startswith(">") or _ASKS.search(own) or _PERSONAL.search(own):
        return False
    if any(own.lstrip("-_ \n").startswith(banner) for banner in (*words.BANNERS, *words.BEGINS)):
        return False
    return _is_system(body) and (attached or bool(_CODE.search(opening)) or names_a_line(opening))
