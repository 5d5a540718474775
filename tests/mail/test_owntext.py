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


@pytest.mark.parametrize(
    "text",
    [
        "On Tuesday 3 March the printer said:\n\nE-42, paper jam\n\nWhat is that?",
        "On 3 March 2026 at 08:12 you wrote:\n\nThe card is ready.\n\nIt is not.",
        "Den 3. mars 2026 kl. 08:12 skrev dere:\n\nKortet er klart.\n\nDet er det ikke.",
        "Den 3. mars 2026 kl. 08:12 skreiv de:\n\nKortet er klart.\n\nDet er det ikkje.",
        "Dne 3. 3. 2026 ob 08:12 ste napisali:\n\nKartica je pripravljena.\n\nNi.",
        "On the third floor there are two:\none is red, the other is not.",
    ],
)
def test_prose_that_only_looks_like_an_attribution_stays(text: str) -> None:
    assert own_text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Vi vil flytte:\n\nFra: Oslo\nTil: Bergen\nDato: 3. mai",
        "Hei, vi vil flytte.\n\nFra: Oslo\nTil: Bergen\nDato: 3. mai\nEmne: Flytting av 4 pulter\n\nGår det?",
        "Živjo, selimo se.\n\nOd: Ljubljana\nDo: Maribor\nDatum: 3. maj\n\nGre?",
        "Dette står i loggen:\n\nFrom: a@kunde.example\nTo: b@annen.example\nSubject: Prøve\n550 relaying denied\n\nHva er galt?",
        "To mamo v dnevniku:\nDate: 3. 3. 2026\nFrom: a@stranka.example\nTo: b@drugi.example\n\nKaj je to?",
    ],
)
def test_header_lines_that_the_author_shows_stay(text: str) -> None:
    assert own_text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Vi treng:\n- to skjermar\n- eit tastatur\n-- helst norsk\n- ei mus",
        "Bestilling 1: skjerm\n--\nBestilling 2: mus\n--\nTakk på førehand",
        "Slik gjer eg det:\n>>> import maild\n>>> maild.run()\nOg så står det stille.",
        "Kjem hit\n>>> >>> https://kunde.example/lenke <<<\nog så skjer det ikkje noko.",
        "a -- b\n--flagg\n---\nc",
    ],
)
def test_dashes_and_arrows_of_the_author_stay(text: str) -> None:
    assert own_text(text) == text


def test_a_postscript_below_a_signature_stays() -> None:
    assert (
        own_text("Det virker.\n\n-- \nKari\nEksempel AS\n\nPS: Husk nøkkelen.") == "Det virker.\n\nPS: Husk nøkkelen."
    )


@pytest.mark.parametrize(
    "closing", ["Mvh\nKari Nordmann\nEksempel AS", "Med venleg helsing\nEldrid", "Lep pozdrav,\nMaja"]
)
def test_a_signature_without_a_delimiter_stays(closing: str) -> None:
    text = f"Nytt.\n\n{closing}"
    assert own_text(text) == text
    assert own_text(f"{text}\n\nOn 3/3/2026 08:12, Ola wrote:\n{OLD}") == text


@pytest.mark.parametrize(
    "word",
    [
        "Se svarene mine i rødt.",
        "Sjå svara mine i raudt.",
        "Moji odgovori spodaj z rdečo.",
        "My answers are in red below.",
    ],
)
def test_answers_that_only_a_colour_tells_are_shown_with_all_around_them(word: str) -> None:
    old = "Fra: Ola <o@desk.example>\nSendt: 3. mars 2026 08:12\nEmne: Sak\n\nNår?\nI dag.\n"
    assert own_text(f"{word}\n\n{old}") == f"{word}\n\n{old}".strip("\n")
    assert "I dag." in own_text(
        f"{word}\n\n{old}", f'<p>{word}</p><div id="divRplyFwdMsg">Fra: Ola</div><p>Når?</p><p>I dag.</p>'
    )


def test_a_phones_footer_in_the_middle_ends_what_its_user_wrote() -> None:
    assert own_text("Nytt.\n\nSendt fra min Tusenkunstner 4G\n\ngammelt uten merke") == "Nytt."
    assert own_text("Sendt fra min Tusenkunstner 4G\n\nNytt under.").endswith("Nytt under.")


def test_an_address_that_was_wrapped_within_an_attribution() -> None:
    bent = "On Tue, Mar 3, 2026 at 8:12 AM Ola Hansen\n\n<\nmailto:o@desk.example\n> wrote:"
    assert own_text(f"Nytt.\n\n{bent}\ngammelt") == "Nytt."
    assert own_text(f"Nytt.\n\n{bent}\n{OLD}\nNytt under.") == "Nytt.\n\nNytt under."


def test_an_attribution_between_arrows() -> None:
    assert own_text("Nytt.\n\n>>> Ola Hansen <o@desk.example> 03.03.2026 08:12 >>>\ngammelt uten merke") == "Nytt."


def test_a_link_between_quoted_lines_is_quoted() -> None:
    assert own_text("Nytt.\n\n> se\n(https://desk.example/saker/1042)\n> her\n") == "Nytt."


def test_our_marker_within_a_line_ends_it_there() -> None:
    assert (
        own_text("Takk, det virker! [maild:1042:7] Skriv over denne linjen. Hei Kari, prøv nå.") == "Takk, det virker!"
    )
    assert own_text("Takk!\nFra Ola, i dag: [maild:1042:7] Skriv over denne linjen.\ngammelt") == "Takk!"
    assert own_text("Takk! " * 80 + "[maild:1042:7] Skriv over") == ("Takk! " * 80).strip()


def test_a_page_on_one_line_is_read_like_any_other() -> None:
    own = "Dette er en lang melding som noen har skrevet i en skjemaside. " * 400
    page = f'<html><body><div>{own}</div><blockquote type="cite"><div>{"gammelt " * 20000}</div></blockquote></body></html>'
    assert own_text("", page) == own.strip()


@pytest.mark.parametrize(
    "line",
    [
        "Zitat von Ola <o@desk.example>:",
        "* Ola Hansen <o@desk.example>:",
        "Ola <o@desk.example> kirjoitti 3.3.2026 08:12:",
    ],
)
def test_an_address_and_a_colon_above_a_quote_introduce_it(line: str) -> None:
    assert own_text(f"Nytt.\n\n{line}\n{OLD}") == "Nytt."


def test_a_client_that_marks_only_the_header_block_quotes_all_below() -> None:
    block = "<b>From:</b> Ola<br><b>Sent:</b> Tuesday, March 3, 2026 8:12 AM<br><b>To:</b> Kari<br><b>Subject:</b> Sak"
    page = f'<p>Nytt.</p><div class="OutlookMessageHeader">{block}</div><p>gammelt</p>'
    assert own_text("Nytt.", page) == "Nytt."


def test_a_footer_with_a_link_within_it_goes() -> None:
    assert own_text("Nytt.\n\nSent from Mail <https://mail.example/x> for Windows") == "Nytt."
    assert own_text("Nytt.\n\nObtenez Outlook pour Android<https://mail.example/x>") == "Nytt."


def test_a_bottom_reply_under_a_header_block_and_its_quote() -> None:
    block = "-----Original Message-----\nFrom: Ola <o@desk.example>\nSent: 3 March 2026 08:12\nTo: Kari\nSubject: Sak\n"
    assert own_text(f"{block}\n{OLD}\nNytt under.") == "Nytt under."
