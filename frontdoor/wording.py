"""Questions of the database that are put into words once, and planned once for each connection, and asked each time.

The text of a query says nothing about anybody; putting it into words took Python longer than PostgreSQL needs to answer
(docs/adr/0028), and so did PostgreSQL's planning (docs/adr/0030). Only the text and the plan are kept, never an answer,
and nothing of one person or one moment stands in them.
"""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from copy import copy
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar
from uuid import UUID

import psycopg
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.backends.postgresql.compiler import SQLCompiler as PostgresCompiler
from django.db.models.expressions import RawSQL
from psycopg.types.numeric import Int8


@lru_cache(maxsize=4096)
def stated(rows: Callable[[int], models.QuerySet[Any, Any]], user: int) -> RawSQL:
    """The one column of these rows, to compare with ``__in`` inside another query; the text of it is written once.

    Most pages ask a dozen times who is hidden from the reader, and putting that question into words took Python longer
    than PostgreSQL needs to answer it. Only the text is kept: the answer is looked up each time. So ``rows`` may go by
    nothing but the user's key (not by what they may do, nor by the day), which is why it is given nothing else.
    """
    text, params = rows(user).query.get_compiler(connection=connection).as_sql()
    return RawSQL(text, params)  # noqa: S611 (written by the query above)


#: What a question is put into words with, in place of what it is asked with each time: nothing else is like them.
_NUMBER, _WORDS, _DAY = 4_500_000_000_000_000_000, "\x1fasked with ", date(1001, 1, 1)
_ARRAYS: dict[object, str] = {int: "bigint[]", str: "text[]"}
Asked = ParamSpec("Asked")
Found = TypeVar("Found")
Kind = type[int | str | date | UUID]


def _stand_in(kind: Kind, number: int) -> int | str | date | UUID:
    if kind is int:
        return _NUMBER + number
    if kind is str:
        return f"{_WORDS}{number}"
    if kind is UUID:
        return UUID(int=_NUMBER + number)
    day = _DAY + timedelta(days=number)
    return datetime.combine(day, time(), UTC) if kind is datetime else day


def _is_of_the_moment(value: object) -> bool:
    """Whether no text may keep this: a day or a time, or what was made of a stand-in."""
    if isinstance(value, int):
        return abs(value) > _NUMBER // 2
    return isinstance(value, date) or _WORDS in str(value)


class CannotBeWorded(RuntimeError):
    """A question whose text may not be kept: something of one moment or one person would stand in it."""


class _Said(PostgresCompiler):
    """Asks what was put into words before."""

    said: tuple[str, dict[str, Any]]
    reads: Any

    def as_sql(self, *args: Any, **kwargs: Any) -> Any:
        """The text as it was written, with the values of now."""
        return self.said

    def get_converters(self, expressions: Any) -> Any:
        """How the columns are read, as was found when the text was written."""
        return self.reads

    def at_once(self, *args: object, **kwargs: object) -> list[list[Sequence[Any]]]:
        """Every row in one piece, by a plan that is kept with the connection."""
        rows = _rows(*self.said)
        return [[row[: self.col_count] for row in rows] if self.has_extra_select else rows]


