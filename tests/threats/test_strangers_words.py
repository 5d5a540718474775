"""What strangers write is data: no template, no page, no statement and no command is made of it."""

from __future__ import annotations

import itertools
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import shipped_vocabulary
from parts.house import Got, House
from parts.mails import AUTHSERV

from maild.decide import verbs
from maild.store import views

# 911 * 719: whoever sees the product has seen it computed.
PRODUCT = "655009"
OPENINGS = [
    *(("{{", "}}"), ("{{-", "-}}"), ("{%", "%}"), ("${", "}"), ("#{", "}"), ("<%=", "%>"), ("<%", "%>"), ("@(", ")")),
    *(("{", "}"), ("[[", "]]"), ("{{{", "}}}"), ("*{", "}"), ("{{=", "}}"), ("{!", "!}"), ("[%", "%]"), ("$(", ")")),
    *(("`", "`"), ("%(", ")s"), ("{@", "}"), ("~{", "}")),
]
WORDS = [
    "911*719",
    "911 * 719 | string",
    "self.__init__.__globals__",
    "''.__class__.__mro__[1].__subclasses__()",
    "cycler.__init__.__globals__.os.popen('id').read()",
    "lipsum.__globals__['os'].system('id')",
    "config.items()",
    "request.application.__globals__.__builtins__.__import__('os').popen('id').read()",
    "('%s' | format(911*719)).format_map(x)",
    "['%c' | attr('format') | map('format')]",
    "namespace(x=911*719).x",
    "for x in range(911*719) %}x{% endfor",
    "include '/etc/passwd'",
    "import 'os' as os",
    "customer_name.__class__",
]
PAYLOADS = [f"{left}{word}{right}" for (left, right), word in itertools.product(OPENINGS, WORDS)]
PAGES = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    "\"><iframe src='//evil.example'>",
    "</title><script src=//evil.example/x.js></script>",
]
STATEMENTS = [
    "'; DROP TABLE cases; --",
    "' OR '1'='1",
    '" OR ""="',
    "1); DELETE FROM event; --",
    "%' UNION SELECT secret FROM keys --",
    "\\'; UPDATE cases SET status='closed'; --",
    "?1 :x $1 @x %s %(x)s",
    "x' AND (SELECT pg_sleep(10)) --",
    "'||(SELECT version())||'",
    "\0'; --",
]


def everywhere(house: House, words: str, serial: int) -> str:
    """A mail with these words in each of its fields; the number of its case."""
    line = " ".join(words.replace("\0", "").split())
    quoted = line.replace("\\", "\\\\").replace('"', '\\"')
    head = {
        "From": f'"{quoted}" <ann{serial}@kunde.example>',
        "To": f'"{quoted}" <support@desk.example>',
        "Cc": f'"{quoted}" <bo@kunde.example>',
        "Subject": f"Sak {line}",
        "Message-ID": f"<{serial}.x@kunde.example>",
        "References": f"<{line.replace(' ', '')}@x>",
        "Thread-Topic": line,
        "Content-Language": line,
        "Authentication-Results": f"{AUTHSERV}; dmarc=pass header.from=kunde.example",
        "MIME-Version": "1.0",
        "Content-Type": "multipart/mixed; boundary=b",
    }
    raw = "".join(f"{name}: {value}\n" for name, value in head.items())
    raw += f'\n--b\nContent-Type: text/plain; charset=utf-8; x="{quoted}"\n\n{words}\n\n--b\n'
    raw += f'Content-Type: application/pdf; name="{quoted}"\nContent-Disposition: attachment; filename="{quoted}.pdf"\n\nx\n--b--\n'
    house.arrives(raw.replace("\n", "\r\n").encode(), "support@desk.example", f"ann{serial}@kunde.example")
    return str(1000 + serial)


def shown(letter: Got) -> str:
    """All that a reader or his program sees of it: raw, and decoded."""
    return letter.raw.decode("utf-8", "replace") + letter.text + str(list(letter.mail.values()))


def test_cve_2025_27516_three_hundred_templates_in_every_field_stay_what_they_are(house: House):
    assert len(PAYLOADS) == 300
    for serial, payload in enumerate(PAYLOADS, 1):
        everywhere(house, payload, serial)
        ack, notice = house.letters()
        assert PRODUCT not in shown(ack) + shown(notice), payload
        assert f"| {payload}" in notice.text, payload
        # The shipped templates wrote them, not the words that stand in when one fails.
        assert "Bare svar på denne e-posten" in notice.text
        assert "Its case number is" not in ack.text
        assert f"#{1000 + serial}" in ack.text


@pytest.mark.parametrize("page", PAGES)
def test_cve_2016_6127_a_page_in_a_mail_is_words_in_our_letters(house: House, page: str):
    """Text comes first; strangers get nothing else, and in a handler's page the sender's words are words: no element, no link of his."""
    everywhere(house, page, 1)
    letters = house.letters()
    assert {letter.kind for letter in letters} >= {"ack", "notice"}
    for letter in letters:
        parts = [part for part in letter.mail.walk() if not part.is_multipart()]
        assert parts[0].get_content_type() == "text/plain"
        pages = [part.get_content() for part in parts if part.get_content_type() == "text/html"]
        assert not pages or letter.to.endswith("@staff.example")
        for text in pages:
            assert page not in text or "<" not in page
            made = Elements(text)
            assert not made.names & {"script", "img", "svg", "iframe", "object", "form"}
            assert not [name for name in made.attributes if name.startswith("on")]
            assert all(link.startswith("mailto:") for link in made.links)


class Elements(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_threat_39_a_statement_in_a_mail_is_kept_word_for_word(house: House, statement: str):
    number = everywhere(house, statement, 1)
    case = house.case(number)
    assert case["subject"].startswith("Sak ")
    assert case["messages"][0]["text"].strip() == statement.replace("\0", "")
    # And as a command's argument, a search's words and a number.
    notice = next(letter for letter in house.letters() if letter.kind == "notice")
    house.reply(notice, f"/assign {statement}")
    assert house.kinds(number)[-2] == "declined"
    assert views.case_id(house.session, statement) is None
    tables = {"event", "cases", "message", "outbox"}
    assert all(house.session.one(f"SELECT count(*) FROM {table}") for table in tables)


WORDS = shipped_vocabulary()
SPOKEN = [
    "/",
    "#",
    "!",
    "\n",
    "\n\n",
    " ",
    *(f"/{word}" for word in WORDS.verbs),
    "\n/close",
    "> ",
    "1042",
]


@settings(max_examples=300)
@given(
    st.lists(
        st.one_of(st.sampled_from(SPOKEN), st.text("/#!- \n.:*_abcloset019æøåčšž«»", max_size=12)), max_size=14
    ).map("".join)
)
def test_threat_39_any_text_is_read_as_commands_or_words_and_nothing_is_lost(text: str):
    parsed = verbs.parse(text, WORDS)
    assert len(parsed.lines) <= 11
    for line in parsed.lines:
        assert line.verb == "" or line.verb in set(WORDS.verbs.values())
    # What is no command is still there, word by word.
    rest = " ".join(line.written for line in parsed.lines) + " " + parsed.text
    assert sorted(rest.split()) == sorted(text.split())
