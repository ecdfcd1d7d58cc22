"""The contact page as forms: one for the contact, and rows for children, adults and families."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar, TypeVar

from django import forms
from django.db.models import QuerySet
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils import timezone

from contacts import fields
from contacts.facts import AddressFacts, ContactFacts, FamilyFacts, PersonFacts, ReferrerFacts
from contacts.fields import LONGEST_ADDRESS, LONGEST_TEXT, MOST_PEOPLE, TOLD, Fact, Kind
from contacts.models import ContactType
from contacts.recording.rows import with_rows
from contacts.recording.sentence import NOT_PART, is_part_of
from frontdoor.codelists import lists
from frontdoor.people.ages import born_about, is_grown_up, years_old
from frontdoor.people.typed import AboutAgeField, NumberField
from frontdoor.people.words import is_no_name, may_be_a_name
from frontdoor.ui.dates import DateField, DateTimeField
from frontdoor.ui.forms import Checkboxes, Radios, UiForm, long_text
from frontdoor.wording import worded

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
NAMES = ("given_name", "family_name", "known_as")
NAME_IS = [("", "Choose one"), ("name", "Yes"), ("none", "No: their name is not known")]
FAMILIES = [(str(number), f"Family {number}") for number in range(1, 10)]
KNOWN = {"yes": True, "no": False}
GROWN_UP = [
    ("", "Choose one"),
    ("child", "Yes: record them as a child"),
    ("adult", "No: record them as an adult on this contact"),
]


def codes(name: str, empty: str = "Choose one") -> Callable[[], list[tuple[str, str]]]:
    """Choices of a code list as it stands today, read when the form is made."""
    return lambda: [("", empty), *lists.choices(name, on=timezone.localdate())]


def kinds() -> list[tuple[str, str]]:
    """The contact types in use today."""
    return [("", "Choose one"), *_kinds(on=timezone.localdate())]


@worded(on=date)
def _kinds(*, on: date) -> "QuerySet[ContactType, tuple[str, str]]":
    rows: QuerySet[ContactType, ContactType] = ContactType.objects.in_force(on)
    return rows.order_by("position", "code").values_list("code", "label")


def line(label: str, length: int, hint: str = "", *, width: str = "", **attrs: str) -> forms.CharField:
    """An optional one-line answer. ``width``: characters of the box, as GOV.UK's width classes."""
    shown = {"autocomplete": "off", **attrs, **({"class": f"govuk-input--width-{width}"} if width else {})}
    return forms.CharField(
        label=label, required=False, max_length=length, help_text=hint, widget=forms.TextInput(attrs=shown)
    )


def text(label: str, length: int, hint: str = "", rows: int = 3) -> forms.CharField:
    """An optional longer answer."""
    return long_text(label, hint, longest=length, rows=rows, required=False)


def choice(label: str, choices: Any, hint: str = "", initial: str = "") -> forms.ChoiceField:
    """An optional answer from a list."""
    return forms.ChoiceField(label=label, choices=choices, required=False, help_text=hint, initial=initial)


def question(fact: Fact) -> forms.Field:
    """A fact as the page asks it: never needed by itself, and no longer than it may be anywhere."""
    said: dict[str, Any] = {"label": fact.label, "required": False, "help_text": fact.hint}
    if fact.choices:
        return forms.ChoiceField(choices=fact.choices, initial=fact.choices[0][0], **said)
    if fact.code_list:
        return forms.ChoiceField(choices=codes(fact.code_list, fact.empty), **said)
    if fact.kind is Kind.DAY:
        return DateField(latest="" if fact.may_be_ahead else "today", looks_ahead=fact.may_be_ahead, **said)
    if fact.kind is Kind.MOMENT:
        return DateTimeField(latest="" if fact.may_be_ahead else "now", **said)
    if fact.kind is Kind.FLAG:
        return forms.BooleanField(**said)
    if fact.kind is Kind.NUMBER:
        return forms.IntegerField(
            min_value=0, max_value=fact.longest, widget=forms.NumberInput(attrs=dict(fact.attrs)), **said
        )
    if fact.is_number:
        shown = {"autocomplete": "off", **fact.attrs}
        return NumberField(max_length=fact.longest, widget=forms.TextInput(attrs=shown), **said)
    if fact.kind is Kind.LINE:
        return line(fact.label, fact.longest, fact.hint, **fact.attrs)
    return text(fact.label, fact.whole, fact.hint, fact.rows)


