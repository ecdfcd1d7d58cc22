"""Reading a body strictly: size, encoding, JSON without tricks."""

import json
import math
import re
from itertools import islice
from typing import Any

from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from frontdoor.api.problems import Problem

SINGLE_BYTES = 1_000_000
BATCH_BYTES = 16_000_000
#: Values of a batch, counted before it is read: of millions of small ones each would be looked at for minutes.
BATCH_VALUES = 250_000
#: Up to where the next value begins, whatever stands in texts, or to the end of the body. What it has passed over it
#: never looks at again: no body takes longer than its length.
NEXT_VALUE = re.compile(rb'(?:[^",\[{]++|"[^"\\]*+(?:\\.[^"\\]*+)*+"?)*+(?:[,\[{]|\Z)', re.DOTALL)
DEEPEST = 32
NOT_JSON = "The body is not valid JSON (RFC 8259)."


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is repeated")
    return found


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError("number out of range")
    return value


def check(value: Any, *, largest: int | None = None) -> None:
    """NUL and lone surrogates cannot be stored or sent on; they stand nowhere, names included. Nor may it nest deep.

    With ``largest`` it is measured on the way: its texts, and a byte for each value, which is never more than was sent.
    Raises Problem 400 ``json_invalid``, 413 ``body_too_large``.
    """
    try:
        _check(value, largest)
    except ValueError:
        raise Problem(400, "json_invalid", NOT_JSON) from None


def too_large(largest: int) -> Problem:
    """413, with how much is read."""
    return Problem(413, "body_too_large", f"At most {largest:,} bytes are read.")


def _check(value: Any, largest: int | None) -> None:
    waiting, size = [(value, 0)], 0
    while waiting:
        each, depth = waiting.pop()
        size += 1
        if largest is not None and size > largest:
            raise too_large(largest)
        if depth > DEEPEST:
            raise ValueError("nested too deeply")
        if isinstance(each, str):
            if "\x00" in each:
                raise ValueError("NUL")
            size += len(each.encode("utf-8"))
        elif isinstance(each, dict):
            waiting.extend((name, depth) for name in each)
            waiting.extend((inner, depth + 1) for inner in each.values())
        elif isinstance(each, list):
            waiting.extend((inner, depth + 1) for inner in each)


def is_over(body: bytes, values: int) -> bool:
    """Whether a body holds more values than this, told without reading it."""
    if sum(body.count(mark) for mark in (b",", b"[", b"{")) <= values:  # with those in its texts
        return False
    # The end of a body is found as well, twice where something stands behind the last beginning.
    return next(islice(NEXT_VALUE.finditer(body), values + 2, None), None) is not None


def loads(body: bytes) -> Any:
    """The JSON value of a body, its texts not yet checked. Raises Problem 400 ``json_invalid``."""
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_pairs, parse_constant=_constant, parse_float=_float)
    except (ValueError, RecursionError):
        raise Problem(400, "json_invalid", NOT_JSON) from None


class StrictJSONParser(BaseParser):
    """JSON, read only up to the view's ``largest`` bytes and ``most_values``."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """The value, or a Problem."""
        largest: int = getattr(parser_context["view"], "largest", SINGLE_BYTES)
        length = parser_context["request"].META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > largest:
            raise too_large(largest)
        body = stream.read(largest + 1)
        if len(body) > largest:
            raise too_large(largest)
        values: int | None = getattr(parser_context["view"], "most_values", None)
        if values is not None and is_over(body, values):
            raise Problem(413, "body_too_large", f"At most {values:,} values are read.")
        return loads(body)


def body_of(request: Request, *, texts: bool = True) -> Any:
    """The JSON value sent. Nothing sent is not JSON either; 415 when it does not call itself JSON.

    ``texts`` false leaves the check of its texts to the caller: a batch checks each item alone.
    """
    kind = str(request.content_type or "").partition(";")[0].strip().lower()
    is_empty = request.META.get("CONTENT_LENGTH") in (None, "", "0")
    if kind != StrictJSONParser.media_type and not (is_empty and not kind):
        raise UnsupportedMediaType(kind)
    if is_empty:
        raise Problem(400, "json_invalid", NOT_JSON)
    if texts:
        check(request.data)
    return request.data
