"""The contact page as forms: one for the contact, and rows for children, adults and families."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils import timezone

from contacts.facts import AddressFacts, ContactFacts, FamilyFacts, PersonFacts, ReferrerFacts
from contacts.models import ContactType
from frontdoor.codelists import lists
from frontdoor.people.words import is_no_name
from frontdoor.ui.forms import Checkboxes, DateField, DateTimeField, Radios, UiForm

HOW = [
    ("telephone", "Telephone"),
    ("email", "E-mail"),
    ("online_form", "Online form"),
    ("letter", "Letter or report"),
    ("in_person", "In person"),
    ("other", "Another way"),
]
CALLER = [
    ("professional", "They are a professional"),
    ("anonymous", "They will not give their name"),
    ("withhold", "The family must not be told who called"),
    ("child", "They are the child themselves"),
]
CHILD_ROLES = [
    ("subject", "The contact is about this child"),
    ("sibling", "A brother or sister in the household"),
    ("other", "Another child"),
]
ADULT_ROLES = [
    ("carer", "Parent or carer"),
    ("victim", "Victim"),
    ("suspect", "Alleged to have harmed"),
    ("witness", "Witness"),
    ("other", "Somebody else"),
]
TOLD = [("yes", "Yes"), ("no", "No"), ("not_known", "Not known")]
YES_NO = [("", "Not known"), ("yes", "Yes"), ("no", "No")]
FAMILIES = [(str(number), f"Family {number}") for number in range(1, 10)]
#: The longest text of one approach, as for agencies.
LONGEST = 20_000
MOST_PEOPLE = 30
_AGE = re.compile(
    r"(?:about|around|approx\.?|circa)?\s*(\d{1,3})\s*(y|years?|yrs?|m|months?|w|weeks?|d|days?)?(?: old)?"
)


def codes(name: str, empty: str = "Choose one") -> Callable[[], list[tuple[str, str]]]:
    """Choices of a code list as it stands today, read when the form is made."""
    return lambda: [("", empty), *lists.choices(name, on=timezone.localdate())]


def kinds() -> list[tuple[str, str]]:
    """The contact types in use today."""
    today = timezone.localdate()
    rows = ContactType.objects.in_force(today).order_by("position", "code")
    return [("", "Choose one"), *rows.values_list("code", "label")]


def born_about(text: str, on: date) -> date | None:
    """The estimated day of birth of somebody "about 4", "6 months" or "3 weeks" old; None when it is no age."""
    found = _AGE.fullmatch(" ".join(text.lower().split()))
    if not found:
        return None
    number, unit = int(found[1]), (found[2] or "y")[0]
    days = {"y": 365.25, "m": 30.44, "w": 7, "d": 1}[unit] * number
    return on - timedelta(days=round(days)) if days <= 120 * 365.25 else None


def line(label: str, length: int, hint: str = "", *, width: str = "", **attrs: str) -> forms.CharField:
    """An optional one-line answer. ``width``: characters of the box, as GOV.UK's width classes."""
    shown = {"autocomplete": "off", **attrs, **({"class": f"govuk-input--width-{width}"} if width else {})}
    return forms.CharField(
        label=label, required=False, max_length=length, help_text=hint, widget=forms.TextInput(attrs=shown)
    )


def text(label: str, length: int, hint: str = "", rows: int = 3) -> forms.CharField:
    """An optional longer answer."""
    return forms.CharField(
        label=label, required=False, max_length=length, help_text=hint, widget=forms.Textarea(attrs={"rows": rows})
    )


def choice(label: str, choices: Any, hint: str = "", initial: str = "") -> forms.ChoiceField:
    """An optional answer from a list."""
    return forms.ChoiceField(label=label, choices=choices, required=False, help_text=hint, initial=initial)


