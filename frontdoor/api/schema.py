"""The OpenAPI 3.1 description. Written beside the validator it describes, whose limits and codes it takes."""

import json
from typing import Any

from django.conf import settings

from assessments.early_help.facts import MOST_ROWS, TEXTS
from contacts.agencies.information.actions import LONGEST_REPLY
from frontdoor.api import validation
from frontdoor.api.early_help import OTHER_TEXTS
from frontdoor.api.early_help import OUTCOMES as ENDINGS
from frontdoor.api.information import MOST, SENSITIVITIES, STATES
from frontdoor.api.numbering import TYPES
from frontdoor.api.receipts import OUTCOMES
from frontdoor.codelists import lists

JSON = dict[str, Any]
EMERGENCY = (
    "This is not an emergency line. When a child is in danger now, ring 999. A contact marked child_protection goes "
    "to the duty manager at once; telephone the front door as well, every time."
)
KEY_HEADER: JSON = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "A key of your own, kept 90 days: the same key and body give the first answer again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]{1,255}$"},
    "example": "2026-0012345-1",
}
REFERRER: JSON = {"name": "PC 1234 Example", "role": "Constable", "phone": "01632 960001"}
CHILD: JSON = {"given_name": "Sam", "family_name": "Example", "date_of_birth": "2017-03-03"}
CONTACT: JSON = {
    "kind": "police_notification",
    "agency_reference": "PPN/2026/0012345",
    "occurred_at": "2026-11-21T22:40:00Z",
    "risk": {"grade": "amber", "reasons": ["domestic_abuse", "child_present"]},
    "concerns": "What was seen and heard, by whom, and when",
    "referrer": REFERRER,
    "children": [CHILD],
}
EARLY_HELP: JSON = {
    "agency_reference": "EH/2026/77",
    "concerns": "What the assessment found",
    "child": CHILD,
    "lead_professional": {"name": "Pat Teacher", "role": "Deputy head"},
    "consent": {"status": "given", "given_by": "mother", "to_share": "given", "share_with": "school and health"},
    "strengths": "A close family, and a grandmother near by",
    "findings": {"learning": "Often tired in class since September"},
    "actions": [{"what": "Breakfast club each morning", "who": "School", "by_when": "2026-12-01"}],
}


# What a text may hold: anything but control characters; a text of one line no line break either.
_LINES = r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_ONE_LINE = r"[^\x00-\x08\x0a-\x1f\x7f]"


def _text(longest: int, description: str = "", *, required: bool = False) -> JSON:
    kind: JSON = {"type": "string" if required else ["string", "null"], "maxLength": longest}
    if required:
        kind["minLength"] = 1
    if description:
        kind["description"] = description
    return kind


def _code(codes: Any, *, required: bool = False) -> JSON:
    return {"type": "string", "enum": [*codes]} if required else {"enum": [*codes, "", None]}


def _object(properties: JSON, required: list[str] | None = None, *, may_be_null: bool = True) -> JSON:
    found: JSON = {
        "type": ["object", "null"] if may_be_null else "object",
        "properties": properties,
        "additionalProperties": False,
    }
    if required:
        found["required"] = required
    return found


FLAG: JSON = {"type": ["boolean", "null"]}
DAY: JSON = {"type": ["string", "null"], "format": "date"}
MOMENT: JSON = {"type": ["string", "null"], "format": "date-time"}
STAMP: JSON = {"type": "string", "format": "date-time", "description": "UTC with Z, to the microsecond"}
REF = "#/components/schemas/"


