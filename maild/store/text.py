"""text: JSON as rows keep it: compact, and with letters as they are.  One encoder for all: making one costs more than a row."""

from __future__ import annotations

import json

dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
