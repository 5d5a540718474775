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
        "file": "routing.yaml", "line": 2, "column": 10, "what": "there is no condition 'subjekt'", "cure": "did you mean subject?",
    }  # fmt: skip


def test_the_tests_beside_rules_are_run(site: Path) -> None:
    (site / "rules" / "routing.yaml").write_text(RULES % "high")
    assert maild("check", "site", folder=site.parent).returncode == 0
    (site / "rules" / "routing.yaml").write_text(RULES % "low")
    done = maild("check", "site", folder=site.parent)
    assert done.returncode == 1
    assert done.stdout.startswith(
        "routing.yaml:6:7: a test of the rule 'printers' fails: priority is high, not low (printers decided it"
    )


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
