"""Texts: the shipped letters are whole in every language, a site changes what it likes, and mistakes are named with their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.errors import RuleError
from maild.policy import samples, texts, words

SHIPPED = Path(__file__).parent.parent.parent / "templates"
LANGUAGES = ("en", "nb", "nn", "sl")


def load(site: Path | None = None) -> texts.Templates:
    return texts.load(site or SHIPPED / "none", SHIPPED)


def write(folder: Path, name: str, text: str, language: str = "nb") -> Path:
    (folder / language).mkdir(exist_ok=True)
    path = folder / language / f"{name}.txt"
    path.write_text(text, "utf-8")
    return path


def problems(folder: Path) -> list[str]:
    with pytest.raises(RuleError) as caught:
        load(folder)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


# --- what is shipped ---------------------------------------------------------------------------------------------------


def test_every_letter_is_there_in_every_language_and_renders() -> None:
    shipped = load()
    assert shipped.languages() == LANGUAGES
    assert texts.check(shipped) == []
    assert texts.missing(shipped) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_word(language: str) -> None:
    def keys(name: str) -> set[str]:
        lines = (SHIPPED / name / "words.txt").read_text("utf-8").splitlines()
        return {line.partition(":")[0] for line in lines if line and not line.startswith("#")}

    assert keys(language) == keys("en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", samples.NAMES)
def test_a_letter_with_little_in_it_has_no_gaps(language: str, name: str) -> None:
    text = load().render(name, language, samples.bare()).text
    assert "\n\n\n\n" not in text
    assert " ," not in text
    assert "  ." not in text


# --- languages ---------------------------------------------------------------------------------------------------------


ASKED = {
    "nn": "nn",
    "no": "nb",
    "sv": "nb",
    "da": "nb",
    "sl": "sl",
    "de": "en",
    "nb-NO": "nb",
    "en_GB": "en",
    "": "en",
    "NN": "nn",
}


@pytest.mark.parametrize(("asked", "got"), ASKED.items())
def test_a_language_that_we_lack_gets_the_nearest(asked: str, got: str) -> None:
    assert load().render("ack", asked, samples.full()).language == got


def test_a_language_of_the_site_s_own_takes_what_it_lacks_from_english(tmp_path: Path) -> None:
    write(tmp_path, "ack", "Subject: Re: {{ subject }}\n\nGuten Tag, Priorität {{ priority | priority }}\n", "de")
    site = load(tmp_path)
    assert site.render("ack", "de", samples.full()).text == "Guten Tag, Priorität high\n"
    assert site.render("notice", "de", samples.full()).language == "en"
    assert "de/notice.txt" in texts.missing(site)
    assert texts.check(site) == []


def test_nynorsk_without_a_word_says_it_in_bokmal(tmp_path: Path) -> None:
    shipped = tmp_path / "shipped"
    for language, text in (("en", "a: one\nb: two\nc: three\n"), ("nb", "a: en\nb: to\n"), ("nn", "a: ein\n")):
        (shipped / language).mkdir(parents=True)
        (shipped / language / "words.txt").write_text(text)
    files = [(p.parent.name, str(p), p.read_text()) for p in sorted(shipped.rglob("*.txt"))]
    assert words.tables(files, "en", texts.NEAREST, [])["nn"] == {"a": "ein", "b": "to", "c": "three"}


# --- a site's own ------------------------------------------------------------------------------------------------------


def test_a_site_s_file_takes_the_place_of_ours_and_of_no_other(tmp_path: Path) -> None:
    write(tmp_path, "ack", "Subject: Takk {{ tag }}\n\nTakk, {{ to_name }}!\n")
    site = load(tmp_path)
    assert site.render("ack", "nb", samples.full()).text == "Takk, Kari Nordmann!\n"
    assert site.render("ack", "nb", samples.full()).subject == "Takk [#1042]"
    assert site.render("ack", "nn", samples.full()).text != "Takk, Kari Nordmann!\n"
    assert site.render("notice", "nb", samples.full()) == load().render("notice", "nb", samples.full())
    assert site.files["templates/nb/ack.txt"].startswith("Subject: Takk")


def test_a_site_s_word_takes_the_place_of_ours(tmp_path: Path) -> None:
    write(tmp_path, "words", "# vårt\npriority.high: haster\n")
    text = load(tmp_path).render("notice", "nb", samples.full()).text
    assert "prioritet: haster" in text


def test_a_site_s_folder_may_be_empty_or_hold_other_things(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("ours")
    (tmp_path / ".git").mkdir()
    (tmp_path / "nb").mkdir()
    (tmp_path / "nb" / "ack.txt~").write_text("draft")
    assert load(tmp_path).render("ack", "nb", samples.full()) == load().render("ack", "nb", samples.full())


def test_a_file_from_windows_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "nb").mkdir()
    (tmp_path / "nb" / "ack.txt").write_bytes("\ufeffSubject: Takk\r\n\r\nHei på deg\r\n".encode())
    assert load(tmp_path).render("ack", "nb", samples.full()).text == "Hei på deg\n"


def test_a_line_of_tags_only_leaves_no_line_and_any_other_stays_a_line(tmp_path: Path) -> None:
    body = "{% if verified %}\nyes\n{% endif %}\n  {% if stranger %}odd{% endif %}\nend {% if author %}by {{ author }}{% endif %}\n.\n"
    write(tmp_path, "ack", f"Subject: x\n\n{body}")
    assert load(tmp_path).render("ack", "nb", samples.full()).text == "yes\n  odd\nend by Ola Hansen\n.\n"


# --- mistakes ----------------------------------------------------------------------------------------------------------

HEAD = "Subject: Takk\n\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Hei", "1:1: no subject (begin with `Subject: ...` and an empty line)"),
        ("Subject: a\nHei", "1:1: no subject (begin with `Subject: ...` and an empty line)"),
        (HEAD + "\n{{ handler }}", "4:1: no value is called handler (did you mean handler_name?)"),
        (HEAD + "{{ zzz }}", "3:1: no value is called zzz (templates/README.md lists the values)"),
        ("Subject: {{ tagg }}\n\nHei", "1:1: no value is called tagg (did you mean tag?)"),
        (HEAD + "Hei\n{% if %}", "4:1: Expected an expression, got 'end of statement block' (templates/README.md"),
        (HEAD + "{% for m in messages %}", "3:1: Unexpected end of template."),
        (HEAD + "{{ subject | upper }}", "3:1: no filter is called upper (there is alarm, cases, code,"),
        (HEAD + "a\nb\n{{ subject.format(1) }}", "5:1: call is not for templates (only values, filters, if and for)"),
        (HEAD + "{{ 'a' * 99999999 }}", "3:1: mul is not for templates (only values, filters, if and for)"),
        (HEAD + "{{ subject['x'] }}", "3:1: getitem is not for templates"),
        (HEAD + "{% include 'x' %}", "3:1: include is not for templates"),
        (HEAD + "{% set x = 1 %}{{ x }}", "3:1: assign is not for templates"),
        (HEAD + "{% macro x() %}{% endmacro %}", "3:1: macro is not for templates"),
        (HEAD + "x\n" * 40_000, " larger than 64 kB (shorten it)"),
        (HEAD + "a\x07b", "3:1: a control character '\\x07' (take it out)"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line_and_its_cure(tmp_path: Path, text: str, says: str) -> None:
    write(tmp_path, "ack", text)
    found = problems(tmp_path)
    assert any(problem.startswith(f"nb/ack.txt:{says}") for problem in found), found


def test_all_mistakes_of_all_files_are_named_at_once(tmp_path: Path) -> None:
    write(tmp_path, "ack", "Hei")
    write(tmp_path, "notice", HEAD + "{{ a }} {{ b }}")
    write(tmp_path, "words", "priority.hihg: x\nno colon\n", "sl")
    write(tmp_path, "akc", HEAD)
    (tmp_path / "norsk").mkdir()
    assert [problem.partition(" (")[0] for problem in problems(tmp_path)] == [
        "nb/ack.txt:1:1: no subject",
        "nb/akc.txt: no letter has this name",
        "nb/notice.txt:3:1: no value is called a",
        "nb/notice.txt:3:1: no value is called b",
        "norsk: not a language",
        "sl/words.txt:1:1: no word is called priority.hihg",
        "sl/words.txt:2:1: not a word",
    ]
    assert "did you mean ack.txt?" in "\n".join(problems(tmp_path))
    assert "did you mean priority.high?" in "\n".join(problems(tmp_path))


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "nb").mkdir()
    (tmp_path / "nb" / "ack.txt").write_bytes(b"Subject: p\xe5\n\nHei")
    assert problems(tmp_path)[0].endswith("(make it a readable file in UTF-8)")


def test_a_letter_with_a_name_nobody_knows_lists_the_names(tmp_path: Path) -> None:
    write(tmp_path, "zzzzzz", HEAD)
    assert "letters are ack, ack-unverified" in problems(tmp_path)[0]


def test_without_any_templates_the_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="no templates here"):
        texts.load(tmp_path, tmp_path / "gone")


def test_check_finds_what_only_rendering_can(tmp_path: Path) -> None:
    path = write(
        tmp_path, "notice", HEAD + "Hei\n{% for m in messages %}\n{{ m.text }}\n{{ m.sender }}\n{% endfor %}\n"
    )
    (problem,) = texts.check(load(tmp_path))
    assert (problem.file, problem.line) == (str(path), 6)
    assert "sender" in problem.what


def test_check_finds_a_letter_that_can_be_empty(tmp_path: Path) -> None:
    write(tmp_path, "notice", HEAD + "{% if verified %}Hei{% endif %}\n")
    (problem,) = texts.check(load(tmp_path))
    assert "empty letter" in problem.what


def test_check_names_a_mistake_in_what_is_shipped(tmp_path: Path) -> None:
    for name in samples.NAMES:
        write(tmp_path, name, HEAD + "Hei\n", "en")
    write(tmp_path, "ack", HEAD + "{{ nothing }}\n", "en")
    (problem,) = texts.check(texts.load(tmp_path / "none", tmp_path))
    assert str(problem).endswith("en/ack.txt:3:1: no value is called nothing (templates/README.md lists the values)")


def test_check_names_a_letter_that_exists_in_no_common_language(tmp_path: Path) -> None:
    write(tmp_path, "ack", HEAD + "Hei\n")
    found = [problem.file for problem in texts.check(texts.load(tmp_path / "none", tmp_path))]
    assert "templates/en/ack.txt" in found


# --- what strangers write ------------------------------------------------------------------------------------------------


def test_cve_2024_56326_a_value_is_never_read_as_a_template() -> None:
    evil = "{{ 7 * 7 }}{% for x in ().__class__.__mro__ %}{{ x }}{% endfor %}"
    rendered = load().render("ack", "en", {**samples.full(), "subject": evil})
    assert evil in rendered.text


def test_a_rendered_letter_is_capped() -> None:
    assert len(load().render("error", "en", {**samples.full(), "words": "x" * 500_000}).text) <= 64 * 1024 + 1


def test_a_loop_in_a_loop_stops_at_the_cap(tmp_path: Path) -> None:
    loops = "".join(f"{{% for a{n} in messages %}}" for n in range(12)) + "x" + "{% endfor %}" * 12
    write(tmp_path, "notice", HEAD + loops)
    many = {**samples.full(), "messages": samples.full()["messages"] * 50}
    assert len(load(tmp_path).render("notice", "nb", many).text) <= 64 * 1024 + 1


def test_a_letter_that_fails_gives_way_to_the_next_and_an_unknown_one_is_a_key_error(tmp_path: Path) -> None:
    write(tmp_path, "ack", HEAD + "{{ subject.nothing }}\n")
    site = load(tmp_path)
    assert site.render("ack", "nb", samples.full()) == load().render("ack", "nb", samples.full())
    with pytest.raises(KeyError):
        site.render("unheard-of", "nb", samples.full())


# --- words ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("priority", "high", "høy"),
        ("priority", "urgent", "urgent"),
        ("status", "on_hold", "satt på vent"),
        ("kind", "update", "svaret"),
        ("why", "your-case", "Du får denne e-posten fordi saken er din."),
        ("why", "new-code", "Du får denne e-posten fordi saken angår deg."),
        ("when", "2026-03-02T10:05:00+01:00", "mandag 2. mars 2026 kl. 10:05"),
        ("when", "yesterday", "yesterday"),
        ("size", 999, "999 B"),
        ("size", 348_160, "348 kB"),
        ("size", 5_250_000, "5,2 MB"),
        ("size", "many", "0 B"),
        ("files", [{"name": "a.txt", "size": 1}, {"name": "b.txt", "size": 2000}], "a.txt (1 B), b.txt (2 kB)"),
        ("files", "none", ""),
        ("line", {"key": "assigned", "value": "Ola"}, "Ola har fått saken"),
        ("line", {"key": "prioritised", "value": "low"}, "prioritet: lav"),
        ("line", {"key": "not_understood", "value": ""}, "ingen kommando jeg kjenner"),
        ("line", {"key": "not_understood", "value": "lukk"}, "ingen kommando jeg kjenner; mente du /lukk?"),
        ("line", {"key": "something", "value": ""}, "something"),
        ("line", "bare words", "bare words"),
        ("code", "5.1.1", "5.1.1 adressen finnes ikke"),
        ("code", "5.9.9", "5.9.9 avvist av mottakerens e-posttjener"),
        ("code", "", "kunne ikke leveres"),
        ("quoted", "a\n\nb\n", "| a\n|\n| b"),
        ("quoted", "", "|"),
        ("length", [1, 2], 2),
        ("length", None, 0),
    ],
)
def test_a_filter_says_it_in_the_language_and_never_fails(name: str, value: object, shown: object) -> None:
    lines = (SHIPPED / "nb" / "words.txt").read_text("utf-8")
    english = (SHIPPED / "en" / "words.txt").read_text("utf-8")
    table = words.tables([("en", "en", english), ("nb", "nb", lines)], "en", texts.NEAREST, [])["nb"]
    assert words.filters(table)[name](value) == shown


@pytest.mark.parametrize("count", [1, 2, 3])
def test_slovenian_counts_files_properly(count: int) -> None:
    values = samples.full()
    values["messages"] = [
        {**values["messages"][0], "attachments": [{"name": f"{n}.png", "size": 1} for n in range(count)]}
    ]
    text = load().render("notice", "sl", values).text
    assert {1: "Priloga: ", 2: "Prilogi: ", 3: "Priloge: "}[count] in text
