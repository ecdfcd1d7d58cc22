"""Versions of rules as plain values: read from their tables, checked column by column, compared and written."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.dateparse import parse_time

from frontdoor.accounts.models import Agency
from frontdoor.dated import TABLES, Column, Plain, Table, current

Key = tuple[str, ...]


@dataclass
class Version:
    """One version of one rule: its days and columns as plain JSON values, and the row it stands in (None: no row)."""

    values: Plain
    pk: int | None = None

    @property
    def valid_from(self) -> date | None:
        """Its first day; None when it always held."""
        return _day(self.values["valid_from"])

    @property
    def valid_to(self) -> date | None:
        """Its last day; None when no last day is set."""
        return _day(self.values.get("valid_to"))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def columns_of(table: Table) -> list[str]:
    """Every column of a version, in the order of a file."""
    days = ["valid_from", "valid_to"] if table.has_end else ["valid_from"]
    return [*(column.name for column in table.columns), *days]


def _plain(value: Any, column: Column, row: Any) -> Any:
    if column.kind == "agency":
        return row.agency.code if row.agency_id else None
    if column.kind == "parts":
        return row.parts()
    if column.kind == "times":
        return [each.isoformat() for each in value] if isinstance(value, list) else value and value.isoformat()
    return value


def version_of(table: Table, row: Any) -> Version:
    """A row as a version."""
    values = {column.name: _plain(getattr(row, column.name, None), column, row) for column in table.columns}
    for name in ("valid_from", "valid_to")[: 2 if table.has_end else 1]:
        day = getattr(row, name)
        values[name] = day.isoformat() if day else None
    return Version(values, row.pk)


def key_of(table: Table, values: Mapping[str, Any]) -> Key:
    """What makes two versions the same rule, as text."""
    return tuple("" if values[name] is None else str(values[name]) for name in table.key)


def sort_of(table: Table, version: Version) -> tuple[Key, date]:
    """The order of a file: by key, then the earliest first."""
    return key_of(table, version.values), version.valid_from or date.min


def read(table: Table) -> list[Version]:
    """Every version of every rule of a table, in the order of a file."""
    rows = table.rows()
    if any(column.kind == "agency" for column in table.columns):
        rows = rows.select_related("agency")
    return sorted((version_of(table, row) for row in rows), key=lambda each: sort_of(table, each))


def by_key(table: Table, versions: Sequence[Version]) -> dict[Key, list[Version]]:
    """The versions of each rule, the earliest first."""
    found: dict[Key, list[Version]] = defaultdict(list)
    for version in sorted(versions, key=lambda each: sort_of(table, each)):
        found[key_of(table, version.values)].append(version)
    return found


def in_force(versions: Sequence[Version], on: date) -> Version | None:
    """Of the versions of one rule the one in force; else the last that was; else the first to come."""
    return current(versions, on)


def seen_of(versions: Sequence[Version]) -> str:
    """A short print of all versions of one rule: another one when anybody changed anything of it."""
    text = json.dumps([version.values for version in versions], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def name_of(table: Table, values: Mapping[str, Any]) -> str:
    """How people call a rule: by its title, else by its key in words."""
    if table.title and values.get(table.title):
        column = table.column(table.title)
        return str(in_words(column, values[table.title]) if column else values[table.title])
    words = [in_words(column, values[name]) for name in table.key if (column := table.column(name))]
    return ", ".join(word for word in words if word) or table.label


def row_name(table: Table, values: Mapping[str, Any]) -> str:
    """How a fault names a row: its key, and its first day where it has one."""
    key = " ".join(part for part in key_of(table, values) if part) or table.name
    return f"{key} from {values['valid_from']}" if values.get("valid_from") else key


def in_words(column: Column, value: Any) -> str:
    """A value as a person reads it."""
    if value is None or value == "" or value == []:
        return "–"
    if column.kind == "flag":
        return "Yes" if value else "No"
    choices = dict(column.choices()) if column.choices else {}
    if isinstance(value, list):
        return ", ".join(str(choices.get(each, each)) for each in value if not isinstance(each, dict))
    if isinstance(value, dict):
        return "; ".join(f"{name.replace('_', ' ')}: {_told(each)}" for name, each in value.items())
    return str(choices.get(value, value))


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


# --- Checking one version --------------------------------------------------------------------------------------------

KINDS: dict[str, tuple[type, ...]] = {
    "text": (str,), "long": (str,), "choice": (str,), "agency": (str, type(None)), "flag": (bool,), "choices": (list,),
    "number": (int, type(None)), "attributes": (dict,), "times": (list, str, type(None)), "parts": (list,),
}  # fmt: skip


def problems(table: Table, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with the values of one version: column and sentence."""
    wanted = columns_of(table)
    for name in values:
        if name not in wanted:
            yield name, f"There is no column called {name}."
    for name in wanted:
        if name not in values:
            yield name, "This column is missing."
        elif name in ("valid_from", "valid_to"):
            if not _is_day(values[name]):
                yield name, "Enter a date as year-month-day, or null."
        else:
            message = _problem(table, name, values[name])
            if message:
                yield name, message
    first, last = values.get("valid_from"), values.get("valid_to")
    if first and last and _is_day(first) and _is_day(last) and str(last) < str(first):
        yield "valid_to", "The last day is before the first."
    if _is_day(first) and first is None and not table.model._meta.get_field("valid_from").null:
        yield "valid_from", "A first day is needed."


