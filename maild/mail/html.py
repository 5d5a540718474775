"""html: a page -> lines of text, each with its mark: own, quoted, signature.

lines(page) -> [(mark, text)]; text(page) -> str, quoted lines behind "> ".  Never raises, one pass, no tree: a page of 60 000
nested elements costs what its length costs.

LIMITS  2 MB of a page are read; after 100 000 tags the rest is stripped of tags, without lines; a tag ends within 4 000 characters or
at its first ">"; 100 containers deep; 100 000 lines of preformatted text.
"""

from __future__ import annotations

import re
from html import unescape

from maild.mail.charset import body, shown

LIMIT = 2_000_000
TAG_LENGTH = 4000
TAGS = 100_000
CONTAINERS = 100
PRE_LINES = 100_000

OWN, QUOTE, MAYBE, REST, SIGNATURE = "", ">", "?", "=", "-"
Line = tuple[str, str]

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:_-]{0,60})")
_RUN = re.compile(r"<+(?![a-zA-Z/!?])")
_ANY_TAG = re.compile(r"<[^<>]*+>")
_LONG_NUMBER = re.compile(r"&#[0-9]{8,}+;?")
_HREF = re.compile(r"""\bhref\s*=\s*["']?([^"'\s>]{1,2000})""", re.I)
_HIDDEN = re.compile(
    r"""display\s*:\s*none|mso-hide\s*:\s*all|\shidden(?:\s|=|$)|aria-hidden\s*=\s*["']?true|visibility\s*:\s*hidden"""
    r"""|(?:max-height|opacity)\s*:\s*0(?:\.0+)?(?:px|em|pt|%)?\s*(?:[;"'!]|$)"""
)
# What senders pad the line with that a mailbox shows beside the subject; a line of nothing else is empty.
_FILLING = " \t\n\r\f\v\xa0\u00ad\u034f\u2007\u200b\u200c\u200d\u2060\ufeff"

# How clients mark what they quote.  Names of classes and ids are the clients' own; each stands in every language.
_QUOTED = re.compile(
    r"gmail_quote|gmail_attr|moz-cite-prefix|moz-forward-container|protonmail_quote|yahoo_quoted|yahoo-quoted|tutanota_quote"
    r"|olk_src_body_section|mail-editor-reference-message-container|outlookmessageheader|appleoriginalcontents"
    r"|__quoted_text__|zmail_extra|name=[\"']?quote|hey_quote|front-blockquote|mailbox_quote|gmx_quote"
)
_CITED = re.compile(r"type\s*=\s*[\"']?cite|\bcite\s*=|gmail_quote|protonmail_quote|mailquote|quoted")
_ALL_AFTER = re.compile(r"id=[\"']?(?:x_)*(?:divrplyfwdmsg|appendonsend|stopspelling|zwchr|previousmessage)\b")
_SIGNED = re.compile(
    r"gmail_signature|moz-signature|applemailsignature|ms-outlook-mobile-signature|protonmail_signature_block"
    r"|(?:\bid|\bclass)=[\"']?(?:x_)*signature\b|linebreakatbeginningofsignature|data-smartmail=[\"']?gmail_signature|__sig_"
)

# One of these stands in every page that any of the patterns above fits.
_SIGNS = (
    "quote", "cite", "divrplyfwdmsg", "appendonsend", "stopspelling", "zwchr", "previousmessage", "gmail_attr",
    "moz-forward", "yahoo_", "olk_src", "reference-message", "messageheader", "appleoriginal", "zmail_extra",
)  # fmt: skip

_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
        "o:p",
        "v:imagedata",
    ]
)
_RAW = frozenset(("style", "script", "title", "textarea", "noscript", "xml", "svg", "template", "object"))
_LINE = frozenset(
    [
        "div",
        "tr",
        "dd",
        "dt",
        "address",
        "article",
        "aside",
        "body",
        "center",
        "details",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "html",
        "legend",
        "main",
        "nav",
        "option",
        "section",
        "summary",
        "caption",
        "thead",
        "tbody",
        "tfoot",
        "li",
    ]
)
_PARAGRAPH = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre"])
_RAW_END = {name: re.compile(f"</{name}", re.I) for name in _RAW}
_BLOCKS = _LINE | _PARAGRAPH | {"hr"}


