"""The calls of the agency API: each checks who asks, makes one action call for each contact, and answers JSON."""

import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from contacts.agencies.disagreements.actions import disagree
from contacts.agencies.information.models import InformationRequest
from contacts.agencies.thresholds.actions import edition_on, levels_of
from contacts.facts import ContactFacts
from contacts.models import Contact
from frontdoor import audit
from frontdoor.accounts.models import Agency
from frontdoor.api import problems
from frontdoor.api.at_once import one_batch
from frontdoor.api.bodies import contact_facts
from frontdoor.api.callers import BearerAuthentication, Caller, IsAgency, PerMinute
from frontdoor.api.disagreement import disagreement_facts, disagreement_receipt, latest_disagreement
from frontdoor.api.early_help import early_help_receipt, own_early_help
from frontdoor.api.information import own_request, own_requests, request_documents
from frontdoor.api.intake import Taken, check_key, take, take_early_help, take_reply
from frontdoor.api.models import IdempotencyKey
from frontdoor.api.numbering import events_after, number_waiting
from frontdoor.api.problems import FieldError, Problem
from frontdoor.api.reading import BATCH_BYTES, BATCH_VALUES, SINGLE_BYTES, StrictJSONParser, body_of, check
from frontdoor.api.receipts import own_contact, own_contacts, receipt, stamp, status_of
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists

MOST_ITEMS = 500
NUMBER = re.compile(r"[0-9]{1,15}")


class AgencyView(APIView):
    """What every call has in common: a token of an agency, strict JSON, problem documents."""

    permission = "agency"
    authentication_classes = [BearerAuthentication]
    permission_classes = [IsAgency]
    throttle_classes = [PerMinute]
    parser_classes = [StrictJSONParser]
    metadata_class = None

    def get_exception_handler(self) -> Any:
        """Every error is a problem document."""
        return problems.handler

    @property
    def agency(self) -> Agency:
        """Whose call this is."""
        caller = self.request.user
        if not isinstance(caller, Caller):
            raise Problem(401, "unauthenticated")
        return caller.agency

    def shows(self, reference: str = "", *, listed: Iterable[str] = ()) -> None:
        """Say what the agency reads: one record, or several in a list."""
        audit.shows_outside(
            self.request._request, event="agency.read", agency=self.agency, reference=reference, listed=listed
        )

    def reader(self) -> Callable[[Any, datetime], ContactFacts]:
        """How a contact body of this agency is read: one that may send without a grade until a day needs none."""
        return partial(contact_facts, may_be_ungraded=self.agency.may_send_ungraded(london_date(timezone.now())))


def _created(taken: Taken) -> HttpResponse:
    answer = HttpResponse(taken.answer, content_type="application/json", status=201)
    if taken.is_replay:
        answer["Idempotent-Replayed"] = "true"
    return answer


class Contacts(AgencyView):
    """``POST contacts`` and ``GET contacts?agency_reference=``."""

    def post(self, request: Request) -> HttpResponse:
        """Take one contact."""
        key = check_key(request.headers.get("Idempotency-Key"))
        return _created(
            take(
                agency=self.agency,
                scope=IdempotencyKey.Scope.CONTACTS,
                key=key,
                body=body_of(request),
                at=timezone.now(),
                read=self.reader(),
            )
        )

    def get(self, request: Request) -> Response:
        """One's own contacts by one's own reference, newest first."""
        reference = request.query_params.get("agency_reference", "")
        if not reference:
            raise Problem(
                400,
                "invalid_query",
                "",
                [FieldError("/agency_reference", "required", "Give your own reference in agency_reference.")],
            )
        at = timezone.now()
        found = list(own_contacts(self.agency, reference))
        self.shows(listed=[contact.reference for contact in found])
        return Response({"results": [receipt(contact, at) for contact in found]})


