"""Many new rows of our own tables at once, by COPY: no statement to build, no value to bind one by one.

Triggers and constraints see every row as with any other insert, so history and rules are the same.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models.expressions import DatabaseDefault

ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
#: How many characters are handed over at once.
CHUNK = 1_000_000


def _text(value: Any) -> str:
    if value is None:
        return "\\N"
    text: str = str(value)
    return text.translate(ESCAPED) if "\\" in text or "\n" in text or "\t" in text or "\r" in text else text


def _plain(value: Any) -> str:
    return "\\N" if value is None else str(value)


def _bool(value: Any) -> str:
    return "\\N" if value is None else "t" if value else "f"


def _when(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else _text(value)


def _json(value: Any) -> str:
    return "\\N" if value is None else _text(json.dumps(value))


def _bytes(value: Any) -> str:
    return "\\N" if value is None else "\\\\x" + bytes(value).hex()


def _array(value: Any) -> str:
    if value is None:
        return "\\N"
    items = (str(item).replace("\\", "\\\\").replace('"', '\\"') for item in value)
    return _text("{" + ",".join(f'"{item}"' for item in items) + "}")


def _writer(field: "models.Field[Any, Any]") -> Callable[[Any], str]:
    """How a value of this field is written."""
    if isinstance(field, ArrayField):
        return _array
    if isinstance(field, models.JSONField):
        return _json
    if isinstance(field, models.BinaryField):
        return _bytes
    if isinstance(field, models.BooleanField):
        return _bool
    if isinstance(field, models.DateField):
        return _when
    if isinstance(field, models.IntegerField | models.ForeignKey | models.AutoField | models.UUIDField):
        return _plain
    if isinstance(field, models.CharField | models.TextField):
        return _text
    raise TypeError(f"{field} cannot be copied")


def new_keys(model: type[models.Model], count: int) -> list[int]:
    """This many new primary keys, ascending."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(nextval(pg_get_serial_sequence(%s, %s))) FROM generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, count],
        )
        return sorted(cursor.fetchone()[0])


def copy_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert rows of these columns (attribute names); every other column has its default. Returns how many."""
    given = {name: place for place, name in enumerate(names)}
    fields = [
        field
        for field in model._meta.concrete_fields
        if field.attname in given or not (field.primary_key or field.has_db_default())
    ]
    writers = [_writer(field) for field in fields]
    # What nobody gives is prepared once, as it will be written.
    ready = ["" if f.attname in given else write(f.get_default()) for f, write in zip(fields, writers, strict=True)]
    parts = [
        (given.get(field.attname, -1), write, text) for field, write, text in zip(fields, writers, ready, strict=True)
    ]
    count = 0

    def lines() -> Iterator[str]:
        nonlocal count
        waiting: list[str] = []
        size = 0
        for row in rows:
            line = "\t".join([write(row[place]) if place >= 0 else text for place, write, text in parts])
            waiting.append(line)
            size += len(line)
            count += 1
            if size > CHUNK:
                yield "\n".join(waiting) + "\n"
                waiting, size = [], 0
        if waiting:
            yield "\n".join(waiting) + "\n"

    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        first = next(blocks := lines(), None)
        if first is None:
            return 0
        with cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as copy:
            copy.write(first.encode())
            for block in blocks:
                copy.write(block.encode())
    return count


def copy_records(model: type[models.Model], records: Sequence[Any]) -> None:
    """Insert records already built as objects; those without a key are given one, in their order."""
    if not records:
        return
    if isinstance(model._meta.pk, models.AutoField):
        without = [record for record in records if record.pk is None]
        for record, pk in zip(without, new_keys(model, len(without)), strict=True):
            record.pk = pk
    fields = [f for f in model._meta.concrete_fields if not isinstance(getattr(records[0], f.attname), DatabaseDefault)]
    copy_rows(model, [field.attname for field in fields], ([_value(f, each) for f in fields] for each in records))


def _value(field: "models.Field[Any, Any]", record: Any) -> Any:
    value = getattr(record, field.attname)
    if value is None and isinstance(field, models.ForeignKey) and field.is_cached(record):
        # The other record had no key yet when this one was made.
        return getattr(field.get_cached_value(record), "pk", None)
    return value
