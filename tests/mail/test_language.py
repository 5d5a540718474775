"""Which language a few lines are in."""

from __future__ import annotations

import builtins
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from maild.mail import tongues
from maild.mail.language import by_words, evidence, language
from maild.mail.parse import read

TABLE = [line.split("\t") for line in Path(__file__).with_name("languages.tsv").read_text("utf-8").splitlines()]


def alone(text: str) -> str | None:
    """As where lingua is not installed."""
    return by_words(evidence(text))


def hits(judge: Callable[[str], str | None]) -> dict[str, float]:
    """The share of right answers by language."""
    right = Counter(name for name, text in TABLE if judge(text) == name)
    return {name: right[name] / whole for name, whole in Counter(name for name, _ in TABLE).items()}


SHORT = [
    ("nb", "Hei, skriveren virker ikke. Kan dere hjelpe oss?"),
    ("nb", "Jeg har ikke fått svar på henvendelsen min fra forrige uke."),
    ("nn", "Hei, skrivaren verkar ikkje. Kan de hjelpe oss?"),
    ("nn", "Eg har ikkje fått svar frå dykk enno."),
    ("sl", "Pozdravljeni, tiskalnik ne deluje. Lep pozdrav"),
    ("sl", "Prosim, če lahko preverite račun za marec."),
    ("hr", "Poštovani, pisač ne radi. Možete li nam pomoći?"),
    ("en", "Hello, the printer does not work."),
    ("sv", "Hej, skrivaren fungerar inte. Vad ska jag göra?"),
    ("da", "Hej, jeg kan ikke logge ind. Hvad skal jeg gøre nu?"),
    ("de", "Guten Tag, der Drucker geht nicht mehr."),
    ("fr", "Bonjour, l'imprimante ne marche pas depuis hier."),
    ("nl", "Goedendag, de printer werkt niet meer."),
    ("es", "Hola, la impresora no funciona desde ayer."),
    ("it", "Buongiorno, la stampante non funziona più."),
    ("pt", "Olá, a impressora não funciona desde ontem."),
    ("pl", "Dzień dobry, drukarka nie działa od wczoraj."),
    ("fi", "Hei, tulostin ei toimi. Voitteko auttaa, kiitos?"),
]


@pytest.mark.parametrize(("name", "text"), SHORT)
@pytest.mark.parametrize("judge", [alone, language])
def test_short_mails(judge: Callable[[str], str | None], name: str, text: str) -> None:
    assert judge(text) == name


@pytest.mark.parametrize(("judge", "least"), [(alone, 0.93), (language, 0.97)])
def test_support_mail_of_a_few_words_is_told_by_language(judge: Callable[[str], str | None], least: float) -> None:
    found = hits(judge)
    right = sum(judge(text) == name for name, text in TABLE)
    assert right / len(TABLE) >= least, found
    # A public body answers in the form that it was written to in.
    assert min(found["nb"], found["nn"]) >= least, found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("nn", "Kan timen min på torsdag utsetjast?"),
        ("nb", "Kan timen min på torsdag utsettes?"),
        ("nn", "Takk for hjelpa, men no er feilen tilbake."),
        ("nb", "Takk for hjelpen, men nå er feilen tilbake."),
        ("nb", "Vi møtes i Storgata ved Solvika på mandag."),
    ],
)
@pytest.mark.parametrize("judge", [alone, language])
def test_the_form_of_norwegian_is_told_by_its_endings(judge: Callable[[str], str | None], name: str, text: str) -> None:
    assert judge(text) == name


def test_norwegian_that_could_be_either_form_is_bokmaal_by_words_alone() -> None:
    assert alone("Ny lås på døra til møterommet, takk.") == "nb"


@pytest.mark.parametrize(
    "text", ["", "ok", "Hei", "12345 67890", "Xyzzy plugh frotz gnusto", "😀", "PO 99812 ACME GmbH"]
)
@pytest.mark.parametrize("judge", [alone, language])
def test_it_abstains_where_it_cannot_know(judge: Callable[[str], str | None], text: str) -> None:
    assert judge(text) is None


def test_only_the_beginning_is_looked_at() -> None:
    assert language("Hello, the printer does not work for us. " * 20 + "ikkje " * 10_000) == "en"


def test_a_firms_small_print_below_a_short_mail_does_not_count() -> None:
    small_print = (
        "This message and its attachments are confidential and are for the person to whom they are addressed only."
    )
    assert language(f"Hei, kan noen av dere ringe meg om den fakturaen?\n\nHilsen Ola\n\n{small_print}") == "nb"


def test_the_language_of_what_is_quoted_is_not_the_senders() -> None:
    quoted = "> Hello Ann, have you tried to turn the printer off and on again? We think that it should work.\n"
    raw = f"From: ann@kunde.example\r\n\r\nJa, det har eg prøvd, men det hjelper ikkje.\n\nOn 2 March 2026 Kari wrote:\n{quoted}"
    assert read(raw.encode()).language == "nn"


def test_one_endless_word_is_looked_at_for_its_beginning_only() -> None:
    assert language("ææ" * 1_000_000) is None


# --- lingua -----------------------------------------------------------------------------------------------------------


def test_a_language_that_stands_in_no_table_of_ours_is_named_by_lingua() -> None:
    text = "Jó napot, a nyomtató nem működik, tudnának segíteni?"
    assert (alone(text), language(text)) == (None, "hu")


def test_lingua_is_not_loaded_before_a_text_leaves_a_doubt() -> None:
    program = (
        "import sys, maild.daemon; from maild.mail.language import language;"
        "language('Hei, eg har ikkje fått svar frå dykk enno, og eg ventar framleis.'); clear = 'lingua' in sys.modules;"
        "language('Heisen står stille igjen.'); print(clear, 'lingua' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_without_lingua_the_words_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def none_of_it(name: str, *rest: Any, **more: Any) -> Any:
        if name == "lingua":
            raise ImportError(name)
        return real(name, *rest, **more)

    tongues._detector.cache_clear()
    monkeypatch.setattr(builtins, "__import__", none_of_it)
    try:
        assert tongues.opinion("Hei, skriveren virker ikke") == {}
        assert language("Kan nokon ringje meg?") == "nn"
    finally:
        tongues._detector.cache_clear()


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        ("Per Per <per.per@kunde.example>", "Prosim pomoč\n\nPer Per\n"),
        # A name within a word is none.
        ("Tisk Pros <tisk.pros@kunde.example>", "Tiskalnik ne dela\n"),
    ],
)
def test_whoever_writes_is_called_what_he_is_called_in_any_language(sender: str, text: str) -> None:
    head = f"From: {sender}\r\nTo: desk@desk.example\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    assert read((head + text).encode()).language == "sl"


@pytest.mark.parametrize(
    ("text", "among"),
    [
        # All of its small words are Danish as well.
        (
            "Det er første gang vi ser den feilen, men den kommer igjen hver gang vi åpner døren til skuffen.",
            tongues.NORDIC,
        ),
        ("Jó napot, a nyomtató nem működik, tudnának segíteni?", tongues.LANGUAGES),
    ],
)
def test_of_a_text_that_can_only_be_nordic_lingua_is_asked_for_these_alone(
    monkeypatch: pytest.MonkeyPatch, text: str, among: tuple[str, ...]
) -> None:
    asked: list[tuple[str, ...]] = []
    real = tongues.opinion
    monkeypatch.setattr(tongues, "opinion", lambda text, among: asked.append(among) or real(text, among))
    language(text)
    assert asked == [among]