def _people() -> JSON:
    names = {"given_name": _text(100), "family_name": _text(100)}
    address = {"address": {"$ref": REF + "Address"}}
    child = {
        **names,
        "known_as": _text(100),
        "date_of_birth": DAY,
        "dob_is_estimated": FLAG,
        "expected_date_of_birth": DAY,
        "sex": _text(1, "A code of codelists/sex"),
        "ethnicity": _text(4, "A code of codelists/ethnicity"),
        **{name: _text(20) for name in ("nhs_number", "upn")},
        "language": _text(60),
        "school": _text(150),
        **{name: _text(250) for name in ("disability", "communication")},
        "account": _text(validation.LONGEST_TEXT, "What the child said, in the child’s words"),
        "role": _code(validation.CHILD_ROLES),
        **address,
    }
    adult = {
        **names,
        "date_of_birth": DAY,
        "relationship": _text(60),
        "parental_responsibility": FLAG,
        "lives_with_children": FLAG,
        "role": _code(validation.ADULT_ROLES),
        **address,
    }
    named = [
        {"required": [name], "properties": {name: {"type": "string", "pattern": "\\S"}}}
        for name in ("given_name", "family_name")
    ]
    return {
        "Child": {**_object(child, may_be_null=False), "anyOf": named},
        "Adult": _object(adult, may_be_null=False),
        "Referrer": _object(
            {
                "name": _text(200, required=True),
                "role": _text(100),
                "phone": _text(40),
                "email": _text(254),
                "is_professional": FLAG,
                "withhold_name_from_family": FLAG,
            },
            ["name"],
            may_be_null=False,
        ),
        "Address": _object(
            {
                "lines": {"type": ["array", "null"], "maxItems": 8, "items": _text(100, required=True)},
                "postcode": _text(10),
                "is_confidential": FLAG,
            }
        ),
        "Consent": _object(
            {"status": _code(validation.CONSENT, required=True), "reason": _text(1000), "given_by": _text(200)},
            ["status"],
        ),
    }


def _contact() -> JSON:
    child_list = {"type": "array", "minItems": 1, "maxItems": validation.MOST_PEOPLE, "items": {"$ref": REF + "Child"}}
    adult_list = {"type": ["array", "null"], "maxItems": validation.MOST_PEOPLE, "items": {"$ref": REF + "Adult"}}
    risk = _object(
        {
            "grade": _code(validation.GRADES),
            "reasons": {"type": ["array", "null"], "maxItems": 20, "items": _text(60, required=True)},
        }
    )
    told = _object({"status": _code(validation.TOLD, required=True), "reason": _text(1000)}, ["status"])
    found = _object(
        {
            "agency_reference": _text(100, "Your own reference; the police always give one"),
            "kind": _code(validation.KINDS, required=True),
            "occurred_at": MOMENT,
            "risk": risk,
            "level_of_need": {"type": ["integer", "null"], "minimum": 1, "maximum": 4},
            "child_protection": {**FLAG, "description": EMERGENCY},
            "concerns": _text(validation.LONGEST_TEXT, required=True),
            "consent": {"$ref": REF + "Consent"},
            "family_told": told,
            "referrer": {"$ref": REF + "Referrer"},
            "address": {"$ref": REF + "Address"},
            "information_only": FLAG,
            "child_location": _object({"now": _text(250), "safe_until": MOMENT}),
            "incident": _object({"reference": _text(100), "powers_of_protection_at": MOMENT}),
            "children": child_list,
            "adults": adult_list,
            "dash": _object(
                {
                    "grade": _code(validation.DASH),
                    "ticks": {"type": ["integer", "null"], "minimum": 0, "maximum": 99},
                }
            ),
        },
        ["kind", "concerns", "referrer", "children"],
        may_be_null=False,
    )
    found["if"] = {"properties": {"kind": {"const": "police_notification"}}, "required": ["kind"]}
    found["then"] = {
        "required": ["agency_reference", "risk"],
        "properties": {
            "agency_reference": {"type": "string", "minLength": 1},
            "risk": {
                "type": "object",
                "required": ["grade", "reasons"],
                "properties": {"grade": {"enum": [*validation.GRADES]}, "reasons": {"type": "array", "minItems": 1}},
            },
        },
    }
    return found


