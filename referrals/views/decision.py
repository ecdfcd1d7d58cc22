"""The one page of a decision: a contact with those of its family, reached from the queue and from the contact."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from contacts import taken
from contacts.families import beside
from contacts.families.actions import is_separated
from contacts.models import OPEN, Contact
from contacts.screening import actions as contact_actions
from contacts.screening import readers as contact_readers
from contacts.screening import rules
from contacts.screening.closing import opened_by
from contacts.screening.untaken import to_settle
from contacts.screening.views.household import Offer, offer_of
from frontdoor import acting, audit
from frontdoor.access import Permission, Refused, Role, StaffRequest, Stale, holds
from frontdoor.access import page as needs
from frontdoor.accounts.models import User
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists
from frontdoor.people.access import about_known, declared_by
from frontdoor.people.protection.reach import each_once
from frontdoor.ui.responses import page
from frontdoor.workflow.actions import stale
from referrals import readers, together
from referrals.background import Background
from referrals.forms import say_cases
from referrals.together import Answer, Result, refusal
from referrals.together_forms import CommonForm, Offered, RowForm, start_from, start_from_proposed
from referrals.undoing import may_undo

P = Permission
#: What the page asks of every contact it has.
READ_WITH = ("type", "agency", "claimed_by", "text", "rank", "bundle")
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
    first = taken.to_act_on(Contact, user, reference, read_with=READ_WITH)
    now = timezone.now()
    on = london_date(now)
    results: list[Result] = []
    declared = declared_by(user)
    contacts = _open_together(first, user, declared)
    around = Background(contacts, user, now, declared=declared)
    if declared:
        people = around.people
        contact_readers.keep_out(people[first.pk] if first.pk in people else contact_readers.rows_of(first), user, now)
    offered = _offered(around)
    common, rows = _forms(request, first, around, on, offered)
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
            contacts = [contact for contact in _open_together(first, user, declared) if contact.pk in refused]
            around = Background(contacts, user, now, declared=declared)
            common, rows = _forms(request, first, around, on, offered)
            if not refused:
                acting.use_up(request, common, at=now)
    told = [result for result in results if not _at_its_field(result, common, rows)]
    shown = [contact.reference for contact in contacts]
    opened = set()
    if first.reference in shown and request.method != "POST":
        opened = {first.reference}
    first_text = [(contact_readers.TEXT_OPENED, reference) for reference in opened]
    opened |= opened_by(user, [each for each in shown if each not in opened])
    looks = around.looks(opened)
    waiting = beside.each_once(beside.beside(contacts, user, now), contacts)
    sentences = beside.sentences(waiting)
    shows = {*around.confirmed, *sentences.people, *(key for look in looks.values() for key in look.shown)}
    # That the user has the first text before them is kept with who was shown, before the page leaves.
    audit.shows(request, shows, kind="opened", reference=first.reference, beside=first_text)
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
                for about in _about(around, opened)
            ],
            "common": common,
            "child_forms": [form for forms in rows.values() for form in forms],
            "is_manager": rules.is_manager(user),
            "is_separated": is_separated,
            "beside": waiting,
            "sentences": sentences.told,
            "known": around.open_work(),
            "offer": _offer(request, first, around, on),
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


def _open_together(first: Contact, user: User, declared: Collection[int]) -> list[Contact]:
    """Those still to be decided, without what is about somebody the user has declared to know."""
    found = [contact for contact in contact_readers.together(first, user) if contact.status in OPEN]
    known = about_known([contact.reference for contact in found], user) if declared else ()
    return [contact for contact in found if contact.reference not in known]


def _about(around: Background, opened: Collection[str]) -> list[dict[str, Any]]:
    """What a decider reads of each contact beside its text: warnings, clocks, what the families know, who signs."""
    is_manager = rules.is_manager(around.user)
    second = (
        rules.with_second_manager(around.contacts, around.user, london_date(around.at))
        if is_manager and around.contacts
        else set()
    )
    found = []
    for contact in around.contacts:
        on_it = {key for row in around.people[contact.pk] for key in (row.person_id, -row.pk)}
        children = around.children[contact.pk]
        found.append(
            {
                "contact": contact,
                "warnings": each_once(around.reached, on_it),
                "clocks": [clock for clock in around.clocks if clock.reference == contact.reference],
                "families": [family for family in around.families if family.contact_id == contact.pk],
                "needs_second": contact.pk in second,
                "reasons": (
                    rules.manager_reasons(contact, children, around.at, around.known)
                    if contact.reference in opened
                    else []
                ),
            }
        )
    return found


def _offer(request: StaffRequest, first: Contact, around: Background, on: date) -> Offer | None:
    """Whom to ask about on one of the contacts, the next when that is answered; else what was answered on the first."""
    households = around.households(on)
    asking = [contact for contact in around.contacts if households[contact.pk].asked]
    for contact in (*asking, *around.contacts):
        return offer_of(request, contact, households[contact.pk], "decide", back=first.reference)
    return None


def _decided_meanwhile(request: StaffRequest, contacts: list[Contact]) -> list[Result]:
    """What the page asked about and somebody has decided or taken out since it was read: who did what, and when."""
    still = {contact.reference for contact in contacts}
    asked = {key.removeprefix("version-")[:10] for key in request.POST if key.startswith("version-")} - still
    found = Contact.objects.visible_to(request.user).filter(reference__in=asked).order_by("tier", "rank_at", "id")
    return [refusal(contact, stale(contact)) for contact in found]


def _offered(around: Background) -> Offered:
    """What can be chosen on the page; asked before anything is decided, so that what was chosen stays a choice."""
    children = around.children
    everybody = [row for rows in children.values() for row in rows]
    working, may_join = readers.with_open_work(everybody, around.standing)
    may_refer = {row.pk for row in everybody if row.contact.type.may_become_referral}
    return Offered(bool(everybody), frozenset(may_refer - working), frozenset(may_join))


def _forms(
    request: StaffRequest, first: Contact, around: Background, on: date, offered: Offered
) -> tuple[CommonForm, Rows]:
    """The common form and one for each child; both start from what was told, or proposed and came back."""
    user = request.user
    is_manager = rules.is_manager(user)
    children = around.children
    everybody = [row for rows in children.values() for row in rows]
    told, own = start_from(everybody, on)
    if not everybody:
        told = start_from_proposed(first)
    common = acting.form(
        request,
        CommonForm,
        record=first,
        at=reverse("referrals:decide", args=[first.reference]),
        on=on,
        is_manager=is_manager,
        contacts=around.contacts,
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
