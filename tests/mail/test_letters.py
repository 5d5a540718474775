"""A letter to one person: its header, its way back to us, its files."""

from __future__ import annotations

import re
from dataclasses import replace
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path

import pytest
from letters_making import (
    DESK,
    KEYS,
    LANGUAGES,
    NOW,
    VALUES,
    mail,
    policy,
    read,
    shown,
    text_of,
    to_customer,
    to_handler,
    write,
)

from maild.errors import RuleError
from maild.mail import letters, token, wording
from maild.model.message import Address
from maild.model.plan import Letter, Token
from maild.model.vocabulary import Vocabulary
from maild.policy import samples, texts


def addresses(value: object) -> list[tuple[str, str]]:
    return getaddresses([str(value)])


# --- who ---------------------------------------------------------------------------------------------------------------


def test_a_letter_comes_from_the_desk_and_goes_to_one_person() -> None:
    seen = read(mail(to_customer("ack")))
    assert addresses(seen["From"]) == [("Kundeservice", "support@desk.example")]
    assert addresses(seen["To"]) == [("Ann Berg", "ann@kunde.example")]
    assert seen["Cc"] is None
    assert seen["Bcc"] is None


def test_a_human_s_letter_bears_his_name_and_the_desk_s() -> None:
    seen = read(mail(to_customer("update", author="Kåre Østby", shown=(shown(),))))
    assert addresses(seen["From"]) == [("Kåre Østby (Kundeservice)", "support@desk.example")]
    assert seen["Auto-Submitted"] is None
    assert seen["X-Auto-Response-Suppress"] is None


def test_a_reply_comes_back_with_the_word_for_this_letter() -> None:
    seen = read(mail(to_handler("notice")))
    ((_, address),) = addresses(seen["Reply-To"])
    inner = token.split(address, "support@desk.example", "+")
    assert inner is not None
    assert token.verify(inner, KEYS) == Token("r", 1001, "aa")


def test_a_bounce_comes_back_to_the_word_for_bounces() -> None:
    inner = token.split(write(to_customer("ack")).envelope_sender, "support@desk.example", "+")
    assert inner is not None
    assert token.verify(inner, KEYS) == Token("b", 1000, "aa")


def test_a_relay_that_wants_the_plain_sender_gets_it() -> None:
    assert write(to_customer("ack"), envelope="desk").envelope_sender == "support@desk.example"


def test_rfc_5322_3_6_4_the_message_id_is_ours_and_the_same_at_every_attempt() -> None:
    first, second = write(to_customer("ack")), write(to_customer("ack"))
    assert first == second
    assert token.of_message_id(first.message_id, KEYS) == Token("m", 1000, "aa")
    assert read(mail(to_customer("ack")))["Message-ID"] == first.message_id


def test_a_desk_that_is_gone_is_the_first_desk() -> None:
    assert b"support@desk.example" in write(to_customer("ack", desk="gone")).head


def test_the_date_is_the_instant_in_the_desk_s_zone() -> None:
    date = str(read(mail(to_customer("ack")))["Date"])
    assert parsedate_to_datetime(date) == NOW
    assert date.endswith("+0100")


def test_an_unknown_zone_is_utc() -> None:
    desk = replace(DESK["nb"], zone="Mars/Olympus")
    written = letters.write(to_customer("ack"), replace(policy(), desks={"support": desk}), KEYS, NOW)
    assert b"+0000" in written.head


# --- what it is --------------------------------------------------------------------------------------------------------


def test_rfc_3834_3_1_7_an_automatic_letter_says_so_and_asks_for_no_automatic_answer() -> None:
    seen = read(mail(to_customer("ack", automatic="auto-replied")))
    assert seen["Auto-Submitted"] == "auto-replied"
    assert seen["X-Auto-Response-Suppress"] == "DR, RN, NRN, OOF, AutoReply"


def test_the_header_names_case_kind_and_reason() -> None:
    seen = read(mail(to_handler("notice", reason="you handle it!")))
    assert (seen["X-Maild-Case"], seen["X-Maild-Kind"], seen["X-Maild-Reason"]) == ("1042", "notice", "you-handle-it")


def test_a_letter_of_no_case_has_no_number() -> None:
    seen = read(mail(to_handler("postmaster", number="", case=None, shown=(shown(),))))
    assert seen["X-Maild-Case"] is None


def test_the_text_says_its_language() -> None:
    assert read(mail(to_customer("ack", "nn")))["Content-Language"] == "nn"