def _early_help() -> JSON:
    """The common early-help assessment (CAF), with the rows it holds."""
    long_text = _text(validation.LONGEST_TEXT)
    agreed = {"status": _code(validation.CONSENT, required=True), "reason": _text(1000), "given_by": _text(200)}
    agreed |= {"to_share": _code(validation.CONSENT), "share_with": _text(500), "exceptions": _text(500)}
    named = _text(200, required=True)
    assessor = {"name": named, "role": _text(100), "phone": _text(40), "email": _text(254), "organisation": _text(150)}
    member = {
        "given_name": _text(100), "family_name": _text(100), "date_of_birth": DAY, "relationship": _text(60),
        "parental_responsibility": FLAG, "lives_with_children": FLAG, "is_child": FLAG, "phone": _text(40),
        "address": {"$ref": REF + "Address"},
    }  # fmt: skip
    colleague = {"name": named, "role": _text(100), "organisation": _text(150), "phone": _text(40)}
    action = {"what": _text(1000, required=True), "who": _text(200), "by_when": DAY}

    def rows(name: str, most: int) -> JSON:
        return {"type": ["array", "null"], "maxItems": most, "items": {"$ref": REF + name}}

    whole = {
        "agency_reference": _text(100),
        "occurred_at": MOMENT,
        "child": {"$ref": REF + "Child"},
        "family": rows("FamilyMember", validation.MOST_PEOPLE),
        "concerns": _text(validation.LONGEST_TEXT, "What has led to the assessment", required=True),
        **{name: {**long_text, "description": question} for name, question, _ in TEXTS if name in OTHER_TEXTS},
        "findings": _object(
            {row["code"]: _text(validation.LONGEST_TEXT, row["label"]) for row in lists.shipped()["caf_heading"]}
        ),
        "level_of_need": {"type": ["integer", "null"], "minimum": 1, "maximum": 4},
        "safeguarding": {**FLAG, "description": "A child may not be safe: telephone the front door as well"},
        "lead_professional": {"$ref": REF + "Referrer"},
        "assessor": _object(assessor, ["name"]),
        "consent": _object({**agreed, "signed_on": DAY}, ["status"]),
        "family_told": _object({"status": _code(validation.TOLD, required=True), "reason": _text(1000)}, ["status"]),
        "actions": rows("PlanAction", MOST_ROWS),
        "team": rows("TeamMember", MOST_ROWS),
    }
    return {
        "EarlyHelpAssessment": _object(whole, ["child", "concerns", "lead_professional"], may_be_null=False),
        "FamilyMember": _object(member, may_be_null=False),
        "PlanAction": _object(action, ["what"], may_be_null=False),
        "TeamMember": _object(colleague, ["name"], may_be_null=False),
    }


def _answers() -> JSON:
    stamp_or_null = {**STAMP, "type": ["string", "null"]}
    receipt = {
        "reference": {"type": "string", "pattern": "^C-[0-9A-Z]{8}$"},
        "agency_reference": {"type": "string"},
        "received_at": STAMP,
        "acknowledge_by": stamp_or_null,
        "status": {"enum": ["received", "in_screening", "decided"]},
        "acknowledged_at": stamp_or_null,
        "decided_at": stamp_or_null,
        "outcome": _object(
            {"code": {"enum": list(OUTCOMES)}, "label": {"enum": list(OUTCOMES.values())}}, ["code", "label"]
        ),
        "links": _object({"self": {"type": "string"}}, ["self"], may_be_null=False),
    }
    problem = {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": _object(
                {
                    "pointer": {"type": "string", "description": "RFC 6901"},
                    "code": {"enum": list(FIELD_CODES)},
                    "message": {"type": "string"},
                },
                ["pointer", "code", "message"],
                may_be_null=False,
            ),
        },
    }
    disagreement = {
        "reference": {"type": "string", "pattern": "^C-[0-9A-Z]{8}$"},
        "received_at": stamp_or_null,
        "answer_by": stamp_or_null,
        "status": {"enum": ["none", "open", "upheld", "changed"]},
        "answered_at": stamp_or_null,
        "links": _object({"contact": {"type": "string"}}, ["contact"], may_be_null=False),
    }
    request = {
        "reference": {"type": "string", "pattern": "^I-[0-9A-Z]{8}$"},
        "status": {"enum": list(STATES), "description": "closed: decided without it; an answer is still kept"},
        **{name: {"type": "string"} for name in ("asked_of", "question", "why", "lawful_basis")},
        "asked_at": STAMP,
        "answer_by": STAMP,
        "chased_at": stamp_or_null,
        "answered_at": stamp_or_null,
        "links": _object(
            {"self": {"type": "string"}, "reply": {"type": "string"}}, ["self", "reply"], may_be_null=False
        ),
    }
    event = {
        "seq": {"type": "integer", "minimum": 1},
        "type": {"enum": list(TYPES)},
        "occurred_at": STAMP,
        "receipt": {"$ref": REF + "Receipt"},
    }
    early_help = {
        **receipt,
        "reference": {"type": "string", "pattern": "^E-[0-9A-Z]{8}$"},
        "outcome": _object(
            {"code": {"enum": list(ENDINGS)}, "label": {"enum": list(ENDINGS.values())}}, ["code", "label"]
        ),
    }
    return {
        "Receipt": _object(receipt, list(receipt), may_be_null=False),
        "EarlyHelpReceipt": _object(early_help, list(early_help), may_be_null=False),
        "Problem": _object(problem, list(problem), may_be_null=False),
        "TokenProblem": _object(
            {**problem, "error": {"type": "string"}, "error_description": {"type": "string"}},
            [*problem, "error", "error_description"],
            may_be_null=False,
        ),
        "Event": _object(event, list(event), may_be_null=False),
        "InformationRequest": _object(request, list(request), may_be_null=False),
        "Disagreement": _object(disagreement, list(disagreement), may_be_null=False),
        "Message": _object(
            {"type": {"enum": list(TYPES)}, "timestamp": STAMP, "data": {"$ref": REF + "Event"}},
            ["type", "timestamp", "data"],
            may_be_null=False,
        ),
    }


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


