"""Which language a few lines are in."""

from __future__ import annotations

import pytest

from maild.mail.language import language


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("nb", "Hei, skriveren virker ikke. Kan dere hjelpe oss?"),
        ("nb", "Jeg har ikke fått svar på henvendelsen min fra forrige uke."),
        ("nn", "Hei, skrivaren verkar ikkje. Kan de hjelpe oss?"),
        ("nn", "Eg har ikkje fått svar frå dykk enno."),
        ("sl", "Pozdravljeni, tiskalnik ne deluje. Lep pozdrav"),
        ("sl", "Prosim, če lahko preverite račun za marec."),
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
    ],
)
def test_short_mails(name: str, text: str) -> None:
    assert language(text) == name


@pytest.mark.parametrize("text", ["", "ok", "Hei", "12345 67890", "Xyzzy plugh frotz gnusto", "😀"])
def test_it_abstains_where_it_cannot_know(text: str) -> None:
    assert language(text) is None


def test_only_the_beginning_is_looked_at() -> None:
    assert language("Hello, the printer does not work for us. " * 20 + "ikkje " * 10_000) == "en"
