"""programs: a handler's reply, byte for byte as a mail program writes it (programs/*.eml: its head, its parts, how it quotes).

written(Reply(...)) -> bytes.  What is the same for all is filled in here: the words as plain text and as HTML in the program's own
marks, and each part in the encoding that its head names.  PROGRAMS: what each of them calls its marks.
"""

from __future__ import annotations

import base64
import html
import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.header import Header
from email.utils import formataddr
from pathlib import Path

from corpus.commands.keyboards import LINKED
from corpus.commands.says import SAYS
from jinja2 import Environment, FileSystemLoader

HERE = Path(__file__).parent / "programs"
_BOLD = re.compile("\x05(.*?)\x06", re.S)


@dataclass(frozen=True)
class Program:
    """line, empty: how it writes a line in HTML; item: an item of a list in plain text; link: a link there; bold: bold there;
    marks: whether a quote is told from what stands below it; wraps: where it breaks plain lines.
    """

    name: str
    line: str
    empty: str
    item: tuple[str, str] = ("- {}", "{}. {}")
    link: str = "{0}"
    bold: str = "*{}*"
    marks: bool = True
    wraps: int = 0


_GLUED = "{0}<{1}>"
_WORD = '<p class="MsoNormal">{}<o:p></o:p></p>\n'
_PROOF = (
    '<div class="elementToProof" style="font-family: Aptos, Arial, Helvetica, sans-serif; font-size: 12pt;">{}</div>\n'
)
_STARS, _DOTS = ("  *   {}", "  {}.  {}"), ("•\u00a0{}", "{}. {}")
PROGRAMS = {
    program.name: program
    for program in (
        Program("outlook_desktop", _WORD, "<o:p>&nbsp;</o:p>", _STARS, _GLUED, "{}", marks=False),
        Program("outlook_plain", "", "", link=_GLUED, bold="{}", marks=False),
        Program("outlook_web", _PROOF, "<br>", _STARS, _GLUED, "{}", marks=False),
        Program("outlook_phone", '<div dir="ltr">{}</div>\n', "<br>", _STARS, _GLUED, "{}", marks=False),
        Program("gmail_web", "<div>{}</div>", "<br>", ("   - {}", "   {}. {}"), wraps=76),
        Program("gmail_android", '<div dir="auto">{}</div>', "<br>", ("- {}", "{}. {}"), wraps=76),
        Program("apple_mail", "<div>{}</div>", "<br>", _DOTS, "{0} <{1}>", "{}"),
        Program("iphone", "<div>{}</div>", "<br>", _DOTS, "{0}", "{}"),
        Program("thunderbird", "", "", (" * {}", "{}. {}")),
        Program("thunderbird_html", "    <p>{}</p>\n", "<br>", (" * {}", "{}. {}")),
        Program("samsung", '<div dir="auto">{}</div>', "<br>", bold="{}", marks=False),
        Program("no_marks", "", "", marks=False),
    )
}


@dataclass(frozen=True)
class Reply:
    """commands, text: what is typed above; below: under the quote.  place: top, under, nothing (quoted).  listed: ul, ol or ""."""

    program: Program
    language: str
    me: tuple[str, str]
    them: tuple[str, str]
    subject: str
    answers: str
    commands: Sequence[str]
    text: Sequence[str]
    quote: Sequence[str]
    quote_html: str = ""
    below: Sequence[str] = ()
    place: str = "top"
    listed: str = ""
    signed: bool = False
    serial: int = 1


def written(reply: Reply) -> bytes:
    """The mail."""
    return _encoded(_environment(reply).get_template(f"{reply.program.name}.eml").render(**_values(reply)))


def _values(reply: Reply) -> dict[str, object]:
    says = SAYS[reply.language]

    def attribution(form: str, wide: int = 0, *, html: bool = False) -> str:
        name, address = reply.them
        if html:
            link = f'<a href="mailto:{address}">{address}</a>'
            return form.replace("<{address}>", "&lt;{address}&gt;").format(name=_escape(name), address=link)
        said = form.format(name=name, address=address)
        # Gmail breaks the line at its width, and within the brackets of the address.
        return said if len(said) <= wide or not wide else said.replace(f" <{address}", f" <\n{address}")

    return {
        "says": says, "language": reply.language, "me": reply.me, "them": reply.them, "subject": reply.subject,
        "topic": reply.subject.split("] ")[-1], "id": reply.answers, "serial": f"{reply.serial:06x}", "below": list(reply.below),
        "plain": _plain(reply), "html": _html(reply), "quote": list(reply.quote) if reply.place != "nothing" else [],
        "quote_html": reply.quote_html, "under": reply.place == "under", "signed": reply.signed, "attribution": attribution,
    }  # fmt: skip


