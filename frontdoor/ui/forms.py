"""Django forms as GOV.UK components: fields of our own, one renderer for every widget, the error summary."""

# ruff: noqa: S704 (only what the escaping macros and Django's own widgets made is marked as safe)

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.forms.boundfield import BoundField
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils import timezone
from markupsafe import Markup

from frontdoor.ui.formats import LONDON
from frontdoor.ui.keeping import Keeping
from frontdoor.ui.macros import govuk

Params = dict[str, Any]
PARTS = ("day", "month", "year")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class DateWidget(forms.MultiWidget):
    """Day, month and year. One value under the field's own name is accepted as well: ISO or day/month/year."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({part: forms.TextInput() for part in PARTS}, attrs)

    def decompress(self, value: Any) -> list[Any]:
        """Three parts of a date; a string as typed is kept for showing again."""
        if isinstance(value, str) and value:
            value = parse_day(value) or value
        if isinstance(value, datetime):
            value = timezone.localtime(value, LONDON).date() if value.tzinfo else value.date()
        return [value.day, value.month, value.year] if isinstance(value, date) else [value or None, None, None]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The three parts, or the single value split in three."""
        if data.get(name) and not any(data.get(f"{name}_{p}") for p in PARTS):
            return self.decompress(str(data[name]).strip())
        return super().value_from_datadict(data, files, name)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """True when neither form of the value was sent."""
        return name not in data and super().value_omitted_from_data(data, files, name)

    def id_for_label(self, id_: str) -> str:
        """The first part is what a label or an error links to."""
        return f"{id_}-day" if id_ else id_


def parse_day(text: str) -> date | None:
    """A date from ``2026-11-23``, ``23/11/2026``, ``23.11.26`` or ``23 Nov 2026``; None when it is not a real date."""
    text = text.strip()
    found = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text)
    try:
        if found:
            return date(*(int(g) for g in found.groups()))
        found = re.fullmatch(r"(\d{1,2})[\s/.\-]+(\d{1,2}|[A-Za-z]{3,9})[\s/.\-]+(\d{2}|\d{4})", text)
        return _make_day(*found.groups()) if found else None
    except ValueError:
        return None


def _make_day(day: str, month: str, year: str) -> date:
    month = str(month).strip().lower()
    number = MONTHS.index(month[:3]) + 1 if month[:1].isalpha() else int(month)
    full = int(year)
    if len(str(year).strip()) == 2:
        full += 2000 if full <= date.today().year % 100 + 1 else 1900  # noqa: DTZ011
    if not 1880 <= full <= 2200:
        raise ValueError("year out of range")
    return date(full, number, int(day))


