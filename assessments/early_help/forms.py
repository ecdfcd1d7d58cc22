"""The early-help form, the same for staff and for agencies, and the small forms of its acts."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone

from assessments.early_help.actions import headings
from assessments.early_help.facts import (
    MOST_ROWS,
    TEXTS,
    ActionFacts,
    ConsentFacts,
    EarlyHelpFacts,
    MemberFacts,
)
from assessments.early_help.models import EarlyHelpAssessment, EarlyHelpPerson, EarlyHelpReview
from assessments.early_help.readers import DOMAIN_TITLES
from contacts.facts import AddressFacts, PersonFacts, ReferrerFacts, may_be_kept_from
from contacts.fields import LONGEST_ADDRESS, LONGEST_TEXT, OF_ADDRESS, OF_FAMILY, OF_PERSON, OF_REFERRER, TOLD, YES_NO
from contacts.recording.forms import codes, line, question, text
from frontdoor.accounts.models import Agency
from frontdoor.db import by_name
from frontdoor.people.ages import is_grown_up, years_old
from frontdoor.people.words import is_no_name
from frontdoor.ui.dates import DateField
from frontdoor.ui.forms import Radios, UiForm, VersionForm, long_text

KNOWN = {"yes": True, "no": False}
WORDS = {True: "yes", False: "no", None: ""}
CHILD = ("given_name", "family_name", "known_as", "sex", "ethnicity", "nhs_number", "upn", "language", "interpreter",
         "school", "gp", "disability", "communication")  # fmt: skip
GROWN_UP = [("", "Choose one"), ("child", "Yes: the date of birth is right"), ("adult", "No")]
GROWN_UP_MEMBER = [("", "Choose one"), ("child", "Yes: the date of birth is right"), ("adult", "No: an adult")]


class EarlyHelpForm(VersionForm):
    """One child, what was found, agreement and who leads. ``is_staff``: asked about somebody else, who wrote it.

    ``rows`` are the rows that are sent together with it. Without ``with_lead`` who leads is left as it is: a change of
    lead has a page of its own.
    """

    called = "Early-help assessment"
    when_overtaken = "Read theirs on the assessment’s page first; saving again puts yours in its place."
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    child_given_name = line("Given name", OF_PERSON["given_name"].longest)
    child_family_name = line("Family name", OF_PERSON["family_name"].longest)
    child_known_as = line("Also known as", OF_PERSON["known_as"].longest)
    child_date_of_birth = DateField(label="Date of birth", required=False, latest="today")
    child_dob_is_estimated = forms.BooleanField(label="The date of birth is estimated", required=False)
    child_stands_as = forms.ChoiceField(
        label="This person is 18 or over. Is the assessment about them as a child?", choices=GROWN_UP, required=False
    )
    child_expected_on = DateField(label="If unborn: the date the baby is expected", required=False, looks_ahead=True)
    child_sex = forms.ChoiceField(label="Sex", choices=codes("sex", "Not said"), required=False)
    child_ethnicity = forms.ChoiceField(label="Ethnicity", choices=codes("ethnicity", "Not said"), required=False)
    child_nhs_number = question(OF_PERSON["nhs_number"])
    child_upn = question(OF_PERSON["upn"])
    child_language = line("First language of the child", OF_PERSON["language"].longest)
    child_interpreter = line("Interpreter needed", OF_PERSON["interpreter"].longest, "Who for, and which language")
    child_school = line("School, nursery or college", OF_PERSON["school"].longest)
    child_gp = line("GP", OF_PERSON["gp"].longest)
    child_disability = line("Disability or special educational need", OF_PERSON["disability"].longest)
    child_communication = line("How the child communicates best", OF_PERSON["communication"].longest)
    address_lines = text("Address", LONGEST_ADDRESS, "Street and town, each on its own line")
    postcode = question(OF_ADDRESS["postcode"])
    address_is_confidential = forms.BooleanField(
        label="The address has to be kept confidential", required=False, help_text="For example, a refuge"
    )
    assessor_name = line("Your name", OF_REFERRER["name"].longest, autocomplete="name")
    assessor_role = line("Your role", OF_REFERRER["role"].longest)
    organisation = line("Your organisation", 150)
    assessor_telephone = line("Your telephone number", OF_REFERRER["telephone"].longest, width="20", inputmode="tel")
    assessor_email = forms.EmailField(label="Your e-mail address", required=False, max_length=254)
    lead_name = forms.CharField(
        label="Who is the lead professional?", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Name the lead professional"},
    )  # fmt: skip
    lead_role = line("Their role", OF_REFERRER["role"].longest)
    lead_organisation = line("Their organisation", OF_REFERRER["organisation"].longest)
    lead_telephone = line("Their telephone number", OF_REFERRER["telephone"].longest, width="20")
    lead_email = forms.EmailField(label="Their e-mail address", required=False, max_length=254)
    consent = forms.ChoiceField(
        label="Do the family agree that this is kept?",
        choices=codes("consent_status"),
        widget=Radios(),
        error_messages={"required": "Say whether the family agree"},
        help_text="Without agreement it comes back to you, unless a child may not be safe",
    )
    consent_by = line("Who agreed?", OF_FAMILY["agreement_by"].longest)
    consent_reason = text(
        "If they do not agree, or were not asked: why?", OF_FAMILY["agreement_reason"].longest, rows=2
    )
    consent_to_share = forms.ChoiceField(
        label="Do they agree that it is shared with those who help?", choices=codes("consent_status"), widget=Radios(),
        required=False,
    )  # fmt: skip
    share_with = line("Who may it be shared with?", 500)
    share_exceptions = line("Who must it not be shared with, or what must be left out?", 500)
    consent_signed_on = DateField(label="When was it signed?", required=False, latest="today")
    family_told = forms.ChoiceField(
        label="Have the family seen what is written here?", choices=TOLD, widget=Radios(), required=False
    )
    is_safeguarding = forms.BooleanField(
        label="This is also a safeguarding concern: a child may not be safe",
        required=False,
        help_text="Then ring the front door as well, today. If a child is in danger now, ring 999",
    )
    level_of_need = forms.ChoiceField(
        label="Level of need, by the threshold document", choices=codes("level_of_need"), required=False
    )

    def __init__(self, *args: Any, is_staff: bool = False, with_lead: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_staff = is_staff
        self.rows: list[Any] = []
        for name, asked, hint in TEXTS:
            self.fields[name] = text(asked, LONGEST_TEXT, hint, rows=4)
        self.fields["situation"].required = True
        self.fields["situation"].error_messages["required"] = "Say what has led to this assessment"
        self.domains = []
        for domain, rows in headings(timezone.localdate()):
            for code, label in rows:
                self.fields[f"finding_{code}"] = text(label, LONGEST_TEXT, rows=3)
            self.domains.append((DOMAIN_TITLES.get(domain, domain), [f"finding_{code}" for code, _ in rows]))
        if is_staff:
            for name, label in (("assessor_name", "Who wrote it?"), ("assessor_role", "Their role"),
                                ("organisation", "Their organisation"), ("assessor_telephone", "Telephone number"),
                                ("assessor_email", "E-mail address")):  # fmt: skip
                self.fields[name].label = label
        for name in [name for name in self.fields if name.startswith("lead_") and not with_lead]:
            self.fields[name].required = False
            self.fields[name].widget = self.fields[name].hidden_widget()

    def is_valid(self) -> bool:
        """Whether it may be sent, with its rows: each of them is asked, so that every error is shown at once."""
        judged = [super().is_valid(), *(row.is_valid() for row in self.rows)]
        return all(judged)

    def clean(self) -> dict[str, Any]:
        """As every form of ours; the child needs a name of some kind."""
        cleaned = super().clean()
        names = ("child_given_name", "child_family_name")
        whole = " ".join(str(cleaned.get(name) or "") for name in names)
        if is_no_name(whole) and not {*names} & set(self.errors):
            self.add_error("child_given_name", "Enter the child’s given name or family name")
        self._ask_of_a_grown_up(cleaned)
        return cleaned

    def _ask_of_a_grown_up(self, cleaned: dict[str, Any]) -> None:
        """Somebody of 18 or over is not taken as the child before it is said that they are meant."""
        born, today = cleaned.get("child_date_of_birth"), timezone.localdate()
        if born is None or not is_grown_up(born, today):
            return
        if cleaned.get("child_stands_as") == "adult":
            self.add_error("child_date_of_birth", "Enter the child here, and the adult under the family")
        elif not cleaned.get("child_stands_as"):
            self.add_error(
                "child_stands_as",
                f"{years_old(born, today)} years old: say whether this is the child, or correct the date",
            )

    @property
    def asks_of_a_grown_up(self) -> bool:
        """Whether the question about somebody of 18 or over stands on the page."""
        return self.is_bound and ("child_stands_as" in self.errors or bool(self["child_stands_as"].value()))


class FamilyMemberForm(UiForm):
    """A parent, carer, brother or sister."""

    keeps_no_draft = "kept with the assessment it is part of"
    given_name = line("Given name", OF_PERSON["given_name"].longest)
    family_name = line("Family name", OF_PERSON["family_name"].longest)
    relationship = line("What they are to the child", OF_PERSON["relationship"].longest)
    date_of_birth = DateField(label="Date of birth", required=False, latest="today")
    telephone = line("Telephone", OF_PERSON["telephone"].longest, width="20")
    parental_responsibility = forms.ChoiceField(label="Parental responsibility", choices=YES_NO, required=False)
    lives_with_children = forms.ChoiceField(label="Lives with the child", choices=YES_NO, required=False)
    is_child = forms.BooleanField(label="This is a child too", required=False)
    stands_as = forms.ChoiceField(
        label="Is this person, who is 18 or over, a child of the family?", choices=GROWN_UP_MEMBER, required=False
    )

    def clean(self) -> dict[str, Any]:
        """Somebody of 18 or over is not taken as a child before it is said that they are meant as one."""
        cleaned = super().clean()
        born, today = cleaned.get("date_of_birth"), timezone.localdate()
        if not cleaned.get("is_child") or born is None or not is_grown_up(born, today):
            return cleaned
        if not cleaned.get("stands_as"):
            told = f"{years_old(born, today)} years old: say whether this person is a child, or correct the date"
            self.add_error("stands_as", told)
        cleaned["is_child"] = cleaned.get("stands_as") != "adult"
        return cleaned

    @property
    def asks_of_a_grown_up(self) -> bool:
        """Whether the question about somebody of 18 or over stands in this row."""
        return self.is_bound and ("stands_as" in self.errors or bool(self["stands_as"].value()))


class ActionForm(UiForm):
    """One thing of the plan."""

    called = "Add to the plan"
    what = line("What is to be done?", 1000)
    who = line("Who by?", 200)
    by_when = DateField(label="By when?", required=False, looks_ahead=True)


class MemberForm(UiForm):
    """Somebody of the team around the child."""

    called = "Add to the team around the child"
    name = line("Name", 200)
    role = line("Role", 100)
    organisation = line("Organisation", 150)
    telephone = line("Telephone", 40, width="20")


def _rows(form: type[UiForm]) -> Any:
    return forms.formset_factory(form, extra=1, max_num=MOST_ROWS, absolute_max=MOST_ROWS + 1, validate_max=True)


FamilySet, ActionSet, MemberSet = _rows(FamilyMemberForm), _rows(ActionForm), _rows(MemberForm)
ROWS = {"family": FamilySet, "plan": ActionSet, "team": MemberSet}
NOUNS = {"member": "family", "action": "plan", "colleague": "team"}


class EarlyHelpScreen:
    """The whole form, bound or not: its fields and its rows. ``judge`` false: shown again as typed, nothing judged.

    ``form`` is the form itself, where a page has opened it already.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        form: EarlyHelpForm | None = None,
        is_staff: bool = False,
        judge: bool = True,
        initial: Mapping[str, Any] | None = None,
        family: list[dict[str, Any]] | None = None,
        with_rows: bool = True,
    ) -> None:
        self.judge = judge
        if isinstance(data, QueryDict):
            data = whole_rows(data)
        self.form = form or EarlyHelpForm(data, is_staff=is_staff, initial=dict(initial or {}))
        self.family = FamilySet(data, prefix="family", initial=family)
        self.plan = ActionSet(data, prefix="plan") if with_rows else None
        self.team = MemberSet(data, prefix="team") if with_rows else None
        self.form.rows = self.parts[1:]
        if data is not None and not judge:
            for part in self.parts:
                _let_be(part)

    @property
    def parts(self) -> list[Any]:
        """The form and its rows."""
        return [part for part in (self.form, self.family, self.plan, self.team) if part is not None]

    def is_valid(self) -> bool:
        """Whether it may be sent."""
        return self.form.is_valid()

    def facts(self) -> EarlyHelpFacts:
        """What it says."""
        given = self.form.cleaned_data
        lines = [part.strip(" ,") for part in given["address_lines"].splitlines() if part.strip(" ,")]
        home = (
            AddressFacts(lines, given["postcode"], given["address_is_confidential"])
            if lines or given["postcode"]
            else None
        )
        return EarlyHelpFacts(
            child=PersonFacts(
                **{name: given[f"child_{name}"] for name in CHILD},
                date_of_birth=given["child_date_of_birth"],
                dob_is_estimated=given["child_dob_is_estimated"],
                expected_on=given["child_expected_on"],
                address=home,
            ),
            family=[_member(row.cleaned_data, home) for row in self.family.forms if _filled(row)],
            lead=ReferrerFacts(
                **{name: given[f"lead_{name}"] for name in ("name", "role", "organisation", "telephone", "email")},
                is_professional=True,
            ),
            assessor=ReferrerFacts(
                name=given["assessor_name"], role=given["assessor_role"], telephone=given["assessor_telephone"],
                email=given["assessor_email"],
            ),
            organisation=given["organisation"],
            assessed_at=timezone.now(),
            level_of_need=given["level_of_need"],
            is_safeguarding=given["is_safeguarding"],
            consent=ConsentFacts(
                status=given["consent"], to_share=given["consent_to_share"], by=given["consent_by"],
                reason=given["consent_reason"], share_with=given["share_with"], exceptions=given["share_exceptions"],
                signed_on=given["consent_signed_on"],
            ),
            family_told=given["family_told"],
            texts={name: given[name] for name, _, _ in TEXTS},
            findings={name.removeprefix("finding_"): value for name, value in given.items()
                      if name.startswith("finding_")},
            actions=[ActionFacts(**row.cleaned_data) for row in (self.plan.forms if self.plan else []) if _filled(row)],
            team=[MemberFacts(**row.cleaned_data) for row in (self.team.forms if self.team else []) if _filled(row)],
        )  # fmt: skip