class Batch(AgencyView):
    """``POST contacts/batch``."""

    largest = BATCH_BYTES
    most_values = BATCH_VALUES

    def post(self, request: Request) -> Response:
        """Take up to 500 contacts; each stands alone, in the order sent. One batch of an agency at a time."""
        with one_batch(self.agency):
            return self._all(request)

    def _all(self, request: Request) -> Response:
        body = body_of(request, texts=False)
        if not isinstance(body, dict) or set(body) != {"items"} or not isinstance(body["items"], list):
            raise Problem(400, "batch_invalid", 'The body has to be {"items": [contact, …]} and nothing else.')
        items = body["items"]
        if not 1 <= len(items) <= MOST_ITEMS:
            raise Problem(400, "batch_size", f"A batch holds 1 to {MOST_ITEMS} contacts.")
        return Response({"results": [self._one(index, item) for index, item in enumerate(items)]}, status=207)

    def _one(self, index: int, item: Any) -> dict[str, Any]:
        try:
            if not isinstance(item, dict):
                raise Problem(
                    400, "invalid_body", "", [FieldError("", "invalid_type", "This has to be an object.")]
                )  # fmt: skip
            check(item, largest=SINGLE_BYTES)  # alone it would not be read either
            body = {name: value for name, value in item.items() if name != "idempotency_key"}
            taken = take(
                agency=self.agency,
                scope=IdempotencyKey.Scope.CONTACTS,
                key=check_key(item.get("idempotency_key")),
                body=body,
                at=timezone.now(),
                read=self.reader(),
            )
        except Exception as exc:  # each item stands alone: whatever happens to one, the others are answered
            problem = problems.as_problem(exc)
            return {"index": index, "status": problem.status, "error": problem.document()}
        return {"index": index, "status": 201, "receipt": json.loads(taken.answer)}


class OneContact(AgencyView):
    """``GET contacts/REFERENCE``."""

    def get(self, request: Request, reference: str) -> Response:
        """The receipt; another agency's contact and an unknown one are the same 404."""
        contact: Contact | None = own_contact(self.agency, reference)
        if contact is None:
            raise Http404
        self.shows(contact.reference)
        return Response(receipt(contact, timezone.now()))


class OneDisagreement(AgencyView):
    """``GET`` and ``POST contacts/REFERENCE/disagreement``: "we disagree, because …" about one's own contact."""

    def _own(self, reference: str) -> Contact:
        contact = own_contact(self.agency, reference)
        if contact is None:
            raise Http404
        return contact

    def get(self, request: Request, reference: str) -> Response:
        """The latest disagreement about the contact and what became of it."""
        contact = self._own(reference)
        self.shows(contact.reference)
        return Response(disagreement_receipt(contact.reference, latest_disagreement(contact)))

    def post(self, request: Request, reference: str) -> Response:
        """Disagree with the outcome, once for each decision; the same words again give the same answer."""
        contact = self._own(reference)
        because, said_by = disagreement_facts(body_of(request), timezone.now())
        if status_of(contact, timezone.now()) != "decided":
            raise Problem(409, "not_decided", "There is no outcome to disagree with yet.")
        made = disagree(contact=contact, because=because, said_by=said_by, at=timezone.now(), agency=self.agency)
        return Response(disagreement_receipt(contact.reference, made), status=201)


class Events(AgencyView):
    """``GET events?after=SEQ``."""

    def get(self, request: Request) -> Response:
        """One's own events after a number, at most a hundred."""
        text = request.query_params.get("after", "0")
        if not NUMBER.fullmatch(text):
            raise Problem(
                400, "invalid_query", "", [FieldError("/after", "invalid_type", "This has to be a whole number.")]
            )
        after = int(text)
        number_waiting(self.agency, timezone.now())
        rows, more = events_after(self.agency, after)
        self.shows(listed=[str(row.receipt.get("reference", "")) for row in rows])
        listed = [
            {"seq": row.seq, "type": row.type, "occurred_at": stamp(row.occurred_at), "receipt": row.receipt}
            for row in rows
        ]
        return Response({"events": listed, "last": rows[-1].seq if rows else after, "more": more})


