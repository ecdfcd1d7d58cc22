"""Which rule a clock follows: an edition's for statutory codes, the council's own row otherwise."""

import json
from datetime import date
from pathlib import Path

from django.db.models import Q

from frontdoor.accounts.models import Agency
from frontdoor.clocks import editions
from frontdoor.clocks.editions import Rule
from frontdoor.clocks.models import LocalRule
from frontdoor.dated import ship

SHIPPED = Path(__file__).parent / "data" / "local_rules.json"
SHIPPED_FROM = date(2000, 1, 1)


def load() -> None:
    """Ship the local rules (:func:`frontdoor.dated.ship`)."""
    rows = json.loads(SHIPPED.read_text(encoding="utf-8"))
    ship(LocalRule(valid_from=SHIPPED_FROM, **row) for row in rows)


def find(code: str, on: date, agency: Agency | None = None) -> Rule | None:
    """The rule of this code for something that began on this day; an agency's own row before the general one.

    None when a local code has no row on that day: then no clock is kept. Raises LookupError when a statutory
    code has no edition on that day.
    """
    if code in editions.STATUTORY_CODES:
        return editions.rule_for(code, on)
    rows = LocalRule.objects.in_force(on).filter(Q(agency__isnull=True) | Q(agency=agency), code=code)
    # PostgreSQL sorts nulls last, so an agency's own row comes first.
    row: LocalRule | None = rows.order_by("agency_id").first()
    return row.as_rule() if row is not None else None