def _filled(row: Any) -> bool:
    return bool(row.has_changed() or row.initial) and any(value for value in row.cleaned_data.values())


def _let_be(part: Any) -> None:
    """What was typed is shown as it was, without a word about it."""
    part.is_valid()
    for row in getattr(part, "forms", [part]):
        row.errors.clear()
    if hasattr(part, "forms"):
        part._non_form_errors.clear()


def _member(given: Mapping[str, Any], home: AddressFacts | None) -> PersonFacts:
    lives_there = KNOWN.get(given["lives_with_children"])
    member = PersonFacts(
        is_child=given["is_child"],
        role="sibling" if given["is_child"] else "carer",
        given_name=given["given_name"],
        family_name=given["family_name"],
        relationship=given["relationship"],
        date_of_birth=given["date_of_birth"],
        telephone=given["telephone"],
        parental_responsibility=KNOWN.get(given["parental_responsibility"]),
        lives_with_children=lives_there,
    )
    is_kept = home is not None and home.is_confidential and may_be_kept_from(member)
    member.address = home if lives_there and not is_kept else None
    return member


def whole_rows(data: QueryDict) -> QueryDict:
    """The same, with rows added or removed as the buttons asked and their numbers put right."""
    found = data.copy()
    for prefix in ROWS:
        total = str(data.get(f"{prefix}-TOTAL_FORMS", ""))
        number = int(total) if total.isascii() and total.isdigit() and len(total) < 3 else 1
        found[f"{prefix}-TOTAL_FORMS"] = str(min(number, MOST_ROWS))
        found[f"{prefix}-INITIAL_FORMS"] = "0"
    for noun, prefix in NOUNS.items():
        number = int(str(found[f"{prefix}-TOTAL_FORMS"]))
        if f"add_{noun}" in data and number < MOST_ROWS:
            found[f"{prefix}-TOTAL_FORMS"] = str(number + 1)
        gone = str(data.get(f"remove_{noun}", ""))
        if gone.isascii() and gone.isdigit() and int(gone) < number:
            _take_out(found, prefix, int(gone), number)
        found.pop(f"add_{noun}", None)
        found.pop(f"remove_{noun}", None)
    return found


