"""The OpenAPI 3.1 description. What is sent is described by the models that read it; the rest is written here."""

import json
from typing import Any

from django.conf import settings
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from frontdoor.api.bodies import EMERGENCY, Contact
from frontdoor.api.disagreement import NewDisagreement
from frontdoor.api.early_help import OUTCOMES as ENDINGS
from frontdoor.api.early_help import early_help_body
from frontdoor.api.examples import CONTACT, EXAMPLES, JSON
from frontdoor.api.information import MOST, STATES, Reply
from frontdoor.api.numbering import TYPES
from frontdoor.api.receipts import OUTCOMES
from frontdoor.codelists import lists

KEY_HEADER: JSON = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "A key of your own, kept 90 days: the same key and body give the first answer again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]{1,255}$"},
    "example": "2026-0012345-1",
}
#: What the calls are about, in the order a partner meets them.
TAGS = {
    "contacts": "Contacts, alone or many at once, their receipts, and disagreeing with an outcome",
    "events": "What has happened to your contacts since you last asked",
    "early-help": "Early-help assessments (CAF)",
    "information": "What is asked of you, and your answers",
    "reference": "Levels of need, grades and code lists in force",
    "token": "A token for your client’s secret",
}
REF = "#/components/schemas/"
STAMP: JSON = {"type": "string", "format": "date-time", "description": "UTC with Z, to the microsecond"}


def _object(properties: JSON, required: list[str] | None = None) -> JSON:
    """An object with these and no other names; all of them are there unless ``required`` says less."""
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "required": list(properties) if required is None else required,
    }


def _or_null(name: str) -> JSON:
    return {"anyOf": [{"$ref": REF + name}, {"type": "null"}]}


TOKEN_REQUEST = _object(
    {
        "grant_type": {"const": "client_credentials"},
        "client_id": {"type": "string", "maxLength": 255},
        "client_secret": {"type": "string", "maxLength": 255},
        "scope": {"const": "contacts"},
    },
    ["grant_type"],
)


class _Plain(GenerateJsonSchema):
    """As an agency reads it: no titles, no defaults, and ``null`` beside a type instead of a second schema."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never: the name says it."""
        return False

    def default_schema(self, schema: Any) -> JSON:
        """What is left out is nothing; no default is promised."""
        return self.generate_inner(schema["schema"])

    def nullable_schema(self, schema: Any) -> JSON:
        """A list or nothing is one type."""
        found = super().nullable_schema(schema)
        inner = found["anyOf"][0]
        return {**inner, "type": [inner["type"], "null"]} if "type" in inner else found


def _bodies() -> JSON:
    """What is sent, as the models that read it say."""
    headings = tuple((row["code"], row["label"]) for row in lists.shipped()["caf_heading"])
    models = (Contact, early_help_body(headings), Reply, NewDisagreement)
    found = models_json_schema(
        [(each, "validation") for each in models], ref_template=REF + "{model}", schema_generator=_Plain
    )[1]["$defs"]
    codes: JSON = {}
    for name, schema in found.items():
        schema.pop("title", None)
        for field, kind in schema["properties"].items():
            if "enum" in kind:
                schema["properties"][field] = _named(name + field.title().replace("_", ""), kind, codes)
    one: JSON = found["Contact"]
    found["BatchContact"] = {
        **one,
        "properties": {"idempotency_key": KEY_HEADER["schema"], **one["properties"]},
        "required": ["idempotency_key", *one["required"]],
    }
    items = {"type": "array", "minItems": 1, "maxItems": 500, "items": {"$ref": REF + "BatchContact"}}
    return {**found, **codes, "Batch": _object({"items": items}), "TokenRequest": TOKEN_REQUEST}


def _named(name: str, kind: JSON, codes: JSON) -> JSON:
    """A code by a name of its own, for a client to have one type; where it is optional, "" and null leave it out."""
    codes[name] = {"type": "string", "enum": [code for code in kind["enum"] if code]}
    said = {"description": kind["description"]} if "description" in kind else {}
    if None not in kind["enum"]:
        return {"$ref": REF + name}
    return {"anyOf": [{"$ref": REF + name}, {"const": ""}, {"type": "null"}], **said}


