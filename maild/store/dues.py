"""dues: when what is promised of a case is due, as its row keeps it: worked out by the policy that cases.policy names.

What is read here may be older than the policy in force, for a moment after it changed (edges/rederive.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from maild.model.sla import Target
from maild.store.database import moment, stamp
from maild.store.text import dumps


def dump_dues(dues: Mapping[Target, datetime]) -> str | None:
    return dumps({str(target): stamp(at) for target, at in dues.items()}) if dues else None


def load_dues(text: str | None) -> dict[str, datetime]:
    return {target: moment(at) for target, at in json.loads(text).items()} if text else {}
