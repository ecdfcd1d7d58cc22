"""Which rule a clock follows: an edition's for statutory codes, the council's own row otherwise."""

import json
from datetime import date
from pathlib import Path

from django.db.models import Q

from frontdoor.accounts.models import Agency
from frontdoor.clocks import editions
from frontdoor.clocks.editions import Rule
from frontdoor.clocks.models import LocalRule

SHIPPED = Path(__file__).parent / "data" / "local_rules.json"
SHIPPED_FROM = date(2000, 1, 1)


def load() -> None:
    """Put the shipped local rules in the table where a code has none yet; a council's own rows are never touched."""
    known = set(LocalRule.objects.values_list("code", flat=True))
    for row in json.loads(SHIPPED.read_text(encoding="utf-8")):
        if row["code"] not in known:
            LocalRule.objects.create(valid_from=SHIPPED_FROM, **row)


def find(code: str, on: date, agency: Agency | None = None) -> Rule | None:
    """The rule of this code for something that began on this day; an agency's own row before the general one.

    None when a local code has no row on that day: then no clock is kept. Raises LookupError when a statutory
    code has no edition on that day.
    """
    if code in editions.STATUTORY_CODES:
        return editions.rule_for(code, on)
    row = (
        LocalRule.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=on), Q(agency__isnull=True) | Q(agency=agency), code=code,
            valid_from__lte=on,
        )
        .order_by("agency_id", "-valid_from")  # PostgreSQL sorts nulls last, so an agency's own row comes first
        .first()
    )  # fmt: skip
    return row.as_rule() if row is not None else None