class EarlyHelp(AgencyView):
    """``POST early-help-assessments``."""

    def post(self, request: Request) -> HttpResponse:
        """Take one early-help assessment (CAF)."""
        key = check_key(request.headers.get("Idempotency-Key"))
        return _created(take_early_help(agency=self.agency, key=key, body=body_of(request), at=timezone.now()))


class OneEarlyHelp(AgencyView):
    """``GET early-help-assessments/REFERENCE``."""

    def get(self, request: Request, reference: str) -> Response:
        """The receipt; another agency's assessment and an unknown one are the same 404."""
        found = own_early_help(self.agency, reference)
        if found is None:
            raise Http404
        self.shows(found.reference)
        return Response(early_help_receipt(found, timezone.now()))


class InformationRequests(AgencyView):
    """``GET information-requests``."""

    def get(self, request: Request) -> Response:
        """What is asked of the agency and still wanted, the nearest deadline first, at most a hundred."""
        found = own_requests(self.agency)
        self.shows(listed=[asked.contact.reference for asked in found])
        return Response({"results": request_documents(found)})


class OneInformationRequest(AgencyView):
    """``GET information-requests/REFERENCE``."""

    def get(self, request: Request, reference: str) -> Response:
        """One request; another agency's and an unknown one are the same 404."""
        asked = _own_request(self.agency, reference)
        self.shows(asked.contact.reference)
        return Response(request_documents([asked])[0])


class InformationReply(AgencyView):
    """``POST information-requests/REFERENCE/reply``."""

    def post(self, request: Request, reference: str) -> HttpResponse:
        """Answer it, once."""
        asked = _own_request(self.agency, reference)
        key = check_key(request.headers.get("Idempotency-Key"))
        return _created(take_reply(agency=self.agency, asked=asked, key=key, body=body_of(request), at=timezone.now()))


def _own_request(agency: Agency, reference: str) -> InformationRequest:
    found = own_request(agency, reference)
    if found is None:
        raise Http404
    return found


def _listed(name: str) -> list[dict[str, Any]]:
    today = london_date(timezone.now())
    return [
        {"code": row.code, "label": row.label, "valid_from": row.valid_from, "valid_to": row.valid_to}
        for row in lists.rows(name, on=today)
    ]


class Thresholds(AgencyView):
    """``GET thresholds``."""

    def get(self, request: Request) -> Response:
        """The levels of need, the grades and the threshold document in force today."""
        found = {"levels_of_need": _listed("level_of_need"), "grades": _listed("grade")}
        return Response({**found, "document": _document()})


def _document() -> dict[str, Any] | None:
    """The threshold document in force today."""
    edition = edition_on(london_date(timezone.now()))
    if edition is None:
        return None
    return {
        "title": edition.title,
        "introduction": edition.introduction,
        "valid_from": edition.valid_from,
        "levels": [
            {
                "code": level.code,
                "name": level.name,
                "description": level.description,
                "who_responds": level.who_responds,
                "consent": level.consent,
                "indicators": level.indicators,
            }
            for level in levels_of(edition)
        ],
    }


class CodeList(AgencyView):
    """``GET codelists/NAME``."""

    def get(self, request: Request, name: str) -> Response:
        """The codes of one list in force today."""
        if name not in lists.names_for_agencies():
            raise Http404
        return Response({"name": name, "codes": _listed(name)})


class Unknown(AgencyView):
    """Any other address under the API: a problem document, not a page."""

    permission = "public"
    authentication_classes = []
    permission_classes = []
    throttle_classes = []

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """404, whatever the method."""
        return HttpResponse(
            json.dumps(Problem(404, "not_found").document(), ensure_ascii=False),
            content_type="application/problem+json",
            status=404,
        )