def _objects() -> JSON:
    """Every object by name, each with an example."""
    found: JSON = {**_bodies(), **_answers()}
    return {
        name: {**schema, "examples": [EXAMPLES[name] if name in EXAMPLES else schema["enum"][0]]}
        for name, schema in found.items()
    }


def _answers() -> JSON:
    """What is answered."""
    stamp_or_null = {**STAMP, "type": ["string", "null"]}
    receipt = {
        "reference": {"type": "string", "pattern": "^C-[0-9A-Z]{8}$"},
        "agency_reference": {"type": "string"},
        "received_at": STAMP,
        "acknowledge_by": stamp_or_null,
        "status": {"enum": ["received", "in_screening", "decided"]},
        "acknowledged_at": stamp_or_null,
        "decided_at": stamp_or_null,
        "outcome": _or_null("Outcome"),
        "links": _object({"self": {"type": "string"}}),
    }
    early_help = {
        **receipt,
        "reference": {"type": "string", "pattern": "^E-[0-9A-Z]{8}$"},
        "outcome": _or_null("EarlyHelpOutcome"),
    }
    error = {
        "pointer": {"type": "string", "description": "RFC 6901"},
        "code": {"enum": list(FIELD_CODES)},
        "message": {"type": "string"},
    }
    problem = {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": {"$ref": REF + "FieldError"}},
    }
    result = {
        "index": {"type": "integer", "minimum": 0, "description": "Its place among the items sent, from 0"},
        "status": {"type": "integer", "description": "The HTTP status it would have had alone"},
        "receipt": {"$ref": REF + "Receipt"},
        "error": {"$ref": REF + "Problem"},
    }
    disagreement = {
        "reference": {"type": "string", "pattern": "^C-[0-9A-Z]{8}$"},
        "received_at": stamp_or_null,
        "answer_by": stamp_or_null,
        "status": {"enum": ["none", "open", "upheld", "changed"]},
        "answered_at": stamp_or_null,
        "links": _object({"contact": {"type": "string"}}),
    }
    request = {
        "reference": {"type": "string", "pattern": "^I-[0-9A-Z]{8}$"},
        "status": {"enum": list(STATES), "description": "closed: decided without it; an answer is still kept"},
        **{name: {"type": "string"} for name in ("asked_of", "question", "why", "lawful_basis")},
        "asked_at": STAMP,
        "answer_by": STAMP,
        "chased_at": stamp_or_null,
        "answered_at": stamp_or_null,
        "links": _object({"self": {"type": "string"}, "reply": {"type": "string"}}),
    }
    event = {
        "seq": {"type": "integer", "minimum": 1},
        "type": {"enum": list(TYPES)},
        "occurred_at": STAMP,
        "receipt": {"$ref": REF + "Receipt"},
    }
    token = {
        "access_token": {"type": "string"},
        "token_type": {"const": "Bearer"},
        "expires_in": {"type": "integer", "description": "Seconds"},
        "scope": {"const": "contacts"},
    }
    return {
        "Receipt": _object(receipt),
        "Outcome": _coded(OUTCOMES),
        "EarlyHelpReceipt": _object(early_help),
        "EarlyHelpOutcome": _coded(ENDINGS),
        "Receipts": {"type": "object", "required": ["results"], "properties": {"results": _list("Receipt")}},
        "BatchResult": _object(result, ["index", "status"]),
        "BatchResults": _object({"results": _list("BatchResult", most=500)}),
        "FieldError": _object(error),
        "Problem": _object(problem),
        "TokenProblem": _object({**problem, "error": {"type": "string"}, "error_description": {"type": "string"}}),
        "Event": _object(event),
        "EventPage": _object(
            {"events": _list("Event", most=100), "last": {"type": "integer"}, "more": {"type": "boolean"}}
        ),
        "Message": _object({"type": {"enum": list(TYPES)}, "timestamp": STAMP, "data": {"$ref": REF + "Event"}}),
        "Disagreement": _object(disagreement),
        "InformationRequest": _object(request),
        "InformationRequests": _object({"results": _list("InformationRequest", most=MOST)}),
        "Token": _object(token),
        "Thresholds": {"type": "object"},
        "CodeList": {"type": "object"},
    }


def _coded(labels: dict[str, str]) -> JSON:
    return _object({"code": {"enum": list(labels)}, "label": {"enum": list(labels.values())}})


