"""Signed words: what we put into addresses and Message-IDs comes back as ours, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.mail import token
from maild.mail.token import Keys
from maild.model.plan import Token

KEYS = Keys("aa", {"aa": b"k" * 32})
DESK = "support@desk.example"
LETTERS = st.integers(1, 2**63 - 1)
PURPOSES = st.sampled_from("rtncbm")


@given(PURPOSES, LETTERS)
def test_what_we_sign_comes_back_as_the_same_letter(purpose: str, letter: int) -> None:
    assert token.verify(token.sign(purpose, letter, KEYS), KEYS) == Token(purpose, letter, "aa")


def test_a_word_keeps_its_form_for_ever() -> None:
    # Letters sent years ago must still be answerable: this text may never change.
    assert token.sign("r", 7_000_000, KEYS) == "r4618gaawqh6tj6ix4ix7etm"


def test_a_mail_program_may_change_the_case() -> None:
    assert token.verify(token.sign("r", 42, KEYS).upper(), KEYS) == Token("r", 42, "aa")


@given(st.text(max_size=60))
def test_any_other_text_is_nobody(text: str) -> None:
    assert token.verify(text, KEYS) is None


@given(LETTERS, st.integers(0, 40), st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789\u212a\u0131 "))
def test_one_changed_character_is_nobody(letter: int, at: int, other: str) -> None:
    word = token.sign("r", letter, KEYS)
    at %= len(word)
    forged = word[:at] + other + word[at + 1 :]
    assert forged == word or token.verify(forged, KEYS) is None


def test_a_reply_address_is_no_close_address() -> None:
    word = token.sign("r", 42, KEYS)
    assert token.verify("c" + word[1:], KEYS) is None


def test_a_letter_has_one_word_only() -> None:
    # "r0" + ... would name the same letter if leading zeros were read.
    name = "r016aa"
    assert token.verify(name + token._mac(name, KEYS.secrets["aa"]), KEYS) is None


def test_a_number_past_the_rows_is_nobody() -> None:
    name = "r" + "z" * 13 + "aa"
    assert token.verify(name + token._mac(name, KEYS.secrets["aa"]), KEYS) is None


@pytest.mark.parametrize("letter", [0, -1, 2**63])
def test_a_letter_that_cannot_exist_is_not_signed(letter: int) -> None:
    with pytest.raises(ValueError, match="positive"):
        token.sign("r", letter, KEYS)


def test_another_site_does_not_know_our_words() -> None:
    assert token.verify(token.sign("r", 42, KEYS), Keys("aa", {"aa": b"x" * 32})) is None


# --- addresses --------------------------------------------------------------------------------------------------------


def test_a_signed_address_is_the_desks_own_with_a_word() -> None:
    address = token.signed_address(DESK, "+", "r", 42, KEYS)
    assert address == f"support+{token.sign('r', 42, KEYS)}@desk.example"
    assert len(address.partition("@")[0]) <= 40


def test_a_signed_address_comes_apart_again() -> None:
    address = token.signed_address(DESK, "-", "t", 42, KEYS)
    inner = token.split(address.upper(), DESK, "-")
    assert inner is not None
    assert token.verify(inner, KEYS) == Token("t", 42, "aa")


@pytest.mark.parametrize(
    ("recipient", "inner"),
    [
        ("support@desk.example", ""),
        ("Support@DESK.example", ""),
        ("support+@desk.example", ""),
        ("support+x+y@desk.example", "x+y"),
        ("support-x@desk.example", None),
        ("supporter@desk.example", None),
        ("support@other.example", None),
        ("support", None),
        ("", None),
        ("@desk.example", None),
    ],
)
def test_which_mailbox_is_the_desks(recipient: str, inner: str | None) -> None:
    assert token.split(recipient, DESK, "+") == inner


def test_a_message_id_of_ours_is_known_whatever_domain_a_relay_gave_it() -> None:
    value = token.message_id(42, "desk.example", KEYS)
    assert token.of_message_id(value, KEYS) == Token("m", 42, "aa")
    assert token.of_message_id(value.replace("desk.example", "relay.example"), KEYS) == Token("m", 42, "aa")


def test_a_reply_word_in_a_message_id_proves_nothing() -> None:
    assert token.of_message_id(f"<{token.sign('r', 42, KEYS)}@desk.example>", KEYS) is None


@given(st.text(max_size=80))
def test_other_message_ids_are_not_ours(value: str) -> None:
    assert token.of_message_id(value, KEYS) is None


# --- the key file -----------------------------------------------------------------------------------------------------


def test_a_fresh_key_file_signs(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(token.fresh(b"s" * 32, "aa"))
    keys = token.parse(file.read_text())
    assert token.verify(token.sign("r", 1, keys), keys) == Token("r", 1, "aa")


def test_after_a_routine_rotation_old_words_are_as_good_as_new_ones() -> None:
    before = token.fresh(b"s" * 32, "aa")
    old, new = token.parse(before), token.parse(token.rotate(before, b"t" * 32, "ab"))
    found = token.verify(token.sign("r", 1, old), new)
    assert found == Token("r", 1, "aa")
    assert token.authorises(found, new)
    assert token.sign("r", 2, new)[-18:-16] == "ab"


def test_a_later_rotation_makes_no_old_key_better() -> None:
    leaked = token.rotate(token.fresh(b"s" * 32, "aa"), b"t" * 32, "ab", "identify")
    keys = token.parse(token.rotate(token.revoke(leaked, "aa"), b"u" * 32, "ac"))
    assert {key: keys.role(key) for key in keys.secrets} == {"aa": "revoked", "ab": "good", "ac": "current"}
    keys = token.parse(token.rotate(token.rotate(leaked, b"u" * 32, "ac"), b"v" * 32, "ad"))
    assert [keys.role(key) for key in keys.secrets] == ["identify", "good", "good", "current"]


def test_a_revoked_key_verifies_nothing_and_still_names_the_site() -> None:
    before = token.rotate(token.fresh(b"s" * 32, "aa"), b"t" * 32, "ab")
    old, new = token.parse(before), token.parse(token.revoke(before, "aa"))
    assert token.verify(token.sign("r", 1, token.parse(token.fresh(b"s" * 32, "aa"))), new) is None
    assert token.of_message_id(token.message_id(1, "d.example", token.parse(token.fresh(b"s" * 32, "aa"))), new) is None
    assert not token.authorises(Token("r", 1, "aa"), new)
    assert token.fingerprint(old) == token.fingerprint(new)


def test_the_key_that_signs_cannot_be_revoked() -> None:
    with pytest.raises(ValueError, match="rotate --leaked"):
        token.revoke(token.fresh(b"s" * 32, "aa"), "aa")
    with pytest.raises(ValueError, match="no key zz"):
        token.revoke(token.fresh(b"s" * 32, "aa"), "zz")


def test_key_ids_are_not_used_twice() -> None:
    text, seen = token.fresh(b"s" * 32, "aa"), ["aa"]
    for _ in range(40):
        seen.append(token.next_id(token.parse(text)))
        text = token.rotate(text, b"t" * 32, seen[-1])
    assert seen[:3] == ["aa", "ab", "ac"]
    assert len(set(seen)) == 41


def test_after_a_leak_an_old_word_identifies_but_does_not_authorise() -> None:
    before = token.fresh(b"s" * 32, "aa")
    old, new = token.parse(before), token.parse(token.rotate(before, b"t" * 32, "ab", "identify"))
    found = token.verify(token.sign("r", 1, old), new)
    assert found == Token("r", 1, "aa")
    assert not token.authorises(found, new)
    assert token.authorises(Token("r", 2, "ab"), new)
    assert token.sign("r", 1, new) != token.sign("r", 1, old)


def test_rotation_keeps_the_fingerprint_and_another_key_does_not() -> None:
    before = token.fresh(b"s" * 32, "aa")
    after = token.rotate(before, b"t" * 32, "ab")
    assert token.fingerprint(token.parse(before)) == token.fingerprint(token.parse(after))
    assert token.fingerprint(token.parse(before)) != token.fingerprint(token.parse(token.fresh(b"u" * 32, "aa")))


def test_a_key_id_is_not_used_twice() -> None:
    with pytest.raises(ValueError, match="taken"):
        token.rotate(token.fresh(b"s" * 32, "aa"), b"t" * 32, "aa")


@pytest.mark.parametrize(
    ("secret", "key_id"), [(b"short", "aa"), (b"s" * 32, "a"), (b"s" * 32, "AA"), (b"s" * 32, "å1")]
)
def test_a_weak_key_or_an_odd_id_is_refused(secret: bytes, key_id: str) -> None:
    with pytest.raises(ValueError, match="16 octets"):
        token.fresh(secret, key_id)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "0 keys are current"),
        ("current aa 00", "line 1: the secret is shorter"),
        ("\n# note\ncurrent aa zz", "line 3: the secret is not hexadecimal"),
        ("current aa", "line 1: not a key"),
        ("current a " + "00" * 16, "line 1: the key's id"),
        ("current aa " + "00" * 16 + "\ngood aa " + "00" * 16, "line 2: the key's id"),
        ("current aa " + "00" * 16 + "\ncurrent ab " + "00" * 16, "2 keys are current"),
    ],
)
def test_a_broken_key_file_says_which_line(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        token.parse(text)


def test_the_secret_does_not_show_in_a_traceback() -> None:
    assert "kkk" not in repr(KEYS)