class CallForm(UiForm):
    """A form of the call. ``lenient``: never refuses; what cannot be kept in its field is gathered in ``left_over``."""

    def __init__(self, *args: Any, lenient: bool = False, **kwargs: Any) -> None:
        self.lenient = lenient
        self.left_over: list[str] = []
        super().__init__(*args, **kwargs)

    def full_clean(self) -> None:
        """As Django's; when lenient, errors go and the text that caused them is kept as a line of its own."""
        super().full_clean()
        if not self.lenient or not self.is_bound:
            # The summary names what is wrong in the order of the page.
            place = {name: number for number, name in enumerate(self.fields)}
            in_order = sorted(self.errors.items(), key=lambda error: place.get(error[0], -1))
            self.errors.clear()
            self.errors.update(in_order)
            return
        self.left_over = []
        for name in dict(self.errors):
            if name in self.fields and (typed := _typed(self[name].data)):
                self.left_over.append(f"{self.fields[name].label}: {typed}")
        self._errors: ErrorDict = ErrorDict()

    @property
    def answers(self) -> Mapping[str, Any]:
        """The valid answers; an answer that was not given, or not usable, is empty."""
        self.errors  # noqa: B018 (cleans on first use)
        return _Answers(getattr(self, "cleaned_data", {}))

    def has_any(self, *names: str) -> bool:
        """Whether one of these fields has something in it, or an error: a folded part is then shown open."""
        return any(name in self.errors or _typed(self[name].value()) for name in names) if self.is_bound else False


class _Answers(dict[str, Any]):
    def __missing__(self, key: str) -> Any:
        return ""


def _typed(data: Any) -> str:
    parts = data if isinstance(data, (list, tuple)) else [data]
    return " ".join(str(p) for p in parts if p not in (None, "", False)).replace("\x00", "").strip()


class PlaceForm(CallForm):
    """Where somebody lives."""

    address_lines = text("Address", 280, rows=2)
    postcode = line("Postcode", 10, width="10", spellcheck="false")
    address_is_confidential = forms.BooleanField(
        label="Keep this address confidential", required=False, help_text="A refuge, or somebody may look for them"
    )


