"""Child protection in a chronology: discussions, enquiries, plans, police protection, orders, and what came of them."""

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse

from frontdoor.accounts.models import User
from frontdoor.people.models import Person
from frontdoor.people.record.chronology import Event, Source, Window
from frontdoor.ui.formats import day, moment
from referrals.models import Referral
from referrals.protection.enquiry_models import Enquiry
from referrals.protection.measure_models import Followed, Measure
from referrals.protection.models import StrategyDiscussion
from referrals.protection.plan_models import ProtectionPlan


def discussions_of(person: Person, user: User, window: Window) -> Iterable[Event]:
    """Strategy discussions about the child, on referrals the user may see."""
    mine = Referral.objects.visible_to(user).of_child(person.pk).order_by()
    rows = StrategyDiscussion.objects.filter(referral__in=mine).select_related("referral", "recorded_by")
    if window.words:
        rows = rows.filter(Q(decision__icontains=window.words) | Q(recorded_by__name__icontains=window.words))
    for row in window.cut(rows, "strategy", "held_at"):
        yield Event(
            at=row.held_at,
            title=f"Strategy discussion: {row.get_outcome_display()} (referral {row.referral.reference})",
            text=row.decision,
            by=row.recorded_by.name,
            href=reverse("referrals:minutes", args=[row.referral.reference, row.pk]),
            source="strategy",
            key=row.pk,
            kind="strategy",
            reference=row.referral.reference,
        )


SOURCE = Source("strategy", {"strategy": "Strategy discussion"}, discussions_of)


def enquiries_of(person: Person, user: User, window: Window) -> Iterable[Event]:
    """Outcomes of section 47 enquiries about the child a second manager has authorised, on referrals the user may see.

    How each began is told by the discussion that decided it.
    """
    mine = Referral.objects.visible_to(user).of_child(person.pk).order_by()
    rows = Enquiry.objects.filter(referral__in=mine, authorised_at__isnull=False)
    rows = rows.select_related("authorised_by", "conference")
    if window.words:
        rows = rows.filter(Q(findings__icontains=window.words) | Q(support__icontains=window.words))
    for row in window.cut(rows, "section47", "authorised_at"):
        held = getattr(row, "conference", None)
        conference = f". Conference held on {day(held.held_on)}: {held.get_result_display()}" if held else ""
        yield Event(
            at=row.authorised_at,
            title=f"Section 47 enquiry {row.reference}: {row.get_outcome_display()}{conference}",
            text=row.findings,
            by=row.authorised_by.name if row.authorised_by else "",
            href=reverse("referrals:enquiry", args=[row.reference]),
            source="section47",
            key=row.pk,
            kind="section47",
            reference=row.reference,
        )


ENQUIRY_SOURCE = Source("section47", {"section47": "Section 47 enquiry"}, enquiries_of)


def measures_of(person: Person, user: User, window: Window) -> Iterable[Event]:
    """Police protection and emergency orders of the child, on referrals the user may see; never where the child is."""
    mine = Referral.objects.visible_to(user).of_child(person.pk).order_by()
    rows = Measure.objects.filter(referral__in=mine).exclude(followed=Followed.ENTERED_IN_ERROR)
    if window.words:
        found = Q(officer__icontains=window.words) | Q(court__icontains=window.words)
        rows = rows.filter(found | Q(ended_reason__icontains=window.words))
    for row in window.cut(rows, "measure", "began_at"):
        ended = f"ended {moment(row.ended_at)}: {row.get_followed_display()}" if row.ended_at else ""
        yield Event(
            at=row.began_at,
            title=f"{row.get_kind_display()} {row.reference}, {ended or f'until {moment(row.ends_at)}'}",
            text=row.ended_reason,
            by=row.court or row.officer,
            href=reverse("referrals:measure", args=[row.reference]),
            source="measure",
            key=row.pk,
            kind="measure",
            reference=row.reference,
        )


MEASURE_SOURCE = Source("measure", {"measure": "Police protection or emergency order"}, measures_of)


def plans_of(person: Person, user: User, window: Window) -> Iterable[Event]:
    """Child protection plans of the child, as each was put on the register, on referrals the user may see.

    What was entered in error is left out; its conference of an enquiry and how it ended stand beside.
    """
    mine = Referral.objects.visible_to(user).of_child(person.pk).order_by()
    rows = ProtectionPlan.objects.true().filter(referral__in=mine).select_related("referral")
    if window.words:
        rows = rows.filter(
            Q(reviews__decided__icontains=window.words) | Q(came_from__icontains=window.words)
        ).distinct()
    for row in window.cut(rows.prefetch_related("reviews"), "plan", "recorded_at"):
        ended = f", ended on {day(row.ended_on)}: {row.get_ending_display()}" if row.ended_on else ""
        reviews = sorted(row.reviews.all(), key=lambda each: each.held_on)
        yield Event(
            at=row.recorded_at,
            title=f"Child protection plan {row.reference}, from {day(row.started_on)}{ended}",
            text="\n".join(
                f"Review on {day(each.held_on)}: {each.get_result_display().lower()}. {each.decided}"
                for each in reviews
            ),
            by="",
            href=reverse("referrals:plan", args=[row.reference]),
            source="plan",
            key=row.pk,
            kind="plan",
            reference=row.referral.reference,
        )


PLAN_SOURCE = Source("plan", {"plan": "Child protection plan"}, plans_of)