REASONS = fields.OF_CONTACT["grade_reasons"]
F = TypeVar("F", bound="type[CallForm]")


def asks(where: str) -> Callable[[F], F]:
    """Give a form a question for each fact its place on the page asks, where it does not put one of its own."""

    def add(form: F) -> F:
        own, asked = dict(form.base_fields), fields.asked("page", where)
        form.base_fields.clear()
        form.base_fields.update({name: each for name, each in own.items() if name not in asked})
        form.base_fields.update({name: own.get(name) or question(fact) for name, fact in asked.items()})
        parts = {fact.part for fact in asked.values() if fact.part}
        form.parts = {part: [name for name, fact in asked.items() if fact.part == part] for part in parts}
        return form

    return add


class CallForm(UiForm):
    """A form of the call. ``lenient``: never refuses; what cannot be kept in its field is gathered in ``left_over``."""

    keeps_no_draft = "kept with the call it is part of"
    #: Questions that stand together on the page, by the name of the part.
    parts: ClassVar[Mapping[str, Sequence[str]]] = {}

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

    def part(self, name: str) -> list[str]:
        """The questions of a part of the page."""
        return [*self.parts.get(name, ())]

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

    address_lines = text("Address", LONGEST_ADDRESS, rows=2)

    def clean_address_lines(self) -> str:
        """Lines that fit where an address is kept as one."""
        typed = str(self.cleaned_data["address_lines"])
        if len(", ".join(_lines(typed))) > LONGEST_ADDRESS:
            raise forms.ValidationError(f"The address must be {LONGEST_ADDRESS} characters or fewer", code="max_length")
        return typed


