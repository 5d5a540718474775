"""maild check: what the admin sees, and what scripts may rely on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from parts.site import maild

SITE = ("--desk", "support@desk.example", "--handler", "Kari Nordmann <kari@staff.example>")
# sla.yaml is nobody's; the rule has an unknown condition and an unknown desk.
BROKEN = "- name: broken\n  when: {subjekt: x}\n  set: {desk: nowhere}\n"
RULES = """
- name: printers
  when: {subject: skriver}
  set: {priority: high}
  tests:
    - mail: {subject: Skriver}
      expect: {priority: %s}
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    assert maild("init", "site", *SITE, folder=tmp_path).returncode == 0
    return tmp_path / "site"


def test_a_good_site_is_counted(site: Path) -> None:
    done = maild("check", "site", folder=site.parent)
    assert (done.returncode, done.stdout) == (0, "ok: 1 desk, 1 handler, 0 rules, 4 languages\n")


def test_it_finds_the_site_as_other_commands_do(site: Path) -> None:
    for words, folder in (
        (("check",), site),
        (("check", "-c", "site/maild.yaml"), site.parent),
        (("check", "-c", "site"), site.parent),
    ):
        assert maild(*words, folder=folder).stdout.startswith("ok: ")


def test_problems_are_lines_with_file_line_and_column(site: Path) -> None:
    (site / "rules" / "routing.yaml").write_text(BROKEN)
    done = maild("check", "site", folder=site.parent)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "routing.yaml:2:10: there is no condition 'subjekt' (did you mean subject?)",
        "routing.yaml:3:9: desk: there is no desk 'nowhere' (known: support)",
    ]


def test_json_says_the_same(site: Path) -> None:
    assert json.loads(maild("check", "site", "--json", folder=site.parent).stdout) == {
        "ok": True, "problems": [], "desks": 1, "handlers": 1, "rules": 0, "languages": 4,
    }  # fmt: skip
    (site / "rules" / "routing.yaml").write_text(BROKEN)
    done = maild("check", "site", "--json", folder=site.parent)
    told = json.loads(done.stdout)
    assert (done.returncode, told["ok"]) == (1, False)
    assert told["problems"][0] == {
        "file": "routing.yaml", "line": 2, "column": 10, "severity": "error",
        "problem": "there is no condition 'subjekt'", "cure": "did you mean subject?",
    }  # fmt: skip


def test_the_tests_beside_rules_are_run(site: Path) -> None:
    (site / "rules" / "routing.yaml").write_text(RULES % "high")
    assert maild("check", "site", folder=site.parent).returncode == 0
    (site / "rules" / "routing.yaml").write_text(RULES % "low")
    done = maild("check", "site", folder=site.parent)
    assert done.returncode == 1
    assert done.stdout.startswith(
        "routing.yaml:6:7: a test of the rule 'printers' fails: priority is high, not low (the rule 'printers' (routing.yaml:2) decided it"
    )


def test_a_test_may_be_a_mail_in_a_file_read_as_the_daemon_reads_it(site: Path) -> None:
    (site / "rules" / "tests").mkdir()
    mail = (
        "From: Ann <ann@kunde.example>\nTo: support@desk.example\nSubject: =?utf-8?q?Skriv=C3=A9r?=\n\nHei\n> gammelt\n"
    )
    (site / "rules" / "tests" / "skriver.eml").write_bytes(mail.replace("\n", "\r\n").encode())
    rule = (
        "- name: printers\n  when: {subject: skriver, domain: kunde.example, own_text: hei, not: {own_text: gammelt}}\n"
        "  set: {priority: high}\n  tests:\n    - file: tests/skriver.eml\n      expect: {priority: %s}\n"
    )
    (site / "rules" / "routing.yaml").write_text(rule % "high")
    done = maild("check", "site", folder=site.parent)
    assert (done.returncode, done.stdout) == (0, "ok: 1 desk, 1 handler, 1 rule, 4 languages\n")
    (site / "rules" / "routing.yaml").write_text(rule % "low")
    assert "routing.yaml:5:7: a test of the rule 'printers' fails" in maild("check", "site", folder=site.parent).stdout
    (site / "rules" / "tests" / "skriver.eml").unlink()
    done = maild("check", "site", folder=site.parent)
    assert (
        done.stdout == "routing.yaml:5:7: there is no mail 'tests/skriver.eml' (keep it as rules/tests/skriver.eml)\n"
    )


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (
            "/dev/zero",
            "routing.yaml:5:7: the mail '/dev/zero' lies outside of rules/ (keep it in there, beside the rules)",
        ),
        (
            "../x.eml",
            "routing.yaml:5:7: the mail '../x.eml' lies outside of rules/ (keep it in there, beside the rules)",
        ),
        (".", "routing.yaml:5:7: '.' is no file (keep a mail there as it came)"),
    ],
)
def test_a_mail_of_a_test_is_a_file_beside_the_rules(site: Path, file: str, said: str) -> None:
    (site / "x.eml").write_bytes(b"Subject: x\r\n\r\nx\r\n")
    (site / "rules" / "routing.yaml").write_text(
        "- name: x\n  when: {subject: x}\n  set: {priority: high}\n  tests:\n    - file: "
        + file
        + "\n      expect: {priority: high}\n"
    )
    done = maild("check", "site", folder=site.parent)
    assert (done.returncode, done.stdout) == (1, said + "\n"), done.stderr