def _list(of: str, most: int = 0) -> JSON:
    return {"type": "array", **({"maxItems": most} if most else {}), "items": {"$ref": REF + of}}


FIELD_CODES = {
    "required": "Something has to stand here.",
    "unknown_field": "There is no such field; look at the spelling.",
    "invalid_type": "A text where a list is meant, and the like.",
    "invalid_code": "Not one of the allowed values.",
    "invalid_date": "Not a real date or moment; a moment has its offset or Z.",
    "in_future": "Lies ahead: a birth date after today, an event more than five minutes from now.",
    "too_long": "More characters than are kept.",
    "too_many": "More rows than are kept.",
    "invalid_format": "Not written as it has to be: a control character, an e-mail address without @.",
}


def _sent(name: str, media: str = "application/json") -> JSON:
    return {"required": True, "content": {media: {"schema": {"$ref": REF + name}, "example": EXAMPLES[name]}}}


def _said(description: str, of: str) -> JSON:
    return {"description": description, "content": {"application/json": {"schema": {"$ref": REF + of}}}}


def _call(tag: str, summary: str, name: str, answers: JSON, *problems: int, **more: Any) -> JSON:
    refused = {"$ref": "#/components/responses/Problem"}
    statuses = sorted({401, 406, 429, *problems})
    return {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        **more,
        "responses": {**answers, **{str(status): refused for status in statuses}},
    }


def _query(name: str, schema: JSON, *, required: bool, where: str = "query") -> JSON:
    return {"name": name, "in": where, "required": required, "schema": schema}


NAMED = _query("reference", {"type": "string", "minLength": 1}, required=True, where="path")
TAKEN = "Recorded, durably. A repeat carries Idempotent-Replayed: true."
STANDS = "The receipt as it stands"


def _paths() -> JSON:
    sent = (400, 413, 415, 422)
    return {
        "/contacts": {
            "post": _call(
                "contacts", "Send one contact", "send_contact", {"201": _said(TAKEN, "Receipt")}, *sent,
                parameters=[KEY_HEADER], requestBody=_sent("Contact"),
            ),
            "get": _call(
                "contacts", "Find your contacts by your reference", "find_contacts",
                {"200": _said("Newest first", "Receipts")}, 400,
                parameters=[_query("agency_reference", {"type": "string", "minLength": 1}, required=True)],
            ),
        },
        "/contacts/batch": {
            "post": _call(
                "contacts", "Send up to 500 contacts", "send_batch",
                {"207": _said("One result for each, in order", "BatchResults")}, 400, 413, 415,
                requestBody=_sent("Batch"),
            )
        },
        "/contacts/{reference}": {
            "get": _call(
                "contacts", "The receipt of one contact", "get_contact", {"200": _said(STANDS, "Receipt")}, 404,
                parameters=[NAMED],
            )
        },
        "/contacts/{reference}/disagreement": {
            "post": _call(
                "contacts", "Disagree with an outcome", "disagree",
                {"201": _said("Kept; another manager answers it", "Disagreement")}, 400, 404, 409, 413, 415,
                parameters=[NAMED], requestBody=_sent("NewDisagreement"),
            ),
            "get": _call(
                "contacts", "What became of it", "get_disagreement",
                {"200": _said("As it stands", "Disagreement")}, 404, parameters=[NAMED],
            ),
        },
        "/events": {
            "get": _call(
                "events", "What has happened since", "events",
                {"200": _said("In order, at most a hundred", "EventPage")}, 400,
                parameters=[_query("after", {"type": "integer", "minimum": 0, "maximum": 10**15 - 1}, required=False)],
            )
        },
        "/early-help-assessments": {
            "post": _call(
                "early-help", "Send an early-help assessment (CAF)", "send_early_help",
                {"201": _said(TAKEN, "EarlyHelpReceipt")}, *sent,
                parameters=[KEY_HEADER], requestBody=_sent("EarlyHelpAssessment"),
            )
        },
        "/early-help-assessments/{reference}": {
            "get": _call(
                "early-help", "The receipt of one early-help assessment", "get_early_help",
                {"200": _said(STANDS, "EarlyHelpReceipt")}, 404, parameters=[NAMED],
            )
        },
        "/information-requests": {
            "get": _call(
                "information", "What is asked of you and not answered", "information_requests",
                {"200": _said("The nearest deadline first, at most a hundred", "InformationRequests")},
            )
        },
        "/information-requests/{reference}": {
            "get": _call(
                "information", "One request", "information_request",
                {"200": _said("As it stands", "InformationRequest")}, 404, parameters=[NAMED],
            )
        },
        "/information-requests/{reference}/reply": {
            "post": _call(
                "information", "Answer a request", "reply_to_information_request",
                {"201": _said("Kept. A repeat carries Idempotent-Replayed: true.", "InformationRequest")},
                400, 404, 409, 413, 415, 422, parameters=[NAMED, KEY_HEADER], requestBody=_sent("InformationReply"),
            )
        },
        "/thresholds": {
            "get": _call(
                "reference", "Levels of need and grades", "thresholds", {"200": _said("In force", "Thresholds")}
            ),
        },
        "/codelists/{name}": {
            "get": _call(
                "reference", "A code list", "codelist", {"200": _said("In force", "CodeList")}, 404,
                parameters=[_query("name", {"enum": lists.names_for_agencies()}, required=True, where="path")],
            )
        },
        "/oauth/token/": _token(),
    }  # fmt: skip


