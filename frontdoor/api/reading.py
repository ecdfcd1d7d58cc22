"""Reading a body strictly: size, encoding, JSON without tricks."""

import json
import math
from typing import Any

from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from frontdoor.api.problems import Problem

SINGLE_BYTES = 1_000_000
BATCH_BYTES = 16_000_000
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


def check(value: Any) -> None:
    """NUL and lone surrogates cannot be stored or sent on; they stand nowhere, names included. Nor may it nest deep.

    Raises Problem 400 ``json_invalid``.
    """
    try:
        _check(value)
    except ValueError:
        raise Problem(400, "json_invalid", NOT_JSON) from None


def _check(value: Any) -> None:
    waiting = [(value, 0)]
    while waiting:
        each, depth = waiting.pop()
        if depth > DEEPEST:
            raise ValueError("nested too deeply")
        if isinstance(each, str):
            if "\x00" in each:
                raise ValueError("NUL")
            each.encode("utf-8")
        elif isinstance(each, dict):
            waiting.extend((name, depth) for name in each)
            waiting.extend((inner, depth + 1) for inner in each.values())
        elif isinstance(each, list):
            waiting.extend((inner, depth + 1) for inner in each)


def loads(body: bytes) -> Any:
    """The JSON value of a body, its texts not yet checked. Raises Problem 400 ``json_invalid``."""
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_pairs, parse_constant=_constant, parse_float=_float)
    except (ValueError, RecursionError):
        raise Problem(400, "json_invalid", NOT_JSON) from None


class StrictJSONParser(BaseParser):
    """JSON, read only up to the view's ``largest`` bytes."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """The value, or a Problem."""
        largest: int = getattr(parser_context["view"], "largest", SINGLE_BYTES)
        length = parser_context["request"].META.get("CONTENT_LENGTH") or "0"
        too_large = Problem(413, "body_too_large", f"At most {largest:,} bytes are read.")
        if length.isdigit() and int(length) > largest:
            raise too_large
        body = stream.read(largest + 1)
        if len(body) > largest:
            raise too_large
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
