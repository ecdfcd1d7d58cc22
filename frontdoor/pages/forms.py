"""Forms of the one record: key facts, and one small form for each thing that can be added."""

from typing import Any

from django import forms
from django.utils import timezone

from frontdoor.accounts.models import User
from frontdoor.codelists import lists
from frontdoor.people import identifiers
from frontdoor.people.models import Address, Person
from frontdoor.people.record.overview import colleagues
from frontdoor.people.typed import NumberField
from frontdoor.ui.dates import DateField
from frontdoor.ui.forms import Checkboxes, Radios, UiForm, VersionForm, long_text, why

YES_NO = [("yes", "Yes"), ("no", "No"), ("", "Not yet known")]


def codes(name: str, empty: str = "Not yet obtained") -> list[tuple[str, str]]:
    found = lists.choices(name, on=timezone.localdate())
    return [("", empty), *found] if empty else found


def yes_no(value: str) -> bool | None:
    """True, False, or None for "not yet known"."""
    return {"yes": True, "no": False}.get(value)


class KeyFacts(VersionForm):
    """What is known of a person beyond names and addresses."""

    called = "Change key facts"
    date_of_birth = DateField(label="Date of birth", required=False, latest="today")
    dob_precision = forms.ChoiceField(
        label="How sure is the date of birth?",
        choices=list(Person.DobPrecision.choices),
        widget=Radios(reveals={"expected": ["expected_on"]}),
        required=False,
    )
    expected_on = DateField(label="Expected date of birth", required=False, looks_ahead=True)
    died_on = DateField(label="Date of death", required=False, latest="today")
    sex = forms.ChoiceField(label="Sex", help_text="As sent in returns", required=False)
    self_described_gender = forms.CharField(
        label="How they describe their gender", help_text="Never sent in returns", max_length=100, required=False
    )
    ethnicity = forms.ChoiceField(label="Ethnicity", required=False)
    first_language = forms.ChoiceField(label="First language", required=False)
    interpreter_needed = forms.ChoiceField(
        label="Do they need an interpreter?", choices=YES_NO, widget=Radios(inline=True), required=False
    )
    religion = forms.ChoiceField(label="Religion", required=False)
    disabilities = forms.MultipleChoiceField(label="Disability", widget=Checkboxes(exclusive="NONE"), required=False)
    communication_needs = long_text("How they communicate and what helps", longest=500, required=False)
    school = forms.CharField(label="School, nursery or college", max_length=200, required=False)
    description = forms.CharField(label="Description, if no name is known", max_length=300, required=False)
    may_not_know_we_are_involved = forms.BooleanField(label="The family does not know we are involved", required=False)
    reason = why("Why is this changing?", longest=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, listed in (
            ("sex", "sex"),
            ("ethnicity", "ethnicity"),
            ("first_language", "language"),
            ("religion", "religion"),
        ):
            self.offer(name, codes(listed))
        self.offer("disabilities", codes("disability", empty=""))

    def clean(self) -> dict[str, Any]:
        """The dates fit how sure they are."""
        data = super().clean() or {}
        precision = data.get("dob_precision")
        needs_date = precision in ("exact", "estimated", "day_unknown")
        if needs_date and not data.get("date_of_birth") and "date_of_birth" not in self.errors:
            self.add_error("date_of_birth", "Enter the date of birth, or say that it is not known")
        if precision in ("unknown", "expected"):
            data["date_of_birth"] = None
        if precision != "expected":
            data["expected_on"] = None
        return data

    def facts(self) -> dict[str, Any]:
        """Columns for the action."""
        data = dict(self.cleaned_data)
        data.pop("version")
        data.pop("reason")
        data["interpreter_needed"] = yes_no(data["interpreter_needed"])
        data["ethnicity"] = data["ethnicity"] or "NOBT"
        return data


class NameForm(UiForm):
    """One more name."""

    called = "Add a name"
    given = forms.CharField(label="First names", max_length=150, required=False)
    family = forms.CharField(
        label="Last name", help_text="Leave empty for a single name", max_length=150, required=False
    )
    kind = forms.ChoiceField(
        label="What kind of name is it?",
        choices=[
            ("primary", "Their name now (the present one becomes a former name)"),
            ("known_as", "A name they are known by"),
            ("former", "A former name"),
            ("alias", "Another name they use"),
        ],
        widget=Radios(),
        error_messages={"required": "Choose what kind of name it is"},
    )
    started_on = DateField(label="Used from", required=False)


class IdentifierForm(UiForm):
    """One identifier."""

    called = "Add an identifier"
    kind = forms.ChoiceField(label="Kind", choices=[("", "Choose"), *identifiers.KINDS.items()])
    value = NumberField(label="Number or code", max_length=60)
    source = forms.CharField(label="Who gave it", max_length=100, required=False)


class AddressForm(UiForm):
    """One address."""

    called = "Add an address"
    lines = forms.CharField(label="Address", max_length=300, required=False)
    postcode = NumberField(label="Postcode", max_length=10, required=False)
    kind = forms.ChoiceField(label="Kind of address", choices=list(Address.Kind.choices), widget=Radios())
    started_on = DateField(label="Since", required=False)
    replaces_current = forms.BooleanField(
        label="They no longer live at the present address of this kind", required=False
    )
    is_communal = forms.BooleanField(
        label="It is a refuge, hostel, hospital, school or children’s home", required=False
    )
    is_confidential = forms.BooleanField(
        label="This address is confidential",
        help_text="It is kept out of search, letters, replies and printed pages, and shown only when asked for",
        required=False,
    )
    confidential_from = forms.CharField(label="Who it is kept from", max_length=200, required=False)
    why = forms.CharField(label="Why it is confidential", max_length=500, required=False)
    review_on = DateField(label="Review this on", required=False, looks_ahead=True)


class EndAddress(VersionForm):
    """Until when somebody lived at an address."""

    called = "End an address"
    ended_on = DateField(
        label="Until when did they live there?",
        latest="today",
        error_messages={"required": "Enter the day until which they lived there"},
    )


class EndIdentifier(VersionForm):
    """Until when an identifier was theirs."""

    called = "End an identifier"
    ended_on = DateField(
        label="Until when was it theirs?",
        latest="today",
        error_messages={"required": "Enter the day until which it was theirs"},
    )


class TelephoneForm(UiForm):
    """One telephone number."""

    called = "Add a telephone number"
    number = forms.CharField(label="Telephone number", max_length=identifiers.LONGEST_TELEPHONE)
    safe = forms.ChoiceField(label="Is it safe to ring?", choices=YES_NO, widget=Radios(inline=True), required=False)
    safe_time = forms.CharField(label="Safe time to ring", max_length=100, required=False)


class RelationshipForm(UiForm):
    """What somebody else on record is to this person."""

    called = "Add a relationship"
    other = forms.CharField(label="Reference of the other person", help_text="For example P-7K3M9Q2D", max_length=20)
    kind = forms.ChoiceField(label="What are they to this person?")
    responsibility = forms.ChoiceField(
        label="Do they have parental responsibility?", choices=YES_NO, widget=Radios(inline=True), required=False
    )
    lives = forms.ChoiceField(
        label="Do they live together?", choices=YES_NO, widget=Radios(inline=True), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("kind", codes("relationship", empty="Choose"))


class ReasonForm(UiForm):
    """Why somebody without a working relation opens a record."""

    called = "Why a record is opened"
    reason = forms.CharField(
        label="Why do you need this record?",
        help_text="Your reason is recorded with the fact that you opened it",
        max_length=300,
        min_length=10,
        error_messages={
            "required": "Say why you need this record",
            "min_length": "Say why in a few words more",
        },
    )


class BreakGlassForm(UiForm):
    """Open a restricted record in an emergency."""

    called = "Open a restricted record in an emergency"
    query = forms.CharField(
        label="Reference or whole identifier",
        help_text="For example P-7K3M9Q2D, an NHS number or a UPN. Names are not enough.",
        max_length=60,
        error_messages={"required": "Enter a reference or a whole identifier"},
    )
    reason = forms.CharField(
        label="Why do you need it now?",
        max_length=1000,
        min_length=10,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "Say why you need the record now",
            "min_length": "Say why in a whole sentence",
        },
    )
    hours = forms.TypedChoiceField(
        label="For how long?",
        coerce=int,
        choices=[(1, "1 hour"), (2, "2 hours"), (4, "4 hours"), (8, "8 hours"), (24, "24 hours")],
        widget=Radios(),
        error_messages={"required": "Choose for how long"},
    )


class RestrictForm(UiForm):
    """Restrict a record to named colleagues."""

    called = "Restrict a record"
    holders = forms.CharField(
        label="Colleagues who may see the record",
        help_text="User names, one on each line",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Name at least one colleague"},
    )
    kind = forms.ChoiceField(
        label="Kind of restriction",
        choices=[("restricted", "Restricted"), ("adoption", "Adoption")],
        widget=Radios(),
        error_messages={"required": "Choose the kind of restriction"},
    )
    reason = long_text("Why is it restricted?", longest=1000, missing="Say why the record is restricted")

    def clean_holders(self) -> list[User]:
        """The accounts named; every name must be one."""
        names = self.cleaned_data["holders"].replace(",", " ").lower().split()
        found = colleagues(names)
        missing = [name for name in names if name not in found]
        if missing:
            raise forms.ValidationError(f"There is no colleague with the user name {', '.join(missing)}")
        return list(found.values())


def _colleague(username: str) -> User:
    user = next(iter(colleagues([username]).values()), None)
    if user is None:
        raise forms.ValidationError("There is no colleague with this user name")
    return user


class HolderForm(UiForm):
    """One more colleague on a restriction."""

    called = "Name a colleague on a restriction"
    holder = forms.CharField(
        label="User name of the colleague who may see this record",
        max_length=60,
        error_messages={"required": "Enter a user name"},
    )

    def clean_holder(self) -> User:
        """The account named."""
        return _colleague(self.cleaned_data["holder"])


class EndRestriction(UiForm):
    """Open a restricted record again."""

    called = "End a restriction"
    reason = why("Why does the restriction end?", "Say why the restriction ends", longest=1000)


class ConflictForm(UiForm):
    """A member of staff knows this person."""

    called = "Declare that a colleague knows a person"
    username = forms.CharField(
        label="User name of the colleague who knows this person",
        max_length=60,
        error_messages={"required": "Enter a user name"},
    )

    def clean_username(self) -> User:
        """The account named."""
        return _colleague(self.cleaned_data["username"])