class _Page:
    """The text while it grows, and which containers are open."""

    def __init__(self, *, hides: bool) -> None:
        self.hides = hides
        self.out: list[Line] = []
        self.line: list[str] = []
        self.gap = False
        self.opened: dict[str, int] = {}
        self.containers: list[tuple[str, int, str]] = []
        self.rest = False
        self.hidden = 0
        self.has_hidden = False
        self.pre = 0
        self.pre_lines = 0
        self.lists: list[int] = []
        self.own_mark = OWN
        self.unclosed: set[str] = set()
        self.link = ""
        self.link_at = 0

    @property
    def mark(self) -> str:
        return REST if self.rest else self.own_mark

    def contained(self) -> None:
        """The containers have changed: which mark holds now?"""
        marks = [mark for _, _, mark in self.containers]
        self.own_mark = next((m for m in (QUOTE, SIGNATURE, MAYBE) if m in marks), OWN)

    def words(self, chunk: str) -> None:
        if self.hidden:
            return
        if "&" in chunk:
            chunk = body(unescape(_LONG_NUMBER.sub("\ufffd", chunk)))
        if self.pre:
            self._preformatted(chunk)
            return
        words = chunk.split()
        if words:
            spaced = self.gap or chunk[0].isspace()
            self.line.append((" " if spaced and self.line else "") + " ".join(words))
        self.gap = (chunk[-1].isspace() if words else self.gap or bool(self.line)) if chunk else self.gap

    def _preformatted(self, chunk: str) -> None:
        first, *others = chunk.replace("\r\n", "\n").split("\n", max(PRE_LINES - self.pre_lines, 0))
        self.pre_lines += len(others)
        self.line.append(first)
        for other in others:
            self.end_line(always=True)
            self.line.append(other)

    def end_line(self, *, always: bool = False) -> None:
        text = "".join(self.line)
        self.line, self.gap = [], False
        if text.strip(_FILLING):
            self.out.append((self.mark, text.rstrip()))
        elif always and (self.pre or len(self.out) < 2 or self.out[-1][1] or self.out[-2][1]):
            self.out.append((self.mark, ""))

    def blank(self) -> None:
        self.end_line()
        if self.out and self.out[-1][1]:
            self.out.append((self.mark, ""))


def lines(page: str) -> list[Line]:
    """The page's lines with their marks; at most two empty lines stand together.  A page that hides all that it says is shown."""
    page = body(page[:LIMIT])
    state = _read(page, hides=True)
    return state.out if state.out or not state.has_hidden else _read(page, hides=False).out


def _read(page: str, *, hides: bool) -> _Page:
    state = _Page(hides=hides)
    at, size, tags = 0, len(page), 0
    while at < size:
        start = page.find("<", at)
        if start < 0:
            state.words(page[at:])
            break
        if start > at:
            state.words(page[at:start])
        at = _markup(state, page, start)
        tags += 1
        if tags >= TAGS:
            state.words(_ANY_TAG.sub(" ", page[at:]))
            break
    state.end_line()
    return state


def text(page: str) -> str:
    """The page as text, quoted lines behind "> "."""
    return as_text(lines(page))


def as_text(found: list[Line]) -> str:
    last = next((n for n in range(len(found), 0, -1) if found[n - 1][1]), 0)
    return "\n".join(f"> {line}" if mark == QUOTE else line for mark, line in found[:last]).strip("\n")


def has_container(page: str) -> bool:
    """Whether a client marked a quote in this page (a quick look, before the whole way)."""
    low = page[:LIMIT].lower()
    return any(sign in low for sign in _SIGNS)


def _markup(state: _Page, page: str, start: int) -> int:
    """Take what begins with "<" at start; returns where the reading goes on."""
    match = _TAG.match(page, start)
    if match is None:
        return _no_tag(state, page, start)
    end = _tag_end(page, match.end())
    name = match[2].lower()
    if match[1]:
        _close(state, name)
        return end
    attributes = page[match.end() : end - 1]
    if name in _RAW:
        return _after_raw(state, page, name, end)
    _open(state, name, attributes)
    return end


def _after_raw(state: _Page, page: str, name: str, at: int) -> int:
    """After the end tag of an element whose text nobody sees; one that never ends hides nothing."""
    end = None if name in state.unclosed else _RAW_END[name].search(page, at)
    if end is None:
        state.unclosed.add(name)
        return at
    return _tag_end(page, end.end())


