"""What tells one call that is not recorded yet from another: who rang, and about which child."""

from datetime import date

from django.http import QueryDict
from django.utils import timezone

from frontdoor.clocks.working_days import london_date
from frontdoor.db import shortened
from frontdoor.people.ages import born_about
from frontdoor.ui.dates import parse_day
from frontdoor.ui.formats import age

LONGEST = 60


def call(typed: QueryDict, *, on: date) -> str:
    """As far as it has been typed: "from Ann Trent about Sam, 6 years and 1 other"; "" when nobody is named."""
    children = [
        name
        for number in range(_rows(typed))
        if (name := joined(typed, f"children-{number}-given_name", f"children-{number}-family_name"))
    ]
    who, about = _said(typed, "referrer_name"), ""
    if children:
        more = f" and {len(children) - 1} other{'s' if len(children) > 2 else ''}" if len(children) > 1 else ""
        about = f"about {children[0]}{age_typed(typed, 'children-0-', on)}{more}"
    return " ".join(part for part in (f"from {who}" if who else "", about) if part)


def _said(typed: QueryDict, name: str) -> str:
    return shortened(" ".join(str(typed.get(name, "")).split()), LONGEST)


def joined(typed: QueryDict, *names: str) -> str:
    """What was typed into these fields as one line, each no longer than a list has room for."""
    return " ".join(part for name in names if (part := _said(typed, name)))


def _rows(typed: QueryDict) -> int:
    total = str(typed.get("children-TOTAL_FORMS", "1"))
    return min(int(total), 20) if total.isascii() and total.isdigit() and len(total) < 4 else 1


def age_typed(typed: QueryDict, prefix: str, on: date) -> str:
    """The age of whom the fields of this prefix are about, after a comma; nothing while it is half typed."""
    told = _said(typed, f"{prefix}about_age")
    born = parse_day("/".join(_said(typed, f"{prefix}date_of_birth_{part}") for part in ("day", "month", "year")))
    if born is None and told and born_about(told, on) is not None:
        return f", {told}"
    return f", {age(born, on)}" if born is not None and born <= on else ""


def said(typed: QueryDict) -> str:
    """As :func:`call`, today."""
    return call(typed, on=london_date(timezone.now()))
