"""Deciding several contacts at once: a family's on one page, mild ones together, the sample, and taking back."""

from datetime import date
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts.models import OPEN, Contact
from contacts.screening import actions as contact_actions
from contacts.screening import readers as contact_readers
from contacts.screening import rules
from contacts.screening.closing import opened_by
from contacts.screening.untaken import to_settle
from frontdoor import acting, audit
from frontdoor.access import Permission, Refused, StaffRequest, get_visible, holds
from frontdoor.access import page as needs
from frontdoor.accounts.models import User
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists
from frontdoor.people.access import about_known
from frontdoor.ui.responses import page
from frontdoor.workflow.actions import stale
from referrals import hooks, together
from referrals.decisions import ChildDecision
from referrals.models import BulkAct, DipSample, bulk_rule
from referrals.readers import may_join
from referrals.together import Answer, Result
from referrals.together_forms import BulkForm, CommonForm, LookedOverForm, Offered, RowForm
from referrals.undoing import may_undo, undo_decision

P = Permission


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.CONTACT_SCREEN)
def screen(request: StaffRequest, reference: str) -> HttpResponse:
    """Decide the contacts of one bundle on one page: the first text open, each other one opened by a key."""
    user = request.user
    first: Contact = get_visible(Contact, user, reference)
    now = timezone.now()
    contact_readers.keep_out(contact_readers.rows_of(first), user, now)
    on = london_date(now)
    results: list[Result] = []
    contacts = _open_together(first, user)
    offered = _offered(contacts)
    common, rows = _forms(request, contacts, on, offered)
    if common.is_sent:
        acting.keep(request, common)
        valid = all([common.is_valid(), *[form.is_valid() for forms in rows.values() for form in forms]])
        if valid and contacts:
            results = _decide(request, contacts, common, rows)
        if valid or not contacts:
            results += _decided_meanwhile(request, contacts)
        contacts = _open_together(first, user)
        if results:
            refused = {result.contact.pk for result in results if result.power is None}
            contacts = [contact for contact in contacts if contact.pk in refused]
            common, rows = _forms(request, contacts, on, offered)
            if not refused:
                acting.use_up(request, common, at=now)
    shown = [contact.reference for contact in contacts]
    if shown and first.reference in shown and request.method != "POST":
        contact_readers.note_opened(first, user)
    opened = opened_by(user, shown)
    looks = {
        contact.pk: contact_readers.look(contact, user, now) for contact in contacts if contact.reference in opened
    }
    people = [row.person_id for contact in contacts for row in contact_readers.rows_of(contact)]
    shows = {key for key in people if key is not None} | {key for look in looks.values() for key in look.shown}
    audit.shows(request, shows, kind="opened", reference=first.reference)
    return page(
        request,
        "referrals/together.html",
        {
            "first": first,
            "now": now,
            "today": on,
            "cards": [
                {
                    "contact": contact,
                    "rows": rows[contact.pk],
                    "is_opened": contact.reference in opened,
                    "look": looks.get(contact.pk),
                }
                for contact in contacts
            ],
            "common": common,
            "child_forms": [form for forms in rows.values() for form in forms],
            # Nothing typed is lost when somebody else was faster with all of them.
            "typed": request.POST.get("reason", "").strip() if results and not contacts else "",
            "results": [
                {"result": result, "may_undo": result.power is not None and may_undo(result.contact, user, now)}
                for result in results
            ],
            "label": lists.label,
        },
    )


def _open_together(first: Contact, user: User) -> list[Contact]:
    """Those still to be decided, without what is about somebody the user has declared to know."""
    found = [contact for contact in contact_readers.together(first, user) if contact.status in OPEN]
    known = about_known([contact.reference for contact in found], user)
    return [contact for contact in found if contact.reference not in known]


def _decided_meanwhile(request: StaffRequest, contacts: list[Contact]) -> list[Result]:
    """What the page asked about and somebody has decided or taken out since it was read: who did what, and when."""
    still = {contact.reference for contact in contacts}
    asked = {key.removeprefix("version-")[:10] for key in request.POST if key.startswith("version-")} - still
    found = []
    for contact in (
        Contact.objects.visible_to(request.user).filter(reference__in=asked).order_by("tier", "rank_at", "id")
    ):
        refused = stale(contact)
        audit.refused(request, refused)
        found.append(Result(contact, why=refused.message))
    return found


