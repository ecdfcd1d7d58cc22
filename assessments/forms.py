"""The forms of an assessment: one for each section, visits, and the acts around it."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from assessments import outline
from assessments.actions import dimensions_on
from assessments.models import Assessment, DimensionEntry, Visit
from frontdoor.access import Permission
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists
from frontdoor.ui.dates import DateTimeField
from frontdoor.ui.forms import Checkboxes, Radios, UiForm, VersionForm, long_text
from referrals.forms import WorkerChoice, staff
from referrals.models import Referral

LONGEST = 20_000


def section_text(label: str, hint: str = "", rows: int = 5) -> forms.CharField:
    """A text of a section: nothing is required to save it."""
    return long_text(label, hint, longest=LONGEST, rows=rows, required=False)


def codes(name: str, on: date, empty: str = "") -> list[tuple[str, str]]:
    """Choices of a code list on a day."""
    found = lists.choices(name, on=on)
    return [("", empty), *found] if empty else found


class SectionForm(UiForm):
    """A section as written so far; ``revision`` says which saving of it the page was opened on."""

    called = "Section of an assessment"
    when_overtaken = "Read theirs on the assessment’s page first; saving again puts yours in its place."
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, assessment: Assessment, section: str, revision: int = 0, **kwargs: Any) -> None:
        self.section = section
        self.assessment = assessment
        super().__init__(*args, **kwargs)
        self.initial["revision"] = revision
        build = {"purpose": self._purpose, "child": self._child, "analysis": self._analysis, "outcome": self._outcome}
        build.get(section, self._domain)()

    def _purpose(self) -> None:
        text = self.assessment.text
        self.fields["purpose"] = section_text(
            "Why is the child being assessed?", "What led to it, and what has to be found out."
        )
        self.fields["information_from"] = section_text(
            "Who has told us what?", "Family, school, health, others; and when."
        )
        self.initial.update({"purpose": text.purpose, "information_from": text.information_from})

    def _child(self) -> None:
        views = self.assessment.views
        self.fields["words"] = section_text("What does the child say?", "In the child’s own words.")
        self.fields["wishes"] = section_text("What does the child wish for?", rows=3)
        self.fields["how"] = section_text(
            "How were they asked?", "Where, who was there, with what help to communicate.", rows=3
        )
        self.fields["why_not"] = section_text("If they could not be asked: why not, and what was observed?", rows=3)
        self.initial.update({name: getattr(views, name) for name in ("words", "wishes", "how", "why_not")})

    def _analysis(self) -> None:
        text = self.assessment.text
        for name, question, hint in outline.ANALYSIS:
            self.fields[name] = section_text(question, hint)
            self.initial[name] = getattr(text, name)

    def _domain(self) -> None:
        today = timezone.localdate()
        code = {section: domain for section, domain, _ in outline.DOMAINS}[self.section]
        rows = {row.code: row for row in self.assessment.dimensions.all()}
        for name, label in dimensions_on(today)[code]:
            row = rows.get(name)
            self.fields[f"finding_{name}"] = forms.ChoiceField(
                label=label, choices=[("", "Not written yet"), *DimensionEntry.Finding.choices], required=False
            )
            self.fields[f"evidence_{name}"] = section_text(f"{label}: what you saw and were told", rows=3)
            if row is not None:
                self.initial.update({f"finding_{name}": row.finding, f"evidence_{name}": row.evidence})

    def _outcome(self) -> None:
        today = timezone.localdate()
        assessment = self.assessment
        self.fields["outcome"] = forms.ChoiceField(
            label="What is the outcome?", choices=codes("assessment_outcome", today), widget=Radios(), required=False
        )
        self.fields["outcome_reason"] = section_text("Why?")
        self.fields["factors"] = forms.MultipleChoiceField(
            label="Which factors have you identified?",
            help_text="As in the Children in Need census. “No factors identified” only where no further work follows.",
            choices=[(code, f"{code} {label}") for code, label in codes("factor", today)],
            widget=Checkboxes(exclusive=outline.NO_FACTORS),
            required=False,
        )
        if not assessment.child_seen():
            self.fields["never_seen_reason"] = forms.ChoiceField(
                label="If the child was never seen: why?",
                choices=codes("never_seen_reason", today, "The child has been or will be seen"),
                required=False,
            )
            self.fields["never_seen_detail"] = section_text("More about it", rows=2)
        self.initial.update(
            {
                "outcome": assessment.outcome,
                "outcome_reason": assessment.text.outcome_reason,
                "factors": [row.code for row in assessment.factors.all() if row.ended_at is None],
                "never_seen_reason": assessment.never_seen_reason,
                "never_seen_detail": assessment.text.never_seen_detail,
            }
        )

    def opened_on(self) -> dict[str, str]:
        """How often this section has been saved by now."""
        state = self.assessment.sections.filter(name=self.section).first()
        return {"revision": str(state.revision if state else 0)}

    def given(self) -> dict[str, Any]:
        """The answers as the action takes them."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "revision"}
        if self.section in ("development", "parenting", "environment"):
            names = [name.removeprefix("finding_") for name in data if name.startswith("finding_")]
            return {"dimensions": {name: (data[f"finding_{name}"], data[f"evidence_{name}"]) for name in names}}
        return data


