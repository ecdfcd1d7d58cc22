"""The templates of letters, and what keeps a letter from the home, as rule tables."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from django.db.models import Q

from contacts.models import ContactType
from frontdoor.dated import Column, Plain, Table, Work, bears_on, check_with, register
from referrals.letters import fields
from referrals.letters.models import OPEN_STATUSES, LetterGuard, LetterTemplate

HINT = "In braces only: " + ", ".join(f"{{{name}}} {words}" for name, words in fields.FIELDS.items()) + "."


def _types() -> list[tuple[str, str]]:
    rows = ContactType.objects.order_by("position", "code", "-valid_from").values_list("code", "label")
    return [("", "No type: the words alone"), *dict(rows).items()]


def _known_fields(
    rows: Sequence[Plain], everything: Mapping[str, Sequence[Plain]], on: date
) -> Iterator[tuple[int, str, str]]:
    """A wording holds no other fields than those there are."""
    for place, row in enumerate(rows):
        wrong = fields.unknown(row["wording"])
        if wrong:
            yield place, "wording", f"There is no field called {{{wrong[0]}}}. {HINT}"


def _guards_something(
    rows: Sequence[Plain], everything: Mapping[str, Sequence[Plain]], on: date
) -> Iterator[tuple[int, str, str]]:
    """A guard names a type or words."""
    for place, row in enumerate(rows):
        if not row["contact_type"] and not row["words"].strip():
            yield place, "words", "Choose a type of contact, or enter words that stand in one."


def _sample(values: Plain) -> str:
    return "" if fields.unknown(values["wording"]) else fields.filled(values["wording"], fields.SAMPLE)


def register_rules() -> None:
    """Say which tables of letters are rules, and what they bear on. Called when the app is ready."""
    register(
        Table(
            "letter_templates", "Letters", "The wording of each kind of letter.", LetterTemplate,
            (
                Column("code", "Code"),
                Column("name", "What the letter is about"),
                Column("wording", "Wording", "long", hint=HINT),
                Column("position", "Place in the list", "number"),
            ),
            "rules.edit", title="name", sample=_sample,
        ),
        Table(
            "letter_guards", "Letters kept from the home",
            "Contacts after which no letter leaves until a social worker says yes. A child’s own call always is one.",
            LetterGuard,
            (
                Column("code", "Code"),
                Column("label", "What it is"),
                Column("contact_type", "Type of contact", "choice", _types, required=False),
                Column("words", "Words that stand in one, a line each", "long", required=False),
            ),
            "rules.edit", title="label",
        ),
    )  # fmt: skip
    check_with("letter_templates", _known_fields)
    check_with("letter_guards", _guards_something)
    letter = "referrals.Letter"
    drafts = Q(status__in=OPEN_STATUSES)
    bears_on(
        "letter_templates",
        Work(letter, "kind", "letters of this kind not yet posted", drafts, "They keep the words they have."),
    )
    bears_on("letter_guards", Work(letter, "", "letters not yet posted", drafts, "Each is asked again when it leaves."))