def _offered(contacts: list[Contact]) -> Offered:
    """What can be chosen on the page; asked before anything is decided, so that what was chosen stays a choice."""
    return Offered(any(contact.type.may_become_referral for contact in contacts), frozenset(may_join(contacts)))


def _forms(
    request: StaffRequest, contacts: list[Contact], on: date, offered: Offered
) -> tuple[CommonForm, dict[int, list[RowForm]]]:
    is_manager = rules.is_manager(request.user)
    common = acting.form(request, CommonForm, on=on, is_manager=is_manager, contacts=contacts, offered=offered)
    children = {contact.pk: [r for r in contact_readers.rows_of(contact) if r.is_child] for contact in contacts}
    everybody = [row for rows in children.values() for row in rows]
    waiting = to_settle(everybody) if holds(request.user, P.PEOPLE_EDIT) else {}
    rows = {
        key: [
            RowForm(
                acting.typed(common),
                row=row,
                on=on,
                is_manager=is_manager,
                offered=offered,
                given=waiting.get(row.pk, ()),
            )
            for row in about
        ]
        for key, about in children.items()
    }
    acting.together(common, [form for forms in rows.values() for form in forms])
    return common, rows


def _decide(
    request: StaffRequest, contacts: list[Contact], common: CommonForm, rows: dict[int, list[RowForm]]
) -> list[Result]:
    """Give a grade where there is none, then decide each; a grade kept when the decision is refused does no harm."""
    user = request.user
    at = timezone.now()
    given = common.cleaned_data
    answers = []
    failed: list[Result] = []
    for contact in contacts:
        sent = request.POST.get(f"version-{contact.reference}", "")
        version = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0
        decided_on = contact
        if given.get("grade") and not contact.grade and contact.type.ranks_with_concerns and contact.version == version:
            try:
                decided_on = contact_actions.grade(contact=contact, by=user, at=at, grade=given["grade"])
            except Refused as refused:
                audit.refused(request, refused)
                failed.append(Result(contact, why=refused.message))
                continue
            version = decided_on.version
        decisions = [form.decision(given) for form in rows[contact.pk]]
        if not decisions:
            decisions = [ChildDecision(child=0, outcome=given["outcome"], reason=given["reason"])]
        settled = [(form.row, keys) for form in rows[contact.pk] if (keys := form.settled()) is not None]
        answers.append(Answer(decided_on, tuple(decisions), version, tuple(settled)))
    return [*together.screen_together(answers=answers, by=user, at=at), *failed]


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.CONTACT_SCREEN)
def bulk(request: StaffRequest) -> HttpResponse:
    """End contacts chosen on the queue together: what may be is listed with a line each, the rest with why not."""
    user = request.user
    now = timezone.now()
    on = london_date(now)
    rule = bulk_rule(on)
    asked = (request.POST if request.method == "POST" else request.GET).getlist("contact")
    references = list(dict.fromkeys(text.strip().upper()[:10].replace("\x00", "") for text in asked))[:200]
    chosen = list(
        Contact.objects.visible_to(user)
        .filter(reference__in=references)
        .select_related("type", "agency", "claimed_by", "text")
        .order_by("tier", "rank_at", "id")
    )
    which = urlencode([("contact", reference) for reference in sorted(contact.reference for contact in chosen)])
    at = f"{reverse('referrals:bulk')}?{which}"
    form = acting.form(request, BulkForm, on=on, at=at)
    typed = acting.typed(form) or {}
    lines = {contact.reference: str(typed.get(f"line-{contact.reference}", "")) for contact in chosen}
    done = acting.carry_out(
        request,
        form,
        lambda given, at: together.end_together(chosen=chosen, lines=lines, by=user, at=at, **given),
        to=lambda act: reverse("referrals:bulk_act", args=[act.pk]),
        in_parts=True,
    )
    if done is not None:
        return done
    opened = opened_by(user, [contact.reference for contact in chosen])
    looked = [
        (contact, together.why_not(contact, by=user, at=now, opened=contact.reference in opened)) for contact in chosen
    ]
    people = [row.person_id for contact in chosen for row in contact.people.all() if row.person_id is not None]
    audit.shows(request, people, reason="closing in bulk")
    return page(
        request,
        "referrals/bulk.html",
        {
            "form": form,
            "ready": [contact for contact, why in looked if not why],
            "left_out": [(contact, why) for contact, why in looked if why],
            "lines": lines,
            "most": rule.most,
            "too_many": len(chosen) > rule.most,
            "now": now,
        },
    )


