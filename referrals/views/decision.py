"""The one page of a decision: a contact with those of its family, reached from the queue and from the contact."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from contacts.models import OPEN, Contact, ContactPerson
from contacts.screening import actions as contact_actions
from contacts.screening import readers as contact_readers
from contacts.screening import rules
from contacts.screening.closing import opened_by
from contacts.screening.untaken import to_settle
from contacts.screening.views.household import offered as household_offered
from frontdoor import acting, audit
from frontdoor.access import Permission, Refused, Role, StaffRequest, Stale, get_visible, holds
from frontdoor.access import page as needs
from frontdoor.accounts.models import User
from frontdoor.clocks.models import Clock
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists
from frontdoor.people.access import about_known
from frontdoor.people.hooks import open_work
from frontdoor.ui.responses import page
from frontdoor.workflow.actions import stale
from referrals import readers, together
from referrals.forms import say_cases
from referrals.together import Answer, Result, refusal
from referrals.together_forms import CommonForm, Offered, RowForm, start_from
from referrals.undoing import may_undo

P = Permission
#: What the page asks of every contact it has.
READ_WITH = ("type", "agency", "claimed_by", "text", "rank")
#: Contact id → the people on it in their order.
People = Mapping[int, Sequence[ContactPerson]]
Rows = dict[int, list[RowForm]]


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.CONTACT_SCREEN)
def screen(request: StaffRequest, reference: str) -> HttpResponseBase:
    """The address the queue had for it: leads on to the one page; what a page opened before sends is taken as it is."""
    if request.method == "POST":
        return decide(request, reference)
    asked = request.GET.urlencode()
    return redirect(reverse("referrals:decide", args=[reference]) + (f"?{asked}" if asked else ""))


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.CONTACT_SCREEN)
def decide(request: StaffRequest, reference: str) -> HttpResponse:
    """Decide a contact and those screened with it: the first text open, each other one opened by a key."""
    user = request.user
    first: Contact = get_visible(Contact.objects.visible_to(user).select_related(*READ_WITH), user, reference)
    now = timezone.now()
    on = london_date(now)
    results: list[Result] = []
    contacts = _open_together(first, user)
    people = readers.people_of(contacts)
    contact_readers.keep_out(people[first.pk] if first.pk in people else contact_readers.rows_of(first), user, now)
    offered = _offered(contacts, people)
    common, rows = _forms(request, first, contacts, people, on, offered)
    if common.is_sent:
        acting.keep(request, common)
        valid = all([common.is_valid(), *[form.is_valid() for forms in rows.values() for form in forms]])
        if valid and contacts:
            results = _decide(request, contacts, common, rows)
        if valid or not contacts:
            results += _decided_meanwhile(request, contacts)
        for result in results:
            if result.refused is not None:
                audit.refused(request, result.refused)
        if results:
            refused = {result.contact.pk for result in results if result.power is None}
            contacts = [contact for contact in _open_together(first, user) if contact.pk in refused]
            people = readers.people_of(contacts)
            common, rows = _forms(request, first, contacts, people, on, offered)
            if not refused:
                acting.use_up(request, common, at=now)
    told = [result for result in results if not _at_its_field(result, common, rows)]
    shown = [contact.reference for contact in contacts]
    if first.reference in shown and request.method != "POST":
        contact_readers.note_opened(first, user)
    opened = opened_by(user, shown)
    looks = {
        contact.pk: contact_readers.look(contact, user, now, people[contact.pk])
        for contact in contacts
        if contact.reference in opened
    }
    keys = [row.person_id for rows_on in people.values() for row in rows_on if row.person_id is not None]
    shows = {*keys, *(key for look in looks.values() for key in look.shown)}
    audit.shows(request, shows, kind="opened", reference=first.reference)
    # Versions as they were read stay until a decision was tried on them: then it may be sent again on those of now.
    sent = request.POST if common.is_sent and not results else {}
    return page(
        request,
        "referrals/decide.html",
        {
            "first": first,
            "now": now,
            "today": on,
            "cards": [
                {
                    **about,
                    "rows": rows[about["contact"].pk],
                    "version": sent.get(f"version-{about['contact'].reference}") or about["contact"].version,
                    "look": looks.get(about["contact"].pk),
                }
                for about in _about(contacts, people, user, now, opened)
            ],
            "common": common,
            "child_forms": [form for forms in rows.values() for form in forms],
            "is_manager": rules.is_manager(user),
            "known": open_work(keys, hidden_from=user),
            "offer": household_offered(request, first, "decide") if first.reference in shown else None,
            # Nothing typed is lost when somebody else was faster with all of them.
            "typed": request.POST.get("reason", "").strip() if results and not contacts else "",
            "results": [
                {"result": result, "may_undo": result.power is not None and may_undo(result.contact, user, now)}
                for result in told
            ],
            "label": lists.label,
        },
        status=_status(results, told),
    )


def _status(results: Sequence[Result], told: Sequence[Result]) -> int | None:
    """409 when somebody else was faster and nothing was decided, 422 when all was refused; None: the forms say it."""
    if not told or any(result.power is not None for result in results):
        return None
    return 409 if any(isinstance(result.refused, Stale) for result in told) else 422


def _open_together(first: Contact, user: User) -> list[Contact]:
    """Those still to be decided, without what is about somebody the user has declared to know."""
    found = [contact for contact in contact_readers.together(first, user) if contact.status in OPEN]
    known = about_known([contact.reference for contact in found], user)
    return [contact for contact in found if contact.reference not in known]


def _about(
    contacts: Sequence[Contact], people: People, user: User, now: datetime, opened: set[str]
) -> list[dict[str, Any]]:
    """What a decider reads of each contact beside its text: warnings, clocks, what the families know, who signs."""
    known = {row.person_id for rows in people.values() for row in rows if row.person_id is not None}
    warnings = readers.warnings_of(sorted(known))
    # Those the user may know of: a holder's own clock would tell of somebody hidden.
    clocks = list(
        Clock.objects.visible_to(user)
        .running()
        .filter(reference__in=[contact.reference for contact in contacts])
        .order_by("due_at", "id")
    )
    families = readers.families_of(contacts)
    found = []
    for contact in contacts:
        on_it = {row.person_id for row in people[contact.pk]}
        children = [row for row in people[contact.pk] if row.is_child]
        found.append(
            {
                "contact": contact,
                "warnings": [warning for warning in warnings if warning.person_id in on_it],
                "clocks": [clock for clock in clocks if clock.reference == contact.reference],
                "families": [family for family in families if family.contact_id == contact.pk],
                "reasons": rules.manager_reasons(contact, children, now) if contact.reference in opened else [],
            }
        )
    return found


def _decided_meanwhile(request: StaffRequest, contacts: list[Contact]) -> list[Result]:
    """What the page asked about and somebody has decided or taken out since it was read: who did what, and when."""
    still = {contact.reference for contact in contacts}
    asked = {key.removeprefix("version-")[:10] for key in request.POST if key.startswith("version-")} - still
    found = Contact.objects.visible_to(request.user).filter(reference__in=asked).order_by("tier", "rank_at", "id")
    return [refusal(contact, stale(contact)) for contact in found]


def _offered(contacts: Sequence[Contact], people: People) -> Offered:
    """What can be chosen on the page; asked before anything is decided, so that what was chosen stays a choice."""
    working, may_join = readers.with_open_work(contacts)
    children = {contact.pk: [row.pk for row in people[contact.pk] if row.is_child] for contact in contacts}
    may_refer = {key for contact in contacts if contact.type.may_become_referral for key in children[contact.pk]}
    return Offered(any(children.values()), frozenset(may_refer - working), frozenset(may_join))


def _forms(
    request: StaffRequest, first: Contact, contacts: Sequence[Contact], people: People, on: date, offered: Offered
) -> tuple[CommonForm, Rows]:
    """The common form and one for each child; both start from what was told, or proposed and came back."""
    user = request.user
    is_manager = rules.is_manager(user)
    children = {contact.pk: [row for row in people[contact.pk] if row.is_child] for contact in contacts}
    everybody = [row for rows in children.values() for row in rows]
    told, own = start_from(everybody, on)
    common = acting.form(
        request,
        CommonForm,
        record=first,
        at=reverse("referrals:decide", args=[first.reference]),
        on=on,
        is_manager=is_manager,
        contacts=contacts,
        offered=offered,
        may_allocate=holds(user, P.REFERRAL_ALLOCATE),
        is_night=Role.EDT_WORKER.value in user.roles,
        initial=told,
    )
    say_cases(common, user)
    waiting = to_settle(everybody) if holds(user, P.PEOPLE_EDIT) else {}
    rows = {
        key: [
            RowForm(
                acting.typed(common),
                row=row,
                on=on,
                is_manager=is_manager,
                offered=offered,
                several=len(everybody) > 1,
                given=waiting.get(row.pk, ()),
                initial=own[row.pk],
            )
            for row in about
        ]
        for key, about in children.items()
    }
    acting.together(common, [form for forms in rows.values() for form in forms])
    return common, rows


def _at_its_field(result: Result, common: CommonForm, rows: Rows) -> bool:
    """Put a refusal at the field it names, of its child or of all; False where no field of the page is named."""
    if result.power is not None or not rows:
        return False
    name, _, key = result.field.partition("-")
    place = {"contact": "same_contact"}.get(name, name)
    of_child = [form for form in rows.get(result.contact.pk, ()) if key == str(form.row.pk)]
    for form in (*of_child, common):
        if place in form.fields:
            if result.why not in form.errors.get(place, []):
                form.add_error(place, result.why)
            return True
    return False


def _version_sent(request: StaffRequest, contact: Contact) -> int:
    """The version the decider has read; 0, which none is, where the page sent none."""
    sent = request.POST.get(f"version-{contact.reference}", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0


def _decide(request: StaffRequest, contacts: Sequence[Contact], common: CommonForm, rows: Rows) -> list[Result]:
    """Give a grade where there is none, then decide each; a grade kept when the decision is refused does no harm."""
    user = request.user
    at = timezone.now()
    given = common.cleaned_data
    answers = []
    failed: list[Result] = []
    for contact in contacts:
        version = _version_sent(request, contact)
        decided_on = contact
        if given.get("grade") and not contact.grade and contact.type.ranks_with_concerns and contact.version == version:
            try:
                decided_on = contact_actions.grade(contact=contact, by=user, at=at, grade=given["grade"])
            except Refused as refused:
                audit.refused(request, refused)
                failed.append(refusal(contact, refused))
                continue
            version = decided_on.version
        decisions = [form.decision(given) for form in rows[contact.pk]] or [common.without_child()]
        settled = [(form.row, keys) for form in rows[contact.pk] if (keys := form.settled()) is not None]
        answers.append(
            Answer(
                decided_on,
                tuple(decisions),
                version,
                tuple(settled),
                team=given.get("team"),
                worker=given.get("worker"),
                telephoned=common.telephoned(),
            )
        )
    return [*together.screen_together(answers=answers, by=user, at=at), *failed]
