"""The one box in the header of every page: any reference opens its record, anything else is looked for among people."""

from urllib.parse import urlencode

from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from assessments.early_help.models import EarlyHelpAssessment
from assessments.models import Assessment
from contacts.models import Contact
from frontdoor import asked
from frontdoor.access import Permission, StaffRequest, get_visible, holds, signed_in
from frontdoor.accounts.models import User
from frontdoor.documents.models import Document
from frontdoor.people.asking import reference_in
from frontdoor.people.models import Person
from frontdoor.ui.responses import page
from referrals.models import AgeAssessment, Enquiry, Letter, Measure, ProtectionPlan, Referral, Transfer, Unaccompanied
from supervision.models import Session

P = Permission
#: By the letter a reference begins with: who may open such records, what they are, and the page of one.
RECORDS: dict[str, tuple[Permission, type[models.Model], str]] = {
    "P": (P.PEOPLE_VIEW, Person, "pages:person"),
    "C": (P.CONTACT_VIEW, Contact, "contacts:contact"),
    "R": (P.REFERRAL_VIEW, Referral, "referrals:referral"),
    "Q": (P.REFERRAL_VIEW, Enquiry, "referrals:enquiry"),
    "L": (P.REFERRAL_VIEW, Letter, "referrals:letter"),
    "U": (P.REFERRAL_VIEW, Unaccompanied, "referrals:unaccompanied"),
    "G": (P.REFERRAL_VIEW, AgeAssessment, "referrals:age"),
    "M": (P.REFERRAL_VIEW, Measure, "referrals:measure"),
    "T": (P.REFERRAL_VIEW, Transfer, "referrals:transfer"),
    "N": (P.REFERRAL_VIEW, ProtectionPlan, "referrals:plan"),
    "A": (P.ASSESSMENT_VIEW, Assessment, "assessments:assessment"),
    "E": (P.EARLY_HELP_VIEW, EarlyHelpAssessment, "assessments:early_help_one"),
    "S": (P.SUPERVISION_VIEW, Session, "supervision:session"),
    "D": (P.DOCUMENT_VIEW, Document, "pages:document"),
}

#: Other pages whose searches are sent here as well, so that their words stand in no address either.
ELSEWHERE = {
    "documents": "pages:documents_search",
    "paper": "exchange:paper_files",
    "looked": "pages:who_looked_search",
}


def may_find(user: User) -> bool:
    """Whether the box has anything to open for this user."""
    return holds(user, P.PEOPLE_SEARCH) or any(holds(user, permission) for permission, _, _ in RECORDS.values())


def address_of(user: User, reference: str) -> str:
    """The page of the record with this reference; "" when it is unknown, or not one this user may see or open."""
    if reference[:1] not in RECORDS:
        return ""
    permission, model, name = RECORDS[reference[0]]
    if not holds(user, permission):
        return ""
    try:
        get_visible(model, user, reference)
    except Http404:
        return ""
    return reverse(name, args=[reference])


def no_such_record(reference: str) -> str:
    """What is said of a reference that is unknown, and of one whose record this user may not see: the same."""
    return f"No record that you can view has the reference {reference}."


@require_POST
@signed_in
def find(request: StaffRequest) -> HttpResponse:
    """Go to the record of a reference, or to the people who fit what was typed. The page opened leaves its own row.

    A POST that leads on: what was typed stands in no address. Who may not search for people is told of references.
    """
    typed = request.POST.get("q", "")
    if request.POST.get("where") in ELSEWHERE:
        return _led_on(request, ELSEWHERE[request.POST["where"]], typed)
    reference, is_certain = reference_in(typed)
    place = address_of(request.user, reference)
    if place:
        return redirect(place)
    if not holds(request.user, P.PEOPLE_SEARCH):
        told = no_such_record(reference) if is_certain else "Type the reference of a record, such as R-7K3M9Q2D."
        return page(request, "pages/no_record.html", {"told": told})
    return _led_on(request, "pages:people", typed)


def _led_on(request: StaffRequest, name: str, typed: str) -> HttpResponse:
    """To the page that shows what was looked for, which has the key of it in its address."""
    query = {"s": asked.keep(request, typed)} | {n: request.POST.get(n, "")[:40] for n in ("view", "after")}
    return redirect(f"{reverse(name)}?{urlencode({key: value for key, value in query.items() if value})}")
