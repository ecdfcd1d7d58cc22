"""Targets the product ships, put in the table where a role has none yet; a council's own rows are never touched."""

import json
from datetime import date
from pathlib import Path

from supervision.models import SupervisionTarget

SHIPPED = Path(__file__).parent / "data" / "targets.json"
SHIPPED_FROM = date(2000, 1, 1)


def load() -> None:
    """Add the shipped target of every role without one."""
    known = set(SupervisionTarget.objects.values_list("role", flat=True))
    for row in json.loads(SHIPPED.read_text(encoding="utf-8")):
        if row["role"] not in known:
            SupervisionTarget.objects.create(valid_from=SHIPPED_FROM, **row)
