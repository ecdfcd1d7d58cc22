"""The contact an agency sends: the objects of its body, made from the list of facts, and the contact they mean."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import ConfigDict

from contacts.facts import AddressFacts, ContactFacts, FamilyFacts, PersonFacts, ReferrerFacts
from contacts.fields import ADDRESS, CONTACT, FAMILY, GRADES, LONGEST_ADDRESS, MOST_PEOPLE, PERSON, REFERRER
from frontdoor.api.validation import JSON, MESSAGES, Body, Wrong, code, flag, inner, many, number, of_facts, read

KINDS = {"contact": "concern", "police_notification": "police_notification",
         "early_help_request": "early_help_request", "unaccompanied_child": "unaccompanied_child"}  # fmt: skip
EMERGENCY = (
    "This is not an emergency line. When a child is in danger now, ring 999. A contact marked child_protection goes "
    "to the duty manager at once; telephone the front door as well, every time."
)
NAMES = ("given_name", "family_name")
NAMED = [{"required": [name], "properties": {name: {"type": "string", "pattern": "\\S"}}} for name in NAMES]
POLICE: JSON = {
    "if": {"properties": {"kind": {"const": "police_notification"}}, "required": ["kind"]},
    "then": {
        "required": ["agency_reference", "risk"],
        "properties": {
            "agency_reference": {"type": "string", "minLength": 1},
            "risk": {
                "type": "object",
                "required": ["grade", "reasons"],
                "properties": {"grade": {"enum": [*GRADES]}, "reasons": {"type": "array", "minItems": 1}},
            },
        },
    },
}


def _named(name: str) -> JSON:
    return {"required": [name], "properties": {name: {"type": "string", "pattern": "\\S"}}}


class _Address(Body):
    @classmethod
    def rules(cls, value: JSON, told: Collection[str], context: Mapping[str, Any]) -> Iterator[Wrong]:
        """All lines together have to fit."""
        lines = value.get("lines")
        if "lines" in told or not isinstance(lines, list):
            return
        if len(", ".join(line.strip() for line in lines if isinstance(line, str) and line.strip())) > LONGEST_ADDRESS:
            yield ("lines",), "too_long", f"At most {LONGEST_ADDRESS} characters in all."


class _Child(Body):
    model_config = ConfigDict(json_schema_extra={"if": _named("given_name"), "else": _named("family_name")})

    @classmethod
    def rules(cls, value: JSON, told: Collection[str], context: Mapping[str, Any]) -> Iterator[Wrong]:
        """A given name or a family name, whatever it says; one error about names is enough."""
        if not {*NAMES} & {*told} and not any(str(value.get(name) or "").strip() for name in NAMES):
            yield ("given_name",), "required", "A given name or a family name is needed."


class _Stated(Body):
    """What is said of a family's agreement, or of its being told: nothing at all, or where it stands."""

    @classmethod
    def rules(cls, value: JSON, told: Collection[str], context: Mapping[str, Any]) -> Iterator[Wrong]:
        """A reason or a name says nothing without where it stands."""
        status = value.get("status")
        has_more = any(each not in (None, "") for name, each in value.items() if name != "status")
        if "status" not in told and has_more and not (isinstance(status, str) and status.strip()):
            yield ("status",), "required", MESSAGES["required"]


class _Contact(Body):
    model_config = ConfigDict(json_schema_extra=POLICE)
    read_as_empty = ("referrer",)

    @classmethod
    def rules(cls, value: JSON, told: Collection[str], context: Mapping[str, Any]) -> Iterator[Wrong]:
        """The police give their own reference, and a grade with its reasons (unless they may send without)."""
        if value.get("kind") != "police_notification":
            return
        reference = value.get("agency_reference")
        if reference is None or (isinstance(reference, str) and not reference.strip()):
            yield ("agency_reference",), "required", MESSAGES["required"]
        if context.get("may_be_ungraded"):
            return
        risk = value.get("risk")
        if risk is None:
            yield ("risk",), "required", "A police notification needs a grade with at least one reason."
        elif isinstance(risk, dict):
            for name, empty in (("grade", (None, "")), ("reasons", (None, []))):
                given = risk.get(name)
                said = [each for each in given if each not in (None, "")] if isinstance(given, list) else given
                if said in empty:
                    yield ("risk", name), "required", MESSAGES["required"]


Address = of_facts("Address", "address", ADDRESS, _Address)
Child = of_facts("Child", "child", PERSON, _Child, address=inner(Address))
Adult = of_facts("Adult", "adult", PERSON, address=inner(Address))
FamilyMember = of_facts("FamilyMember", "member", PERSON, address=inner(Address))
Referrer = of_facts("Referrer", "referrer", REFERRER, need=["name"])
Consent = of_facts("Consent", "consent", FAMILY, _Stated)
FamilyTold = of_facts("FamilyTold", "family_told", FAMILY, _Stated)
#: Objects of a contact whose facts are the contact's own.
PARTS = {
    "risk": of_facts("Risk", "risk", CONTACT),
    "dash": of_facts("Dash", "dash", CONTACT),
    "child_location": of_facts("ChildLocation", "child_location", CONTACT),
    "incident": of_facts("Incident", "incident", CONTACT),
}
Contact = of_facts(
    "Contact",
    "contact",
    CONTACT,
    _Contact,
    need=["kind", "concerns", "referrer", "children"],
    kind=code(KINDS, required=True),
    level_of_need=number(1, 4, "invalid_code"),
    child_protection=flag(EMERGENCY),
    consent=inner(Consent),
    family_told=inner(FamilyTold),
    referrer=inner(Referrer, required=True),
    address=inner(Address),
    children=many(Child, MOST_PEOPLE, required=True),
    adults=many(Adult, MOST_PEOPLE),
    **{name: inner(part) for name, part in PARTS.items()},
)


def address_facts(given: Body | None) -> AddressFacts | None:
    """An address as given; None when there is none."""
    return None if given is None else AddressFacts(**given.answers())


def person_facts(given: Body, **more: Any) -> PersonFacts:
    """A child or an adult as given; ``more`` stands where nothing else was said."""
    told = {**more, **given.answers()}
    return PersonFacts(**{**told, "address": address_facts(told.pop("address", None))})


def referrer_facts(given: Body) -> ReferrerFacts:
    """Who is telling us. Agencies speak through professionals unless they say otherwise."""
    return ReferrerFacts(**{"is_professional": True, **given.answers()})


def contact_facts(value: Any, now: datetime, *, may_be_ungraded: bool = False) -> ContactFacts:
    """The contact a body means.

    Raises Problem 400 with every error at once: ``risk_required`` where the police left out the grade.
    """
    told = read(Contact, value, now, may_be_ungraded=may_be_ungraded).answers()
    for part in PARTS:
        told |= told.pop(part).answers() if part in told else {}
    family = [told.pop(name).answers() for name in ("consent", "family_told") if name in told]
    people = [person_facts(child) for child in told.pop("children")]
    people += [person_facts(adult, is_child=False, role="other") for adult in told.pop("adults", ())]
    return ContactFacts(
        how="api",
        kind=KINDS[told.pop("kind")],
        level_of_need=str(told.pop("level_of_need", "")),
        referrer=referrer_facts(told.pop("referrer")),
        address=address_facts(told.pop("address", None)),
        families=[FamilyFacts(**{name: each for part in family for name, each in part.items()})],
        people=people,
        **told,
    )
