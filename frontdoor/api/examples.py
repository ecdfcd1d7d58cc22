"""What each object of the API looks like, for the description. Only invented people; every one is checked by a test."""

from typing import Any

JSON = dict[str, Any]

ADDRESS: JSON = {"lines": ["1 Example Street", "Exampleton"], "postcode": "KX1 1AA", "is_confidential": False}
CHILD: JSON = {
    "given_name": "Sam", "family_name": "Example", "date_of_birth": "2017-03-03", "sex": "M", "language": "Polish",
    "interpreter": "Polish, for the mother", "school": "Mill Lane Primary School",
    "gp": "Dr Example, Mill Lane Surgery",
}  # fmt: skip
ADULT: JSON = {
    "given_name": "Alex", "family_name": "Example", "relationship": "mother", "parental_responsibility": True,
    "lives_with_children": True, "role": "victim",
}  # fmt: skip
REFERRER: JSON = {
    "name": "PC 1234 Example", "role": "Constable", "phone": "01632 960001", "email": "pc1234@police.example",
}  # fmt: skip
CONSENT: JSON = {"status": "not_sought", "reason": "It would increase the risk"}
TOLD: JSON = {"status": "no", "reason": "It would increase the risk"}
RISK: JSON = {"grade": "amber", "own_grade": "medium", "reasons": ["domestic_abuse", "child_present"]}
DASH: JSON = {"grade": "medium", "ticks": 9}
LOCATION: JSON = {"now": "At school", "safe_until": "2026-11-22T15:15:00Z"}
INCIDENT: JSON = {"reference": "CR/2026/4471"}
CONTACT: JSON = {
    "kind": "police_notification",
    "agency_reference": "PPN/2026/0012345",
    "occurred_at": "2026-11-21T22:40:00Z",
    "risk": RISK,
    "concerns": "What was seen and heard, by whom, and when",
    "injuries": "A bruise on the left arm, seen by the officer",
    "police_told": "We attended; incident CR/2026/4471",
    "can_it_wait": "Yes: the children are with their grandmother tonight",
    "consent": CONSENT,
    "family_told": TOLD,
    "referrer": REFERRER,
    "address": ADDRESS,
    "child_location": LOCATION,
    "incident": INCIDENT,
    "dash": DASH,
    "children": [CHILD],
    "adults": [ADULT],
}
MEMBER: JSON = {"given_name": "Alex", "family_name": "Example", "relationship": "mother", "phone": "01632 960002"}
LEAD: JSON = {"name": "Pat Teacher", "role": "Deputy head", "phone": "01632 960003"}
ACTION: JSON = {"what": "Breakfast club each morning", "who": "School", "by_when": "2026-12-01"}
COLLEAGUE: JSON = {"name": "Jo Example", "role": "School nurse", "organisation": "Example Health"}
EARLY_HELP_CONSENT: JSON = {
    "status": "given", "given_by": "mother", "to_share": "given", "share_with": "school and health",
}  # fmt: skip
FINDINGS: JSON = {"learning": "Often tired in class since September"}
EARLY_HELP: JSON = {
    "agency_reference": "EH/2026/77",
    "concerns": "What the assessment found",
    "child": CHILD,
    "family": [MEMBER],
    "lead_professional": LEAD,
    "consent": EARLY_HELP_CONSENT,
    "strengths": "A close family, and a grandmother near by",
    "findings": FINDINGS,
    "actions": [ACTION],
    "team": [COLLEAGUE],
}
OUTCOME: JSON = {"code": "early_help", "label": "Early help"}
RECEIPT: JSON = {
    "reference": "C-7K3M9Q2D",
    "agency_reference": "PPN/2026/0012345",
    "received_at": "2026-11-21T22:52:10.123456Z",
    "acknowledge_by": "2026-11-23T23:59:59.000000Z",
    "status": "decided",
    "acknowledged_at": "2026-11-22T08:05:00.000000Z",
    "decided_at": "2026-11-22T10:30:00.000000Z",
    "outcome": OUTCOME,
    "links": {"self": "/api/v1/contacts/C-7K3M9Q2D"},
}
ENDING: JSON = {"code": "ended", "label": "Early help has ended"}
EARLY_HELP_RECEIPT: JSON = {
    **RECEIPT,
    "reference": "E-4P8W2N6T",
    "agency_reference": "EH/2026/77",
    "outcome": ENDING,
    "links": {"self": "/api/v1/early-help-assessments/E-4P8W2N6T"},
}
FIELD_ERROR: JSON = {
    "pointer": "/children/0/date_of_birth", "code": "in_future", "message": "This is in the future.",
}  # fmt: skip
PROBLEM: JSON = {
    "type": "urn:front-door:problem:invalid_body",
    "title": "The request is not right",
    "status": 400,
    "code": "invalid_body",
    "detail": "1 field is not right.",
    "errors": [FIELD_ERROR],
}
BATCH: JSON = {"items": [{"idempotency_key": "2026-0012345-2", **CONTACT}]}
RESULT: JSON = {"index": 0, "status": 201, "receipt": RECEIPT}
EVENT: JSON = {"seq": 12, "type": "contact.decided", "occurred_at": "2026-11-22T10:31:00.000000Z", "receipt": RECEIPT}
MESSAGE: JSON = {"type": "contact.decided", "timestamp": "2026-11-22T10:31:00.000000Z", "data": EVENT}
DISAGREEMENT: JSON = {
    "reference": "C-7K3M9Q2D",
    "received_at": "2026-11-23T09:00:00.000000Z",
    "answer_by": "2026-11-26T23:59:59.000000Z",
    "status": "open",
    "answered_at": None,
    "links": {"contact": "/api/v1/contacts/C-7K3M9Q2D"},
}
REQUEST: JSON = {
    "reference": "I-5R9X3B7H",
    "status": "open",
    "asked_of": "Mill Lane Primary School",
    "question": "What is the attendance of Sam Example this term?",
    "why": "A contact about the family is being screened",
    "lawful_basis": "Public task",
    "asked_at": "2026-11-22T09:10:00.000000Z",
    "answer_by": "2026-11-23T23:59:59.000000Z",
    "chased_at": None,
    "answered_at": None,
    "links": {
        "self": "/api/v1/information-requests/I-5R9X3B7H",
        "reply": "/api/v1/information-requests/I-5R9X3B7H/reply",
    },
}
REPLY: JSON = {"reply": "Attendance is 62 per cent since September.", "said_by": "Pat Teacher, deputy head"}