@require_safe
@needs(P.CONTACT_SCREEN)
def bulk_act(request: StaffRequest, key: int) -> HttpResponse:
    """What happened to each row of one's own act."""
    user = request.user
    act = get_object_or_404(BulkAct.objects.filter(by=user), pk=key)
    seen = Contact.objects.visible_to(user).filter(bulk_rows__act=act).values("pk")
    rows = list(act.rows.filter(contact__in=seen).select_related("contact", "sample__to").order_by("result", "id"))
    now = timezone.now()
    return page(
        request,
        "referrals/bulk_act.html",
        {
            "act": act,
            "outcome": lists.label("contact_outcome", act.outcome),
            "rows": [{"row": row, "may_undo": may_undo(row.contact, user, now)} for row in rows],
            "ended": sum(row.result == "ended" for row in rows),
            "samples": [row.sample for row in rows if hasattr(row, "sample")],
        },
    )


@require_safe
@needs(P.CONTACT_SIGN_OFF)
def looked_over(request: StaffRequest) -> HttpResponse:
    """Samples of bulk closures that wait to be reviewed, and how often they were overturned."""
    user = request.user
    now = timezone.now()
    seen = Contact.objects.visible_to(user)
    waiting = list(
        DipSample.objects.waiting()
        .for_user(user)
        .filter(row__contact__in=seen)
        .select_related("row__act__by", "row__contact", "to")
        .order_by("due_on", "id")[:100]
    )
    return page(
        request,
        "referrals/looked_over.html",
        {
            "waiting": waiting,
            "today": london_date(now),
            "figures": hooks.outturn_of_ended_together[0](now),
            "label": lists.label,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.CONTACT_SIGN_OFF)
def look_over(request: StaffRequest, key: int) -> HttpResponse:
    """One contact of a sample: its text, how it was ended, and the verdict."""
    user = request.user
    rows = DipSample.objects.filter(row__contact__in=Contact.objects.visible_to(user))
    sample = get_object_or_404(rows.select_related("row__act__by", "row__contact"), pk=key)
    contact: Contact = sample.row.contact
    contact_readers.keep_out(contact_readers.rows_of(contact), user, timezone.now())
    form = acting.form(request, LookedOverForm, record=contact)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: together.look_over(
            sample=sample, by=user, at=at, is_overturned=given["verdict"] == "overturn", reason=given["reason"]
        ),
        said=lambda looked: (
            "Overturned: the contact is open again." if looked.is_overturned else "Noted: it was right."
        ),
        to=reverse("referrals:looked_over"),
    )
    if done is not None:
        return done
    look = contact_readers.look(contact, user, timezone.now())
    audit.shows(request, look.shown, kind="opened", reference=contact.reference, reason="reviewing bulk closures")
    contact_readers.note_opened(contact, user)
    return page(
        request,
        "referrals/look_over.html",
        {
            "sample": sample,
            "contact": contact,
            "look": look,
            "form": form,
            "outcome": lists.label("contact_outcome", sample.row.act.outcome),
        },
    )


@require_POST
@needs(P.CONTACT_SCREEN)
def undo(request: StaffRequest, reference: str) -> HttpResponse:
    """Take one's own decision back within its minute."""
    contact: Contact = get_visible(Contact, request.user, reference)
    return acting.at_once(
        request,
        lambda at: undo_decision(contact=contact, by=request.user, at=at),
        said=f"The decision on {contact.reference} has been undone. You are screening it again.",
        back=reverse("contacts:contact", args=[contact.reference]),
    )