def _take_out(data: QueryDict, prefix: str, gone: int, number: int) -> None:
    """Move the rows after a removed one up by one."""
    for place in range(gone, number):
        head, next_head = f"{prefix}-{place}-", f"{prefix}-{place + 1}-"
        for name in [name for name in data if name.startswith(head)]:
            del data[name]
        for name in [name for name in data if name.startswith(next_head)]:
            data.setlist(head + name.removeprefix(next_head), data.getlist(name))
    data[f"{prefix}-TOTAL_FORMS"] = str(number - 1)


def asks_for_rows(data: QueryDict) -> bool:
    """Whether a button asked for another row, or one less."""
    return any(f"{verb}_{noun}" in data for verb in ("add", "remove") for noun in NOUNS)


def initial_of(assessment: EarlyHelpAssessment) -> dict[str, Any]:
    """The form's first values, from a record."""
    child, words = assessment.child, assessment.text
    lead = assessment.current_lead()
    found: dict[str, Any] = {f"child_{name}": getattr(child, name)
                             for name in (*CHILD, "date_of_birth", "dob_is_estimated", "expected_on")}  # fmt: skip
    found |= {"address_lines": "\n".join(child.address_lines), "postcode": child.postcode}
    found |= {name: getattr(words, name) for name, _, _ in TEXTS}
    found |= {f"finding_{row.code}": row.text for row in assessment.findings.all()}
    names = ("assessor_name", "assessor_role", "assessor_telephone", "assessor_email", "organisation", "level_of_need",
             "is_safeguarding", "consent", "consent_to_share", "consent_by", "share_with", "share_exceptions",
             "consent_signed_on", "family_told")  # fmt: skip
    found |= {name: getattr(assessment, name) for name in names}
    found |= {"address_is_confidential": child.address_is_confidential, "consent_reason": words.consent_reason}
    found |= {"version": assessment.version}
    if lead is not None:
        found |= {
            f"lead_{name}": getattr(lead, name) for name in ("name", "role", "organisation", "telephone", "email")
        }
    return found


