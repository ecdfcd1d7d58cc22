"""What tells others how to call us: the OpenAPI description and a page for people. Open to anybody, about nobody."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontdoor.access import public
from frontdoor.api import schema as described


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
            "emergency": described.EMERGENCY,
            "field_codes": described.FIELD_CODES,
            "example": described.EXAMPLE,
            "schemas": document["components"]["schemas"],
        },
    )