class ContactForm(PlaceForm):
    """What one approach says, in the order of a call."""

    field_order = (
        "how",
        "referrer_name",
        "referrer_telephone",
        "referrer_role",
        "referrer_organisation",
        "referrer_email",
        "source",
        "caller_is",
        "safe_way",
        "kind",
        "agency_reference",
        "received_at",
        "child_location",
        "child_with",
        "safe_until",
        "person_of_concern_location",
        "address_lines",
        "postcode",
        "address_is_confidential",
    )

    how = choice("How did they reach us?", HOW, initial="telephone")
    referrer_name = line("Name of the caller", 200)
    referrer_telephone = line("Number to ring back", 40, width="20", inputmode="tel")
    referrer_role = line("Their job, or who they are to the child", 100, "For example, head teacher, neighbour, aunt")
    referrer_organisation = line("Organisation", 150)
    referrer_email = forms.EmailField(
        label="E-mail address",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"invalid": "Enter an e-mail address such as name@example.org"},
    )
    source = choice("Source, for the statutory return", codes("referral_source"))
    caller_is = forms.MultipleChoiceField(
        label="About the caller",
        required=False,
        choices=CALLER,
        widget=Checkboxes(
            reveals={"child": ["safe_way"]},
            hints={
                "anonymous": "Never press them: they can still be rung back if they leave a number",
                "child": "No letter, call or text goes to their home until a social worker has decided",
            },
        ),
    )
    safe_way = line("A safe way and time to reach them", 250)
    kind = forms.ChoiceField(
        label="Type of contact", choices=kinds, error_messages={"required": "Choose the type of contact"}
    )
    agency_reference = line("Their own reference", 100, "For example, a police notification number", width="20")
    received_at = DateTimeField(
        label="When did it reach us?", required=False, latest="now", help_text="Only if it came earlier than now"
    )
    child_location = line("Where is the child now?", 250, "Say “not known” if nobody knows")
    child_with = text("Who are they with?", 1000, rows=2)
    safe_until = DateTimeField(
        label="When does that change?",
        required=False,
        help_text="For example, when school ends. The time can be 3:15pm or 15:15",
    )
    person_of_concern_location = text("Where is the person the worry is about?", 1000, rows=2)
    no_child_identified = forms.BooleanField(
        label="No child is identified", required=False, help_text="Only for a contact about adults"
    )
    concerns = forms.CharField(
        label="What happened, in the caller’s words",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={
            "required": "Enter what happened, in the caller’s words",
            "max_length": "What happened must be 20,000 characters or fewer. Attach the rest as a document",
        },
    )
    occurred_at = DateTimeField(label="When did it happen?", required=False, latest="now")
    child_said = text("What the child said, in the child’s words, and to whom", LONGEST)
    injuries = text("Injuries, or what the child disclosed", 5000)
    pregnancy = text("Is anybody pregnant?", 1000, rows=2)
    police_told = text("Have the police been told?", 1000, "By whom, when, and what they said", rows=2)
    incident_reference = line("Crime or incident reference", 100, width="20")
    powers_of_protection_at = DateTimeField(
        label="When did the police use powers of protection?", required=False, latest="now", help_text="If they did"
    )
    dash_grade = choice("DASH grade", codes("dash_grade", "Not assessed"))
    dash_ticks = forms.IntegerField(
        label="DASH ticks",
        required=False,
        min_value=0,
        max_value=27,
        widget=forms.NumberInput(attrs={"class": "govuk-input--width-3"}),
    )
    can_it_wait = text("Out of hours: can it wait until tomorrow, and why?", 1000, rows=2)
    level_of_need = forms.ChoiceField(
        label="Level of need",
        required=False,
        choices=lambda: lists.choices("level_of_need", on=timezone.localdate()),
        widget=Radios,
    )
    grade = forms.ChoiceField(
        label="Grade", required=False, choices=lambda: lists.choices("grade", on=timezone.localdate()), widget=Radios
    )
    grade_reasons = text("Reasons for the grade", 900, "One on each line", rows=2)

    def clean(self) -> dict[str, Any]:
        """Ask for who is calling, and for what the type of contact makes necessary."""
        cleaned = super().clean()
        who = set(cleaned.get("caller_is") or [])
        if not who & {"anonymous", "child"} and not cleaned.get("referrer_name") and "referrer_name" not in self.errors:
            self.add_error("referrer_name", "Enter the caller’s name, or tick that they will not give it")
        if len(self.reasons) > 10 or any(len(reason) > 60 for reason in self.reasons):
            self.add_error("grade_reasons", "Enter at most 10 reasons of 60 characters or fewer, one on each line")
        kind = ContactType.objects.in_force(timezone.localdate()).filter(code=cleaned.get("kind") or "").first()
        for name in kind.mandatory if kind is not None else []:
            if name in self.fields and not cleaned.get(name) and name not in self.errors:
                label = str(self.fields[name].label)
                self.add_error(name, f"{label}: needed for “{kind}”")
        return cleaned

    @property
    def reasons(self) -> list[str]:
        """The reasons for the grade, one for each line."""
        return [
            " ".join(r.split()) for r in str(self.cleaned_data.get("grade_reasons") or "").splitlines() if r.strip()
        ]


class PersonForm(PlaceForm):
    """Somebody on the contact, as given."""

    field_order = ("given_name", "family_name", "known_as", "date_of_birth")

    given_name = line("First name", 100, spellcheck="false")
    family_name = line("Surname", 100, spellcheck="false")
    known_as = line("Also known as", 100, spellcheck="false")
    family_group = choice("Which family?", FAMILIES, initial="1")
    date_of_birth = DateField(label="Date of birth", required=False, latest="today")
    language = line("Language", 60)
    interpreter = line("Interpreter needed", 100, "Language or dialect, and who must not interpret")
    suggested_reference = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)

    def is_named(self) -> bool:
        """Whether a name was given; "Unknown" is none."""
        whole = " ".join(str(self.answers[n]) for n in ("given_name", "family_name", "known_as")).strip()
        return bool(whole) and not is_no_name(whole)