def _body(schema: JSON, example: JSON) -> JSON:
    return {"required": True, "content": {"application/json": {"schema": schema, "example": example}}}


def _said(description: str, schema: JSON) -> JSON:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _call(summary: str, name: str, answers: JSON, *problems: int, **more: Any) -> JSON:
    refused = {"$ref": "#/components/responses/Problem"}
    statuses = sorted({401, 406, 429, *problems})
    return {
        "operationId": name,
        "summary": summary,
        **more,
        "responses": {**answers, **{str(status): refused for status in statuses}},
    }


def _query(name: str, schema: JSON, *, required: bool, where: str = "query") -> JSON:
    return {"name": name, "in": where, "required": required, "schema": schema}


def _paths() -> JSON:
    receipt, early_help = {"$ref": REF + "Receipt"}, {"$ref": REF + "EarlyHelpReceipt"}
    disagreed = {"$ref": REF + "Disagreement"}
    taken = _said("Recorded, durably. A repeat carries Idempotent-Replayed: true.", receipt)
    results = {"type": "object", "required": ["results"], "properties": {"results": {"type": "array"}}}
    found = {**results, "properties": {"results": {"type": "array", "items": receipt}}}
    item = {"allOf": [{"type": "object", "required": ["idempotency_key"]}], "type": "object"}
    batch = _object(
        {"items": {"type": "array", "minItems": 1, "maxItems": 500, "items": item}}, ["items"], may_be_null=False
    )
    events = _object(
        {
            "events": {"type": "array", "maxItems": 100, "items": {"$ref": REF + "Event"}},
            "last": {"type": "integer"},
            "more": {"type": "boolean"},
        },
        ["events", "last", "more"],
        may_be_null=False,
    )
    any_object = {"type": "object"}
    sent = (400, 413, 415, 422)
    return {
        "/contacts": {
            "post": _call(
                "Send one contact", "send_contact", {"201": taken}, *sent,
                parameters=[KEY_HEADER], requestBody=_body({"$ref": REF + "Contact"}, CONTACT),
            ),
            "get": _call(
                "Find your contacts by your reference", "find_contacts", {"200": _said("Newest first", found)}, 400,
                parameters=[_query("agency_reference", {"type": "string", "minLength": 1}, required=True)],
            ),
        },
        "/contacts/batch": {
            "post": _call(
                "Send up to 500 contacts", "send_batch", {"207": _said("One result for each, in order", results)},
                400, 413, 415, requestBody=_body(batch, {"items": [{"idempotency_key": "2026-0012345-2", **CONTACT}]}),
            )
        },
        "/contacts/{reference}": {
            "get": _call(
                "The receipt of one contact", "get_contact", {"200": _said("The receipt as it stands", receipt)}, 404,
                parameters=[_query("reference", {"type": "string", "minLength": 1}, required=True, where="path")],
            )
        },
        "/contacts/{reference}/disagreement": {
            "post": _call(
                "Disagree with an outcome", "disagree", {"201": _said("Kept; another manager answers it", disagreed)},
                400, 404, 409, 413, 415,
                parameters=[_query("reference", {"type": "string", "minLength": 1}, required=True, where="path")],
                requestBody=_body(
                    _object(
                        {
                            "because": {**_text(10_000, required=True), "pattern": f"^{_LINES}*\\S{_LINES}*$"},
                            "said_by": {**_text(200), "pattern": f"^{_ONE_LINE}*$"},
                        },
                        ["because"],
                        may_be_null=False,
                    ),
                    {"because": "What we saw on Tuesday is not weighed", "said_by": "Pat Teacher, deputy head"},
                ),
            ),
            "get": _call(
                "What became of it", "get_disagreement", {"200": _said("As it stands", disagreed)}, 404,
                parameters=[_query("reference", {"type": "string", "minLength": 1}, required=True, where="path")],
            ),
        },
        "/events": {
            "get": _call(
                "What has happened since", "events", {"200": _said("In order, at most a hundred", events)}, 400,
                parameters=[_query("after", {"type": "integer", "minimum": 0, "maximum": 10**15 - 1}, required=False)],
            )
        },
        "/early-help-assessments": {
            "post": _call(
                "Send an early-help assessment (CAF)", "send_early_help",
                {"201": _said("Recorded, durably. A repeat carries Idempotent-Replayed: true.", early_help)}, *sent,
                parameters=[KEY_HEADER], requestBody=_body({"$ref": REF + "EarlyHelpAssessment"}, EARLY_HELP),
            )
        },
        "/early-help-assessments/{reference}": {
            "get": _call(
                "The receipt of one early-help assessment", "get_early_help",
                {"200": _said("The receipt as it stands", early_help)}, 404,
                parameters=[_query("reference", {"type": "string", "minLength": 1}, required=True, where="path")],
            )
        },
        **_information(),
        "/thresholds": {
            "get": _call("Levels of need and grades", "thresholds", {"200": _said("In force", any_object)}),
        },
        "/codelists/{name}": {
            "get": _call(
                "A code list", "codelist", {"200": _said("In force", any_object)}, 404,
                parameters=[_query("name", {"enum": lists.names()}, required=True, where="path")],
            )
        },
        "/oauth/token/": _token(),
    }  # fmt: skip


