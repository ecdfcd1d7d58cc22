"""The contact body of the API, checked whole: every error at once, each with its RFC 6901 pointer and code."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from contacts.facts import AddressFacts, ContactFacts, FamilyFacts, PersonFacts, ReferrerFacts
from frontdoor.api.problems import FieldError, Problem
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists

KINDS = {"contact": "concern", "police_notification": "police_notification",
         "early_help_request": "early_help_request", "unaccompanied_child": "unaccompanied_child"}  # fmt: skip
GRADES = ("red", "amber", "green", "blue")
CONSENT = ("given", "refused", "not_sought", "withdrawn", "not_required")
TOLD = ("yes", "no", "not_known")
ADULT_ROLES = ("victim", "suspect", "witness", "carer", "other")
CHILD_ROLES = ("subject", "sibling", "other")
DASH = ("standard", "medium", "high")
LONGEST_TEXT = 20_000
MOST_PEOPLE = 30
EARLY = timedelta(minutes=5)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
MESSAGES = {
    "required": "This is needed.",
    "unknown_field": "There is no such field.",
    "invalid_code": "This is not one of the allowed values.",
    "invalid_date": "This is not a real date or time; write 2026-11-21 or 2026-11-21T22:40:00Z.",
    "in_future": "This lies in the future.",
}


@dataclass
class Reader:
    """Reads one object of the body, remembering every error and every field that was asked for."""

    value: Mapping[str, Any]
    pointer: str
    errors: list[FieldError]
    asked: set[str] = field(default_factory=set)

    def at(self, name: str) -> str:
        """The pointer of a field."""
        return f"{self.pointer}/{name.replace('~', '~0').replace('/', '~1')}"

    def wrong(self, name: str, code: str, message: str = "") -> None:
        """Remember an error."""
        self.errors.append(FieldError(self.at(name), code, message or MESSAGES.get(code, "This is not right.")))

    def raw(self, name: str) -> Any:
        """The value as sent; None when absent."""
        self.asked.add(name)
        return self.value.get(name)

    def done(self) -> None:
        """Refuse what nobody asked for, by name."""
        for name in self.value:
            if name not in self.asked:
                self.wrong(name, "unknown_field")

    def text(self, name: str, longest: int, *, required: bool = False, lines: bool = False) -> str:
        """A text; control characters are refused, and line breaks where one line is meant."""
        value = self.raw(name)
        if value is None:
            if required:
                self.wrong(name, "required")
            return ""
        if not isinstance(value, str):
            self.wrong(name, "invalid_type", "This has to be a text.")
            return ""
        if required and not value.strip():
            self.wrong(name, "required")
        if len(value) > longest:
            self.wrong(name, "too_long", f"At most {longest:,} characters.")
        elif CONTROL.search(value) or (not lines and ("\n" in value or "\r" in value)):
            self.wrong(name, "invalid_format", "Control characters are not allowed here.")
        return value

    def flag(self, name: str) -> bool | None:
        """True, false or nothing."""
        value = self.raw(name)
        if value is not None and not isinstance(value, bool):
            self.wrong(name, "invalid_type", "This has to be true or false.")
            return None
        return value

    def number(self, name: str, low: int, high: int, code: str = "invalid_format") -> int | None:
        """A whole number between two bounds."""
        value = self.raw(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.wrong(name, "invalid_type", "This has to be a whole number.")
            return None
        if not low <= value <= high:
            self.wrong(name, code, f"This has to be from {low} to {high}.")
            return None
        return value

    def code(self, name: str, allowed: Collection[str], *, required: bool = False, default: str = "") -> str:
        """One of the allowed values."""
        value = self.raw(name)
        if value is None or value == "":
            if required:
                self.wrong(name, "required")
            return default
        if not isinstance(value, str):
            self.wrong(name, "invalid_type", "This has to be a text.")
            return default
        if value not in allowed:
            self.wrong(name, "invalid_code")
            return default
        return value

    def day(self, name: str, today: date, *, may_be_ahead: bool = False) -> date | None:
        """A date."""
        value = self.raw(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            self.wrong(name, "invalid_type", "This has to be a text.")
            return None
        try:
            found = date.fromisoformat(value) if DAY.fullmatch(value) else None
        except ValueError:
            found = None
        if found is None or not 1880 <= found.year <= 2200:
            self.wrong(name, "invalid_date")
            return None
        if found > today and not may_be_ahead:
            self.wrong(name, "in_future")
            return None
        return found

    def moment(self, name: str, now: datetime | None) -> datetime | None:
        """A moment with its offset; with ``now``, no more than five minutes ahead."""
        value = self.raw(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            self.wrong(name, "invalid_type", "This has to be a text.")
            return None
        try:
            found = datetime.fromisoformat(value.upper()) if MOMENT.fullmatch(value) else None
            if found is not None:
                found - timedelta(days=1)
        except (ValueError, OverflowError):
            found = None
        if found is None or not 1900 <= found.year <= 2200:
            self.wrong(name, "invalid_date")
            return None
        if now is not None and found > now + EARLY:
            self.wrong(name, "in_future")
            return None
        return found

    def inner(self, name: str, *, required: bool = False) -> "Reader | None":
        """An object inside."""
        value = self.raw(name)
        if value is None:
            if required:
                self.wrong(name, "required")
            return None
        if not isinstance(value, dict):
            self.wrong(name, "invalid_type", "This has to be an object.")
            return None
        return Reader(value, self.at(name), self.errors)

    def rows(self, name: str, most: int, *, required: bool = False) -> list["Reader"]:
        """A list of objects."""
        value = self.raw(name)
        if value is None or value == []:
            if required:
                self.wrong(name, "required")
            return []
        if not isinstance(value, list):
            self.wrong(name, "invalid_type", "This has to be a list.")
            return []
        if len(value) > most:
            self.wrong(name, "too_many", f"At most {most}.")
            return []
        found = []
        for index, row in enumerate(value):
            if isinstance(row, dict):
                found.append(Reader(row, f"{self.at(name)}/{index}", self.errors))
            else:
                self.errors.append(FieldError(f"{self.at(name)}/{index}", "invalid_type", "This has to be an object."))
        return found

    def texts(self, name: str, most: int, longest: int) -> list[str]:
        """A list of short texts."""
        value = self.raw(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(name, "invalid_type", "This has to be a list.")
            return []
        if len(value) > most:
            self.wrong(name, "too_many", f"At most {most}.")
            return []
        holder = Reader({str(index): row for index, row in enumerate(value)}, self.at(name), self.errors)
        return [holder.text(str(index), longest, required=True) for index in range(len(value))]


def _codes(name: str, today: date) -> set[str]:
    return {code for code, _ in lists.choices(name, on=today)}


def address_facts(reader: Reader | None) -> AddressFacts | None:
    if reader is None:
        return None
    lines = reader.texts("lines", 8, 100)
    if sum(len(line) + 2 for line in lines) > 300:
        reader.wrong("lines", "too_long", "At most 300 characters in all.")
    found = AddressFacts(lines, reader.text("postcode", 10), bool(reader.flag("is_confidential")))
    reader.done()
    return found


def child_facts(reader: Reader, today: date) -> PersonFacts:
    """A child; a given name or a family name is needed, nothing else."""
    given, family = reader.text("given_name", 100), reader.text("family_name", 100)
    if not given.strip() and not family.strip() and not _named_wrongly(reader):
        reader.wrong("given_name", "required", "A given name or a family name is needed.")
    person = PersonFacts(
        given_name=given,
        family_name=family,
        known_as=reader.text("known_as", 100),
        date_of_birth=reader.day("date_of_birth", today),
        dob_is_estimated=bool(reader.flag("dob_is_estimated")),
        expected_on=reader.day("expected_date_of_birth", today, may_be_ahead=True),
        sex=reader.code("sex", _codes("sex", today)),
        ethnicity=reader.code("ethnicity", _codes("ethnicity", today)),
        nhs_number=reader.text("nhs_number", 20),
        upn=reader.text("upn", 20),
        language=reader.text("language", 60),
        school=reader.text("school", 150),
        disability=reader.text("disability", 250),
        communication=reader.text("communication", 250),
        account=reader.text("account", LONGEST_TEXT, lines=True),
        role=reader.code("role", CHILD_ROLES, default="subject"),
        address=address_facts(reader.inner("address")),
    )
    reader.done()
    return person


def _named_wrongly(reader: Reader) -> bool:
    """Whether a name was sent that is wrong in another way: one error is enough."""
    return any(error.pointer in (reader.at("given_name"), reader.at("family_name")) for error in reader.errors)


def _adult(reader: Reader, today: date) -> PersonFacts:
    person = PersonFacts(
        is_child=False,
        given_name=reader.text("given_name", 100),
        family_name=reader.text("family_name", 100),
        date_of_birth=reader.day("date_of_birth", today),
        relationship=reader.text("relationship", 60),
        parental_responsibility=reader.flag("parental_responsibility"),
        lives_with_children=reader.flag("lives_with_children"),
        role=reader.code("role", ADULT_ROLES, default="other"),
        address=address_facts(reader.inner("address")),
    )
    reader.done()
    return person


def family_member_facts(reader: Reader, today: date) -> PersonFacts:
    """Somebody of the family of a child: a parent or carer, or another child."""
    person = PersonFacts(
        given_name=reader.text("given_name", 100),
        family_name=reader.text("family_name", 100),
        date_of_birth=reader.day("date_of_birth", today),
        relationship=reader.text("relationship", 60),
        parental_responsibility=reader.flag("parental_responsibility"),
        lives_with_children=reader.flag("lives_with_children"),
        is_child=bool(reader.flag("is_child")),
        telephone=reader.text("phone", 40),
        address=address_facts(reader.inner("address")),
    )
    person.role = "sibling" if person.is_child else "carer"
    reader.done()
    return person


def referrer_facts(body: Reader, field_name: str = "referrer") -> ReferrerFacts:
    """Who is telling us; a name is needed. Agencies speak through professionals unless they say otherwise."""
    reader = body.inner(field_name)
    if reader is None:
        if body.value.get(field_name) is None:
            body.errors.append(FieldError(f"{body.at(field_name)}/name", "required", MESSAGES["required"]))
        return ReferrerFacts()
    email = reader.text("email", 254)
    if email and not EMAIL.fullmatch(email):
        reader.wrong("email", "invalid_format", "This is no e-mail address.")
    professional = reader.flag("is_professional")
    found = ReferrerFacts(
        name=reader.text("name", 200, required=True),
        role=reader.text("role", 100),
        telephone=reader.text("phone", 40),
        email=email,
        is_professional=True if professional is None else professional,
        withhold_name_from_family=bool(reader.flag("withhold_name_from_family")),
    )
    reader.done()
    return found


def family_facts(body: Reader) -> FamilyFacts:
    """What the family agrees to and has been told."""
    found = FamilyFacts()
    consent = body.inner("consent")
    if consent is not None:
        found.agreement = consent.code("status", CONSENT, required=True)
        found.agreement_reason = consent.text("reason", 1000, lines=True)
        found.agreement_by = consent.text("given_by", 200)
        consent.done()
    told = body.inner("family_told")
    if told is not None:
        found.told = told.code("status", TOLD, required=True)
        found.told_reason = told.text("reason", 1000, lines=True)
        told.done()
    return found


def contact_facts(value: Any, now: datetime, *, kind: str = "", may_be_ungraded: bool = False) -> ContactFacts:
    """The contact a body means. Raises Problem 400 with every error: ``risk_required`` when a police grade is missing.

    ``kind`` fixes the kind for a way in that has only one.
    """
    if not isinstance(value, dict):
        raise Problem(400, "invalid_body", "", [FieldError("", "invalid_type", "This has to be an object.")])
    today = london_date(now)
    body = Reader(value, "", [])
    chosen = kind or body.code("kind", KINDS, required=True)
    is_police = chosen == "police_notification"
    facts = ContactFacts(kind=KINDS.get(chosen, "concern"), how="api")
    facts.agency_reference = body.text("agency_reference", 100, required=is_police)
    facts.occurred_at = body.moment("occurred_at", now)
    facts.concerns = body.text("concerns", LONGEST_TEXT, required=True, lines=True)
    level = body.number("level_of_need", 1, 4, "invalid_code")
    facts.level_of_need = str(level) if level else ""
    facts.child_protection = bool(body.flag("child_protection"))
    facts.information_only = bool(body.flag("information_only"))
    facts.referrer = referrer_facts(body)
    facts.families = [family_facts(body)]
    facts.address = address_facts(body.inner("address"))
    place = body.inner("child_location")
    if place is not None:
        facts.child_location, facts.safe_until = place.text("now", 250), place.moment("safe_until", None)
        place.done()
    incident = body.inner("incident")
    if incident is not None:
        facts.incident_reference = incident.text("reference", 100)
        facts.powers_of_protection_at = incident.moment("powers_of_protection_at", now)
        incident.done()
    dash = body.inner("dash")
    if dash is not None:
        facts.dash_grade, facts.dash_ticks = dash.code("grade", DASH), dash.number("ticks", 0, 99)
        dash.done()
    facts.people = [child_facts(row, today) for row in body.rows("children", MOST_PEOPLE, required=True)]
    facts.people += [_adult(row, today) for row in body.rows("adults", MOST_PEOPLE)]
    risk_missing = _risk(body, facts, is_police=is_police and not may_be_ungraded)
    body.done()
    if body.errors:
        raise Problem(400, "risk_required" if risk_missing else "invalid_body", summary(body.errors), body.errors)
    return facts


def _risk(body: Reader, facts: ContactFacts, *, is_police: bool) -> bool:
    """The grade with its reasons; True when the police left it out."""
    risk = body.inner("risk")
    if risk is None:
        if is_police and not isinstance(body.value.get("risk"), (list, str, int, float)):
            body.wrong("risk", "required", "A police notification needs a grade with at least one reason.")
            return True
        return False
    facts.grade = risk.code("grade", GRADES)
    facts.grade_reasons = risk.texts("reasons", 20, 60)
    missing = False
    if is_police and risk.value.get("grade") in (None, ""):
        risk.wrong("grade", "required")
        missing = True
    if is_police and risk.value.get("reasons") in (None, []):
        risk.wrong("reasons", "required")
        missing = True
    risk.done()
    return missing


def summary(errors: Collection[FieldError]) -> str:
    """How many fields are wrong, as a sentence."""
    return f"{len(errors)} {'field is' if len(errors) == 1 else 'fields are'} not right."