def _is_day(value: Any) -> bool:
    if value is None:
        return True
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


_KIND_WORDS: dict[type, str] = {
    bool: "yes or no (true or false)", int: "a whole number", str: "a word", list: "a list of codes",
}  # fmt: skip


def _wrong_kind(kinds: Mapping[str, type], attributes: Mapping[str, Any]) -> str:
    """The first attribute that is not of its kind, in words; one the product does not know is nobody's concern."""
    for name, value in attributes.items():
        kind = kinds.get(name, type(value))
        fits = type(value) is kind and (not isinstance(value, list) or all(isinstance(each, str) for each in value))
        if not fits:
            return f"“{name}” is {_KIND_WORDS.get(kind, kind.__name__)}, not {json.dumps(value, ensure_ascii=False)}."
    return ""


def _problem(table: Table, name: str, value: Any) -> str:
    column = table.column(name)
    assert column is not None
    if not isinstance(value, KINDS[column.kind]) or (isinstance(value, bool) and column.kind != "flag"):
        return "This is the wrong kind of value."
    if column.required and value in ("", [], None):
        return "This cannot be empty."
    if not _can_be_kept(value):
        return "It holds a character that cannot be kept."
    if isinstance(value, dict) and (wrong := _wrong_kind(column.kinds, value)):
        return wrong
    if column.choices is not None and column.kind in ("choice", "choices"):
        known = {code for code, _ in column.choices()}
        unknown = [each for each in (value if isinstance(value, list) else [value]) if each not in known | {"", None}]
        if unknown:
            return f"“{unknown[0]}” is not one of the answers."
    if column.kind in ("agency", "parts", "attributes"):
        return _of_other_rows(column, value)
    field: Any = table.model._meta.get_field(name)
    try:
        field.clean(value, None)
    except ValidationError as wrong:
        return " ".join(wrong.messages) if value not in ("", [], None) else ""
    return ""


def _can_be_kept(value: Any) -> bool:
    """Whether PostgreSQL takes every text in it: no NUL and no half of a character."""
    if isinstance(value, str):
        return "\x00" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, dict):
        return all(_can_be_kept(each) for pair in value.items() for each in pair)
    return not isinstance(value, list) or all(_can_be_kept(each) for each in value)


def _of_other_rows(column: Column, value: Any) -> str:
    if column.kind == "agency" and value and not Agency.objects.filter(code=value).exists():
        return f"There is no agency called {value}."
    if column.kind == "parts" and not all(isinstance(part, dict) and part.get("code") for part in value):
        return "Every part needs a code."
    return ""


# --- Writing ---------------------------------------------------------------------------------------------------------


def _typed(table: Table, name: str, value: Any) -> tuple[str, Any]:
    """The attribute of the model and its value."""
    column = table.column(name)
    if column is not None and column.kind == "agency":
        return "agency", Agency.objects.get(code=value) if value else None
    if column is not None and column.kind == "times":
        times = [parse_time(each) for each in value] if isinstance(value, list) else None
        return name, times if times is not None else value and parse_time(value)
    return (name, _day(value)) if name in ("valid_from", "valid_to") else (name, value)


def write(table: Table, version: Version, row: Any = None) -> Any:
    """Write a version into its row, or a new one (unsaved ``row``); returns the row."""
    if row is None:
        row = table.model(**dict(table.where))
        if version.pk is not None:
            row = table.model._default_manager.get(pk=version.pk)
    parts: list[Plain] | None = None
    for name, value in version.values.items():
        column = table.column(name)
        if column is not None and column.kind == "parts":
            parts = value
            continue
        setattr(row, *_typed(table, name, value))
    row.save()
    if parts is not None:
        row.give_parts(parts)
        row.write_parts()
    version.pk = row.pk
    return row


def everything() -> dict[str, list[Version]]:
    """Every version of every table there is."""
    return {name: read(table) for name, table in sorted(TABLES.items())}


def remove(table: Table, pk: int) -> None:
    """Remove a version with its parts. Raises ProtectedError when a record uses it."""
    row = table.model._default_manager.get(pk=pk)
    if hasattr(row, "drop_parts"):
        row.drop_parts()
    row.delete()


def is_shipped(table: Table, pks: Sequence[int]) -> bool:
    """Whether one of these rows came with the product."""
    rows: models.QuerySet[Any] = table.rows().filter(pk__in=pks, shipped__isnull=False)
    return rows.exists()