@asks("contact")
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
        "no_child_identified",
    )

    how = choice("How did they reach us?", HOW, initial="telephone")
    referrer_email = forms.EmailField(
        label="E-mail address",
        required=False,
        max_length=fields.OF_REFERRER["email"].longest,
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
    kind = forms.ChoiceField(
        label="Type of contact", choices=kinds, error_messages={"required": "Choose the type of contact"}
    )
    received_at = DateTimeField(
        label="When did it reach us?", required=False, latest="now", help_text="Only if it came earlier than now"
    )
    concerns = forms.CharField(
        label="What happened, in the caller’s words",
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={
            "required": "Enter what happened, in the caller’s words",
            "max_length": f"What happened must be {LONGEST_TEXT:,} characters or fewer. Attach the rest as a document",
        },
    )
    level_of_need = forms.ChoiceField(
        label="Level of need",
        required=False,
        choices=lambda: lists.choices("level_of_need", on=timezone.localdate()),
        widget=Radios,
    )
    grade = forms.ChoiceField(
        label="Grade", required=False, choices=lambda: lists.choices("grade", on=timezone.localdate()), widget=Radios
    )

    def clean(self) -> dict[str, Any]:
        """Ask for who is calling, and for what the type of contact makes necessary."""
        cleaned = super().clean()
        who = set(cleaned.get("caller_is") or [])
        if not who & {"anonymous", "child"} and not cleaned.get("referrer_name") and "referrer_name" not in self.errors:
            self.add_error("referrer_name", "Enter the caller’s name, or tick that they will not give it")
        most, longest = REASONS.most, REASONS.longest
        if len(self.reasons) > most or any(len(reason) > longest for reason in self.reasons):
            told = f"Enter at most {most} reasons of {longest} characters or fewer, one on each line"
            self.add_error("grade_reasons", told)
        said = ("concerns", "child_said", "injuries")
        texts = [str(cleaned.get(name) or "") for name in said]
        # A text that has to be put right first may hold it: what stands in it cannot be told yet.
        is_told = not set(said) & self.errors.keys()
        if is_told and cleaned.get("summary") and not is_part_of(cleaned["summary"], texts):
            self.add_error("summary", NOT_PART)
        received, due_on = cleaned.get("received_at"), cleaned.get("report_due_on")
        if due_on and due_on < timezone.localdate(received or None):
            self.add_error("report_due_on", "A report cannot be due before the request reached us")
        kind = ContactType.objects.in_force(timezone.localdate()).filter(code=cleaned.get("kind") or "").first()
        for name in kind.mandatory if kind is not None else []:
            if name in self.fields and not cleaned.get(name) and name not in self.errors:
                label = str(self.fields[name].label)
                self.add_error(name, f"{label}: needed for “{kind}”")
        return cleaned

    @property
    def long_texts(self) -> list[str]:
        """The long answers, which nobody is looked for by."""
        return [
            name for name, fact in fields.asked("page", "contact", fields.CONTACT).items() if fact.kind is Kind.TEXT
        ]

    @property
    def reasons(self) -> list[str]:
        """The reasons for the grade, one for each line."""
        return _reasons(self.cleaned_data.get("grade_reasons"))


class PersonForm(PlaceForm):
    """Somebody on the contact, as given."""

    field_order = ("given_name", "family_name", "known_as", "date_of_birth")

    family_group = choice("Which family?", FAMILIES, initial="1")
    name_is = choice("Is that their name?", NAME_IS)
    suggested_reference = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Ask about a name that also says that there is none."""
        cleaned = super().clean()
        whole = " ".join(str(cleaned.get(name) or "") for name in NAMES)
        if may_be_a_name(whole) and not cleaned.get("name_is"):
            self.add_error("name_is", f"Say whether “{whole.strip()}” is their name, or means that it is not known")
        return cleaned

    @property
    def is_without_name(self) -> bool:
        """Whether what was given for a name has been said to be none."""
        return bool(self.answers["name_is"] == "none") and may_be_a_name(self._whole_name())

    def is_named(self) -> bool:
        """Whether a name was given; "Unknown" is none, and "Na" when that has been said of it."""
        whole = self._whole_name()
        return not is_no_name(whole) or (may_be_a_name(whole) and self.answers["name_is"] == "name")

    def _whole_name(self) -> str:
        return " ".join(str(self.answers[name]) for name in NAMES)


@asks("child")
class ChildForm(PersonForm):
    """A child, however little is known."""

    about_age = AboutAgeField()
    stands_as = choice("Is this person, who is 18 or over, a child on this contact?", GROWN_UP)

    def clean(self) -> dict[str, Any]:
        """Ask whether somebody grown up is meant as a child."""
        cleaned = super().clean()
        today = timezone.localdate()
        born = cleaned.get("date_of_birth") or born_about(cleaned.get("about_age") or "", today)
        if born is not None and is_grown_up(born, today) and not cleaned.get("stands_as"):
            self.add_error("stands_as", f"{years_old(born, today)}: say whether this person is a child on this contact")
        return cleaned

    @property
    def is_about_an_adult(self) -> bool:
        """Whether the officer has said that who was entered here is an adult."""
        return bool(self.answers["stands_as"] == "adult")

    def is_identified(self) -> bool:
        """Whether anything tells this child from any other: "girl about 4, Flat 3" does, "Unknown" does not."""
        told = ("date_of_birth", "about_age", "expected_on", "address_lines", "postcode", "school", "nhs_number", "upn")
        return (
            self.is_named()
            or any(self.answers[name] for name in told)
            or self.answers["sex"] in ("M", "F")
            or bool(self.answers["suggested_reference"])
        )


@asks("adult")
class AdultForm(PersonForm):
    """A parent, carer or other adult."""


@asks("family")
class FamilyForm(CallForm):
    """What one family knows of this contact and agrees to."""

    field_order = ("label", "told", "told_by")

    told = forms.ChoiceField(
        label="Has the family been told of this contact?",
        required=False,
        choices=TOLD,
        widget=Radios(reveals={"yes": ["told_by"], "no": ["told_reason"]}),
    )
    told_by = line("Who by, and when?", fields.OF_FAMILY["told_reason"].longest)
    agreement = forms.ChoiceField(
        label="Do they agree to our asking others and to help?",
        required=False,
        choices=lambda: lists.choices("consent_status", on=timezone.localdate()),
        widget=Radios(
            reveals={"given": ["agreement_by", "agreement_scope"]},
            hints={"not_required": "Where a child may be suffering significant harm"},
        ),
    )


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
            data = with_rows(data, ("children", "adults", "families"))
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
        rows = [row for row in self.children.forms if not row.is_about_an_adult]
        told = [row for row in rows if row.has_changed() and row.is_identified()]
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

    @property
    def home(self) -> AddressFacts | None:
        """Where the family lives, as far as it has been typed."""
        return _address(self.form.answers)

    def facts(self) -> ContactFacts:
        """What the page says."""
        return facts_from(self.form, self.children, self.adults, self.families)


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
    # An age counts from the day it was said.
    said_on = timezone.localdate(given["received_at"] or None)
    people = [person_facts(row, home, said_on) for row in (*children.forms, *adults.forms) if is_filled(row)]
    left = [f"{text}" for part in (form, *children.forms, *adults.forms, *families.forms) for text in part.left_over]
    facts = ContactFacts(
        **_told(form, "contact", fields.CONTACT),
        kind=given["kind"] or "concern",
        source=given["source"],
        how=given["how"] or "telephone",
        referrer=ReferrerFacts(
            **_told(form, "contact", fields.REFERRER),
            is_professional="professional" in who,
            is_anonymous="anonymous" in who,
            withhold_name_from_family="withhold" in who,
            is_the_child="child" in who,
        ),
        information_only=given["kind"] == "notification",
        address=home,
        people=people,
        families=[_family(row, number) for number, row in enumerate(families.forms, start=1) if row.has_changed()],
    )
    facts.concerns = "\n\n".join(part for part in (facts.concerns, *left) if part)
    facts.no_child_identified = facts.no_child_identified and not facts.children
    return facts


def _told(form: CallForm, where: str, facts: Iterable[Fact]) -> dict[str, Any]:
    """What a form says of these facts, by their names."""
    given = form.answers
    return {fact.name: _value(fact, given[name]) for name, fact in fields.asked("page", where, facts).items()}


def _value(fact: Fact, typed: Any) -> Any:
    if fact.kind is Kind.FLAG:
        return KNOWN.get(typed) if fact.choices else bool(typed)
    if fact.kind is Kind.TEXTS:
        return _reasons(typed)[: fact.most]
    is_nothing = typed is None or typed == ""
    return None if is_nothing and fact.kind in (Kind.DAY, Kind.MOMENT, Kind.NUMBER) else typed


def _reasons(typed: Any) -> list[str]:
    """Each line that says something, its spaces put right."""
    return [tidy for each in str(typed or "").splitlines() if (tidy := " ".join(each.split()))]


def _lines(typed: str) -> list[str]:
    """The lines of an address that say something."""
    return [part.strip(" ,") for part in typed.splitlines() if part.strip(" ,")]


def is_filled(row: PersonForm) -> bool:
    """Whether anything was typed or chosen in the row that says something of somebody."""
    return bool(set(row.changed_data) - {"family_group", "role", "stands_as", "name_is"})


def _address(given: Mapping[str, Any], home: AddressFacts | None = None) -> AddressFacts | None:
    lines = _lines(str(given["address_lines"]))
    confidential = bool(given["address_is_confidential"])
    if lines or given["postcode"]:
        return AddressFacts(lines=lines, postcode=given["postcode"], is_confidential=confidential)
    if confidential and home is not None:
        return AddressFacts(lines=home.lines, postcode=home.postcode, is_confidential=True)
    return None


def person_facts(row: PersonForm, home: AddressFacts | None, on: date) -> PersonFacts:
    """Somebody as a row of the page says; an age in words counts from ``on``."""
    given = row.answers
    is_child = isinstance(row, ChildForm) and not row.is_about_an_adult
    facts = PersonFacts(
        is_child=is_child,
        **_told(row, "child" if isinstance(row, ChildForm) else "adult", fields.PERSON),
        suggested_reference=given["suggested_reference"],
        address=_address(given, home),
        family_group=int(given["family_group"] or 1),
    )
    if row.is_without_name:
        facts.given_name = facts.family_name = facts.known_as = ""
    if is_child:
        facts.role = facts.role or "subject"
    elif isinstance(row, ChildForm):
        facts.role = ""
    if facts.date_of_birth is None and given["about_age"]:
        facts.date_of_birth = born_about(given["about_age"], on)
        facts.dob_is_estimated = facts.date_of_birth is not None
    return facts


def _family(row: FamilyForm, number: int) -> FamilyFacts:
    facts = FamilyFacts(number=number, **_told(row, "family", fields.FAMILY))
    facts.told_reason = row.answers["told_by"] or facts.told_reason
    return facts
