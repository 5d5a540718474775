"""What a word is, what a search asks for, and what it shows of a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.model.search import LONGEST, WIDTH, Asked, Term, asked, document, marks, one_by_one, snippet, tokens

ANY = st.text(st.characters(codec="utf-8", exclude_categories=[]), max_size=60) | st.text(
    st.sampled_from("aåøæčšžÆØÅ ČŠŽß\u0301\u00ad\u200b-_*\"'().,:;½ﬁ₂𝐀日本語\x00\ud800\n"), max_size=60
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Skrivér: VIRKER ikkje!", ["skriver", "virker", "ikkje"]),
        ("Blåbærsyltetøy på Ærøskøbing", ["blabaersyltetoy", "pa", "aeroskobing"]),
        ("Živjo, kje je ČŠŽ? đ", ["zivjo", "kje", "je", "csz", "d"]),
        ("straße e\u0301te\u0301 sti\u00adkn sle\u200bk", ["strasse", "ete", "stikn", "slek"]),
        ("ann.berg@acme-corp.example", ["ann", "berg", "acme", "corp", "example"]),
        ("snake_case 3,14 #1042", ["snake", "case", "3", "14", "1042"]),
        ("日本語 text", ["日", "本", "語", "text"]),
        ("𝐁𝐎𝐋𝐃 ﬁn", ["bold", "fin"]),
        ("-- ... \x00 \ud800 !?", []),
    ],
)
def test_words_are_folded(text: str, words: list[str]) -> None:
    assert tokens(text) == words


@given(ANY)
def test_a_token_is_letters_and_digits_only_and_its_own_token(text: str) -> None:
    for word in tokens(text):
        assert word.isalnum()
        assert len(word) <= LONGEST
    assert tokens(" ".join(tokens(text))) == tokens(text)


LATIN = st.text(st.characters(max_codepoint=0x2100), max_size=60) | st.text(
    st.sampled_from("aZ19_ -.\u00a0\u00adåØæßİıŉĳſ×÷ªº½²–—‘’“„…•€°"), max_size=60
)


@given(LATIN)
def test_the_quick_way_says_the_same_as_the_slow_one(text: str) -> None:
    assert tokens(text) == one_by_one(text)


def test_what_is_about_the_message_stands_in_the_first_line() -> None:
    said = {
        "subject": "Skriver",
        "from": "ann@acme.example",
        "from_name": "Ann",
        "to": ["support+rbaa@desk.example", "per@acme.example"],
        "cc": ["Support@desk.example"],
        "text": "Den står.",
    }
    words = document("#1042", said, ["bilde på.png"], ["support@desk.example"])
    assert words == "1042 skriver ann ann acme example per acme example bilde pa png\nden star"


def test_of_a_quoted_letter_of_ours_nothing_is_indexed() -> None:
    said = {"text": "Takk!\n\nSkriv over denne linjen\n[maild:1042:mx] Hei Ann", "own_text": "Takk!"}
    assert document("1", said) == "1\ntakk"
    assert document("1", {**said, "text": "Takk!\n> forwarded words"}) == "1\ntakk forwarded words"


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("Står skriver", [Term(("star",)), Term(("skriver",))], []),
        ('"helt tom" skriv* -toner', [Term(("helt", "tom")), Term(("skriv",), True)], [Term(("toner",))]),
        ("ann@acme.example", [Term(("ann", "acme", "example"))], []),
        ("e-post -e-post", [Term(("e", "post"))], [Term(("e", "post"))]),
        ("«helt tom»* -„rdeča luč“", [Term(("helt", "tom"), True)], [Term(("rdeca", "luc"))]),
        ('uendelig "sitat uten slutt', [Term((w,)) for w in ("uendelig", "sitat", "uten", "slutt")], []),
        ("AND OR NOT NEAR(a b)", [*(Term((w,)) for w in ("and", "or", "not")), Term(("near", "a")), Term(("b",))], []),
        ("tom tom TOM", [Term(("tom",))], []),
        ("-- - * \" '' () % _ \x00", [], []),
        ("", [], []),
    ],
)
def test_what_is_asked(text: str, wanted: list[Term], unwanted: list[Term]) -> None:
    assert asked(text) == Asked(tuple(wanted), tuple(unwanted))


@given(ANY)
def test_any_text_may_be_asked(text: str) -> None:
    for term in (*asked(text).wanted, *asked(text).unwanted):
        assert all(word.isalnum() for word in term.words)


def test_ten_thousand_words_are_a_few() -> None:
    assert len(asked(" ".join(f"ord{n}" for n in range(10_000))).wanted) == 32
    assert len(asked('"' + "ord " * 10_000 + '"').wanted[0].words) == 32


def shown(text: str, question: str) -> list[str]:
    return [text[start:end] for start, end in marks(text, asked(question).wanted)]


def test_marks_are_the_words_as_they_were_written() -> None:
    text = "Blåbærsyltetøyet står på sti\u00adkn; STÅ, stå-opp. Čšž!"
    assert shown(text, "sta csz") == ["STÅ", "stå", "Čšž"]
    assert shown(text, "blabaer* stikn") == ["Blåbærsyltetøyet", "sti\u00adkn"]
    assert shown(text, '"pa stikn" star') == ["står", "på sti\u00adkn"]
    assert shown(text, '"sta op"*') == ["STÅ, stå-opp"[5:]]
    assert shown(text, '"pa sta" noe') == []


def test_a_compatibility_ideograph_is_a_word_beside_a_digit_too() -> None:
    assert tokens("1\U0002f800") == tokens(" ".join(tokens("1\U0002f800"))) == ["1", "\u4e3d"]


@given(ANY, ANY)
def test_marks_never_overlap_and_say_what_was_asked(text: str, question: str) -> None:
    wanted = asked(question).wanted
    last = 0
    for start, end in marks(text, wanted):
        assert last <= start < end <= len(text)
        last = end


@given(st.lists(ANY, max_size=30), ANY)
def test_a_snippet_is_a_part_of_the_text(texts: list[str], question: str) -> None:
    text = " ".join(texts)
    made = snippet(text, asked(question).wanted)
    assert len(made.text) <= WIDTH + 2
    assert made.text.removeprefix("…").removesuffix("…").strip("…") in " ".join(text.split())
    for start, end in made.marks:
        assert 0 <= start < end <= len(made.text)


def test_a_snippet_shows_most_of_the_words_with_what_stands_before() -> None:
    text = "tom " + "ord " * 100 + "i skuffen som er helt tom og rød" + " ord" * 100
    made = snippet(text, asked("tom skuffen rød").wanted)
    assert made.text.startswith("…ord ord")
    assert made.text.endswith("ord…")
    assert [made.text[a:b] for a, b in made.marks] == ["skuffen", "tom", "rød"]


def test_a_snippet_of_a_text_without_the_words_is_its_beginning() -> None:
    assert snippet("Hei  alle\nsammen", ()).text == "Hei alle sammen"
    assert snippet("ord " * 100, ()).text == ("ord " * 40).strip() + "…"
    assert snippet("", asked("tom").wanted).text == ""