def _token() -> JSON:
    """A token for a client's secret, RFC 6749 §4.4."""
    refused = {"$ref": "#/components/responses/TokenProblem"}
    return {
        "post": {
            "operationId": "token",
            "tags": ["token"],
            "summary": "A token of ten minutes for your client's secret",
            "description": "The client's id and secret as HTTP Basic credentials or as fields of the form.",
            "security": [{}, {"client": []}],
            "requestBody": _sent("TokenRequest", "application/x-www-form-urlencoded"),
            "responses": {
                "200": _said("A token", "Token"),
                **{str(status): refused for status in (400, 401, 413, 415, 429)},
            },
        }
    }


def _webhooks() -> JSON:
    """What is sent to an agency that has a webhook."""
    headers = {
        "webhook-id": "The message’s own, the same each time it is sent: take a message once.",
        "webhook-timestamp": "When it was sent, in seconds since 1970.",
        "webhook-signature": "v1,… for each secret in force (standard-webhooks): HMAC-SHA256 of id.timestamp.body.",
    }
    return {
        "event": {
            "post": {
                "operationId": "event",
                "tags": ["events"],
                "summary": "One event of your own, as GET events says it",
                "description": "Sent in the order of seq until you answer 2xx, at least once. A number left out was "
                "given up after three days: GET events?after= has it.",
                "security": [],
                "parameters": [
                    {"name": name, "in": "header", "required": True, "description": said, "schema": {"type": "string"}}
                    for name, said in headers.items()
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": REF + "Message"}}},
                },
                "responses": {"2XX": {"description": "Taken. Anything else, and it is sent again later"}},
            }
        }
    }


def document() -> JSON:
    """The whole description."""
    problem = {
        "description": "A problem document",
        "content": {"application/problem+json": {"schema": {"$ref": REF + "Problem"}}},
    }
    token_problem = {
        "description": "A problem document with the members RFC 6749 §5.2 asks for beside",
        "content": {"application/problem+json": {"schema": {"$ref": REF + "TokenProblem"}}},
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Front Door agency API",
            "version": "1",
            "description": EMERGENCY,
        },
        "servers": [{"url": "/api/v1"}],
        "tags": [{"name": name, "description": said} for name, said in TAGS.items()],
        "security": [{"bearer": []}, {"client_credentials": ["contacts"]}],
        "paths": _paths(),
        "webhooks": _webhooks(),
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "client": {"type": "http", "scheme": "basic"},
                "client_credentials": {
                    "type": "oauth2",
                    "flows": {
                        "clientCredentials": {
                            "tokenUrl": "/api/v1/oauth/token/",
                            "scopes": settings.OAUTH2_PROVIDER["SCOPES"],
                        }
                    },
                },
            },
            "responses": {"Problem": problem, "TokenProblem": token_problem},
            "schemas": _objects(),
        },
    }


EXAMPLE = f"""\
POST /api/v1/contacts
Authorization: Bearer fd_…
Idempotency-Key: {KEY_HEADER["example"]}
Content-Type: application/json

{json.dumps(CONTACT, indent=2)}"""