class VisitForm(UiForm):
    """A visit or an attempt."""

    called = "Record a visit"
    happened_at = DateTimeField(label="When was it?", latest="now")
    mode = forms.ChoiceField(label="How?", choices=Visit.Mode.choices, widget=Radios())
    place = forms.ChoiceField(label="Where?", required=True)
    is_seen = forms.ChoiceField(
        label="Was the child seen?",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=Radios(reveals={"yes": ["seen_alone", "observed"], "no": ["not_seen_reason"]}),
    )
    seen_alone = forms.ChoiceField(
        label="Was the child seen alone?", choices=Visit.Alone.choices, widget=Radios(), required=False
    )
    observed = long_text("What did you observe of the child?", longest=LONGEST, rows=4, required=False)
    not_seen_reason = forms.ChoiceField(label="Why was the child not seen?", required=False)
    present = forms.CharField(label="Who was there?", required=False, max_length=500)
    detail = section_text("Anything else about the visit", rows=4)

    needed_when = {
        "seen_alone": ("is_seen", ["yes"], "Say whether the child was seen alone"),
        "not_seen_reason": ("is_seen", ["no"], "Say why the child was not seen"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.offer("place", codes("visit_place", today, "Choose a place"))
        self.offer("not_seen_reason", codes("not_seen_reason", today, "Choose a reason"))


class AuthoriseForm(VersionForm):
    """The manager's decision."""

    called = "Authorise an assessment"
    reason = long_text("Your decision, and why", rows=4)

    def settle(self, record: Assessment) -> None:
        """Of a child nobody has seen, why it is signed off all the same."""
        if not record.child_seen():
            hint = "Your own reason, in your own words. It is kept with your decision and shown on the record."
            self.fields["never_seen"] = long_text(
                "Nobody has seen this child. Why do you sign it off all the same?", hint, rows=4,
                missing="Say why you sign it off although nobody has seen the child",
            )  # fmt: skip
            self.order_fields(["never_seen", "reason"])


class SubmitAgainForm(VersionForm):
    """Hands on what was returned: asks what has changed, which has to be said where nothing in it has."""

    called = "Submit a returned assessment again"
    what_changed = long_text("What have you changed since it was returned?", rows=3, required=False)


class ReturnForm(VersionForm):
    """What the author has to do first."""

    called = "Return an assessment with comments"
    comments = long_text("What is to be done first?", rows=4)


class ReasonForm(VersionForm):
    """An act that needs its reason."""

    called = "Give a reason"
    reason = long_text("Why?")


class AuthorForm(VersionForm):
    """Who writes it from now on."""

    called = "Give an assessment to another author"
    author = WorkerChoice(
        label="Who writes it from now on?",
        queryset=None,
        empty_label="Choose a worker",
        error_messages={"required": "Choose who writes it from now on"},
    )
    reason = long_text("Why?")

    def settle(self, record: Assessment) -> None:
        """Everybody who may write assessments but its author now."""
        self.choose_from("author", staff(Permission.ASSESSMENT_WRITE).exclude(pk=record.author_id))


class NoteForm(UiForm):
    """A note to an authorised assessment."""

    called = "Add a note to an assessment"
    text = long_text("The note", longest=LONGEST, rows=5)


class StartForm(VersionForm):
    """Begin: which kind, where the edition of the day knows two."""

    called = "Start an assessment"

    def settle(self, record: Referral) -> None:
        """The kinds of the edition that was in force when the referral came."""
        allowed = outline.kinds_on(london_date(record.received_at))
        if len(allowed) > 1:
            labels = dict(Assessment.Kind.choices)
            self.fields["kind"] = forms.ChoiceField(
                label="Which assessment?", choices=[(kind, labels[kind]) for kind in allowed], widget=Radios()
            )
