"""What the author wrote himself, in every shape that clients give a reply."""

from __future__ import annotations

import pytest

from maild.mail.owntext import own_text

OLD = "> gammelt\n> mer gammelt\n"


@pytest.mark.parametrize(
    "attribution",
    [
        "Den 3. mars 2026 kl. 08:12 skrev Ola <o@desk.example>:",
        "tys. 3. mars 2026 kl. 08:12 skreiv Ola <o@desk.example>:",
        "V tor., 3. mar. 2026 ob 08:12 je oseba Ola <o@desk.example> napisala:",
        "Dne 03. 03. 2026 ob 08:12 je Ola napisal:",
        "On Tue, Mar 3, 2026 at 8:12 AM Ola <o@desk.example> wrote:",
        "On 2026-03-03 08:12, Ola wrote:",
        "Den tis 3 mars 2026 kl 08:12 skrev Ola <o@desk.example>:",
        "Am 03.03.2026 um 08:12 schrieb Ola:",
        "Le 03/03/2026 à 08:12, Ola a écrit :",
        "Op 3 mrt. 2026 om 08:12 schreef Ola:",
        "El mar, 3 mar 2026 a las 8:12, Ola (<o@desk.example>) escribió:",
        "Il giorno mar 3 mar 2026 alle ore 08:12 Ola <o@desk.example> ha scritto:",
        "Em ter., 3 de mar. de 2026 às 08:12, Ola <o@desk.example> escreveu:",
        "wt., 3 mar 2026 o 08:12 Ola <o@desk.example> napisał(a):",
        "2026年3月3日(火) 8:12 Ola <o@desk.example>:",
        "Ola wrote:",
    ],
)
def test_attributions_of_many_languages(attribution: str) -> None:
    assert own_text(f"Nytt.\n\n{attribution}\n\n{OLD}") == "Nytt."
    assert own_text(f"{attribution}\n{OLD}\nNytt under.") == "Nytt under."


def test_an_attribution_ends_the_mail_where_nothing_marks_the_quote() -> None:
    assert own_text("Nytt.\n\nOn 3 May 2026 Ola <o@desk.example> wrote:\n\ngammelt\n") == "Nytt."


def test_somebody_who_writes_what_another_said_is_not_cut() -> None:
    text = "Ola skrev:\nat dette skulle virke. Det gjør det ikke."
    assert own_text(text) == text


def test_answers_between_the_quotes_survive() -> None:
    assert own_text("> Når?\n\nI dag.\n\n> Hvor?\n\nHer.\n") == "I dag.\n\nHer."


def test_a_broken_quoted_line_is_still_quoted() -> None:
    assert own_text("Nytt.\n\n> " + "ord " * 18 + "\nslutt\n> mer\n") == "Nytt."


@pytest.mark.parametrize(
    "block",
    [
        "Fra: Ola <o@desk.example>\nSendt: 3. mars 2026 08:12\nTil: Kari\nEmne: Sak\n",
        "Frå: Ola\nSendt: 3. mars 2026 08:12\nTil: Kari\nEmne: Sak\n",
        "Od: Ola <o@desk.example>\nPoslano: 3. marec 2026 08:12\nZa: Kari\nZadeva: Primer\n",
        "*From:* Ola <o@desk.example>\n*Sent:* Tuesday, March 3, 2026\n*To:* Kari\n*Subject:* Case\n",
        "From: o@desk.example\nDate: Tue, 3 Mar 2026 08:12:00 +0100\n",
        "Date: 3 Mar 2026\nFrom: o@desk.example\nTo: kari@kunde.example\nSubject: Case\n",
        "Von: Ola\nGesendet: 3. März 2026\nAn: Kari\nBetreff: Fall\n",
        "Lähettäjä: Ola <o@desk.example>\nLähetetty: 3.3.2026\nVastaanottaja: Kari\nAihe: x\n",
        "Kimden: Ola <o@desk.example>\nTarih: 3.3.2026 08:12\nKime: Kari\nKonu: x\n",
    ],
)
def test_header_blocks_of_many_languages(block: str) -> None:
    assert own_text(f"Nytt.\n\n{block}\ngammelt\n") == "Nytt."
    assert own_text(f"Nytt.\n________________________________\n{block}\ngammelt\n") == "Nytt."


def test_a_form_is_not_a_header_block() -> None:
    form = "Bestilling:\n\nNavn: Kari\nE-post: kari@kunde.example\nDato: 3.3.2026\nAntall: 2"
    assert own_text(form) == form


@pytest.mark.parametrize(
    "banner",
    [
        "-----Original Message-----", "----- Opprinnelig melding -----", "-------- Vidaresend melding --------",
        "-----Izvirno sporočilo-----",
        "---------- Forwarded message ---------", "Start på videresendt melding:", "---- Ola wrote ----",
        "------On 3/3/2026, Ola wrote-----",
    ],
)  # fmt: skip
def test_banners(banner: str) -> None:
    assert own_text(f"Nytt.\n\n{banner}\n\ngammelt\n") == "Nytt."


def test_our_marker_ends_the_mail_wherever_it_was_bent_to() -> None:
    assert own_text("Nytt.\n\nKundeservice skrev:\n-- -- [maild:1042:7] skriv over\ngammelt") == "Nytt."
    assert own_text("> [maild:1042:7] skriv over\n> gammelt\n\nNytt.") == "Nytt."


@pytest.mark.parametrize(
    "footer",
    ["Sent from my iPhone", "Sendt fra min iPad", "Sendt frå min iPhone", "Poslano iz mojega iPhona", "Hent Outlook for iOS<https://x.example/a>",
     "Skickat från min iPhone", "Von meinem iPhone gesendet", "Get Outlook for Android"],
)  # fmt: skip
def test_a_phones_footer_goes(footer: str) -> None:
    assert own_text(f"Nytt.\n\n{footer}") == "Nytt."
    assert own_text(f"Nytt.\n\n{footer}\n\n{OLD}") == "Nytt."


def test_a_sentence_is_no_footer() -> None:
    text = "Hei.\n\nSent from my desk, because the phone is broken."
    assert own_text(text) == text


def test_signatures_go_and_long_texts_under_a_dash_stay() -> None:
    assert own_text("Nytt.\n\n-- \nKari\nEksempel AS") == "Nytt."
    assert own_text("Nytt.\n--\n" + "linje\n" * 20).endswith("linje")
    assert own_text(f"Nytt.\n\n-- \nKari\n\nOn 3 May 2026 Ola wrote:\n{OLD}") == "Nytt."


def test_when_nothing_is_left_everything_is_shown() -> None:
    assert own_text(OLD) == OLD.strip()
    assert own_text("-- \nKari") == "-- \nKari"


def test_a_forward_without_a_word_is_shown_whole() -> None:
    text = "---------- Forwarded message ---------\nFrom: Per <p@x.example>\nDate: 3 Mar 2026\nSubject: Tilbud\n\nHer."
    assert own_text(text) == text


def test_the_page_is_asked_when_the_plain_text_shows_no_quote() -> None:
    plain = "Nytt.\n\nOla\ngammelt"
    assert own_text(plain, '<p>Nytt.</p><div class="gmail_quote">Ola<br>gammelt</div>') == "Nytt."


def test_a_reply_that_shares_its_line_with_the_attribution() -> None:
    assert own_text("Greit. On Wed, Mar 4, 2026 at 3:59 PM, o@desk.example wrote:\n> gammelt") == "Greit."