class _Wording:
    """The text of one question, which value belongs where in it, and how its rows are read."""

    def __init__(self, rows: models.QuerySet[Any, Any], names: Mapping[object, str], arrays: dict[str, str]) -> None:
        """``names``: of each stand-in; ``arrays``: of those that are lists, the type of the array.

        Raises EmptyResultSet for a question whose answer is always nothing.
        """
        self._rows = rows
        written: Any = rows.query.get_compiler(connection=connection)
        text, params = written.as_sql()
        parts, end, left = [], 0, iter(params)
        self._names: set[str] = set()
        for found in re.finditer("%[%s]", text):
            if found[0] == "%%":
                continue
            value, before = next(left), text[end : found.start()]
            name = names.get(value, "") if isinstance(value, Hashable) else ""
            if not name and _is_of_the_moment(value):
                raise CannotBeWorded(f"{value!r} would stand in the text for good")
            if name in arrays:
                if not before.endswith(" IN ("):
                    raise CannotBeWorded(f"{name} is not asked for as a list")
                parts.append(f"{before.removesuffix(' IN (')} = ANY(%({name})s::{arrays[name]}")
            elif name:
                parts.append(f"{before}%({name})s" + ("::text" if isinstance(value, str) else ""))
            else:
                parts.append(before + _literal(value))
            self._names |= {name} - {""}
            end = found.end()
        self._text = "".join([*parts, text[end:]])
        reads = written.get_converters([each[0] for each in written.select[: written.col_count]])
        self._state = {name: value for name, value in vars(written).items() if name not in ("query", "connection")}
        self._state["reads"] = reads

    def asked(self, given: Mapping[str, Any]) -> list[Any]:
        """The rows, asked with these values."""
        query = copy(self._rows.query)
        said = _Said(query, connection, connection.alias)
        vars(said).update(self._state)
        said.said = self._text, self._with(given)
        vars(said)["execute_sql"] = said.at_once
        vars(query)["get_compiler"] = lambda *args, **kwargs: said
        rows: models.QuerySet[Any, Any] = object.__new__(type(self._rows))
        vars(rows).update(vars(self._rows) | {"_query": query})
        return list(rows)

    def counted(self, given: Mapping[str, Any]) -> int:
        """How many there are, asked with these values."""
        counted = f"SELECT count(*) FROM ({self._text}) AS counted"  # noqa: S608 (as above)
        return int(_rows(counted, self._with(given))[0][0])

    def _with(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return {name: _sent(given[name]) for name in self._names}


def _literal(value: Any) -> str:
    """A value that is the same each time, as it stands in the text: only so does a partial index serve it."""
    connection.ensure_connection()
    return psycopg.ClientCursor(connection.connection).mogrify("%s", [value]).replace("%", "%%")


def _sent(value: Any) -> Any:
    """A value as it is sent, of one type each time: by another the server would plan the question again."""
    if isinstance(value, list):
        return "{" + ",".join(_quoted(each) if isinstance(each, str) else str(int(each)) for each in value) + "}"
    return Int8(value) if isinstance(value, int) else value


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", r"\\").replace('"', r"\"") + '"'


def _rows(text: str, values: Mapping[str, Any]) -> list[Sequence[Any]]:
    database: Any = connection  # of frontdoor.postgresql, which the stubs do not know
    with database.prepared() as cursor:
        cursor.execute(text, values)
        rows: list[Sequence[Any]] = cursor.fetchall()
        return rows


def _asks_nothing(*args: Any) -> None:
    raise CannotBeWorded("what is put into words once may ask nothing of its own: the answer would stand in it")


class Worded(Generic[Asked, Found]):
    """A question that is put into words once and asked each time: see :func:`worded`."""

    def __init__(
        self, ask: Callable[Asked, models.QuerySet[Any, Found]], kinds: Mapping[str, Kind | list[Kind]]
    ) -> None:
        self._ask: Callable[..., models.QuerySet[Any, Found]] = ask
        self._kinds = {name: kind[0] if isinstance(kind, list) else kind for name, kind in kinds.items()}
        self._arrays = {name: _ARRAYS[kind[0]] for name, kind in kinds.items() if isinstance(kind, list)}
        self._stand_ins = {name: _stand_in(kind, n) for n, (name, kind) in enumerate(self._kinds.items(), 1)}
        self._written: dict[Hashable, _Wording | None] = {}
        update_wrapper(self, ask)

    def __call__(self, *args: Asked.args, **kwargs: Asked.kwargs) -> list[Found]:
        """The rows."""
        wording, values = self._said(args, kwargs)
        return [] if wording is None else wording.asked(values)

    def count(self, *args: Asked.args, **kwargs: Asked.kwargs) -> int:
        """How many rows there are."""
        wording, values = self._said(args, kwargs)
        return 0 if wording is None else wording.counted(values)

    def rows(self, *args: Asked.args, **kwargs: Asked.kwargs) -> models.QuerySet[Any, Found]:
        """The query set, for a question that asks more."""
        return self._ask(*args, **kwargs)

    def _said(self, args: Sequence[Any], given: Mapping[str, Any]) -> tuple[_Wording | None, dict[str, Any]]:
        values: dict[str, Any] = {n: list(given[n]) if n in self._arrays else given[n] for n in self._kinds}
        others = {name: value for name, value in given.items() if name not in self._kinds}
        if any(isinstance(each, AbstractBaseUser) for each in others.values()):
            raise CannotBeWorded("a user is given by place: their key is asked with, the rest would stand in the text")
        shape: list[Any] = [*others.values()]
        for each in args:
            if isinstance(each, AbstractBaseUser):
                values["user"] = each.pk
                shape.append((each.is_active, *getattr(each, "roles", ())))
            else:
                shape.append(each)
        key = tuple(shape)
        if key not in self._written:
            self._written[key] = self._write(args, others)
        return self._written[key], values

    def _write(self, args: Sequence[Any], others: Mapping[str, Any]) -> _Wording | None:
        given: list[Any] = [_like(each) if isinstance(each, AbstractBaseUser) else each for each in args]
        values = {name: [each] if name in self._arrays else each for name, each in self._stand_ins.items()}
        names: dict[object, str] = {_NUMBER: "user", **{each: name for name, each in self._stand_ins.items()}}
        with connection.execute_wrapper(_asks_nothing):
            try:
                return _Wording(self._ask(*given, **values, **others), names, self._arrays)
            except EmptyResultSet:
                return None


def worded(
    **kinds: Kind | list[Kind],
) -> Callable[[Callable[Asked, models.QuerySet[Any, Found]]], Worded[Asked, Found]]:
    """Decorate a function that returns a query set: its rows, of a text that is written once and asked each time.

    As :func:`stated`, for whole questions: putting the many of a page into words took most of its time. Only the text
    is kept, never an answer. What the function is given by the names in ``kinds`` is asked with each time: a value of
    that kind, or a list (``[int]``, ``[str]``: ``in`` it). A user is too, by their key; the text goes by their roles
    and by whether they are active. Whatever else it is given has a text of its own: of that there may be little.

    The function may look nothing up, and make nothing of the values: it is given others that stand for them. What
    would be kept and may not be (a time, a stand-in, a user's team or name) raises CannotBeWorded the first time.
    """
    return lambda ask: Worded(ask, kinds)


def _like(user: AbstractBaseUser) -> AbstractBaseUser:
    """A user of whom the text may go by no more than the roles and whether they are active.

    Whatever else is asked of this one would be looked up, and that is refused.
    """
    like: AbstractBaseUser = user.__class__()  # that of a request is a lazy one
    like.pk, like.is_active = _NUMBER, user.is_active
    vars(like)["roles"] = list(getattr(user, "roles", ()))
    for field in like._meta.concrete_fields:
        if not field.primary_key and field.attname not in ("is_active", "roles"):
            vars(like).pop(field.attname, None)
    return like