@pytest.mark.parametrize(
    ("case", "subject"),
    [
        ("Skriver", "Re: Skriver [#1042]"),
        ("Re: Skriver", "Re: Skriver [#1042]"),
        ("SV: Re[2]: Skriver [#1042]", "Re: Skriver [#1042]"),
        ("[#1042] Skriver [#1042]", "Re: Skriver [#1042]"),
        ("VS: Skriver", "Re: VS: Skriver [#1042]"),
        ("", "Re: [#1042]"),
    ],
)
def test_the_subject_bears_the_tag_once_and_one_reply_mark(case: str, subject: str) -> None:
    assert read(mail(to_customer("ack", subject=case)))["Subject"] == subject


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Re: Re: SV: [#1042] Skriver", "Skriver"),
        ("SV: VS: Skriver [#1042]", "VS: Skriver"),
        ("Re: [#1042] Re: Skriver [#1042]", "Skriver"),
        ("RE: [Ticket#2026-17] Skriver", "[Ticket#2026-17] Skriver"),
        ("[OTRS #55] Skriver (INC0012)", "[OTRS #55] Skriver (INC0012)"),
        ("AW[3]: Antw: Skriver", "Skriver"),
        ("Re : Skriver", "Skriver"),
    ],
)
def test_the_subject_is_as_the_customer_wrote_it_with_our_tag_once(written: str, kept: str) -> None:
    for letter in (to_customer("ack", subject=written), to_customer("update", subject=written, shown=(shown(),))):
        assert read(mail(letter))["Subject"] == f"Re: {kept} [#1042]"


def test_outlook_s_topic_is_the_same_in_all_letters_of_a_case_and_as_the_customer_wrote_it() -> None:
    said = to_customer("update", subject="Re: [#1042] Skriver", shown=(shown(),))
    for letter in (to_customer("ack", subject="Skriver"), to_handler("notice", subject="Skriver"), said):
        assert read(mail(letter))["Thread-Topic"] == "Skriver"


def test_a_template_that_forgets_the_tag_gets_it(tmp_path: Path) -> None:
    seen = read(mail(to_customer("ack"), using=site(tmp_path, "ack", "Subject: Takk!\n\nHei\n")))
    assert seen["Subject"] == "Takk! [#1042]"


def test_a_template_that_has_the_tag_twice_keeps_the_first(tmp_path: Path) -> None:
    using = site(tmp_path, "ack", "Subject: {{ tag }} Takk {{ tag }}\n\nHei\n")
    assert read(mail(to_customer("ack"), using=using))["Subject"] == "[#1042] Takk"


def test_a_long_subject_is_cut_but_keeps_its_tag() -> None:
    subject = str(read(mail(to_customer("ack", subject="ærlig " * 500)))["Subject"])
    assert subject.endswith("… [#1042]")
    assert len(subject) < 230


# --- threads -----------------------------------------------------------------------------------------------------------


def test_references_keep_the_first_id_and_the_last_ones() -> None:
    known = tuple(f"<{number:040}@kunde.example>" for number in range(100))
    seen = read(mail(to_customer("ack", references=known, in_reply_to=known[-1])))
    kept = str(seen["References"]).split()
    assert kept[0] == known[0]
    assert kept[1:] == list(known[-len(kept) + 1 :])
    assert len(kept) > 10
    assert sum(map(len, kept)) < 1500
    assert seen["In-Reply-To"] == known[-1]


@pytest.mark.parametrize(
    "value", ["<[>", "<a b@c>", "<a@b>\r\nX-Evil: 1", "no brackets", "<ø@c>", "<>", "<" + "a" * 900 + "@b>"]
)
def test_an_id_that_is_not_plain_is_left_out(value: str) -> None:
    seen = read(mail(to_customer("ack", references=("<good@x>", value), in_reply_to=value)))
    assert str(seen["References"]) == "<good@x>"
    assert seen["In-Reply-To"] is None
    assert seen["X-Evil"] is None


# --- the unknown sender ------------------------------------------------------------------------------------------------


def unverified(**more: object) -> Letter:
    secret = dict.fromkeys(VALUES, "BUY NOW http://evil.example")
    base = to_customer(
        "ack", authenticated=False, subject="BUY NOW http://evil.example", to=Address("BUY NOW", "ann@kunde.example"), values=secret,
        references=("<BUY@evil.example>",), shown=(shown(text="BUY NOW"),), author="BUY NOW", in_reply_to="<1@kunde.example>",
    )  # fmt: skip
    return replace(base, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_acknowledgement_to_nobody_knows_whom_repeats_nothing_of_his(language: str) -> None:
    raw = mail(unverified(language=language, author=""))
    assert b"BUY" not in raw
    assert "BUY" not in text_of(raw)
    assert "http" not in text_of(raw)
    assert len(raw) <= 2048


def test_it_answers_a_plain_id_only_and_only_a_short_one() -> None:
    assert read(mail(unverified(author="")))["In-Reply-To"] == "<1@kunde.example>"
    long = "<" + "a" * 150 + "@" + "b" * 100 + ">"
    assert read(mail(unverified(author="", in_reply_to=long)))["In-Reply-To"] is None


# --- text --------------------------------------------------------------------------------------------------------------


def test_a_handler_reads_the_customer_s_words_behind_a_bar() -> None:
    text = text_of(mail(to_handler("notice", shown=(shown(text="/close\nHei\n\n/take"),))))
    assert "| /close\n| Hei\n|\n| /take\n" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["notice", "update", "receipt", "error", "bounce", "unverified"])
