"""Other agencies' own grades and the ticks of DASH in words: beside our grade, and never in its place."""

from dataclasses import dataclass

from contacts.models import AgencyGrade, Contact, DashBand
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists


@dataclass(frozen=True)
class TheirGrade:
    """One grade that is not ours: whose it is, what they call it, and what that means as far as a table says so.

    ``like`` is the grade of ours it is nearest to (a code; empty where nothing says so): to read it by, no more.
    """

    whose: str
    said: str
    words: str = ""
    like: str = ""


def of(contact: Contact) -> list[TheirGrade]:
    """What others grade this contact, by the tables of the day it came; at most three questions."""
    found = []
    on = london_date(contact.received_at)
    if contact.own_grade.strip():
        found.append(_own(contact))
    band = ""
    if contact.dash_ticks is not None:
        reached = DashBand.objects.in_force(on).filter(at_least__lte=contact.dash_ticks).order_by("-at_least").first()
        band = lists.label("dash_grade", reached.band) if reached is not None else ""
    if contact.dash_grade:
        found.append(TheirGrade("DASH", lists.label("dash_grade", contact.dash_grade)))
    if contact.dash_ticks is not None:
        ticks = f"{contact.dash_ticks} {'tick' if contact.dash_ticks == 1 else 'ticks'}"
        found.append(TheirGrade("DASH", ticks, f"{band} by the table of bands" if band else ""))
    return found


def _own(contact: Contact) -> TheirGrade:
    agency = contact.agency
    whose = agency.name if agency is not None else contact.referrer_organisation or "Whoever told us"
    rows = AgencyGrade.objects.in_force(london_date(contact.received_at)).filter(code=as_code(contact.own_grade))
    row = rows.filter(agency_kind=agency.kind).first() if agency is not None else None
    if row is None:
        return TheirGrade(whose, contact.own_grade)
    return TheirGrade(whose, contact.own_grade, row.words, row.like)


def as_code(said: str) -> str:
    """A grade as it is looked up: "High " and "HIGH" are one."""
    return " ".join(said.split()).casefold()