class DateField(forms.MultiValueField):
    """A date typed as day, month, year (or sent whole as ISO). Cleans to ``date`` or None.

    :param latest: refuse dates after today when "today" (a birth, an event that happened).
    """

    widget = DateWidget

    def __init__(self, *, latest: str = "", **kwargs: Any) -> None:
        self.latest = latest
        kwargs.setdefault("error_messages", {}).setdefault("invalid", "Enter a real date, such as 23 11 2026")
        super().__init__(fields=[forms.CharField(required=False) for _ in PARTS], require_all_fields=False, **kwargs)

    def compress(self, data_list: list[Any]) -> date | None:
        """The date, or a ValidationError that says which part is missing."""
        parts = [str(v or "").strip() for v in data_list or [None] * 3]
        if not any(parts):
            return None
        if parts[0] and not parts[1] and not parts[2]:
            whole = parse_day(parts[0])
            if whole:
                return self._bounded(whole)
        missing = [name for name, value in zip(PARTS, parts, strict=True) if not value]
        if missing:
            raise forms.ValidationError(
                f"{self.label or 'Date'} must include a {' and a '.join(missing)}", code="incomplete"
            )
        try:
            return self._bounded(_make_day(*parts))
        except ValueError as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error

    def clean(self, value: Any) -> date | None:
        """As MultiValueField, with our messages for an empty answer."""
        if not any(str(v or "").strip() for v in value or []):
            if self.required:
                raise forms.ValidationError(self.error_messages["required"], code="required")
            return None
        return self.compress(list(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the typed parts differ from the first value."""
        widget: Any = self.widget
        first = initial if isinstance(initial, list) else widget.decompress(initial)
        return [str(v or "") for v in first] != [str(v or "") for v in (data or [""] * 3)]

    def _bounded(self, value: date) -> date:
        if self.latest == "today" and value > timezone.localdate(timezone=LONDON):
            raise forms.ValidationError(f"{self.label or 'Date'} must be today or in the past", code="future")
        return value


class DateTimeWidget(forms.MultiWidget):
    """Day, month, year and a time such as 2:05pm or 14:05. An ISO value under the plain name is accepted as well."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({part: forms.TextInput() for part in (*PARTS, "time")}, attrs)

    def decompress(self, value: Any) -> list[Any]:
        """Four parts, local to England."""
        if isinstance(value, str) and value:
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                return [value, None, None, None]
        if not isinstance(value, datetime):
            return [None] * 4
        local = value.astimezone(LONDON) if value.tzinfo else value
        return [local.day, local.month, local.year, f"{local:%H:%M}"]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The four parts, or the single ISO value split."""
        if data.get(name) and not any(data.get(f"{name}_{p}") for p in (*PARTS, "time")):
            return self.decompress(str(data[name]).strip())
        return super().value_from_datadict(data, files, name)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """True when neither form of the value was sent."""
        return name not in data and super().value_omitted_from_data(data, files, name)

    def id_for_label(self, id_: str) -> str:
        """The day is what an error links to."""
        return f"{id_}-day" if id_ else id_


def parse_time(text: str) -> time | None:
    """``14:05``, ``1405``, ``2.05pm``, ``2pm``, ``midday``, ``midnight``; None when it is not a time."""
    text = text.strip().lower().replace(" ", "")
    if text in ("midday", "noon", "midnight"):
        return time(0 if text == "midnight" else 12)
    found = re.fullmatch(r"(\d{1,2})(?:[:.]?(\d{2}))?(am|pm)?", text)
    if not found or (found[2] is None and found[3] is None):
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[3] == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


class DateTimeField(forms.MultiValueField):
    """A date and a time in England. Cleans to a ``datetime`` in UTC or None."""

    widget = DateTimeWidget

    def __init__(self, *, latest: str = "", **kwargs: Any) -> None:
        self.latest = latest
        kwargs.setdefault("error_messages", {}).setdefault("invalid", "Enter a real date and a time, such as 2:05pm")
        super().__init__(fields=[forms.CharField(required=False) for _ in range(4)], require_all_fields=False, **kwargs)

    def compress(self, data_list: list[Any]) -> datetime | None:
        """The instant, or a ValidationError that says what is wrong with the date or the time."""
        *parts, clock = [str(v or "").strip() for v in data_list or [None] * 4]
        if not any(parts) and not clock:
            return None
        on = DateField(label=self.label).compress(list(parts))
        at = parse_time(clock)
        if on is None or at is None:
            text = (
                f"{self.label or 'Date and time'} must include a time, such as 2:05pm"
                if on
                else self.error_messages["invalid"]
            )
            raise forms.ValidationError(text, code="invalid")
        # Handed on in UTC: a span between two moments is then the time that passed, also when the clocks change.
        value = datetime.combine(on, at, LONDON).astimezone(UTC)
        if self.latest == "now" and value > timezone.now():
            raise forms.ValidationError(f"{self.label or 'Date and time'} must not be in the future", code="future")
        return value

    def clean(self, value: Any) -> datetime | None:
        """As MultiValueField, with our messages for an empty answer."""
        if not any(str(v or "").strip() for v in value or []):
            if self.required:
                raise forms.ValidationError(self.error_messages["required"], code="required")
            return None
        return self.compress(list(value))


class IsoDateField(forms.DateField):
    """A date in one text box: 2026-11-23, 23/11/2026 or 23 Nov 2026."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> date | None:
        """The date, or a ValidationError."""
        if value in self.empty_values:
            return None
        if isinstance(value, date):
            return value
        found = parse_day(str(value))
        if not found:
            raise forms.ValidationError("Enter a real date, such as 23/11/2026", code="invalid")
        return found


class _Choices:
    reveals: Mapping[str, Sequence[str]]
    hints: Mapping[str, str]

    def _take(self, reveals: Mapping[str, Sequence[str]] | None, hints: Mapping[str, str] | None) -> None:
        self.reveals, self.hints = reveals or {}, hints or {}


class Radios(_Choices, forms.RadioSelect):
    """Radio buttons.

    :param reveals: answer → names of fields of the same form shown under it when chosen.
    :param hints: answer → hint text under it.
    :param inline: side by side (two short answers only).
    :param divider_before: the answer before which "or" stands.
    """

    def __init__(
        self,
        *args: Any,
        reveals: Mapping[str, Sequence[str]] | None = None,
        hints: Mapping[str, str] | None = None,
        inline: bool = False,
        divider_before: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._take(reveals, hints)
        self.inline, self.divider_before = inline, divider_before


class Checkboxes(_Choices, forms.CheckboxSelectMultiple):
    """Check boxes. ``exclusive``: the answer that clears the others; ``reveals``, ``hints`` as for :class:`Radios`."""

    def __init__(
        self,
        *args: Any,
        reveals: Mapping[str, Sequence[str]] | None = None,
        hints: Mapping[str, str] | None = None,
        exclusive: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._take(reveals, hints)
        self.exclusive = exclusive


REQUIRED = str(forms.Field.default_error_messages["required"])
#: First words of a label that need no article before them.
NAMED_ALREADY = {"a", "an", "the", "their", "your", "its", "who", "what", "when", "where", "why", "how", "which"}


class UiForm(forms.Form):
    """Base of our forms: no label suffix, HTML ``required`` off, answers hidden by a reveal are dropped.

    ``needed_when`` names fields that become required by another answer:
    ``{"why_not": ("told", ["no"], "Say why the family has not been told")}``.

    What is typed is kept as a draft (:mod:`frontdoor.acting`). ``called`` is the form's name in the list of drafts,
    where the page does not give it another; ``keeps_no_draft`` is the reason of a form that is not kept.
    """

    use_required_attribute = False
    needed_when: ClassVar[Mapping[str, tuple[str, Collection[str], str]]] = {}
    called: ClassVar[str] = ""
    keeps_no_draft: ClassVar[str] = ""
    #: What to do when somebody else changed the record first.
    when_overtaken: ClassVar[str] = "Look again, and send it if it is still right."
    #: Where this form is kept, once it has been opened through ``acting.form``.
    keeping: Keeping | None = None
    #: Whether it was filled in by this very request, not by a draft.
    is_sent = False
    #: Whether the page has said already where it is kept.
    is_marked = False
    #: The status of a page that shows it with its errors.
    answered_with = 422

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    def full_clean(self) -> None:
        """Say of each field what to do when it is left out; fields that a form adds as it is made included."""
        for name, source in self.fields.items():
            if source.error_messages.get("required") == REQUIRED:
                source.error_messages["required"] = _missing(source, str(source.label or name.replace("_", " ")))
        super().full_clean()

    def offer(self, name: str, choices: Iterable[Any]) -> None:
        """Set the answers a field offers, where they depend on the day, the record or who asks."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField), f"{name} offers no choices"
        field.choices = list(choices)

    def choose_from(self, name: str, rows: QuerySet[Any]) -> None:
        """Set the rows a field chooses from, read when the form is made and not when its class was."""
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField), f"{name} chooses no row"
        field.queryset = rows

    def opened_on(self) -> dict[str, str]:
        """Hidden fields that say which state of the record the page was opened on, with that state as it is now."""
        return {}

    def renew(self) -> None:
        """Let the form be sent again on the record as it is now: a choice made with the change in sight."""
        data = self.data.copy() if isinstance(self.data, QueryDict) else dict(self.data)
        for name, value in self.opened_on().items():
            data[self.add_prefix(name)] = value
        self.data = data

    def refusal(self) -> str:
        """All that is wrong with it as one text, for a page that shows none of its fields."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)

    def show_as_typed(self) -> None:
        """Show what the form is bound to without judging it: nobody has sent it yet."""
        self._errors, self.cleaned_data = ErrorDict(), {}

    def clean(self) -> dict[str, Any]:
        """Drop what was hidden when the form was sent, then ask for what the answers make necessary."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for inner in hidden_by_answers(self, cleaned):
            cleaned[inner] = (
                []
                if isinstance(cleaned.get(inner), list)
                else None
                if cleaned.get(inner) is None
                else _blank(cleaned[inner])
            )
            if inner in self.errors:
                del self.errors[inner]
        for name, (other, answers, message) in self.needed_when.items():
            given = cleaned.get(other)
            chosen = {str(v) for v in given} if isinstance(given, list) else {str(given)}
            if chosen & set(answers) and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, forms.ValidationError(message, code="required"))
        return cleaned


class VersionForm(UiForm):
    """A form that carries the version of the record it was opened on."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, record: Any = None, **kwargs: Any) -> None:
        self.record = record
        super().__init__(*args, **kwargs)
        if record is not None:
            self.initial.setdefault("version", record.version)
        self.settle(record)

    def settle(self, record: Any) -> None:
        """Fill in choices that depend on the record."""

    def opened_on(self) -> dict[str, str]:
        """The record's version, read anew."""
        if self.record is None:
            return {}
        self.record.refresh_from_db(fields=["version"])
        return {"version": str(self.record.version)}


class ButtonForm(VersionForm):
    """A form of nothing but its button."""

    keeps_no_draft = "one button, nothing typed"


def _missing(source: forms.Field, label: str) -> str:
    """What to do about an answer left out: a whole sentence made from the label."""
    if label.endswith("?"):
        return f"Answer the question “{label}”"
    if isinstance(source, forms.BooleanField):
        return f"Tick “{label}”"
    named = label if label[:2].isupper() else label[:1].lower() + label[1:]
    chosen = isinstance(source, (forms.ChoiceField, forms.ModelChoiceField, forms.FileField))
    if named.split(" ", 1)[0] in NAMED_ALREADY:
        return f"{'Choose' if chosen else 'Enter'} {named}"
    if chosen and not named.endswith("s"):
        return f"Choose {'an' if named[:1].lower() in 'aeio' else 'a'} {named}"
    return f"{'Choose' if chosen else 'Enter'} the {named}"


def _said(error: str, source: forms.Field, label: str) -> str:
    """An error as shown: forms of a library say "This field is required.", which names nothing."""
    return _missing(source, label) if error == REQUIRED else error


def _blank(value: Any) -> Any:
    return "" if isinstance(value, str) else False if isinstance(value, bool) else None


def reveals_of(form: forms.BaseForm) -> dict[str, Mapping[str, Sequence[str]]]:
    """Field name → its reveals, for the fields of a form that have any."""
    found = {name: getattr(f.widget, "reveals", None) for name, f in form.fields.items()}
    return {name: value for name, value in found.items() if value}


def hidden_by_answers(form: forms.BaseForm, cleaned: Mapping[str, Any]) -> list[str]:
    """The fields that were not on show for the answers given."""
    hidden: list[str] = []
    for name, reveals in reveals_of(form).items():
        given = cleaned.get(name)
        chosen = {str(v) for v in given} if isinstance(given, (list, tuple)) else {str(given)}
        shown = {inner for answer, inners in reveals.items() if answer in chosen for inner in inners}
        hidden += [i for inners in reveals.values() for i in inners if i not in shown and i in form.fields]
    return hidden


def _id(bound: BoundField) -> str:
    return str(bound.auto_id or f"id_{bound.html_name}")


def _error(bound: BoundField) -> Params:
    if not bound.errors:
        return {}
    return {"errorMessage": {"text": _said(str(bound.errors[0]), bound.field, str(bound.label))}}


def _attributes(widget: forms.Widget) -> Params:
    skip = {
        "class",
        "rows",
        "id",
        "required",
        "cols",
        "maxlength",
        "autocomplete",
        "inputmode",
        "spellcheck",
        "placeholder",
    }
    found = {
        k: ("" if v is True else str(v)) for k, v in widget.attrs.items() if k not in skip and v not in (False, None)
    }
    return {"attributes": found} if found else {}


def _flat(choices: Iterable[Any]) -> list[tuple[str, str]]:
    flat: list[tuple[str, str]] = []
    for key, label in choices:
        if isinstance(label, (list, tuple)):
            flat += [(str(k), f"{key}: {text}") for k, text in label]
        else:
            flat.append((str(key), str(label)))
    return flat


def field(bound: BoundField, **extra: Any) -> Markup:
    """One form field as its GOV.UK component, with label, hint, error and value.

    :param extra: ``label``, ``hint``, ``legend_classes``, ``label_classes``, ``classes``, ``heading`` (the label is
        the page's h1), or any other parameter of the component's macro (``prefix``, ``suffix``, ``autocomplete`` …).
    """
    if bound.is_hidden:
        return Markup(str(bound))
    widget, source = bound.field.widget, bound.field
    text = extra.pop("label", None) or str(bound.label or "")
    if not source.required and not getattr(source, "no_optional", False) and extra.pop("optional", False):
        text = f"{text} (optional)"
    extra.pop("optional", None)
    heading = bool(extra.pop("heading", False))
    hint_text = extra.pop("hint", None) or str(source.help_text or "")
    label_classes = extra.pop("label_classes", "govuk-label--l" if heading else "govuk-label--s")
    legend_classes = extra.pop(
        "legend_classes", "govuk-fieldset__legend--l" if heading else "govuk-fieldset__legend--s"
    )
    hint = {"hint": {"text": hint_text}} if hint_text else {}
    legend = {"fieldset": {"legend": {"text": text, "classes": legend_classes, "isPageHeading": heading}}}
    label = {"label": {"text": text, "classes": label_classes, "isPageHeading": heading}}
    base: Params = {"id": _id(bound), "name": bound.html_name, **_error(bound), **hint}
    if "class" in widget.attrs:
        base["classes"] = widget.attrs["class"]
    value = bound.value()
    if isinstance(widget, (DateWidget, DateTimeWidget)):
        return _dates(bound, {**base, **legend, **extra}, value)
    if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return _choices(bound, {**base, **legend}, value, extra)
    if isinstance(widget, forms.CheckboxInput):
        item = {
            "value": "on",
            "text": text,
            "checked": bool(value) and value != "off",
            "id": _id(bound),
            **_attributes(widget),
        }
        if hint:
            item["hint"] = base.pop("hint")
        return Markup(govuk.checkboxes({**base, "idPrefix": _id(bound), "items": [item], **extra}))
    base |= {**label, **_attributes(widget)}
    if isinstance(widget, forms.Select):
        chosen = {str(v) for v in value} if isinstance(value, (list, tuple)) else {"" if value is None else str(value)}
        items = [
            {"value": k, "text": t, "selected": k in chosen}
            for k, t in _flat(getattr(source, "choices", widget.choices))
        ]
        return Markup(govuk.select({**base, "items": items, **extra}))
    if isinstance(widget, forms.Textarea):
        limit = getattr(source, "max_length", None)
        counted = {"maxlength": str(limit), "threshold": "75"} if limit and limit <= 5000 else {}
        params = {
            **base,
            "value": "" if value is None else str(value),
            "rows": str(widget.attrs.get("rows", "5")),
            "spellcheck": True,
        }
        macro = govuk.characterCount if counted else govuk.textarea
        return Markup(macro({**params, **counted, **extra}))
    if isinstance(widget, forms.FileInput):
        if getattr(widget, "allow_multiple_selected", False):
            base["multiple"] = True
        return Markup(govuk.fileUpload({**base, **extra}))
    for name in ("autocomplete", "inputmode", "spellcheck"):
        if name in widget.attrs:
            base[name] = widget.attrs[name]
    if isinstance(widget, forms.PasswordInput):
        return Markup(govuk.passwordInput({**base, **extra}))
    kind = getattr(widget, "input_type", "text")
    if kind == "number":
        base.setdefault("inputmode", "numeric")
    if kind in ("number", "date", "time", "datetime-local"):
        kind = "text"
    shown = "" if value is None else value.isoformat() if isinstance(value, date) else str(value)
    return Markup(govuk.input({**base, "value": shown, "type": kind, **extra}))


def _dates(bound: BoundField, params: Params, value: Any) -> Markup:
    names = PARTS if isinstance(bound.field.widget, DateWidget) else (*PARTS, "time")
    values = value if isinstance(value, list) else bound.field.widget.decompress(value)
    values = [*values, *[None] * len(names)][: len(names)]
    wrong = " govuk-input--error" if bound.errors else ""
    widths = {"day": "2", "month": "2", "year": "4", "time": "5"}
    items = [
        {
            "id": f"{_id(bound)}-{name}",
            "name": f"{bound.html_name}_{name}",
            "value": "" if v is None else str(v),
            "label": name.capitalize(),
            "classes": f"govuk-input--width-{widths[name]}{wrong}",
            **({"inputmode": "text"} if name == "time" else {}),
        }
        for name, v in zip(names, values, strict=True)
    ]
    return Markup(govuk.dateInput({**params, "id": _id(bound), "items": items}))


def _choices(bound: BoundField, params: Params, value: Any, extra: Params) -> Markup:
    widget: Any = bound.field.widget
    many = isinstance(widget, forms.CheckboxSelectMultiple)  # a subclass of RadioSelect, so asked first
    chosen = {str(v) for v in value} if isinstance(value, (list, tuple, set)) else {"" if value is None else str(value)}
    items: list[Params] = []
    for key, text in _flat(getattr(bound.field, "choices", widget.choices)):
        if key == "":
            continue
        if key == getattr(widget, "divider_before", "") or (many and key == getattr(widget, "exclusive", "")):
            items.append({"divider": "or"})
        item: Params = {"value": key, "text": text, "checked": key in chosen}
        item["id"] = _id(bound) if not any("value" in i for i in items) else f"{_id(bound)}-{len(items) + 1}"
        if hint := getattr(widget, "hints", {}).get(key):
            item["hint"] = {"text": hint}
        if many and key == getattr(widget, "exclusive", ""):
            item["behaviour"] = "exclusive"
        inner = [bound.form[n] for n in getattr(widget, "reveals", {}).get(key, ()) if n in bound.form.fields]
        if inner:
            item["conditional"] = {"html": Markup("").join(field(b) for b in inner)}
        items.append(item)
    if getattr(widget, "inline", False):
        params["classes"] = "govuk-radios--inline"
    macro = govuk.checkboxes if many else govuk.radios
    return Markup(macro({**params, "idPrefix": _id(bound), "items": items, **extra}))


def fields(form: forms.BaseForm, *names: str, exclude: Collection[str] = ()) -> Markup:
    """Several fields (all, or those named, in order) with the hidden ones. Fields shown by a reveal come inside it."""
    inside = {n for reveals in reveals_of(form).values() for inner in reveals.values() for n in inner}
    wanted = names or [n for n in form.fields if n not in inside]
    return _kept(form) + Markup("").join(field(form[n]) for n in wanted if n not in exclude and n in form.fields)


def _kept(form: forms.BaseForm) -> Markup:
    """What the form says of its draft, the first time one of its parts is rendered."""
    if not isinstance(form, UiForm) or form.keeping is None or form.is_marked:
        return Markup("")
    form.is_marked = True
    return form.keeping.shown()


def hidden_fields(form: forms.BaseForm) -> Markup:
    """Only the hidden fields of a form (record version, draft id)."""
    return _kept(form) + Markup("").join(Markup(str(b)) for b in form.hidden_fields())


def _problems(form: Any) -> list[Params]:
    if hasattr(form, "management_form"):
        found = [{"text": str(e)} for e in form.non_form_errors()]
        return found + [p for inner in form.forms for p in _problems(inner)]
    found = []
    for name, errors in form.errors.items():
        bound = form[name] if name in form.fields else None
        for error in errors:
            target = (
                {"href": f"#{bound.id_for_label or _id(bound)}"} if bound is not None and not bound.is_hidden else {}
            )
            text = str(error) if bound is None else _said(str(error), bound.field, str(bound.label))
            found.append({"text": text, **target})
    return found


def problems(*forms_and_formsets: Any) -> list[Params]:
    """Every error with the field it links to, in the order of the forms given."""
    return [p for f in forms_and_formsets if f is not None and f.is_bound for p in _problems(f)]


def error_summary(*forms_and_formsets: Any, extra: Iterable[str] = ()) -> Markup:
    """The "There is a problem" box for forms and formsets, each error linking to its field; nothing without errors."""
    found = problems(*forms_and_formsets) + [{"text": e} for e in extra]
    return Markup(govuk.errorSummary({"titleText": "There is a problem", "errorList": found})) if found else Markup("")