def test_no_line_of_a_handler_s_letter_is_a_command(kind: str, language: str) -> None:
    lines = [{"ok": False, "written": "/close", "key": "not_understood", "value": "close"}]
    values = {**VALUES, "lines": lines, "words": "/close\n#close\n!close"}
    text = text_of(mail(to_handler(kind, language, shown=(shown(text="/close\r/take\u2028!close"),), values=values)))
    assert not [
        row for row in text.split("\n") if row.lstrip(" >*-•·–0123456789.)")[:1] in ("/", "#", "!") and row.strip()
    ]


def test_every_letter_bears_the_mark_above_which_one_writes() -> None:
    for letter in (to_customer("ack"), to_handler("notice"), to_customer("update", shown=(shown(),))):
        assert re.match(r"\[maild:1042:m[0-9a-z]{20,}\] ", text_of(mail(letter)))


def test_a_link_s_address_is_the_verb() -> None:
    text = text_of(mail(to_handler("notice")))
    links = [row.partition("<mailto:")[2].rstrip(">") for row in text.split("\n") if "<mailto:" in row]
    found = []
    for link in links:
        assert len(link) < 500
        assert "+" not in link.partition("?")[2]
        inner = token.split(link.partition("?")[0], "support@desk.example", "+")
        assert inner is not None
        found.append(token.verify(inner, KEYS))
    assert found == [Token(purpose, 1001, "aa") for purpose in "rtwcn"]
    assert links[0].endswith("?subject=Re%3A%20%5B%231042%5D")
    assert links[1].endswith("?subject=%5B%231042%5D%20ta&body=%2Fta%0D%0A"), "in the handler's own words"
    assert links[2].endswith("?subject=%5B%231042%5D%20vent%203d&body=%2Fvent%203d%0D%0A")


def test_a_burst_is_told_oldest_first_in_the_desk_s_time() -> None:
    text = text_of(mail(to_handler("update", shown=(shown(text="first"), shown(text="second", after=60)))))
    assert (
        text.index("mandag 2. mars 2026 kl. 10:14")
        < text.index("| first")
        < text.index("kl. 11:14")
        < text.index("| second")
    )


def test_a_very_long_mail_is_cut_with_a_mark_and_the_footer_stays() -> None:
    text = text_of(mail(to_handler("notice", shown=(shown(text="æ" * 100_000), shown(text="more", after=1)))))
    assert text.count("kuttet her") == 2
    assert text.rstrip().endswith("fordi du er saksbehandler i saken.")


def test_lines_that_are_plain_strings_are_shown_as_they_are() -> None:
    text = text_of(mail(to_handler("receipt", values={**VALUES, "lines": ["something new"]})))
    assert "  ✓ something new\n" in text


def test_values_of_the_wrong_sort_do_no_harm() -> None:
    values = {"lines": 7, "words": None, "customer_name": 5, "priority": ["x"], "handler_name": {"a": 1}}
    assert "#1042" in text_of(mail(to_handler("error", values=values)))


def test_templates_get_exactly_the_values_that_are_documented() -> None:
    for letter in (to_handler("notice"), unverified()):
        assert set(wording.values(letter, DESK["nb"], "", {"marker": "m1"}, ())) == samples.VALUES


# --- when a template fails -----------------------------------------------------------------------------------------------


class Broken:
    def render(self, name: str, language: str, values: object) -> object:
        raise RuntimeError("no texts today")

    def languages(self) -> tuple[str, ...]:
        return ()

    vocabulary = Vocabulary()


@pytest.mark.parametrize(
    "kind", ["ack", "notice", "update", "closing", "receipt", "error", "bounce", "unverified", "unheard-of"]
)
def test_a_letter_that_is_owed_goes_out_in_our_own_words(kind: str) -> None:
    lines = [{"ok": True, "written": "/take", "key": "taken", "value": ""}]
    letter = to_handler(
        kind, shown=(shown(text="Den brenner"),), values={**VALUES, "lines": lines, "words": "Mine ord"}
    )
    written = letters.write(letter, replace(policy(), texts=Broken()), KEYS, NOW)  # type: ignore[arg-type]
    raw = letters.assemble(written.head, written.text, ())
    assert letters.faults(raw, written) == []
    assert "[#1042]" in str(read(raw)["Subject"])
    assert "Den brenner" in text_of(raw)
    assert "Mine ord" in text_of(raw)


def site(folder: Path, name: str, text: str, language: str = "nb") -> texts.Templates:
    (folder / language).mkdir()
    (folder / language / f"{name}.txt").write_text(text, "utf-8")
    return texts.load(folder, Path(__file__).parents[2] / "templates")


def test_a_site_s_template_that_fails_gives_way_to_the_shipped_one(tmp_path: Path) -> None:
    using = site(tmp_path, "notice", "Subject: {{ tag }}\n\n{% for m in messages %}{{ m.sender }}{% endfor %}\n")
    text = text_of(mail(to_handler("notice", shown=(shown(),)), using=using))
    assert "Kari Nordmann har saken" in text


def test_a_site_s_control_characters_do_not_reach_the_mail(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="control character"):
        site(tmp_path, "notice", "Subject: {{ tag }}\n\nHei\0\n")