class ChildForm(PersonForm):
    """A child, however little is known."""

    about_age = line("Or about how old?", 20, "For example, 4 or 6 months", width="5")
    sex = choice("Sex", codes("sex"))
    expected_on = DateField(label="If not born yet, when is the baby due?", required=False)
    role = choice("Why they are on this contact", CHILD_ROLES, initial="subject")
    disability = line("Disability", 250)
    communication = line("How they communicate", 250, "For example, signs, a board, few words")
    school = line("School or nursery", 150)
    gp = line("GP", 150)
    nhs_number = line("NHS number", 20, width="10", inputmode="numeric", spellcheck="false")
    upn = line("Unique pupil number", 20, width="20", spellcheck="false")
    ethnicity = choice("Ethnicity", codes("ethnicity", "Not given"))

    def clean_about_age(self) -> str:
        """An age in words we can count with."""
        typed = str(self.cleaned_data["about_age"])
        if typed and born_about(typed, timezone.localdate()) is None:
            raise forms.ValidationError("Enter an age such as 4, 6 months or 3 weeks", code="invalid")
        return typed

    def is_identified(self) -> bool:
        """Whether anything tells this child from any other: "girl about 4, Flat 3" does, "Unknown" does not."""
        told = ("date_of_birth", "about_age", "expected_on", "address_lines", "postcode", "school", "nhs_number", "upn")
        return (
            self.is_named()
            or any(self.answers[name] for name in told)
            or self.answers["sex"] in ("M", "F")
            or bool(self.answers["suggested_reference"])
        )


class AdultForm(PersonForm):
    """A parent, carer or other adult."""

    relationship = choice("Who they are to the children", codes("relationship", "Not known"))
    role = choice("Their part in what happened", [("", "Not known"), *ADULT_ROLES])
    parental_responsibility = choice("Parental responsibility", YES_NO)
    lives_with_children = choice("Lives with the children", YES_NO)
    telephone = line("Telephone", 40, "Say if it is not safe to ring", width="20", inputmode="tel")


class FamilyForm(CallForm):
    """What one family knows of this contact and agrees to."""

    label = line("Which family is this?", 100, "For example, the Example family or the father’s household")
    told = forms.ChoiceField(
        label="Has the family been told of this contact?",
        required=False,
        choices=TOLD,
        widget=Radios(reveals={"yes": ["told_by"], "no": ["told_reason"]}),
    )
    told_by = line("By whom, and when?", 500)
    told_reason = text("Why not?", 1000, "For example, it would raise the risk to a child", rows=2)
    agreement = forms.ChoiceField(
        label="Do they agree to our asking others and to help?",
        required=False,
        choices=lambda: lists.choices("consent_status", on=timezone.localdate()),
        widget=Radios(
            reveals={"given": ["agreement_by", "agreement_scope"]},
            hints={"not_required": "Where a child may be suffering significant harm"},
        ),
    )
    agreement_by = line("Who agreed?", 200)
    agreement_scope = line("To what?", 250)
    agreement_reason = text("Anything they said about it", 1000, rows=2)


def _formset(form: type[CallForm], most: int) -> Any:
    return forms.formset_factory(form, extra=1, max_num=most, absolute_max=most + 1, validate_max=True)


ChildFormSet = _formset(ChildForm, MOST_PEOPLE)
AdultFormSet = _formset(AdultForm, MOST_PEOPLE)
FamilyFormSet = _formset(FamilyForm, len(FAMILIES))


