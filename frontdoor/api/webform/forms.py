"""The body of a contact as a page: every fact the API takes, asked of the professional, and written as that body."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from django import forms
from django.http import QueryDict
from django.utils import timezone

from contacts import fields
from contacts.agencies.webforms.models import WebForm
from contacts.fields import LONGEST_ADDRESS, TOLD, Fact, Kind
from contacts.recording.forms import KNOWN, CallForm, choice, codes, kinds, line, question, text
from contacts.recording.rows import with_rows
from frontdoor.accounts.models import Agency
from frontdoor.api.bodies import KINDS
from frontdoor.api.problems import Problem
from frontdoor.people.ages import born_about
from frontdoor.people.typed import AboutAgeField
from frontdoor.ui.forms import Radios

#: So many children, and so many adults: whoever has to tell of more rings us.
MOST = 10
NOUNS = {"child": "children", "adult": "adults"}
#: What stands on the form already, from whoever sent it.
KNOWN_OF_THEM = ("name", "role", "email", "is_professional")
#: A name that says that there is none.
NAMELESS = "Unknown"
NO_CHILD = "Enter the child’s name, or describe the child"
#: What a professional is asked, where the words for our own page would not do: label and hint, by the field's name.
WORDS: Mapping[str, tuple[str, str]] = {
    "agency_reference": ("Your own reference, if you have one", ""),
    "injuries": ("Injuries, or what the child told you of harm", ""),
    "risk_grade": ("Your grade, if you use one", ""),
    "risk_own_grade": ("Your agency’s own grade, as you call it", "For example, high, medium or standard"),
    "referrer_phone": ("Your telephone number", ""),
    "referrer_safe_to_ring": ("Is it safe to ring you?", ""),
    "referrer_safe_time": ("When is it safe to ring you?", ""),
    "referrer_withhold_name_from_family": ("The family must not be told that it was you", ""),
    "information_only": ("This is for information only: you ask for nothing", ""),
    "account": ("What the child said", "In the child’s words, and who to"),
    "family_told_reason": ("Why not?", "For example, it would raise the risk to a child"),
}


@dataclass(frozen=True)
class Asked:
    """A fact on the form: where it stands in the body."""

    path: tuple[str, ...]
    fact: Fact

    def answer(self, typed: Any) -> Any:
        """What was typed, as JSON; None where nothing was."""
        kind = self.fact.kind
        if kind is Kind.FLAG:
            return KNOWN.get(typed) if self.fact.choices else bool(typed) or None
        if kind is Kind.TEXTS:
            return [part.strip(" ,") for part in str(typed or "").splitlines() if part.strip(" ,")] or None
        if typed is None or typed == "":
            return None
        return typed.isoformat() if kind in (Kind.DAY, Kind.MOMENT) else typed


def asked_in(*objects: str, of: Sequence[str] = (), but: Iterable[str] = ()) -> dict[str, Asked]:
    """The facts the API takes in these objects, by the name of their field; those of ``of`` at its own level."""
    found: dict[str, Asked] = {}
    for where in (*of, *objects):
        for outside, fact in fields.asked("api", where).items():
            path = (outside,) if where in of else (where, outside)
            if fact.name not in but or where != "referrer":
                found["_".join(path)] = Asked(path, fact)
    return found


F = TypeVar("F", bound="type[OutsideForm]")


def asks(asked: Mapping[str, Asked]) -> Callable[[F], F]:
    """Give a form a question for each of these facts, where it does not put one of its own."""

    def add(form: F) -> F:
        form.asked = asked
        for name, each in asked.items():
            if name not in form.base_fields:
                form.base_fields[name] = question(each.fact)
            label, hint = WORDS.get(name, ("", ""))
            if label:
                form.base_fields[name].label, form.base_fields[name].help_text = label, hint
        for each_field in form.base_fields.values():
            longest = getattr(each_field, "max_length", None)
            if longest:
                said = f"“{each_field.label}” must be {longest:,} characters or fewer"
                each_field.error_messages["max_length"] = said
        form.parts = {
            part: [name for name, each in asked.items() if each.fact.part == part] for part in ("needs", "more")
        }
        return form

    return add


class OutsideForm(CallForm):
    """A part of the web form."""

    keeps_no_draft = "kept behind the link it was opened with"
    asked: ClassVar[Mapping[str, Asked]] = {}

    def body(self) -> dict[str, Any]:
        """The object of the body it stands for; what was left out is left out."""
        found: dict[str, Any] = {}
        for name, each in self.asked.items():
            answer = each.answer(self.cleaned_data.get(name))
            if answer is not None:
                place = found
                for step in each.path[:-1]:
                    place = place.setdefault(step, {})
                place[each.path[-1]] = answer
        return found


@asks(
    asked_in("referrer", "child_location", "incident", "dash", "risk", "address", "consent", "family_told",
             of=("contact",), but=KNOWN_OF_THEM)
)  # fmt: skip
class WebContactForm(OutsideForm):
    """What happened, in the order of a call."""

    child_protection = forms.ChoiceField(
        label="Is a child suffering, or likely to suffer, significant harm?",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=Radios(hints={"yes": "It goes to the duty manager at once. Telephone us as well, every time"}),
        error_messages={"required": "Say whether a child is suffering, or likely to suffer, significant harm"},
    )
    kind = forms.ChoiceField(
        label="What kind of contact is it?", error_messages={"required": "Choose what kind of contact it is"}
    )
    concerns = forms.CharField(
        label="What happened, in your words",
        max_length=fields.LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": "Enter what happened"},
    )
    address_lines = text("Address of the family", LONGEST_ADDRESS, "Street and town, each on its own line", rows=2)
    level_of_need = choice("Level of need, by the threshold document", codes("level_of_need", "Not said"))
    family_told_status = forms.ChoiceField(
        label="Does the family know that you are telling us?", required=False, choices=TOLD,
        widget=Radios(reveals={"no": ["family_told_reason"]}),
    )  # fmt: skip
    consent_status = forms.ChoiceField(
        label="Do they agree to our asking others and to help?",
        required=False,
        choices=lambda: codes("consent_status")()[1:],
        widget=Radios(
            reveals={"given": ["consent_given_by"]},
            hints={"not_required": "Where a child may be suffering significant harm"},
        ),
    )

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = dict(kinds())
        is_police = agency.kind == Agency.Kind.POLICE
        taken = [(code, words.get(ours, "")) for code, ours in KINDS.items() if is_police or "police" not in code]
        self.offer("kind", [("", "Choose one"), *((code, label) for code, label in taken if label)])

    def body(self) -> dict[str, Any]:
        """The contact, without its people."""
        found = super().body()
        found["kind"] = self.cleaned_data["kind"]
        found["child_protection"] = self.cleaned_data["child_protection"] == "yes"
        if self.cleaned_data.get("level_of_need"):
            found["level_of_need"] = int(self.cleaned_data["level_of_need"])
        return found


class WebPersonForm(OutsideForm):
    """Somebody told of."""

    address_lines = text("Address", LONGEST_ADDRESS, rows=2)

    @property
    def is_filled(self) -> bool:
        """Whether anything was typed or chosen that says something of somebody."""
        return bool(set(self.changed_data) - {"role"})


@asks(asked_in("address", of=("child",)))
class WebChildForm(WebPersonForm):
    """A child, however little is known."""

    described = line("If you do not know the name: describe the child", 250, "For example, girl with red coat, Flat 3")
    about_age = AboutAgeField()

    def clean(self) -> dict[str, Any]:
        """Somebody is named or described."""
        cleaned = super().clean()
        told = ("given_name", "family_name", "described")
        if not {*told} & self.errors.keys() and not any(cleaned.get(name) for name in told):
            self.add_error("given_name", NO_CHILD)
        return cleaned

    @property
    def is_nameless(self) -> bool:
        """Whether the child is described in place of a name."""
        return not self.cleaned_data.get("given_name") and not self.cleaned_data.get("family_name")

    def body(self) -> dict[str, Any]:
        """The child; an age counts from today."""
        found = super().body()
        if self.is_nameless:
            found["given_name"] = NAMELESS
        age = self.cleaned_data.get("about_age")
        born = born_about(age, timezone.localdate()) if age and "date_of_birth" not in found else None
        if born is not None:
            found |= {"date_of_birth": born.isoformat(), "dob_is_estimated": True}
        return found


@asks(asked_in("address", of=("adult",)))
class WebAdultForm(WebPersonForm):
    """A parent, carer or other adult."""


def _rows(form: type[WebPersonForm]) -> Any:
    return forms.formset_factory(form, extra=1, max_num=MOST, absolute_max=MOST + 1, validate_max=True)


ChildSet, AdultSet = _rows(WebChildForm), _rows(WebAdultForm)


class WebScreen:
    """The whole form, bound or not. ``judge`` false: shown as typed, nothing judged."""

    def __init__(self, web_form: WebForm, data: QueryDict | None = None, *, judge: bool = True) -> None:
        if data is not None:
            data = with_rows(data, NOUNS.values(), most=MOST)
        self.web_form, self.judge = web_form, judge and data is not None
        lenient = data is not None and not judge
        self.form = WebContactForm(data, agency=web_form.agency, lenient=lenient)
        rows = {"form_kwargs": {"lenient": lenient}}
        self.children = ChildSet(data, prefix="children", **rows)
        self.adults = AdultSet(data, prefix="adults", **rows)

    @property
    def parts(self) -> list[Any]:
        """The form and its rows."""
        return [self.form, self.children, self.adults]

    @property
    def has_errors(self) -> bool:
        """Whether something is to be put right."""
        rows = (*self.children.forms, *self.adults.forms)
        return self.judge and bool(self.form.errors or any(row.errors for row in rows))

    def is_valid(self) -> bool:
        """Whether it may be sent; errors stand at their fields. Every part is asked, so that all is said at once."""
        judged = [part.is_valid() for part in self.parts]
        if not self._filled(self.children):
            row = next(iter(self.children.forms), None)
            target, name = (row, "given_name") if row is not None else (self.form, None)
            target.add_error(name, NO_CHILD)
        return not self.has_errors and all(judged)

    def _filled(self, rows: Any) -> list[Any]:
        return [row for row in rows.forms if row.is_filled]

    def body(self) -> dict[str, Any]:
        """The body that would be sent to the API."""
        found = self.form.body()
        who = self.web_form
        found["referrer"] = {
            **found.get("referrer", {}), "name": who.name, "role": who.role, "email": who.email,
            "is_professional": True,
        }  # fmt: skip
        children = self._filled(self.children)
        found["children"] = [row.body() for row in children]
        found["adults"] = [row.body() for row in self._filled(self.adults)]
        told = [
            f"Child {number}, name not known: {row.cleaned_data['described']}" if row.is_nameless
            else f"Child {number}: {row.cleaned_data['described']}"
            for number, row in enumerate(children, start=1) if row.cleaned_data.get("described")
        ]  # fmt: skip
        found["concerns"] = "\n\n".join([str(found["concerns"]), *told])
        return found

    def place(self, problem: Problem) -> None:
        """Put what the API finds wrong at its fields, by their names."""
        if not problem.errors:
            self.form.add_error(None, problem.detail)
        for error in problem.errors:
            steps = error.pointer.split("/")[1:]
            target: Any = self.form
            if steps[0] in NOUNS.values() and len(steps) > 1:
                rows = self.children if steps[0] == "children" else self.adults
                target, steps = self._filled(rows)[int(steps[1])], steps[2:]
            name = "_".join(step for step in steps if not step.isdigit())
            known = target.fields.get(name)
            target.add_error(name if known else None, f"“{known.label}”: {error.message}" if known else error.message)