#: By the name of the object.
EXAMPLES: dict[str, JSON] = {
    "Address": ADDRESS,
    "Adult": ADULT,
    "Assessor": COLLEAGUE,
    "Batch": BATCH,
    "BatchContact": BATCH["items"][0],
    "BatchResult": RESULT,
    "BatchResults": {"results": [RESULT, {"index": 1, "status": 400, "error": PROBLEM}]},
    "Child": CHILD,
    "ChildLocation": LOCATION,
    "Consent": CONSENT,
    "Contact": CONTACT,
    "Dash": DASH,
    "Disagreement": DISAGREEMENT,
    "EarlyHelpAssessment": EARLY_HELP,
    "EarlyHelpConsent": EARLY_HELP_CONSENT,
    "EarlyHelpOutcome": ENDING,
    "EarlyHelpReceipt": EARLY_HELP_RECEIPT,
    "Event": EVENT,
    "EventPage": {"events": [EVENT], "last": 12, "more": False},
    "FamilyMember": MEMBER,
    "FamilyTold": TOLD,
    "FieldError": FIELD_ERROR,
    "Findings": FINDINGS,
    "Incident": INCIDENT,
    "InformationReply": REPLY,
    "InformationRequest": REQUEST,
    "InformationRequests": {"results": [REQUEST]},
    "Message": MESSAGE,
    "NewDisagreement": {"because": "What we saw on Tuesday is not weighed", "said_by": "Pat Teacher, deputy head"},
    "Outcome": OUTCOME,
    "PlanAction": ACTION,
    "Problem": PROBLEM,
    "Receipt": RECEIPT,
    "Receipts": {"results": [RECEIPT]},
    "Referrer": REFERRER,
    "Risk": RISK,
    "TeamMember": COLLEAGUE,
    "CodeList": {"name": "sex", "codes": [{"code": "F", "label": "Female", "valid_from": None, "valid_to": None}]},
    "Thresholds": {
        "levels_of_need": [{"code": "3", "label": "Level 3", "valid_from": None, "valid_to": None}],
        "grades": [{"code": "red", "label": "Red", "valid_from": None, "valid_to": None}],
        "document": None,
    },
    "TokenRequest": {"grant_type": "client_credentials", "client_id": "an-id", "client_secret": "a-secret"},
    "Token": {"access_token": "fd_example", "token_type": "Bearer", "expires_in": 600, "scope": "contacts"},
    "TokenProblem": {**PROBLEM, "status": 401, "code": "unauthenticated", "errors": [], "error": "invalid_client",
                     "error_description": "The client is not known"},
}  # fmt: skip