def _environment(reply: Reply) -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE),
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "word": lambda text: text if text.isascii() else Header(text, "utf-8", 200).encode(),
        "mailbox": formataddr,
        "named": lambda who: f"{who[0]} <{who[1]}>",
        "cited": _cited,
        "breaks": lambda lines: "<br>\n".join(_escape(line) or "" for line in lines),
        "paragraphs": _paragraphs,
    }
    return made


def _cited(lines: Sequence[str], first: str = "", *, flowed: bool = False) -> str:
    """Behind "> ", broken at 76 characters as programs do; flowed: with RFC 3676's blank where a line goes on."""
    out: list[str] = []
    for at, line in enumerate(lines):
        line = first + line if at == 0 else line
        pieces = textwrap.wrap(line, 74, break_long_words=False, break_on_hyphens=False) if len(line) > 74 else [line]
        glue = " " if flowed else ""
        out += [f"> {piece}{glue}" for piece in pieces[:-1]] + [f"> {pieces[-1]}".rstrip()]
    return "\n".join(out)


# --- what is typed ----------------------------------------------------------------------------------------------------------


def _plain(reply: Reply) -> str:
    """As the program writes it in plain text."""
    program, lines = reply.program, list[str]()
    for number, command in enumerate(reply.commands, 1):
        form = {"ul": program.item[0], "ol": program.item[1], "": "{}"}[reply.listed]
        said = LINKED.sub(lambda found: program.link.format(found[1], found[2]), _BOLD.sub(_bold(program), command))
        lines.append(form.format(*((number, said) if reply.listed == "ol" else (said,))))
    lines += ["", *reply.text] if reply.text else []
    if not program.wraps:
        return "\n".join(lines)
    broken = [
        "\n".join(textwrap.wrap(line, program.wraps, break_on_hyphens=False)) if len(line) > program.wraps else line
        for line in lines
    ]
    return "\n".join(broken)


def _bold(program: Program) -> Callable[[re.Match[str]], str]:
    return lambda found: program.bold.format(found[1])


def _html(reply: Reply) -> str:
    program = reply.program
    if not program.line:
        return ""
    typed = [_marked(line) for line in reply.commands]
    if reply.listed:
        inner = "".join(f"<li>{line}</li>" for line in typed)
        above = f"<{reply.listed}>{inner}</{reply.listed}>"
    else:
        above = "".join(program.line.format(row or program.empty) for line in typed for row in line.split("\n"))
    text = ["", *map(_marked, reply.text)] if reply.text else []
    return above + "".join(program.line.format(line or program.empty) for line in text)


def _marked(line: str) -> str:
    """Escaped, with its links and bold; blanks at the ends and beside others do not collapse."""
    safe = _escape(line)
    safe = re.sub("^ | $|(?<= ) ", "&nbsp;", safe).replace("\u00a0", "&nbsp;")
    return LINKED.sub(r'<a href="\2">\1</a>', _BOLD.sub(r"<b>\1</b>", safe))


def _paragraphs(lines: Sequence[str], start: str, end: str, empty: str) -> str:
    return "".join(f"{start}{_escape(line) or empty}{end}" for line in lines)


def _escape(line: str) -> str:
    return html.escape(line, quote=False)


# --- octets -----------------------------------------------------------------------------------------------------------------


def _encoded(mail: str) -> bytes:
    """Each part as its own head says."""
    boundaries = re.findall(r'boundary="?([^"\s]+)"?', mail)
    pieces = re.split("(" + "|".join(rf"^--{re.escape(b)}(?:--)?$" for b in boundaries) + ")", mail, flags=re.M)
    pieces = (
        [_part(piece) if at % 2 == 0 else piece for at, piece in enumerate(pieces)] if boundaries else [_part(mail)]
    )
    return b"".join(piece if isinstance(piece, bytes) else piece.encode() for piece in pieces).replace(b"\n", b"\r\n")


def _part(piece: str) -> bytes:
    """A head and its body: the body in the charset and encoding of the head; utf-8 where that charset lacks a letter."""
    head, gap, body = piece.partition("\n\n")
    encoding = re.search(r"^Content-Transfer-Encoding: (\S+)", head, re.M)
    if not gap or encoding is None or "X-As-It-Is" in head or encoding[1] == "7bit":
        return piece.encode()
    body = body.strip("\n") + "\n"
    charset = re.search(r'charset="?([\w-]+)', head)
    octets, head = _octets(body, charset[1] if charset else "utf-8", head)
    if encoding[1] == "base64":
        octets = base64.encodebytes(octets.replace(b"\n", b"\r\n"))
    elif encoding[1] == "quoted-printable":
        octets = _quoted_printable(octets)
    return head.encode() + b"\n\n" + octets + b"\n"


def _octets(body: str, charset: str, head: str) -> tuple[bytes, str]:
    try:
        return body.encode(charset), head
    except UnicodeEncodeError:
        return body.encode(), head.replace(charset, "utf-8")


def _quoted_printable(octets: bytes) -> bytes:
    import quopri

    return quopri.encodestring(octets, quotetabs=False)