def _information() -> JSON:
    """What an agency is asked, and its answers."""
    one = {"$ref": REF + "InformationRequest"}
    named = _query("reference", {"type": "string", "minLength": 1}, required=True, where="path")
    listed = _object({"results": {"type": "array", "maxItems": MOST, "items": one}}, ["results"], may_be_null=False)
    reply = {
        "reply": {**_text(LONGEST_REPLY, required=True), "pattern": f"^{_LINES}*\\S{_LINES}*$"},
        "said_by": {**_text(200, "Name and role"), "pattern": f"^{_ONE_LINE}*$"},
        "sensitivity": {**_code(SENSITIVITIES), "description": "restricted: only whoever asked, and managers, read it"},
    }
    example = {"reply": "Attendance is 62 per cent since September.", "said_by": "Pat Teacher, deputy head"}
    return {
        "/information-requests": {
            "get": _call(
                "What is asked of you and not answered", "information_requests",
                {"200": _said("The nearest deadline first, at most a hundred", listed)},
            )
        },
        "/information-requests/{reference}": {
            "get": _call(
                "One request", "information_request", {"200": _said("As it stands", one)}, 404, parameters=[named]
            )
        },
        "/information-requests/{reference}/reply": {
            "post": _call(
                "Answer a request", "reply_to_information_request",
                {"201": _said("Kept. A repeat carries Idempotent-Replayed: true.", one)},
                400, 404, 409, 413, 415, 422,
                parameters=[named, KEY_HEADER],
                requestBody=_body(_object(reply, ["reply"], may_be_null=False), example),
            )
        },
    }  # fmt: skip


def _token() -> JSON:
    """A token for a client's secret, RFC 6749 §4.4."""
    refused = {"$ref": "#/components/responses/TokenProblem"}
    form = _object(
        {
            "grant_type": {"const": "client_credentials"},
            "client_id": {"type": "string", "maxLength": 255},
            "client_secret": {"type": "string", "maxLength": 255},
            "scope": {"const": "contacts"},
        },
        ["grant_type"],
        may_be_null=False,
    )
    token = _object(
        {
            "access_token": {"type": "string"},
            "token_type": {"const": "Bearer"},
            "expires_in": {"type": "integer", "description": "Seconds"},
            "scope": {"const": "contacts"},
        },
        ["access_token", "token_type", "expires_in", "scope"],
        may_be_null=False,
    )
    return {
        "post": {
            "operationId": "token",
            "summary": "A token of ten minutes for your client's secret",
            "description": "The client's id and secret as HTTP Basic credentials or as fields of the form.",
            "security": [{}, {"client": []}],
            "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": form}}},
            "responses": {
                "200": _said("A token", token),
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
            "schemas": {**_people(), "Contact": _contact(), **_early_help(), **_answers()},
        },
    }


EXAMPLE = f"""\
POST /api/v1/contacts
Authorization: Bearer fd_…
Idempotency-Key: {KEY_HEADER["example"]}
Content-Type: application/json

{json.dumps(CONTACT, indent=2)}"""
