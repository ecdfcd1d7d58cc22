"""Closing mild contacts in bulk, the sample of them, and taking a decision back."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts.models import Contact
from contacts.screening import readers as contact_readers
from contacts.screening.closing import opened_by
from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest, get_visible
from frontdoor.access import page as needs
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists
from frontdoor.ui.responses import page
from referrals import hooks, together
from referrals.models import BulkAct, DipSample, bulk_rule
from referrals.together_forms import BulkForm, LookedOverForm
from referrals.undoing import may_undo, undo_decision

P = Permission


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
    called = f"Close {len(chosen)} contact{'s' if len(chosen) > 1 else ''} in bulk" if chosen else ""
    form = acting.form(request, BulkForm, called=called, on=on, at=at)
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
