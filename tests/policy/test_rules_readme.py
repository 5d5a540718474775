"""rules/README.md has every condition, in the words of its help, and every field that a rule can set."""

from __future__ import annotations

import re
from pathlib import Path

from parts import pristine

from maild.policy import build, conditions
from maild.policy.actions import SetForm
from maild.policy.agreements import AgreementForm
from maild.policy.calendars import CalendarForm, ClosedForm
from maild.policy.catalogue import ItemForm
from maild.policy.oncall import RotaForm
from maild.policy.organisations import OrganisationForm
from maild.policy.recurring import RecurringForm
from maild.policy.schema import DeskForm, HandlerForm
from maild.policy.sla_forms import EntryForm, ForForm, LadderForm, PromisesForm, SlaForm, StepForm, WithinForm
from maild.rule_tests import failures

README = (Path(__file__).parents[2] / "rules" / "README.md").read_text("utf-8")


def test_every_condition_is_explained_as_its_help_has_it():
    functions = [values for values, _ in conditions.CONDITIONS.values()] + list(conditions.GROUPS.values())
    for function in functions:
        form, _, meaning = (function.__doc__ or "").partition("    ")
        row = f"| `{form.replace('|', chr(92) + '|')}` | {meaning.split(chr(10))[0].strip()} |"
        assert row in README


def test_every_field_is_named():
    customers = (OrganisationForm, AgreementForm, ItemForm)
    promises = (SlaForm, EntryForm, ForForm, PromisesForm, WithinForm, LadderForm, StepForm)
    others = (SetForm, RecurringForm, CalendarForm, ClosedForm, RotaForm)
    for form in (DeskForm, HandlerForm, *customers, *others, *promises):
        for name, field in form.model_fields.items():
            assert re.search(rf"`{{?{field.alias or name}\b", README), name


def test_the_examples_of_conditions_agreements_and_orders_hold(tmp_path: Path):
    (tmp_path / "desks.yaml").write_text(DESKS)
    (tmp_path / "people.yaml").write_text("kari: {name: Kari, addresses: [kari@staff.example]}\n")
    for name in ("organisations", "agreements", "catalogue"):
        (tmp_path / f"{name}.yaml").write_text(_blocks(f"## {name}.yaml")[0])
    (tmp_path / "routing.yaml").write_text("".join(_blocks("### when", "- name:")))
    policy = pristine.policy(tmp_path, tmp_path / "templates")
    assert {rule.name for rule in policy.rules} >= {"printers of the agreement", "important and many", "item screen"}
    assert list(failures(policy, tmp_path)) == []


def test_the_example_of_promises_is_read_without_a_word(tmp_path: Path):
    (tmp_path / "desks.yaml").write_text(DESKS.replace("UTC}", 'UTC, lines: {"1": [kari], "2": [ola]}}', 1))
    (tmp_path / "people.yaml").write_text(PEOPLE)
    for name in ("organisations", "agreements", "sla"):
        (tmp_path / f"{name}.yaml").write_text(_blocks(f"## {name}.yaml")[0])
    policy = pristine.policy(tmp_path, tmp_path / "templates")
    assert [entry.key for entry in policy.slas.entries] == ["gold", "everybody"]
    assert build.warnings(policy) == ()


DESKS = """
support: {addresses: [support@desk.example], name: Support, language: en, zone: UTC}
equipment: {addresses: [equipment@desk.example], name: Equipment, language: en, zone: UTC}
"""


PEOPLE = """
kari: {name: Kari, addresses: [kari@staff.example]}
ola: {name: Ola, addresses: [ola@staff.example]}
"""


def _blocks(heading: str, begin: str = "") -> list[str]:
    """The YAML under a heading."""
    part = README.partition(f"\n{heading}\n")[2]
    part = re.split(r"^#+ ", part, maxsplit=1, flags=re.M)[0]
    return [found for found in re.findall(r"^```yaml\n(.*?)^```$", part, re.M | re.S) if found.startswith(begin)]
