"""Dates and moments as they are typed: three boxes, or one text, read as people write them."""

import re
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from frontdoor.ui.formats import LONDON, which_of_two

PARTS = ("day", "month", "year")
#: Years ahead a two-digit year may mean where a date to come is asked for.
AHEAD = 10
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class DateWidget(forms.MultiWidget):
    """Day, month and year. One value under the field's own name is accepted as well: ISO or day/month/year."""

    parts: ClassVar[tuple[str, ...]] = PARTS

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({part: forms.TextInput() for part in self.parts}, attrs)

    def decompress(self, value: Any) -> list[Any]:
        """Three parts of a date; a string as typed is kept for showing again."""
        if isinstance(value, str) and value:
            # A year of two digits is left to the field, which knows whether it may be one to come.
            value = (parse_day(value) if re.search(r"\d{4}", value) else None) or value
        if isinstance(value, datetime):
            value = timezone.localtime(value, LONDON).date() if value.tzinfo else value.date()
        return [value.day, value.month, value.year] if isinstance(value, date) else [value or None, None, None]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The parts, or the single value split into them."""
        if data.get(name) and not any(data.get(f"{name}_{p}") for p in self.parts):
            return self.decompress(str(data[name]).strip())
        return super().value_from_datadict(data, files, name)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """True when neither form of the value was sent."""
        return name not in data and super().value_omitted_from_data(data, files, name)

    def id_for_label(self, id_: str) -> str:
        """The first part is what a label or an error links to."""
        return f"{id_}-day" if id_ else id_


def full_year(written: str, *, on: date, ahead: int = 0) -> int:
    """The year somebody wrote: of two digits the latest such year that is not past ``on``'s (and ``ahead`` more).

    The one rule for forms, search and imports: in 2026 "38" is 1938. ``ahead`` is for what is expected or planned.
    """
    year = int(written)
    if len(written.strip()) != 2:
        return year
    latest = on.year + ahead
    return latest - (latest - year) % 100


def parse_day(text: str, *, ahead: int = 0) -> date | None:
    """A date from ``2026-11-23``, ``23/11/2026``, ``23.11.26`` or ``23 Nov 2026``; None when it is not a real date.

    ``ahead`` as in :func:`full_year`.
    """
    text = text.strip()
    found = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text)
    try:
        if found:
            return _in_range(date(*(int(g) for g in found.groups())))
        found = re.fullmatch(r"(\d{1,2})[\s/.\-]+(\d{1,2}|[A-Za-z]{3,9})[\s/.\-]+(\d{2}|\d{4})", text)
        return _make_day(*found.groups(), ahead=ahead) if found else None
    except ValueError:
        return None


def _make_day(day: str, month: str, year: str, *, ahead: int) -> date:
    month = str(month).strip().lower()
    number = MONTHS.index(month[:3]) + 1 if month[:1].isalpha() else int(month)
    full = full_year(year, on=timezone.localdate(timezone=LONDON), ahead=ahead)
    return _in_range(date(full, number, int(day)))


def _in_range(day: date) -> date:
    """The day, or a ValueError where no record of ours can be of its year."""
    if not 1880 <= day.year <= 2200:
        raise ValueError("year out of range")
    return day


class DateField(forms.MultiValueField):
    """A date typed as day, month, year (or sent whole as ISO). Cleans to ``date`` or None.

    :param latest: refuse dates after today when "today" (a birth, an event that happened).
    :param looks_ahead: asks for what is expected or planned, so that two digits may mean a year to come.
    """

    widget = DateWidget

    def __init__(self, *, latest: str = "", looks_ahead: bool = False, **kwargs: Any) -> None:
        self.latest, self.ahead = latest, AHEAD if looks_ahead else 0
        kwargs.setdefault("error_messages", {}).setdefault("invalid", "Enter a real date, such as 23 11 2026")
        super().__init__(fields=[forms.CharField(required=False) for _ in PARTS], require_all_fields=False, **kwargs)

    def compress(self, data_list: list[Any]) -> date | None:
        """The date, or a ValidationError that says which part is missing."""
        parts = [str(v or "").strip() for v in data_list or [None] * 3]
        if not any(parts):
            return None
        if parts[0] and not parts[1] and not parts[2]:
            whole = parse_day(parts[0], ahead=self.ahead)
            if whole:
                return self._bounded(whole)
        missing = [name for name, value in zip(PARTS, parts, strict=True) if not value]
        if missing:
            raise forms.ValidationError(
                f"{self.label or 'Date'} must include a {' and a '.join(missing)}", code="incomplete"
            )
        try:
            return self._bounded(_make_day(*parts, ahead=self.ahead))
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


class DateTimeWidget(DateWidget):
    """Day, month, year and a time such as 2:05pm or 14:05. An ISO value under the plain name is accepted as well."""

    parts = (*PARTS, "time")

    def decompress(self, value: Any) -> list[Any]:
        """Four parts, local to England."""
        if isinstance(value, str) and value:
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                return [value, None, None, None]
            if value.tzinfo is None:
                # Whoever wrote it did not say which of two: the field asks.
                return [value.day, value.month, value.year, f"{value:%H:%M}"]
        if not isinstance(value, datetime):
            return [None] * 4
        local = value.astimezone(LONDON) if value.tzinfo else value.replace(tzinfo=LONDON)
        return [local.day, local.month, local.year, f"{local:%H:%M}{which_of_two(local)}"]


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


def in_england(on: date, typed: str, *, latest: datetime | None = None) -> datetime:
    """The instant, in UTC, of a time typed for a day in England.

    Raises ValueError with a sentence for a time the clocks skip, and for one they show twice when it is not said
    which: "1:30am BST" is the first, "1:30am GMT" the second. Where the second is past ``latest``, it is the first.
    """
    typed = typed.strip()
    zone = next((name for name in ("BST", "GMT") if typed.upper().endswith(name)), "")
    at = parse_time(typed[: len(typed) - len(zone)])
    if at is None:
        raise ValueError(f"{typed} is not a time")
    first = datetime.combine(on, at, LONDON)
    second = first.replace(fold=1)
    # Handed on in UTC: a span between two moments is then the time that passed, also when the clocks change.
    found = first.astimezone(UTC)
    if first.utcoffset() == second.utcoffset():
        return found
    shown, day = f"{at.hour % 12 or 12}:{at.minute:02d}am", f"{on.day} {on:%B %Y}"
    if found.astimezone(LONDON).replace(tzinfo=None) != first.replace(tzinfo=None):
        raise ValueError(
            f"There was no {shown} on {day}: the clocks went forward from 1am to 2am. Enter the time the clock showed"
        )
    if not zone and latest is not None and second.astimezone(UTC) > latest:
        return found
    if not zone:
        raise ValueError(
            f"The clocks showed {shown} twice on {day}, as they went back. "
            f"Enter {shown} BST for the first time, or {shown} GMT for the second"
        )
    return found if zone == "BST" else second.astimezone(UTC)


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
        on = DateField(label=self.label, looks_ahead=self.latest != "now").compress(list(parts))
        if on is None or parse_time(re.sub(r"(?i)\s*(bst|gmt)\s*$", "", clock)) is None:
            text = (
                f"{self.label or 'Date and time'} must include a time, such as 2:05pm"
                if on
                else self.error_messages["invalid"]
            )
            raise forms.ValidationError(text, code="invalid")
        try:
            value = in_england(on, clock, latest=timezone.now() if self.latest == "now" else None)
        except ValueError as told:
            raise forms.ValidationError(str(told), code="clocks_changed") from told
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
