"""manual_config: maild.yaml(5), made of the form that maild.yaml is checked against.

configuration(source) -> roff.  A key that the form does not explain stands there with its type and default alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maild.cli.roff import Page, bold, italic

_UNITS = ((604_800, "w"), (86_400, "d"), (3600, "h"), (60, "m"), (1, "s"))
_SIZES = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "kB"))
_ABOUT = """`maild.yaml` says where mail comes in, where letters go, and where maild keeps what it knows. `maild init` writes one with every
key explained; `maild check` says what is wrong with it. A change needs a restart.

It is YAML 1.2. Paths are relative to the file. Spans of time are a number with s, m, h, d or w; sizes are bytes, or have kB, MB or GB.
A key that maild does not know is an error, with the nearest one that it does."""


def configuration(source: str) -> str:
    """The page."""
    from maild.config_schema import schema

    form = schema()
    page = Page("maild.yaml", 5, source, "maild").name("maild.yaml", "the configuration of maild")
    page.heading("DESCRIPTION").text(_ABOUT).heading("KEYS")
    _keys(page, form, form["$defs"])
    page.heading("FILES")
    page.item(bold("./maild.yaml"), "Where a command is run in the site's folder.")
    page.item(bold("/etc/maild/maild.yaml"), "Where the service looks for it.")
    page.item(bold("rules/schema/maild.json"), "The same form, for editors (JSON Schema).")
    return page.also(["maild.1", "maild-init.1", "maild-check.1"]).source()


def _keys(page: Page, form: Mapping[str, Any], forms: Mapping[str, Any]) -> None:
    for key, value in form["properties"].items():
        below = _section(value, forms)
        words = _type(value, forms)
        page.item(f"{bold(key)}: {italic(words)}" if words else bold(key), _said(value, below))
        if below is not None:
            page.nested()
            _keys(page, below, forms)
            page.unnested()


def _said(value: Mapping[str, Any], below: Mapping[str, Any] | None) -> str:
    """What it is, and what holds without it."""
    said = [str(value.get("description") or (below or {}).get("description") or "")]
    default = None if below is not None else value.get("default")
    if default not in (None, "", [], {}):
        said.append(f"Default: {_default(value, default)}.")
    return "  ".join(filter(None, said)) or "No default."


def _section(value: Mapping[str, Any], forms: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The form of a section, or of the entries of a list; None for a plain value."""
    for some in _forms(value):
        found = next((part["$ref"] for part in _parts(some) if "$ref" in part), "")
        section = forms.get(found.rpartition("/")[2])
        if section is not None and "properties" in section:
            return dict(section)
    return None


def _parts(form: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Itself, the entries of a list, the values of a mapping with free keys."""
    return [part for part in (form, form.get("items"), form.get("additionalProperties")) if isinstance(part, Mapping)]


def _forms(value: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What it may be, without null: a key that is left out."""
    some = [form for one in value.get("anyOf", []) for form in _forms(one)] or [value]
    return [form for form in some if form.get("type") != "null"]


def _type(value: Mapping[str, Any], forms: Mapping[str, Any]) -> str:
    words = [_one(form, forms) for form in _forms(value)]
    return " or ".join(dict.fromkeys(filter(None, words)))


def _one(form: Mapping[str, Any], forms: Mapping[str, Any]) -> str:
    if "enum" in form:
        return ", ".join(map(str, form["enum"]))
    if "const" in form:
        return str(form["const"])
    kind = _kind(form)
    if kind in ("time", "size", "mode"):
        return kind
    if form.get("type") == "array":
        return "list"
    if form.get("type") in ("integer", "number"):
        return " ".join(filter(None, ("number", _bounds(form))))
    return {"string": "text", "boolean": "true or false"}.get(str(form.get("type")), "")


def _bounds(form: Mapping[str, Any]) -> str:
    low, high = form.get("minimum"), form.get("maximum")
    if low is None or high is None:
        return f"from {low}" if low is not None else f"up to {high}" if high is not None else ""
    return f"{low} to {high}"


def _kind(form: Mapping[str, Any]) -> str:
    """What the schema's types do not tell apart: spans of time, sizes and file modes are written as text, and are numbers inside."""
    pattern = str(form.get("pattern", ""))
    if pattern.endswith("[smhdw]$"):
        return "time"
    if pattern == "^0?[0-7]{3}$":
        return "mode"
    return "size" if form.get("type") == ["integer", "string"] else ""


def _default(value: Mapping[str, Any], default: Any) -> str:
    """As one would write it."""
    kind = next(filter(None, map(_kind, _forms(value))), "")
    if kind == "mode" and isinstance(default, int):
        return f'"{default:04o}"'
    if kind in ("time", "size") and isinstance(default, int):
        units = _UNITS if kind == "time" else _SIZES
        return next((f"{default // one}{unit}" for one, unit in units if default and default % one == 0), str(default))
    if isinstance(default, list):
        return ", ".join(map(str, default))
    return str(default).lower() if isinstance(default, bool) else str(default)
