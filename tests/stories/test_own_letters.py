"""A site's own acknowledgement, which a rule names in place of the usual one."""

from __future__ import annotations

from pathlib import Path

import pytest
from parts.house import House

from maild.errors import RuleError
from maild.places import shipped
from maild.policy import build, texts

ANN = "Ann Berg <ann@kunde.example>"
RULE = "- name: printers\n  when: {subject: [skriver, printer, tiskalnik]}\n  set: {template: ack-printers}\n"
WORDS = {"nb": "Slå den av og på", "nn": "Slå han av og på", "sl": "Izklopite in vklopite", "en": "Turn it off and on"}


def templates(folder: Path, *languages: str) -> None:
    for language in languages:
        (folder / "templates" / language).mkdir(parents=True)
        text = f"Subject: {{{{ subject }}}} {{{{ tag }}}}\n\n{WORDS[language]}, {{{{ to_name }}}}.\n"
        (folder / "templates" / language / "ack-printers.txt").write_text(text)


@pytest.mark.parametrize(("desk", "language"), [("support", "nb"), ("drift", "nn"), ("podpora", "sl"), ("help", "en")])
def test_the_rules_letter_goes_in_place_of_the_usual_one(tmp_path: Path, desk: str, language: str):
    templates(tmp_path, *WORDS)
    house = House(tmp_path, routing=RULE)
    house.mail(ANN, "Printer", "-", f"{desk}@desk.example")
    (ack,) = house.letters("ack")
    assert f"{WORDS[language]}, Ann Berg." in ack.text


def test_other_mail_has_the_usual_one(tmp_path: Path):
    templates(tmp_path, *WORDS)
    house = House(tmp_path, routing=RULE)
    house.mail(ANN, "Skjerm", "Den er svart.")
    assert WORDS["nb"] not in house.letters("ack")[0].text


def test_who_may_have_forged_his_address_has_the_usual_one(tmp_path: Path):
    templates(tmp_path, *WORDS)
    house = House(tmp_path, routing=RULE)
    house.mail(ANN, "Skriver", "Den står.", proven=False)
    assert WORDS["nb"] not in house.letters("ack")[0].text


def test_nynorsk_borrows_from_bokmal(tmp_path: Path):
    templates(tmp_path, "nb", "sl", "en")
    house = House(tmp_path, routing=RULE)
    house.mail(ANN, "Skriver", "-", "drift@desk.example")
    assert WORDS["nb"] in house.letters("ack")[0].text


def test_a_letter_that_a_language_lacks_is_a_mistake(tmp_path: Path):
    templates(tmp_path, "nb", "en")
    with pytest.raises(RuleError) as error:
        House(tmp_path, routing=RULE)
    assert "the letter 'ack-printers' is not there in sl (write templates/sl/ack-printers.txt)" in str(error.value)


def test_a_letter_that_cannot_be_rendered_is_found_by_the_check(tmp_path: Path):
    templates(tmp_path, *WORDS)
    broken = tmp_path / "templates" / "sl" / "ack-printers.txt"
    broken.write_text("Subject: {{ subject }}\n\n{{ messages.first }}\n")
    found = texts.check(texts.load(tmp_path / "templates", shipped("templates")))
    assert [problem.file for problem in found] == [str(broken)]


def test_a_policy_built_again_from_its_files_has_the_letter(tmp_path: Path):
    templates(tmp_path, *WORDS)
    house = House(tmp_path, routing=RULE)
    assert build.of(house.policy.files).rules[0].set.template == "ack-printers"