def family_of(assessment: EarlyHelpAssessment) -> list[dict[str, Any]]:
    """The family's rows, from a record."""
    return [_row_of(row) for row in assessment.people.all() if row.pk != assessment.child.pk]


def _row_of(row: EarlyHelpPerson) -> dict[str, Any]:
    names = ("given_name", "family_name", "relationship", "date_of_birth", "telephone", "is_child")
    return {
        **{name: getattr(row, name) for name in names},
        "parental_responsibility": WORDS[row.parental_responsibility],
        "lives_with_children": WORDS[row.lives_with_children],
    }


class InviteForm(UiForm):
    """A link to the form for somebody of an agency."""

    called = "Link to the early-help form"
    agency = forms.ModelChoiceField(
        label="Agency", queryset=Agency.objects.none(), required=False, empty_label="None of these"
    )
    given_to = line("Who is the link for?", 200, "A person and their organisation, for example Pat Hale, Mill School")
    days = forms.IntegerField(label="For how many days?", min_value=1, max_value=60, initial=14,
                              widget=forms.NumberInput(attrs={"class": "govuk-input--width-3"}))  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose_from("agency", Agency.objects.filter(is_active=True).order_by(*by_name("name")))


class StepUpForm(VersionForm):
    """Why the child needs more. Everything else goes along as it stands."""

    called = "Step up early help"
    reason = long_text("Why does the child need more?", rows=4)
    grade = forms.ChoiceField(
        label="How urgent is it?",
        choices=codes("grade"),
        widget=Radios(),
        error_messages={"required": "Choose a grade"},
    )
    child_protection = forms.BooleanField(
        label="Child protection: put it on the fast track", required=False,
        help_text="A child is suffering, or may suffer, significant harm. Tell the duty manager as well",
    )  # fmt: skip


