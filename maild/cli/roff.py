r"""roff: man pages as man(7) wants them, whatever the text holds.

Page(name, section, title).heading("NAME").text("...").item("--json", "One JSON object.").source() -> str.  In a text, `words in
backquotes` are bold, and so are options.  Nothing in a page changes with the day: a date in the heading would.

LIMITS  Paragraphs, lists and literal blocks; no tables.  Characters beyond ASCII stay as they are (man-db and mandoc read UTF-8).
"""

from __future__ import annotations

import re
import textwrap

# \- is the minus that a shell understands, \(aq the apostrophe: man shows a bare - and ' as typographical ones (groff_char(7)).
_GLYPHS = {"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti"}
_SPECIAL = re.compile(r"[\\'`^~-]")
_MARKED = re.compile(r"`([^`]+)`|(?<![\w-])(--?[a-z][a-z-]*[a-z]|-[a-zA-Z])(?![\w-])")
_WORD = re.compile(r"(--?[A-Za-z][\w-]*)")


def literal(text: str) -> str:
    """As it is to be typed: every minus a minus."""
    return _SPECIAL.sub(lambda found: _GLYPHS[found[0]], text)


def prose(text: str) -> str:
    """A paragraph: hyphens may be hyphens, `words` and --options are to be typed and hence bold."""
    made, at = [], 0
    for found in _MARKED.finditer(text):
        made += [_plain(text[at : found.start()]), bold(found[1] or found[2])]
        at = found.end()
    return "".join([*made, _plain(text[at:])])


def _plain(text: str) -> str:
    return _SPECIAL.sub(lambda found: "-" if found[0] == "-" else _GLYPHS[found[0]], text)


def bold(text: str) -> str:
    return rf"\fB{literal(text)}\fR"


def italic(text: str) -> str:
    return rf"\fI{literal(text)}\fR"


def usage(text: str) -> str:
    """Options bold, the words that stand for something slanted: -c, --config FILE."""
    parts = _WORD.split(text)
    return "".join(bold(part) if at % 2 else _slanted(part) for at, part in enumerate(parts))


def _slanted(text: str) -> str:
    return re.sub(r"[A-Za-z][\w:.<>@\"|]*", lambda found: italic(found[0]), _plain_marks(text))


def _plain_marks(text: str) -> str:
    return text.replace("\\", r"\e")


def guarded(line: str) -> str:
    """A line that starts with a dot or an apostrophe would be a request to roff."""
    return rf"\&{line}" if line.startswith((".", "'")) else line


def _lines(text: str) -> list[str]:
    """A paragraph in lines that a person can read in a diff; what is bold may stretch over two."""
    wrapped = textwrap.wrap(prose(" ".join(text.split())), 78, break_long_words=False, break_on_hyphens=False)
    return [guarded(line) for line in wrapped]


class Page:
    """One man page, from its heading down."""

    def __init__(self, name: str, section: int, source: str, manual: str) -> None:
        heading = " ".join(f'"{literal(word)}"' for word in (name.upper(), str(section), "", source, manual))
        self._lines = [r".\" Made from the commands by `make man`: a change here is lost.", f".TH {heading}"]

    def heading(self, words: str) -> Page:
        self._lines.append(f".SH {literal(words)}")
        return self

    def part(self, words: str) -> Page:
        """A heading below a heading."""
        self._lines.append(f'.SS "{literal(words)}"')
        return self

    def name(self, name: str, what: str) -> Page:
        """The line that apropos(1) reads."""
        self.heading("NAME")
        self._lines.append(rf"{literal(name)} \- {_plain(what)}")
        return self

    def synopsis(self, words: str) -> Page:
        """A command line: one paragraph, its continuation indented."""
        self._lines += [".HP", guarded(words)]
        return self

    def text(self, text: str) -> Page:
        """Paragraphs; one that click is told not to wrap (\b) stays as it is."""
        for paragraph in filter(None, (part.strip("\n") for part in text.split("\n\n"))):
            block = paragraph.startswith("\b")
            self._literal(paragraph.lstrip("\b\n")) if block else self._paragraph(paragraph)
        return self

    def _paragraph(self, paragraph: str) -> None:
        # After a heading the first paragraph needs no .PP, and mandoc says so.
        if not self._lines[-1].startswith((".SH", ".SS", ".IP")):
            self._lines.append(".PP")
        self._lines += _lines(paragraph)

    def _literal(self, block: str) -> None:
        self._lines += [".PP", ".nf", *(guarded(literal(line.rstrip())) for line in block.split("\n")), ".fi"]

    def item(self, term: str, text: str) -> Page:
        """A term and what it means; the term is roff already (bold, usage)."""
        self._lines += [".TP", guarded(term), *_lines(text)]
        return self

    def nested(self) -> Page:
        """What follows belongs to the last item."""
        self._lines.append(".RS")
        return self

    def unnested(self) -> Page:
        self._lines.append(".RE")
        return self

    def also(self, pages: list[str]) -> Page:
        """SEE ALSO: name(section), ..."""
        self.heading("SEE ALSO")
        shown = (page.rpartition(".") for page in pages)
        self._lines.append(", ".join(f"{bold(name)}({section})" for name, _, section in shown))
        return self

    def source(self) -> str:
        return "\n".join(self._lines) + "\n"
