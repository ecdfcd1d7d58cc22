"""How often supervision is to be held, as the product ships it."""

import json
from datetime import date
from pathlib import Path

from frontdoor.dated import ship
from supervision.models import SupervisionTarget

SHIPPED = Path(__file__).parent / "data" / "targets.json"
SHIPPED_FROM = date(2000, 1, 1)


def load() -> None:
    """Ship the targets (:func:`frontdoor.dated.ship`)."""
    rows = json.loads(SHIPPED.read_text(encoding="utf-8"))
    ship(SupervisionTarget(valid_from=SHIPPED_FROM, **row) for row in rows)