class ContactScreen:
    """The whole page, bound: the contact's form and the rows of children, adults and families.

    ``mode`` is ``submit`` (what is missing or wrong is named), ``fast_track`` (only what happened and where the child
    is are needed; everything else is kept as far as it can be) or ``keep`` (nothing is judged: a draft, or a row
    added).
    """

    def __init__(self, data: QueryDict | None = None, mode: str = "submit") -> None:
        lenient = mode != "submit"
        if lenient and data is not None:
            data = _with_rows(data)
        rows = {"form_kwargs": {"lenient": lenient}}
        self.mode = mode
        self.form = ContactForm(data, lenient=lenient)
        self.children = ChildFormSet(data, prefix="children", **rows)
        self.adults = AdultFormSet(data, prefix="adults", **rows)
        self.families = FamilyFormSet(data, prefix="families", **rows)

    def is_valid(self) -> bool:
        """Whether the page can be recorded; errors stand at their fields."""
        if self.mode == "keep" or not self.form.is_bound:
            return False
        parts = [self.form.is_valid(), *(rows.is_valid() for rows in (self.children, self.adults, self.families))]
        if self.mode == "fast_track":
            missing = {
                "concerns": "Enter one sentence of what happened",
                "child_location": "Enter where the child is, or “not known”",
            }
            kept = " ".join(self.form.left_over)
            for name, message in missing.items():
                if not self.form.answers[name] and str(self.form.fields[name].label) not in kept:
                    self.form.add_error(name, message)
            return not self.form.errors
        if all(parts):
            self._need_a_child()
        return self.form.is_valid() and all(parts[1:]) and not any(f.errors for f in self.children.forms)

    def _need_a_child(self) -> None:
        told = [row for row in self.children.forms if row.has_changed() and row.is_identified()]
        if told or self.form.answers["no_child_identified"]:
            return
        message = (
            "Enter something that tells which child this is about, such as a name, an age or where they live, "
            "or tick “No child is identified”"
        )
        if self.children.forms:
            first = self.children.forms[0]
            first.add_error("given_name", message)
        else:
            self.form.add_error("no_child_identified", message)

    @property
    def received_at(self) -> datetime | None:
        """When the approach reached us, where that was typed; otherwise it is now."""
        return self.form.answers["received_at"] or None

    def facts(self) -> ContactFacts:
        """What the page says."""
        return facts_from(self.form, self.children, self.adults, self.families)


def _with_rows(data: QueryDict) -> QueryDict:
    """The same, with the numbers of rows put right where half a page was kept."""
    whole = data.copy()
    for prefix in ("children", "adults", "families"):
        total = str(data.get(f"{prefix}-TOTAL_FORMS", ""))
        usable = total.isascii() and total.isdigit() and len(total) < 3 and int(total) <= MOST_PEOPLE
        whole[f"{prefix}-TOTAL_FORMS"] = total if usable else "1"
        whole[f"{prefix}-INITIAL_FORMS"] = "0"
    return whole


def bind(data: QueryDict, mode: str = "submit") -> ContactScreen:
    """The page as somebody sent it."""
    return ContactScreen(data, mode)


def facts_leniently(data: QueryDict) -> ContactFacts:
    """What the page says, refusing nothing: for the fast track. What fits no field stands under what happened."""
    return ContactScreen(data, "fast_track").facts()