@pytest.mark.parametrize(("says", "status"), [("", 0), ("Auto-Submitted: auto-generated\n", 1)])
def test_a_mail_in_a_file_is_as_automatic_as_it_says(site: Path, says: str, status: int) -> None:
    (site / "rules" / "mail.eml").write_text(
        f"From: ann@kunde.example\nTo: support@desk.example\n{says}Subject: Hei\n\nHei\n"
    )
    rule = "- name: a\n  when: {automatic: false}\n  set: {label: a}\n  tests:\n    - {file: mail.eml, expect: {label: a}}\n"
    (site / "rules" / "routing.yaml").write_text(rule)
    assert maild("check", "site", folder=site.parent).returncode == status


def test_a_rule_that_none_of_its_tests_meets_is_a_warning_and_an_error_if_strict(site: Path) -> None:
    (site / "rules" / "routing.yaml").write_text(RULES.replace("Skriver}", "Papir}") % "medium")
    done = maild("check", "site", folder=site.parent)
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "routing.yaml:6:7: warning: no test of the rule 'printers' meets it (add a mail that it is for, or mend its condition)",
        "ok: 1 desk, 1 handler, 1 rule, 4 languages",
    ]
    strict = maild("check", "site", "--strict", folder=site.parent)
    assert (strict.returncode, strict.stdout.count("ok: ")) == (1, 0)
    told = json.loads(maild("check", "site", "--json", folder=site.parent).stdout)
    assert (told["ok"], told["problems"][0]["severity"]) == (True, "warning")


def test_a_test_that_shows_what_a_rule_leaves_alone_needs_one_beside_it_that_it_takes(site: Path) -> None:
    other = "    - mail: {subject: Papir}\n      expect: {priority: medium}\n"
    (site / "rules" / "routing.yaml").write_text(RULES % "high" + other)
    assert maild("check", "site", "--strict", folder=site.parent).returncode == 0


def test_a_broken_text_is_a_problem(site: Path) -> None:
    (site / "templates" / "nb").mkdir()
    (site / "templates" / "nb" / "ack.txt").write_text("Subject: Sak {{ nummer }}\n\nHei\n")
    done = maild("check", "site", folder=site.parent)
    assert done.returncode == 1
    assert "ack.txt:1:" in done.stdout


def test_a_broken_configuration_does_not_hide_broken_rules(site: Path) -> None:
    (site / "maild.yaml").write_text("door: {smtp: here}\n")
    (site / "rules" / "routing.yaml").write_text(BROKEN)
    done = maild("check", "site", folder=site.parent)
    assert "maild.yaml:1:8:" in done.stdout
    assert "routing.yaml:2:10:" in done.stdout


def test_without_a_site_it_says_how_to_make_one(tmp_path: Path) -> None:
    done = maild("check", "-c", "nowhere/maild.yaml", folder=tmp_path)
    assert done.returncode == 78
    assert "maild init" in done.stderr


DOOR = "- {name: n, when: {client: 198.51.100.0/24}, refuse: call us}\n"


@pytest.mark.parametrize(("lmtp", "warned"), [(True, True), (False, False)])
def test_rules_of_the_door_that_lmtp_does_not_ask_are_a_warning(site: Path, lmtp: bool, warned: bool) -> None:
    (site / "rules" / "door.yaml").write_text(DOOR)
    config = site / "maild.yaml"
    way = "lmtp: lmtp.sock" if lmtp else "smtp: 127.0.0.1:2525"
    config.write_text(config.read_text().replace("\ndoor:\n", f"\ndoor:\n  {way}\n"))
    done = maild("check", "site", folder=site.parent)
    assert done.returncode == 0
    assert ("door.yaml:1:1: warning: mail by LMTP is not refused" in done.stdout) is warned
