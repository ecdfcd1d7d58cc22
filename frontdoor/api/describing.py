"""What tells others how to call us: the OpenAPI description and a page for people. Open to anybody, about nobody."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontdoor.access import public
from frontdoor.api import schema as described
from frontdoor.api.bodies import EMERGENCY

BODIES = (
    "Contact",
    "Child",
    "Adult",
    "Referrer",
    "Address",
    "Consent",
    "FamilyTold",
    "Risk",
    "ChildLocation",
    "Incident",
    "Dash",
    "EarlyHelpAssessment",
    "EarlyHelpConsent",
    "Findings",
    "FamilyMember",
    "PlanAction",
    "TeamMember",
    "Assessor",
)
WORDS = {"boolean": "True or false.", "integer": "A whole number.", "string": "A text."}
FORMATS = {"date": "A date, 2017-03-03.", "date-time": "A moment with its offset or Z, 2026-11-21T22:40:00Z."}


def _rows(schema: dict[str, Any], schemas: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each field of an object, and what may stand there."""
    for name, kind in schema["properties"].items():
        words = ["Needed."] if name in schema.get("required", []) else []
        yield name, " ".join(words + _words(kind, schemas))


def _words(kind: dict[str, Any], schemas: dict[str, Any]) -> list[str]:
    types = kind.get("type", [])
    words = []
    inside = kind.get("anyOf", [kind])[0].get("$ref", "").rpartition("/")[2]
    if inside and "enum" in schemas[inside]:
        words.append(f"One of {', '.join(schemas[inside]['enum'])}.")
    elif inside:
        words.append(f"An object: {inside}.")
    elif "enum" in kind:
        words.append(f"One of {', '.join(code for code in kind['enum'] if code)}.")
    elif "format" in kind:
        words.append(FORMATS[kind["format"]])
    elif "items" in kind:
        inner = kind["items"].get("$ref", "/text").rpartition("/")[2]
        most = f"; at most {kind['maxItems']}" if "maxItems" in kind else ""
        words.append(f"A list, each a {inner}{most}.")
    else:
        words.append(next((word for name, word in WORDS.items() if name in types), ""))
    if kind.get("maxLength"):  # 0: a text may only be empty
        words.append(f"At most {kind['maxLength']:,} characters.")
    if "maximum" in kind:
        words.append(f"From {kind['minimum']} to {kind['maximum']}.")
    if kind.get("description"):
        words.append(kind["description"].rstrip(".") + ".")
    return words


@public
@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The OpenAPI 3.1 description as JSON."""
    return JsonResponse(described.document(), content_type="application/vnd.oai.openapi+json;version=3.1")


@public
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The same for people: one page, nothing fetched from elsewhere."""
    document = described.document()
    schemas = document["components"]["schemas"]
    calls = [
        {"method": method.upper(), "path": path, **call}
        for path, methods in document["paths"].items()
        for method, call in methods.items()
    ]
    return render(
        request,
        "api/docs.html",
        {
            "calls": calls,
            "emergency": EMERGENCY,
            "webhook_timeout": settings.WEBHOOK_TIMEOUT,
            "field_codes": described.FIELD_CODES,
            "example": described.EXAMPLE,
            "bodies": [(name, list(_rows(schemas[name], schemas))) for name in BODIES],
        },
    )