class CloseForm(VersionForm):
    """How it ended."""

    called = "Close early help"
    ending = forms.ChoiceField(label="How did it end?", choices=codes("early_help_ending"), widget=Radios(),
                               error_messages={"required": "Choose how it ended"})  # fmt: skip
    reason = long_text("What has changed for the child?", rows=4)


class ReturnForm(VersionForm):
    """What has to be done first."""

    called = "Return early help for agreement"
    reason = long_text("What has to be done first?", rows=4)


class TakeOnForm(VersionForm):
    """Who takes on what screening has passed on."""

    called = "Take on early help"
    name = forms.CharField(
        label="Who is taking it on?", help_text="They lead it from now on", max_length=150,
        error_messages={"required": "Enter who is taking it on"},
    )  # fmt: skip
    role = line("Role", 100)
    organisation = line("Organisation", 150)
    telephone = line("Telephone", 40, width="20")
    email = forms.EmailField(label="E-mail address", required=False, max_length=254)


class DeclineForm(VersionForm):
    """Why early help will not take it."""

    called = "Decline early help"
    reason = long_text("Why can early help not take this?", "A manager reads it and decides where it goes instead.")


class LeadForm(VersionForm):
    """Somebody else leads."""

    called = "Change the lead professional"
    name = forms.CharField(label="Name", max_length=200)
    role = line("Role", 100)
    organisation = line("Organisation", 150)
    telephone = line("Telephone", 40, width="20")
    email = forms.EmailField(label="E-mail address", required=False, max_length=254)
    reason = long_text("Why is the lead changing?", rows=2)


