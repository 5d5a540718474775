"""The letters as people read them: each language keeps to its own words, forms and greetings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from maild.mail import words as mail_words
from maild.policy import samples, texts, words

SHIPPED = Path(__file__).parent.parent.parent / "templates"
LANGUAGES = ("en", "nb", "nn", "sl")
GREETED = ("ack", "ack-unverified", "closing", "merged", "offer", "offer-again", "status")


def table(language: str) -> dict[str, str]:
    files = [(path.parent.name, str(path), path.read_text("utf-8")) for path in SHIPPED.glob("*/words.txt")]
    return words.tables(files, "en", texts.NEAREST, [])[language]


def line(language: str, key: str, **value: str) -> Any:
    return words.filters(table(language))["line"]({"key": key, **value})


def everything(language: str) -> str:
    """Every text of the language, without what a handler or a customer may write."""
    lines = [
        row
        for path in sorted((SHIPPED / language).glob("*.txt"))
        for row in path.read_text("utf-8").splitlines()
        if not row.startswith(("command.", "argument."))
    ]
    return "\n".join(lines).lower()


# --- moments -----------------------------------------------------------------------------------------------------------

MONDAY, WEDNESDAY = "2026-03-02T12:00:00+01:00", "2026-03-04T08:05:00+01:00"


@pytest.mark.parametrize(
    ("language", "monday", "wednesday"),
    [
        ("en", "Monday 2 March 2026 at 12:00", "Wednesday 4 March 2026 at 08:05"),
        ("nb", "mandag 2. mars 2026 kl. 12:00", "onsdag 4. mars 2026 kl. 08:05"),
        ("nn", "måndag 2. mars 2026 kl. 12:00", "onsdag 4. mars 2026 kl. 08:05"),
        ("sl", "v ponedeljek, 2. marca 2026, ob 12.00", "v sredo, 4. marca 2026, ob 8.05"),
    ],
)
def test_a_moment_is_written_as_people_write_it(language: str, monday: str, wednesday: str) -> None:
    when = words.filters(table(language))["when"]
    assert (when(MONDAY), when(WEDNESDAY)) == (monday, wednesday)


def test_slovenian_says_a_deadline_in_the_genitive_and_what_was_before_it_not() -> None:
    assert words.filters(table("sl"))["until"](WEDNESDAY) == "srede, 4. marca 2026, do 8.05"
    assert line("sl", "waits_until", value=WEDNESDAY) == "zahtevek je zadržan do srede, 4. marca 2026, do 8.05"
    assert line("sl", "tasked_until", value="1", at=WEDNESDAY) == "naloga 1, do srede, 4. marca 2026, do 8.05"
    assert (
        line("sl", "promised_nothing", was=MONDAY) == "nič ni obljubljeno (prej v ponedeljek, 2. marca 2026, ob 12.00)"
    )


@pytest.mark.parametrize("name", ["offer", "error", "notice", "absence"])
def test_a_slovenian_letter_never_says_until_on_a_day(name: str) -> None:
    text = texts.load(SHIPPED / "none", SHIPPED).render(name, "sl", samples.full()).text
    assert re.search(r"\b[Dd]o (ponedeljka|torka|srede|četrtka|petka|sobote|nedelje), ", text)
    assert not re.search(r"\b[Dd]o v ", text)


def test_a_language_without_a_form_for_deadlines_uses_its_ordinary_one() -> None:
    bare = {"when": "{weekday} {day}/{month} {hour}:{minute}", "weekday.1": "Mon", "month.3": "Mar"}
    assert words.filters(bare)["until"](MONDAY) == "Mon 2/Mar 12:00"


# --- greetings and sentences ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", GREETED)
def test_what_follows_the_greeting_begins_as_the_language_wants_it(name: str, language: str) -> None:
    text = texts.load(SHIPPED / "none", SHIPPED).render(name, language, samples.bare()).text
    greeting = re.search(r"^(?:Hello|Hei|Pozdravljeni)[^\n]*,\n\n(\w)", text, re.MULTILINE)
    assert greeting is not None
    assert greeting[1].islower() if language == "sl" else greeting[1].isupper()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", ["vote_yes", "vote_no", "vote_unread", "vote_over"])
def test_what_an_approver_outside_is_told_is_whole_sentences(key: str, language: str) -> None:
    assert re.fullmatch(r"[A-ZČŠŽ].*\.", line(language, key))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "key", ["task_yours", "task_due", "task_reported", "task_words", "supplier_answered", "was_approved"]
)
def test_the_headline_of_a_letter_with_news_begins_with_a_capital(key: str, language: str) -> None:
    assert line(language, key, value="Kari")[0].isupper()
    assert line(language, key)[0].isupper()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_subject_of_ours_reads_like_a_robot_s_or_the_reply_to_it_would_be_taken_for_one(language: str) -> None:
    load = texts.load(SHIPPED / "none", SHIPPED)
    given = ({**samples.full(), "subject": "Wi-Fi"}, {**samples.full(), "subject": "Wi-Fi", "absent": ""})
    subjects = [load.render(name, language, values).subject for name in samples.NAMES for values in given]
    assert [subject for subject in subjects if subject.lower().startswith(mail_words.ABSENT)] == []


# --- words ---------------------------------------------------------------------------------------------------------------

# Words of a neighbour, and words that we once had and that a native would not use.
FOREIGN = {
    "nb": r"saksbehandlar|sakshandsamar|ikkje|lina|brevene?|brevet",
    "nn": r"ikke|jeg|hva|hvem|hvor|hvordan|hvis|noen|noe|fra|ble|også ope|saken|saksbehand\w+|hendelse\w*|liner|lina|linene|breva?|brevet",
    "sl": r"pošiljk\w+|na čakanju|brez da|dokazano",
    "en": r"shall|unproven",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_keeps_to_its_own_words(language: str) -> None:
    kept = [row for row in everything(language).splitlines() if not row.startswith("#")]
    # What stands in braces is no word for anybody to read.
    kept = [re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", row) for row in kept]
    shown = [row.partition(":")[2] if re.match(r"[\w.+-]+: ", row) else row for row in kept]
    assert [row for row in shown if re.search(rf"\b(?:{FOREIGN[language]})\b", row)] == []


@pytest.mark.parametrize(
    ("language", "handler", "on_hold"),
    [
        ("nb", "saksbehandler", "satt på vent"),
        ("nn", "sakshandsamar", "sett på vent"),
        ("sl", "skrbnik", "zadržan"),
    ],
)
def test_a_handler_and_a_case_on_hold_are_called_the_same_everywhere(language: str, handler: str, on_hold: str) -> None:
    assert handler in line(language, "why_chosen", value="Kari")
    assert on_hold in table(language)["status.on_hold"]
    assert on_hold in table(language)["standing.on_hold"].lower()
    assert on_hold in line(language, "listed_on_hold", value="#1042")
    assert on_hold in line(language, "waits_until", value=MONDAY)
