from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from frontdoor import audit


def put_doors() -> None:
    """Say where a contact and a referral are decided, allocated, ended: their pages show the buttons from this."""
    from contacts.models import Contact
    from frontdoor.workflow import doors
    from referrals.models import (
        AgeAssessment,
        Enquiry,
        Letter,
        Measure,
        ProtectionPlan,
        Referral,
        Transfer,
        Unaccompanied,
    )

    for name, word in (("tell", "told"), ("place", "place"), ("extend", "extend"), ("end", "end")):
        doors.put(Measure, name, "referrals:measure_act", word)
    doors.put(Referral, "record_measure", "referrals:measure_new", kind="secondary")
    for name, word in (
        ("record_facts", "facts"),
        ("refer", "refer"),
        ("accept", "accept"),
        ("transfer", "transfer"),
        ("stay", "stay"),
        ("put_right", "put-right"),
    ):
        doors.put(Unaccompanied, name, "referrals:unaccompanied_act", word)
    for name, word in (
        ("change_assessors", "assessors"),
        ("tell", "tell"),
        ("think_again", "again"),
        ("decide", "decide"),
        ("withdraw", "withdraw"),
    ):
        doors.put(AgeAssessment, name, "referrals:age_act", word)
    for name, word in (
        ("record_seen", "seen"),
        ("propose", "outcome"),
        ("authorise", "authorise"),
        ("send_to_conference", "authorise"),
        ("send_back", "return"),
        ("hold_conference", "conference"),
        ("change_lead", "lead"),
        ("discontinue", "end"),
    ):
        doors.put(Enquiry, name, "referrals:enquiry_act", word)
    for name, word in (
        ("edit", "edit"),
        ("pass_check", "check"),
        ("send", "send"),
        ("take_back", "take-back"),
        ("withdraw", "withdraw"),
    ):
        doors.put(Letter, name, "referrals:letter_act", word)
    doors.put(Referral, "write_letter", "referrals:write_letter", kind="secondary")
    for name, word in (
        ("accept_elsewhere", "accepted-there"),
        ("decline", "decline"),
        ("decline_elsewhere", "declined-there"),
        ("refuse", "refuse"),
        ("withdraw", "withdraw"),
        ("put_right", "put-right"),
    ):
        doors.put(Transfer, name, "referrals:transfer_act", word, kind="" if word == "accepted-there" else "secondary")
    doors.put(Transfer, "accept", "referrals:accept_transfer")
    doors.put(Transfer, "propose", "referrals:propose_transfer")
    doors.put(Transfer, "change", "referrals:change_transfer", kind="secondary")
    doors.put(Referral, "transfer", "referrals:send_transfer", "team", kind="secondary")
    doors.put(Referral, "transfer_elsewhere", "referrals:send_transfer", "authority", kind="secondary")
    doors.put(Referral, "ask_for", "referrals:ask_for", kind="secondary")
    for name, word in (
        ("review", "review"),
        ("record_core_group", "core-group"),
        ("change_people", "people"),
        ("end", "end"),
    ):
        doors.put(ProtectionPlan, name, "referrals:plan_act", word, kind="warning" if name == "end" else "")
    doors.put(Referral, "record_plan", "referrals:transfer_in")
    doors.put(Contact, "decide", "referrals:decide")
    doors.put(Contact, "sign_off", "referrals:sign_off", text="Sign off or return")
    doors.put(Contact, "fast_track", "referrals:fast_track", kind="warning")
    doors.put(Contact, "tell", "referrals:tell")
    doors.put(Contact, "stand_down", "referrals:stand_down", text="Stand the fast track down", kind="secondary")
    doors.put(Contact, "reopen", "referrals:reopen_contact", text="Reopen, decided wrongly", kind="secondary")
    doors.put(Contact, "confirm_telephone", "referrals:confirm_telephone")
    doors.put(Contact, "reply", "referrals:reply", kind="secondary")
    doors.put(Contact, "change_type", "referrals:change_type", kind="secondary")
    doors.put(Contact, "record_owed", "referrals:owed_of_contact", kind="secondary")
    doors.put(Referral, "record_owed", "referrals:owed")
    doors.put(Referral, "care_alone", "referrals:alone", kind="secondary")
    doors.put(Referral, "confirm_child", "referrals:confirm_child")
    doors.put(Referral, "discuss_strategy", "referrals:discuss")
    for name in ("allocate", "allocate_anew", "reallocate"):
        doors.put(Referral, name, "referrals:allocate")
    doors.put(Referral, "no_further_action", "referrals:act", "end", text="End without further work")
    for name, word in (
        ("accept", "accept"),
        ("provide_service", "service"),
        ("set_need", "need"),
        ("close", "close"),
        ("reopen", "reopen"),
    ):
        doors.put(Referral, name, "referrals:act", word)


