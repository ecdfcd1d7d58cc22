"""Django forms as GOV.UK components: fields of our own, one renderer for every widget, the error summary."""

# ruff: noqa: S704 (only what the escaping macros and Django's own widgets made is marked as safe)

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.forms.boundfield import BoundField
from django.forms.utils import ErrorDict
from django.http import QueryDict
from markupsafe import Markup

from frontdoor.ui.dates import DateWidget
from frontdoor.ui.keeping import Keeping
from frontdoor.ui.macros import govuk

Params = dict[str, Any]


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


if TYPE_CHECKING:
    ModelChoice = forms.ModelChoiceField[Any]
    ChoiceIterator = forms.models.ModelChoiceIterator[Any]
else:  # only the stubs say what rows it chooses from
    ModelChoice = forms.ModelChoiceField
    ChoiceIterator = forms.models.ModelChoiceIterator


class _ReadAtOnce(ChoiceIterator):
    """The choices in one question: reading few rows by a cursor takes three."""

    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        yield from (self.choice(row) for row in self.queryset.all())


class NamedChoice(ModelChoice):
    """One of some rows, each shown by its name."""

    iterator = _ReadAtOnce

    def label_from_instance(self, obj: Any) -> str:
        """The row's name."""
        return str(obj.name)


def long_text(
    label: str, hint: str = "", *, longest: int = 5000, rows: int = 3, required: bool = True, missing: str = ""
) -> forms.CharField:
    """An answer of several lines. ``missing``: what to say when it is left out, where the label alone is too little."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=longest,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": missing} if missing else None,
    )


REQUIRED = str(forms.Field.default_error_messages["required"])
#: First words of a label that need no article before them.
NAMED_ALREADY = {"a", "an", "the", "their", "your", "its", "who", "what", "when", "where", "why", "how", "which"}


def why(label: str, missing: str = "", *, longest: int = 500, hint: str = "", required: bool = True) -> forms.CharField:
    """A reason in one line; :func:`long_text` where it may take several. ``missing`` as there."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=longest,
        error_messages={"required": missing} if missing else {},
    )


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
    when_overtaken: ClassVar[str] = "Check it, and send it if it is still right."
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
        """The record's version, read again."""
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
    if isinstance(widget, DateWidget):
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
    names = bound.field.widget.parts
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