def facts_from(form: ContactForm, children: Any, adults: Any, families: Any) -> ContactFacts:
    """The facts of a bound page. Pure: nothing is looked up, and what was typed is kept as typed."""
    given = form.answers
    who = set(given["caller_is"] or [])
    home = _address(given)
    people = [_child(row, home) for row in children.forms if _filled(row)]
    people += [_adult(row, home) for row in adults.forms if _filled(row)]
    left = [f"{text}" for part in (form, *children.forms, *adults.forms, *families.forms) for text in part.left_over]
    return ContactFacts(
        kind=given["kind"] or "concern",
        occurred_at=given["occurred_at"] or None,
        agency_reference=given["agency_reference"],
        source=given["source"],
        how=given["how"] or "telephone",
        referrer=ReferrerFacts(
            name=given["referrer_name"],
            role=given["referrer_role"],
            organisation=given["referrer_organisation"],
            telephone=given["referrer_telephone"],
            email=given["referrer_email"],
            is_professional="professional" in who,
            is_anonymous="anonymous" in who,
            withhold_name_from_family="withhold" in who,
            is_the_child="child" in who,
            safe_way=given["safe_way"],
        ),
        concerns="\n\n".join(part for part in (given["concerns"], *left) if part),
        child_said=given["child_said"],
        injuries=given["injuries"],
        child_location=given["child_location"],
        child_with=given["child_with"],
        safe_until=given["safe_until"] or None,
        person_of_concern_location=given["person_of_concern_location"],
        pregnancy=given["pregnancy"],
        grade=given["grade"],
        grade_reasons=form.reasons[:10] if given["grade_reasons"] else [],
        level_of_need=given["level_of_need"],
        information_only=given["kind"] == "notification",
        address=home,
        incident_reference=given["incident_reference"],
        powers_of_protection_at=given["powers_of_protection_at"] or None,
        police_told=given["police_told"],
        can_it_wait=given["can_it_wait"],
        dash_grade=given["dash_grade"],
        dash_ticks=given["dash_ticks"] if given["dash_ticks"] != "" else None,
        no_child_identified=bool(given["no_child_identified"]) and not any(person.is_child for person in people),
        people=people,
        families=[_family(row, number) for number, row in enumerate(families.forms, start=1) if row.has_changed()],
    )


def _filled(row: PersonForm) -> bool:
    return bool(set(row.changed_data) - {"family_group", "role"})


def _address(given: Mapping[str, Any], home: AddressFacts | None = None) -> AddressFacts | None:
    lines = [part.strip(" ,") for part in str(given["address_lines"]).splitlines() if part.strip(" ,")]
    confidential = bool(given["address_is_confidential"])
    if lines or given["postcode"]:
        return AddressFacts(lines=lines, postcode=given["postcode"], is_confidential=confidential)
    if confidential and home is not None:
        return AddressFacts(lines=home.lines, postcode=home.postcode, is_confidential=True)
    return None


def _common(row: PersonForm, home: AddressFacts | None) -> dict[str, Any]:
    given = row.answers
    same = ("given_name", "family_name", "known_as", "language", "interpreter", "suggested_reference", "role")
    return {
        **{name: given[name] for name in same},
        "address": _address(given, home),
        "family_group": int(given["family_group"] or 1),
        "date_of_birth": given["date_of_birth"] or None,
    }


def _child(row: ChildForm, home: AddressFacts | None) -> PersonFacts:
    given = row.answers
    same = ("sex", "ethnicity", "nhs_number", "upn", "school", "gp", "disability", "communication")
    facts = PersonFacts(is_child=True, **{**_common(row, home), **{name: given[name] for name in same}})
    facts.role = facts.role or "subject"
    facts.expected_on = given["expected_on"] or None
    if facts.date_of_birth is None and given["about_age"]:
        facts.date_of_birth = born_about(given["about_age"], timezone.localdate())
        facts.dob_is_estimated = facts.date_of_birth is not None
    return facts


def _adult(row: AdultForm, home: AddressFacts | None) -> PersonFacts:
    given = row.answers
    known = {"yes": True, "no": False}
    return PersonFacts(
        is_child=False,
        **_common(row, home),
        relationship=given["relationship"],
        telephone=given["telephone"],
        parental_responsibility=known.get(given["parental_responsibility"]),
        lives_with_children=known.get(given["lives_with_children"]),
    )


def _family(row: FamilyForm, number: int) -> FamilyFacts:
    given = row.answers
    return FamilyFacts(
        number=number,
        label=given["label"],
        told=given["told"],
        told_reason=given["told_by"] or given["told_reason"],
        agreement=given["agreement"],
        agreement_reason=given["agreement_reason"],
        agreement_by=given["agreement_by"],
        agreement_scope=given["agreement_scope"],
    )