class ReviewForm(VersionForm):
    """A review of the plan."""

    called = "Record a review of early help"
    held_on = DateField(label="When was the review?", latest="today")
    present = line("Who was there?", 500)
    summary = long_text("What has changed since the last one?", rows=4)
    child_view = text("What does the child say now?", 5000)
    outcome = forms.ChoiceField(
        label="What happens next?", choices=EarlyHelpReview.Outcome.choices, widget=Radios(),
        error_messages={"required": "Choose what happens next"},
    )  # fmt: skip


class StepDownForm(VersionForm):
    """From a referral to early help: who leads it now, and that the family agree."""

    called = "Step down to early help"
    reason = long_text("Why is early help enough now, and what has changed?", rows=4)
    lead_name = forms.CharField(label="Lead professional who has taken it", max_length=200)
    lead_role = line("Their role", OF_REFERRER["role"].longest)
    lead_organisation = line("Their organisation", OF_REFERRER["organisation"].longest)
    lead_telephone = line("Their telephone number", OF_REFERRER["telephone"].longest, width="20")
    lead_email = forms.EmailField(label="Their e-mail address", required=False, max_length=254)
    consent = forms.ChoiceField(label="Do the family agree?", choices=codes("consent_status"), widget=Radios(),
                                error_messages={"required": "Say whether the family agree"})  # fmt: skip
    consent_by = line("Who agreed?", OF_FAMILY["agreement_by"].longest)
    share_with = line("Who may it be shared with?", 500)


class EarlyHelpFilter(UiForm):
    """What the list shows. Sent by GET."""

    keeps_no_draft = "a filter: it stands in the address"
    agency = forms.ChoiceField(label="From", required=False)
    level = forms.ChoiceField(label="Level of need", choices=codes("level_of_need", "All levels"), required=False)
    view = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = Agency.objects.order_by(*by_name("name")).values_list("code", "name")
        self.offer("agency", [("", "Everybody"), ("council", "The council’s own"), *known])