def _no_tag(state: _Page, page: str, start: int) -> int:
    """A comment, a declaration, or a plain "<"."""
    if page.startswith("<!--", start):
        end = -1 if "!--" in state.unclosed else page.find("-->", start + 4)
        if end < 0:
            state.unclosed.add("!--")
        return start + 4 if end < 0 else end + 3
    if page.startswith(("<!", "<?", "</"), start):
        end = page.find(">", start, start + TAG_LENGTH)
        return start + 2 if end < 0 else end + 1
    run = _RUN.match(page, start)
    state.words(run.group() if run else "<")
    return run.end() if run else start + 1


def _tag_end(page: str, at: int) -> int:
    """After the ">" that ends a tag; one within double quotes does not."""
    window = at + TAG_LENGTH
    end = page.find(">", at, window)
    first = end
    while end >= 0 and page.count('"', at, end) % 2:
        end = page.find(">", end + 1, window)
        if end > first + 1000:
            break
    end = end if end >= 0 else first
    return end + 1 if end >= 0 else min(window, len(page))


def _open(state: _Page, name: str, attributes: str) -> None:
    if name in _BLOCKS:
        _break(state, name, attributes, ends=False)
    if name == "br":
        state.end_line(always=True)
    elif name in ("td", "th") and state.line:
        state.gap = True
    elif name in ("ol", "ul"):
        state.lists = [*state.lists[-CONTAINERS:], int(name == "ol")]
    elif name == "li":
        state.line.append(_bullet(state))
    elif name == "a":
        href = _HREF.search(attributes)
        state.link, state.link_at = href[1] if href else "", len(state.line)
    elif name == "pre":
        state.pre += 1
    low = attributes.lower() if "=" in attributes or "hidden" in attributes else ""
    if low and _ALL_AFTER.search(low) and not state.rest:
        state.end_line()
        state.rest = True
    if name in _VOID:
        return
    state.opened[name] = state.opened.get(name, 0) + 1
    mark = _container(name, low)
    if mark is not None and len(state.containers) < CONTAINERS:
        state.end_line()
        state.containers.append((name, state.opened[name], mark))
        state.contained()
        if mark == "hidden" and name != "head":
            state.has_hidden = True
        state.hidden += mark == "hidden" and (state.hides or name == "head")


def _bullet(state: _Page) -> str:
    """What stands before an item: its number in a numbered list."""
    number = state.lists[-1] if state.lists else 0
    if not number:
        return "- "
    state.lists[-1] += 1
    return f"{number}. "


def _container(name: str, low: str) -> str | None:
    """The mark that an element gives to all within it, None for an ordinary one."""
    if name == "blockquote":
        return QUOTE if low and (_CITED.search(low) or _QUOTED.search(low)) else MAYBE
    if name == "head":
        return "hidden"
    if not low:
        return None
    if _HIDDEN.search(low):
        return "hidden"
    if _QUOTED.search(low):
        return QUOTE
    return SIGNATURE if _SIGNED.search(low) else None


def _close(state: _Page, name: str) -> None:
    if name == "a" and state.link:
        _close_link(state)
    if name in _BLOCKS:
        _break(state, name, "", ends=True)
    if name == "pre" and state.pre:
        state.pre -= 1
    if name in ("ol", "ul") and state.lists:
        state.lists.pop()
    depth = state.opened.get(name, 0)
    if depth == 0:
        return
    state.opened[name] = depth - 1
    for index in range(len(state.containers) - 1, -1, -1):
        kind, level, _ = state.containers[index]
        if kind == name:
            if level == depth:
                state.end_line()
                state.hidden -= sum(
                    mark == "hidden" and (state.hides or inner == "head") for inner, _, mark in state.containers[index:]
                )
                del state.containers[index:]
                state.contained()
            return


def _close_link(state: _Page) -> None:
    label = "".join(state.line[state.link_at :]).strip()
    url, state.link = shown(unescape(_LONG_NUMBER.sub("", state.link))), ""
    bare = url.removeprefix("mailto:").removeprefix("https://").removeprefix("http://").rstrip("/")
    if label and not state.hidden and url[:7].lower() in ("http://", "https:/", "mailto:") and bare not in label:
        state.line.append(f" <{url}>")


def _break(state: _Page, name: str, attributes: str, *, ends: bool) -> None:
    """A block begins or ends.  Outlook writes each line as a paragraph of its own, so those give no empty line."""
    if name in _PARAGRAPH and not (name == "p" and (ends or "msonormal" in attributes.lower())):
        state.blank()
    else:
        state.end_line()
