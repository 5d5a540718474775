"""A page becomes lines: blocks to lines, hidden parts dropped, quotes marked."""

from __future__ import annotations

import pytest

from maild.mail.html import lines, text
from maild.mail.owntext import of_page


@pytest.mark.parametrize(
    ("page", "read"),
    [
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<p class=MsoNormal>a</p><p class=MsoNormal>b</p>", "a\nb"),
        ("a&nbsp;b &aring; &lt;c&gt; &#229; &#x1F44D;", "a b å <c> å 👍"),
        ("<b>a</b><i>b</i> <u>c</u>", "ab c"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ('<a href="https://x.example/y">z</a>', "z <https://x.example/y>"),
        ('<a href="https://x.example/">x.example</a>', "x.example"),
        ('<a href="javascript:evil()">z</a>', "z"),
        ("<style>p{}</style><script>x</script><title>t</title>a<!-- b -->c", "ac"),
        ('<div style="display:none">secret</div>a<span hidden>b</span>', "a"),
        ('<div style="display:none"><div>x</div>y</div>a', "a"),
        ("a < b and 3 <4", "a < b and 3 <4"),
        ("<style>never closed", "never closed"),
        ("<!-- never closed", "never closed"),
        ("<STYLE>p{}</Style>a<script>x</SCRIPT>b", "ab"),
        ("<ol><li>a<li>b<ul><li>c</ul><li>d</ol>", "1. a\n2. b\n\n- c\n\n3. d"),
        ("a<br><br><br><br><br>b", "a\n\n\nb"),
        ("<pre>a\n\n\n\nb</pre>", "a\n\n\n\nb"),
        ('<div style="max-height:0px;overflow:hidden">before</div><span style="opacity:0">x</span>a', "a"),
        ('<p style="opacity:0.5;max-height:0.5em">a</p>', "a"),
        ('<div style="visibility: hidden">x</div>a', "a"),
        ("a<div>&#847;&zwnj;&nbsp;&#847;&zwnj;&nbsp;&shy;</div>b", "a\nb"),
        ('<body style="display:none"><p>all that is said</p></body>', "all that is said"),
        ("<![if !mso]>a<![endif]><!--[if mso]>x<![endif]-->", "a"),
        ('<img alt="1 > 0">a', "a"),
        ("<o:p></o:p><w:x>a</w:x>", "a"),
        ("\u202ea", "a"),
        ("<blockquote type=cite>q</blockquote>a", "> q\na"),
        ("</div></p>a", "a"),
    ],
)
def test_a_page_as_text(page: str, read: str) -> None:
    assert [line for line in text(page).split("\n") if line != "> "] == read.split("\n")


@pytest.mark.parametrize(
    "quote",
    [
        '<div class="gmail_quote">old<div>older</div></div>',
        '<div class="moz-cite-prefix">On 3 May X wrote:</div><blockquote type="cite">old</blockquote>',
        '<div id="appendonsend"></div><div>old</div>',
        '<hr><div id="divRplyFwdMsg">From: x</div>old',
        '<div class="protonmail_quote">old</div>',
        '<div id="yahoo_quoted_1" class="yahoo_quoted">old</div>',
        '<div id="mail-editor-reference-message-container">old</div>',
        "<div>On 3 May 2026 Ann &lt;a@b.example&gt; wrote:</div><blockquote>old</blockquote>",
        '<span id="OLK_SRC_BODY_SECTION">old</span>',
        '<div data-smartmail="gmail_signature">Kari, tel. 22</div>',
    ],
)
def test_a_clients_container_is_not_the_authors_word(quote: str) -> None:
    assert of_page(lines(f"<html><body><div>new</div>{quote}</body></html>")) == "new"


def test_a_reply_below_the_quote_survives() -> None:
    page = '<blockquote type="cite">old</blockquote><p>new</p>'
    assert of_page(lines(page)) == "new"


def test_a_page_of_quotes_only_is_shown_whole() -> None:
    assert of_page(lines('<div class="gmail_quote">old</div>')) == "old"


def test_an_indented_paragraph_is_no_quote() -> None:
    assert of_page(lines("<p>see:</p><blockquote>mine</blockquote>")).split() == ["see:", "mine"]
