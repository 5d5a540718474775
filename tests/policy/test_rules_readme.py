"""rules/README.md has every condition, in the words of its help, and every field that a rule can set."""

from __future__ import annotations

from pathlib import Path

from maild.policy import conditions
from maild.policy.actions import SetForm
from maild.policy.calendars import CalendarForm, ClosedForm
from maild.policy.oncall import RotaForm
from maild.policy.organisations import OrganisationForm
from maild.policy.schema import DeskForm, HandlerForm

README = (Path(__file__).parents[2] / "rules" / "README.md").read_text("utf-8")


def test_every_condition_is_explained_as_its_help_has_it():
    functions = [values for values, _ in conditions.CONDITIONS.values()] + list(conditions.GROUPS.values())
    for function in functions:
        form, _, meaning = (function.__doc__ or "").partition("    ")
        row = f"| `{form.replace('|', chr(92) + '|')}` | {meaning.split(chr(10))[0].strip()} |"
        assert row in README


def test_every_field_is_named():
    for form in (DeskForm, HandlerForm, OrganisationForm, SetForm, CalendarForm, ClosedForm, RotaForm):
        for name, field in form.model_fields.items():
            assert f"`{field.alias or name}" in README, name
