"""Bodies of the API as pydantic models, checked whole: every error at once, with its RFC 6901 pointer and code.

A model reads a body and describes it in OpenAPI. What the facts of :mod:`contacts.fields` are called and how long they
may be is read from there; here stands what each kind of answer may be.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from types import GenericAlias
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    create_model,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from contacts import fields
from contacts.fields import Fact, Kind
from frontdoor.api.problems import FieldError, Problem
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists

JSON = dict[str, Any]
EARLY = timedelta(minutes=5)
#: Fields of one object that are named because nobody knows them.
MOST_UNKNOWN = 50
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
MESSAGES = {
    "required": "This is needed.",
    "unknown_field": "There is no such field.",
    "invalid_code": "This is not one of the allowed values.",
    "invalid_date": "This is not a real date or time; write 2026-11-21 or 2026-11-21T22:40:00Z.",
    "in_future": "This is in the future.",
}
#: What pydantic finds by itself, in our codes.
FOUND = {
    "missing": ("required", MESSAGES["required"]),
    "extra_forbidden": ("unknown_field", MESSAGES["unknown_field"]),
    "model_type": ("invalid_type", "This has to be an object."),
}
# What a text may hold, as OpenAPI says it: no control characters; a text of one line no line break either.
_LINES = r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_ONE_LINE = r"[^\x00-\x08\x0a-\x1f\x7f]"
#: Something wrong between the fields of an object: the names that lead to it, the code, and a sentence.
Wrong = tuple[tuple[str, ...], str, str]

#: What a police notification may not lack.
RISK = {"/risk", "/risk/grade", "/risk/reasons"}


def wrong(code: str, message: str = "") -> PydanticCustomError:
    """An error of a field, with the code and the sentence an agency is answered."""
    return PydanticCustomError("problem", "{message}", {"code": code, "message": message or MESSAGES[code]})


class Body(BaseModel):
    """An object of a body. Fields nobody knows are refused; null is the same as left out."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    #: Objects inside that are read as empty ones when they are left out, so that what they lack is told.
    read_as_empty: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def rules(cls, value: JSON, told: Collection[str], context: Mapping[str, Any]) -> Iterable[Wrong]:
        """What is wrong between the fields of an object as sent; ``told``: fields something is wrong with already."""
        return ()

    @classmethod
    def _measured(cls, value: JSON) -> JSON:
        """The object with at most ``MOST_UNKNOWN`` fields nobody knows: of a million each would be told by name."""
        if len(value) <= MOST_UNKNOWN:
            return value
        known = {field.alias or name for name, field in cls.model_fields.items()}
        unknown = [name for name in value if name not in known]
        return {name: value[name] for name in value if name in known} | {
            name: value[name] for name in unknown[:MOST_UNKNOWN]
        }

    @model_validator(mode="wrap")
    @classmethod
    def _whole(cls, value: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        """Each field, and what is wrong between them: all of it is told at once."""
        found: Self | None = None
        errors: list[InitErrorDetails] = []
        if isinstance(value, dict):
            value = cls._measured(value)
            value = {**value, **{name: {} for name in cls.read_as_empty if value.get(name) is None}}
        try:
            found = handler(value)
        except ValidationError as failed:
            for each in failed.errors(include_url=False, include_input=False):
                context = each.get("ctx", {})
                code, message = FOUND.get(each["type"]) or (context["code"], context["message"])
                errors.append(InitErrorDetails(type=wrong(code, message), loc=each["loc"], input=None))
        if isinstance(value, dict):
            told = {str(error["loc"][0]) for error in errors if error["loc"]}
            errors += [
                InitErrorDetails(type=wrong(code, message), loc=place, input=None)
                for place, code, message in cls.rules(value, told, info.context or {})
            ]
        if found is None or errors:
            raise ValidationError.from_exception_data(cls.__name__, errors)
        return found

    def answers(self) -> dict[str, Any]:
        """What was given, by the names of the facts; what was left out is left out."""
        return {name: value for name, value in vars(self).items() if value is not None}


B = TypeVar("B", bound=Body)


# --- Kinds of answer --------------------------------------------------------------------------------------------------


def _kind(check: Callable[[Any, Mapping[str, Any]], Any], schema: JSON, said: str = "") -> Any:
    """An answer read by a function (of the value and of what is known today) and described by a schema.

    None is an answer that was left out.
    """

    def checked(value: Any, info: ValidationInfo) -> Any:
        return check(value, info.context or {})

    described = {**schema, "description": said} if said else schema
    return Annotated[Any, PlainValidator(checked), WithJsonSchema(described)]


def _a_text(value: Any) -> str:
    if not isinstance(value, str):
        raise wrong("invalid_type", "This has to be a text.")
    return value


def text(
    longest: int,
    *,
    required: bool = False,
    lines: bool = False,
    said: str = "",
    strict: bool = False,
    email: bool = False,
    tidy: Callable[[str], str] = str.strip,
) -> Any:
    """A text; control characters are refused, and line breaks where one line is meant. ``strict``: described by it.

    It is measured, and kept, as ``tidy`` leaves it: without blanks at its ends.
    """

    def check(value: Any, context: Mapping[str, Any]) -> str | None:
        if value is None:
            _needed(required)
            return None
        value = tidy(_a_text(value))
        if not value:
            _needed(required)
            return ""
        if len(value) > longest:
            raise wrong("too_long", f"At most {longest:,} characters.")
        if CONTROL.search(value) or (not lines and ("\n" in value or "\r" in value)):
            raise wrong("invalid_format", "Control characters are not allowed here.")
        if email and not EMAIL.fullmatch(value):
            raise wrong("invalid_format", "This is not an e-mail address.")
        return str(value)

    schema: JSON = {"type": "string" if required else ["string", "null"], "maxLength": longest}
    if required:
        schema["minLength"] = 1
    if strict:
        letter = _LINES if lines else _ONE_LINE
        schema["pattern"] = f"^{letter}*\\S{letter}*$" if required else f"^{letter}*$"
    return _kind(check, schema, said)


def _needed(required: bool) -> None:
    """Refuse an answer that was left out where it may not be."""
    if required:
        raise wrong("required")


def many(item: Any, most: int, *, required: bool = False) -> Any:
    """A list, empty or left out unless it is required."""

    def check(value: Any) -> Any:
        if required and (value is None or value == []):
            raise wrong("required")
        if value is not None and not isinstance(value, list):
            raise wrong("invalid_type", "This has to be a list.")
        if value is not None and len(value) > most:
            raise wrong("too_many", f"At most {most}.")
        return value

    rows: Any = Annotated[GenericAlias(list, (item,)), Field(max_length=most, min_length=1 if required else None)]
    return Annotated[rows if required else rows | None, BeforeValidator(check)]


def texts(longest: int, most: int) -> Any:
    """A list of texts: those that say nothing are dropped, and not counted."""

    def check(value: Any) -> Any:
        if isinstance(value, list) and sum(not isinstance(each, str) or bool(each.strip()) for each in value) > most:
            raise wrong("too_many", f"At most {most}.")
        if value is not None and not isinstance(value, list):
            raise wrong("invalid_type", "This has to be a list.")
        return value

    def said(value: list[str | None] | None) -> list[str] | None:
        return None if value is None else [each for each in value if each]

    rows: Any = GenericAlias(list, (text(longest),))
    return Annotated[rows | None, BeforeValidator(check), AfterValidator(said)]


def inner(model: type[Body], *, required: bool = False) -> Any:
    """An object inside."""

    def check(value: Any) -> Any:
        if value is None:
            raise wrong("required")
        return value

    return Annotated[model, BeforeValidator(check)] if required else model | None


def flag(said: str = "") -> Any:
    """True, false or nothing."""

    def check(value: Any, context: Mapping[str, Any]) -> bool | None:
        if value is None or value == "":
            return None
        if not isinstance(value, bool):
            raise wrong("invalid_type", "This has to be true or false.")
        return value

    return _kind(check, {"type": ["boolean", "string", "null"], "maxLength": 0}, said)


def number(low: int, high: int, code: str = "invalid_format", said: str = "") -> Any:
    """A whole number between two bounds."""

    def check(value: Any, context: Mapping[str, Any]) -> int | None:
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong("invalid_type", "This has to be a whole number.")
        if not low <= value <= high:
            raise wrong(code, f"This has to be from {low} to {high}.")
        return value

    # As a text it may only be empty: an agency's empty answer is no answer.
    whole = {"type": ["integer", "string", "null"], "minimum": low, "maximum": high, "maxLength": 0}
    return _kind(check, whole, said)


def code(allowed: Collection[str], *, required: bool = False, said: str = "") -> Any:
    """One of the allowed values."""

    def check(value: Any, context: Mapping[str, Any]) -> str | None:
        return _one_of(value, allowed, required=required)

    schema = {"type": "string", "enum": [*allowed]} if required else {"enum": [*allowed, "", None]}
    return _kind(check, schema, said)


def listed(name: str, longest: int) -> Any:
    """One of a code list's values in force today."""

    def check(value: Any, context: Mapping[str, Any]) -> str | None:
        return _one_of(value, {each for each, _ in lists.choices(name, on=context["today"])})

    return _kind(check, {"type": ["string", "null"], "maxLength": longest}, f"A code of codelists/{name}")


def _one_of(value: Any, allowed: Collection[str], *, required: bool = False) -> str | None:
    written = "" if value is None else _a_text(value).strip()
    if not written:
        _needed(required)
        return None
    if written not in allowed:
        raise wrong("invalid_code")
    return written


def day(*, may_be_ahead: bool = False) -> Any:
    """A date."""

    def check(value: Any, context: Mapping[str, Any]) -> date | None:
        written = "" if value is None else _a_text(value).strip()
        if not written:
            return None
        try:
            found = date.fromisoformat(written) if DAY.fullmatch(written) else None
        except ValueError:
            found = None
        if found is None or not 1880 <= found.year <= 2200:
            raise wrong("invalid_date")
        if found > context["today"] and not may_be_ahead:
            raise wrong("in_future")
        return found

    return _kind(check, {"type": ["string", "null"], "format": "date"})


def moment(*, may_be_ahead: bool = False) -> Any:
    """A moment with its offset; no more than five minutes ahead, unless it may be."""

    def check(value: Any, context: Mapping[str, Any]) -> datetime | None:
        written = "" if value is None else _a_text(value).strip()
        if not written:
            return None
        try:
            found = datetime.fromisoformat(written.upper()) if MOMENT.fullmatch(written) else None
            if found is not None:
                found - timedelta(days=1)
        except (ValueError, OverflowError):
            found = None
        if found is None or not 1900 <= found.year <= 2200:
            raise wrong("invalid_date")
        if not may_be_ahead and found > context["now"] + EARLY:
            raise wrong("in_future")
        return found

    return _kind(check, {"type": ["string", "null"], "format": "date-time"})


# --- Facts as answers -------------------------------------------------------------------------------------------------


def answer(fact: Fact, *, required: bool = False) -> Any:
    """A fact as an answer of the API."""
    longest, kind = fact.longest, fact.kind
    if kind in (Kind.LINE, Kind.TEXT):
        is_email = fact.name == "email"
        lines = kind is Kind.TEXT
        return text(longest, required=required, lines=lines, said=fact.told, email=is_email, tidy=fact.tidy)
    if kind is Kind.CODE:
        return code(fact.codes, required=required) if fact.codes else listed(fact.code_list, longest)
    if kind is Kind.TEXTS:
        return texts(longest, fact.most)
    if kind is Kind.NUMBER:
        return number(0, fact.most, said=fact.told)
    if kind is Kind.FLAG:
        return flag(fact.told)
    return day(may_be_ahead=fact.may_be_ahead) if kind is Kind.DAY else moment(may_be_ahead=fact.may_be_ahead)


def body(
    title: str, base: type[Body] = Body, /, *, need: Collection[str] = (), called: Mapping[str, str] | None = None,
    **answers: Any,
) -> type[Body]:  # fmt: skip
    """The model of an object: its answers by name, those that may not be missing, and what some are called outside."""
    names = called or {}
    given: dict[str, Any] = {
        each: (kind, Field(... if each in need else None, alias=names.get(each, each)))
        for each, kind in answers.items()
    }
    return create_model(title, __base__=base, **given)


def of_facts(
    title: str,
    where: str,
    facts: Iterable[Fact],
    base: type[Body] = Body,
    /,
    *,
    need: Collection[str] = (),
    **more: Any,
) -> type[Body]:  # fmt: skip
    """The model of an object: the facts asked in it, and ``more`` answers that are no plain facts."""
    asked = fields.asked("api", where, facts)
    answers = {fact.name: answer(fact, required=fact.name in need) for fact in asked.values()}
    called = {fact.name: outside for outside, fact in asked.items()}
    return body(title, base, need=need, called=called, **{**answers, **more})


# --- Reading ----------------------------------------------------------------------------------------------------------


def summary(errors: Collection[FieldError]) -> str:
    """How many fields are wrong, as a sentence."""
    return f"{len(errors)} {'field is' if len(errors) == 1 else 'fields are'} not right."


def pointer(place: Iterable[str | int]) -> str:
    """The RFC 6901 pointer of a place in a body."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in place)


def read(of: type[B], value: Any, now: datetime, **more: Any) -> B:
    """The object a body means.

    Raises Problem 400 with every error at once: ``risk_required`` where the police left out the grade.
    """
    try:
        return of.model_validate(value, context={"now": now, "today": london_date(now), **more})
    except ValidationError as failed:
        told = failed.errors(include_url=False, include_input=False)
    errors = [FieldError(pointer(each["loc"]), each["ctx"]["code"], each["ctx"]["message"]) for each in told]
    if not isinstance(value, dict):
        raise Problem(400, "invalid_body", "", errors)
    missing = {error.pointer for error in errors if error.code == "required"}
    raise Problem(400, "risk_required" if missing & RISK else "invalid_body", summary(errors), errors)