def bring_in_step(sender: Any, using: str = "default", **kwargs: Any) -> None:
    """After a migration: what each ending means for the returns stands in its table."""
    from referrals.shipped import load

    load()


class ReferralsConfig(AppConfig):
    name = "referrals"
    label = "referrals"
    verbose_name = "Referrals"

    def ready(self) -> None:
        """Say the words of our audit events; hear of taken alerts; say what merging does; load shipped rows."""
        from contacts import hooks as of_contacts
        from contacts.handover import hooks as of_handover
        from frontdoor.clocks import hooks as of_clocks
        from frontdoor.notifications import hooks
        from frontdoor.people import hooks as of_people
        from frontdoor.people.access import kept_back
        from frontdoor.people.disposal import disposal_policy
        from frontdoor.people.hooks import Episodes, merge_policy
        from frontdoor.people.record.chronology import declare
        from frontdoor.people.record.said import tellers
        from frontdoor.retention.reckoning import count_too
        from frontdoor.staff import hooks as of_staff
        from frontdoor.workflow import hooks as workflow_hooks
        from referrals import hooks as of_referrals
        from referrals import leaving, taking
        from referrals.absences import follow
        from referrals.actions import become_contact, tell_of_parted, why_not_a_contact
        from referrals.chronology import TELLER
        from referrals.escalating import tell_of_endangered
        from referrals.events import EVENTS
        from referrals.fast_track import alert_taken, child_added
        from referrals.hidden import from_contacts_taken_under_restriction
        from referrals.keeping import protection
        from referrals.letters.chronology import SOURCE as LETTERS
        from referrals.letters.tables import register_rules as register_letters
        from referrals.models import OPEN_STATUSES
        from referrals.protection import enquiry_models, from_handover, measures, plans
        from referrals.protection.chronology import ENQUIRY_SOURCE, MEASURE_SOURCE, PLAN_SOURCE, SOURCE
        from referrals.protection.enquiries import below, open_enquiry, passed_on
        from referrals.protection.leaving import held as enquiries_held
        from referrals.protection.register import on_protection_plan, standing_of
        from referrals.readers import work_on
        from referrals.signatures import register_kinds
        from referrals.tables import register_rules
        from referrals.transfers import following
        from referrals.transfers.chronology import TRANSFER_SOURCE
        from referrals.unaccompanied import age
        from referrals.unaccompanied.chronology import AGE_SOURCE
        from referrals.unaccompanied.leaving import held as age_assessments_held

        audit.register(EVENTS)
        tellers["referral"] = TELLER
        declare(SOURCE)
        declare(ENQUIRY_SOURCE)
        declare(LETTERS)
        declare(AGE_SOURCE)
        declare(MEASURE_SOURCE)
        declare(TRANSFER_SOURCE)
        declare(PLAN_SOURCE)
        put_doors()
        register_rules()
        register_letters()
        register_kinds()
        count_too(protection)
        if on_protection_plan not in of_contacts.on_plan:
            of_contacts.on_plan.append(on_protection_plan)
        if standing_of not in of_contacts.standing:
            of_contacts.standing.append(standing_of)
        if from_handover.onward not in of_handover.onward:
            of_handover.onward.append(from_handover.onward)
        if work_on not in of_contacts.open_work:
            of_contacts.open_work.append(work_on)
        if not of_people.episodes_kept:
            of_people.episodes_kept.append(Episodes(why_not_a_contact, become_contact))
        if tell_of_parted not in of_people.parted:
            of_people.parted.append(tell_of_parted)
        if child_added not in of_contacts.child_added:
            of_contacts.child_added.append(child_added)
        if leaving.held not in of_staff.holdings:
            of_staff.holdings.append(leaving.held)
            of_staff.letting_go.append(leaving.let_go)
            of_staff.still_held.append(leaving.still_held)
        of_clocks.at_sweep["follow who is away"] = follow
        of_clocks.at_sweep["tell of children in danger without a worker"] = tell_of_endangered
        of_clocks.at_sweep["tell of protection that ends"] = measures.tell_before_the_end
        if enquiries_held not in of_staff.holdings:
            of_staff.holdings.append(enquiries_held)
        if age_assessments_held not in of_staff.holdings:
            of_staff.holdings.append(age_assessments_held)
        if passed_on not in of_referrals.passed_on:
            of_referrals.passed_on.append(passed_on)
        if below not in of_referrals.open_below:
            of_referrals.open_below.append(below)
        if age.below not in of_referrals.open_below:
            of_referrals.open_below.append(age.below)
        if measures.below not in of_referrals.open_below:
            of_referrals.open_below.append(measures.below)
        if following.below not in of_referrals.open_below:
            of_referrals.open_below.append(following.below)
        if following.waits not in workflow_hooks.blockers:
            workflow_hooks.blockers.append(following.waits)
        if plans.passed_on not in of_referrals.passed_on:
            of_referrals.passed_on.append(plans.passed_on)
            of_referrals.open_below.append(plans.below)
        if alert_taken not in hooks.on_taken:
            hooks.on_taken.append(alert_taken)
        if from_contacts_taken_under_restriction not in kept_back:
            kept_back.append(from_contacts_taken_under_restriction)
        if taking.alert_taken not in hooks.on_taken:
            hooks.on_taken.append(taking.alert_taken)
        merge_policy(
            "referrals.Referral",
            "child",
            "move",
            "a child's referrals are the one child's; a second open one, which a merge does not make, would stay",
            once=(),
            when="{row}.status IN (" + ", ".join(f"'{status}'" for status in OPEN_STATUSES[1:]) + ")",
        )
        disposal_policy("referrals.Referral", "child", "destroy", "a referral is one child's")
        merge_policy(
            "referrals.Enquiry",
            "child",
            "move",
            "a child's enquiries are the one child's; a second open one, which a merge does not make, would stay",
            once=(),
            when="{row}.status IN (" + ", ".join(f"'{status}'" for status in enquiry_models.OPEN_STATUSES) + ")",
        )
        disposal_policy("referrals.Enquiry", "child", "destroy", "an enquiry is one child's")
        merge_policy(
            "referrals.Letter",
            "recipient",
            "move",
            "whom it went to is the record that stands; the letter itself stays on the referral of its child",
            once=("referral_id", "kind"),
            when="{row}.status IN ('draft', 'checked')",
        )
        disposal_policy(
            "referrals.Letter", "recipient", "blank", "a letter belongs to the record of the child it is about"
        )
        merge_policy(
            "referrals.Measure",
            "child",
            "move",
            "what keeps a child safe is the one child's; a second of a kind, which a merge does not make, would stay",
            once=("kind",),
            when="{row}.status = 'running'",
        )
        disposal_policy("referrals.Measure", "child", "destroy", "police protection or an order is one child's")
        if measures.still_running not in workflow_hooks.blockers:
            workflow_hooks.blockers.append(measures.still_running)
        if open_enquiry not in workflow_hooks.blockers:
            workflow_hooks.blockers.append(open_enquiry)
        if age.open_assessment not in workflow_hooks.blockers:
            workflow_hooks.blockers.append(age.open_assessment)
        merge_policy(
            "referrals.ProtectionPlan",
            "child",
            "move",
            "a child's plans are the one child's; a second running one, which a merge does not make, would stay",
            once=(),
            when="{row}.status = 'running'",
        )
        disposal_policy("referrals.ProtectionPlan", "child", "destroy", "a plan is one child's")
        if plans.running_plan not in workflow_hooks.blockers:
            workflow_hooks.blockers.append(plans.running_plan)
        post_migrate.connect(bring_in_step, sender=self)
