"""What is done on the referral of the child of ``acts_on_restricted``: assessed, discussed, enquired into, closed."""

from datetime import timedelta
from typing import Any

from assessments import actions as assessments
from frontdoor.accounts.models import Team, User
from frontdoor.clocks import actions as clocks
from frontdoor.clocks.working_days import previous_working_day
from frontdoor.people import actions as people
from referrals import actions as referrals
from referrals.letters import actions as letters
from referrals.models import LetterTemplate, StrategyDiscussion, Transfer
from referrals.protection import enquiries, measures, paper, plans
from referrals.protection.minutes import Agreed
from referrals.transfers import actions as transfers
from referrals.transfers.actions import Check, Receiver
from referrals.transfers.models import items
from referrals.unaccompanied import actions as alone
from referrals.unaccompanied import age
from tests.fitness.restricted_stage import BORN, Stage
from tests.referrals.discussions import discussed


def write_the_assessment(stage: Stage) -> None:
    given, by, at = stage.assessment, stage.worker, stage.at
    visits = [
        assessments.record_visit(
            assessment=given, by=by, at=at, happened_at=at, mode="in_person", place="home", is_seen=True,
            seen_alone="yes", observed="Zephyrine plays.", present="Isaura",
        )
        for _ in range(2)
    ]  # fmt: skip
    assessments.withdraw_visit(visit=visits[0], by=by, at=at, reason="Zephyrine was out.")
    rated: dict[str, dict[str, object]] = {
        section: {
            "dimensions": {code: ("need", "As Zephyrine says.") for code, _ in assessments.dimensions_on(at)[domain]}
        }
        for section, domain in (("development", "CDN"), ("parenting", "PC"), ("environment", "FEF"))
    }
    sections: dict[str, dict[str, object]] = {
        "purpose": {"purpose": "To know of Zephyrine."},
        "child": {"words": "I am Zephyrine."},
        **rated,
        "analysis": dict.fromkeys(("worries", "strengths", "impact", "unknown", "conclusion"), "Of Zephyrine."),
        "outcome": {"outcome": "child_in_need", "outcome_reason": "Zephyrine needs help.", "factors": ["1B"]},
    }
    for section, answers in sections.items():
        assessments.save_section(assessment=given, section=section, by=by, at=at, given=answers)


def hand_it_in_and_have_it_returned(stage: Stage) -> None:
    assessments.submit(assessment=stage.assessment, by=stage.worker, at=stage.at)
    assessments.return_with_comments(
        assessment=stage.assessment, by=stage.holder, at=stage.at, comments="Zephyrine's father?"
    )
    assessments.change_author(
        assessment=stage.assessment,
        by=stage.holder,
        at=stage.at,
        author=User.objects.get(username="named.later"),
        reason="Zephyrine knows her.",
    )


def have_it_authorised(stage: Stage) -> None:
    assessments.submit(
        assessment=stage.assessment, by=stage.worker, at=stage.at, what_changed="Nothing is known of Zephyrine's father"
    )
    assessments.authorise(
        assessment=stage.assessment, by=stage.holder, at=stage.at, reason="It says what Zephyrine needs and why."
    )
    assessments.add_addendum(assessment=stage.assessment, by=stage.worker, at=stage.at, text="Zephyrine's father rang.")


def serve_and_discuss(stage: Stage) -> None:
    referrals.set_primary_need(referral=stage.referral, by=stage.worker, at=stage.at, primary_need="N1")
    referrals.provide_service(
        referral=stage.referral, by=stage.holder, at=stage.at, service="child_in_need", reason="Zephyrine needs help."
    )
    discussed(
        stage.referral, by=stage.holder, at=stage.at, outcome="assess", decision="Zephyrine is to be seen.",
        actions=[Agreed("Zephyrine is examined", "Isaura's doctor", stage.at.date())],
    )  # fmt: skip


def enquire(stage: Stage) -> None:
    """One enquiry after the other: the fears were unfounded; a conference was held; one was opened by mistake."""
    by, at = stage.holder, stage.at
    for outcome in ("not_substantiated", "continuing_risk", ""):
        decided = discussed(stage.referral, by=by, at=at, decision="Zephyrine is burnt again.")
        enquiry = decided.enquiries.get()
        stage.hide(enquiry.reference)
        enquiries.change_lead(enquiry=enquiry, by=by, at=at, lead=stage.worker, reason="Zephyrine knows her.")
        if not outcome:
            enquiries.discontinue(enquiry=enquiry, by=by, at=at, ending="entered_in_error", reason="Not Zephyrine.")
            continue
        seen = enquiries.record_seen(enquiry=enquiry, by=stage.worker, at=at, not_seen_reason="Zephyrine is away.")
        proposed = enquiries.propose(
            enquiry=seen, by=stage.worker, at=at, outcome=outcome, findings="Zephyrine is safe."
        )
        seen = enquiries.send_back(enquiry=proposed, by=by, at=at, reason="What did Zephyrine say?")
        proposed = enquiries.propose(
            enquiry=seen, by=stage.worker, at=at, outcome=outcome, findings="Zephyrine says she fell."
        )
        signed = enquiries.authorise(enquiry=proposed, by=by, at=at, reason="Zephyrine was heard.")
        if outcome == "continuing_risk":
            enquiries.hold_conference(enquiry=signed, by=by, at=at, held_on=at.date(), result="no_plan")


def care_for_a_child_alone(stage: Stage) -> None:
    """She came alone: what is done for her, the transfer scheme, and three assessments of her age."""
    by, worker, at, today = stage.holder, stage.worker, stage.at, stage.at.date()
    clocks.start("transfer_scheme", reference=stage.referral.reference, started_at=at, by=by)
    kept = alone.begin(referral=stage.referral, by=worker, at=at)
    clocks.stop(reference=stage.referral.reference, rule="transfer_scheme", at=at, by=by, reason="begun")
    stage.hide(kept.reference)
    alone.record_facts(record=kept, by=worker, at=at, solicitor="Zephyrine's solicitor")
    for stays in (False, True):
        sent = alone.refer(record=kept, by=worker, at=at, referred_on=today)
        taken = alone.accept(record=sent, by=worker, at=at, authority="Isaura's town", accepted_on=today)
        if stays:
            kept = alone.stay(record=taken, by=by, at=at, reason="Isaura lives here.")
        else:
            gone = alone.transfer(record=taken, by=by, at=at, transferred_on=today)
            kept = alone.put_right(record=gone, by=by, at=at, reason="Not Zephyrine.")
    other = User.objects.get(username="named.later")
    for is_decided in (False, True):
        begun = age.begin(
            referral=stage.referral, by=worker, at=at, first_assessor=worker, second_assessor=other,
            disputed_by="Isaura", dispute="Zephyrine looks older.", claimed="Zephyrine says 12.",
        )  # fmt: skip
        stage.hide(begun.reference)
        age.change_assessors(
            assessment=begun, by=worker, at=at, first_assessor=other, second_assessor=worker, reason="Zephyrine asks."
        )
        if not is_decided:
            age.withdraw(assessment=begun, by=by, at=at, reason="Zephyrine's passport came.")
            continue
        for reason in ("Zephyrine has a letter.", ""):
            begun = age.tell(
                assessment=begun, by=worker, at=at, told_at=at, minded_to="Zephyrine is 12.", answer="Yes.",
                appropriate_adult="Isaura", interpreter="None was needed: English",
            )  # fmt: skip
            if reason:
                begun = age.think_again(assessment=begun, by=worker, at=at, reason=reason)
        age.decide(
            assessment=begun, by=by, at=at, year=BORN.year, month=BORN.month, day=BORN.day,
            reasons="As Zephyrine says.",
        )  # fmt: skip


def protect(stage: Stage) -> None:
    """The police took the child into protection; the order that followed was extended and ran out."""
    by, at = stage.worker, stage.at
    taken = measures.record(
        referral=stage.referral, by=by, at=at,
        facts=measures.Facts(
            kind="police", began_at=at, officer="Inspector of Zephyrine", place="Zephyrine is on a ward",
            place_is_confidential=True, parents_told="Isaura was told of Zephyrine.",
        ),
    )  # fmt: skip
    stage.hide(taken.reference)
    measures.tell(measure=taken, by=by, at=at, parents_told="Isaura was told where Zephyrine is.")
    measures.change_place(measure=taken, by=by, at=at, place="Zephyrine is at Quillfeather House",
                          place_is_confidential=True)  # fmt: skip
    measures.show_place(measure=taken, by=by)
    measures.end(
        measure=taken,
        by=by,
        at=at,
        followed="order",
        ended_at=at,
        whose="Zephyrine's court",
        reason="Zephyrine is safe.",
    )
    ordered = measures.record(
        referral=stage.referral, by=by, at=at,
        facts=measures.Facts(
            kind="order", began_at=at, ends_at=at + timedelta(days=8), court="Zephyrine's court",
            place="As Zephyrine was",
        ),
    )  # fmt: skip
    stage.hide(ordered.reference)
    ordered = measures.extend(
        measure=ordered, by=by, at=at, extended_at=at, ends_at=ordered.ends_at + timedelta(days=7)
    )
    measures.end(
        measure=ordered, by=by, at=at, followed="discharged", ended_at=at, whose="Zephyrine's court",
        reason="Zephyrine is safe.",
    )  # fmt: skip


def transfer(stage: Stage) -> None:
    """Asked for and refused, proposed and declined, withdrawn, accepted; to another authority, which takes it back."""
    by, at, referral = stage.holder, stage.at, stage.referral
    there = Team.objects.create(code="there", name="There", kind="assessment", manager=by)
    facts: dict[str, Any] = {"at": at, "reason": "Zephyrine moves.", "summary": "Zephyrine is seven."}

    def checks(*, elsewhere: bool = False) -> dict[str, Check]:
        return {item.code: Check(False, "Zephyrine says so.") for item in items(is_elsewhere=elsewhere, on=at.date())}

    def proposed(to: Receiver) -> Transfer:
        made = transfers.propose(
            referral=referral, by=stage.worker, to=to, checks=checks(elsewhere=to.team is None),
            apart_reason="Zephyrine alone.", **facts,
        ).transfer  # fmt: skip
        stage.hide(made.reference)
        return made

    asked = transfers.ask_for(referral=referral, by=by, at=at, to_team=there, reason="Zephyrine lives there.")
    stage.hide(asked.reference)
    other = stage.worker
    other.roles = [*other.roles, "team_manager"]
    other.save()
    transfers.refuse(transfer=asked, by=other, at=at, reason="Zephyrine stays.")
    again = transfers.ask_for(referral=referral, by=by, at=at, to_team=there, reason="Zephyrine asks for it.")
    stage.hide(again.reference)
    agreed = transfers.propose_what_was_asked(transfer=again, by=other, checks=checks(), **facts)
    agreed = transfers.change(transfer=agreed, by=other, at=at, summary="Zephyrine is eight.", checks=checks())
    transfers.decline(transfer=agreed, by=by, at=at, reason="Zephyrine has moved.")
    transfers.withdraw(transfer=proposed(Receiver(team=there)), by=other, at=at, reason="Zephyrine stays.")
    transfers.accept(transfer=proposed(Receiver(team=there)), by=by, at=at, worker=None)
    referrals.allocate(referral=referral, by=by, at=at, team=stage.team, worker=other, reason="Zephyrine is back.")
    outside = Receiver(
        authority="Zephyrine’s council", told="Zephyrine’s desk", told_on=at.date(), shared="Zephyrine’s assessment",
        lawful_basis="section_17", new_address="Zephyrine Road 1", is_address_confidential=True,
    )  # fmt: skip
    sent = proposed(outside)
    taken = transfers.accepted_there(
        transfer=sent, by=other, at=at, accepted_name="Zephyrine’s aunt", accepted_on=at.date()
    )
    sent = transfers.put_right(transfer=taken, by=by, at=at, reason="Not Zephyrine.")
    transfers.declined_there(transfer=sent, by=other, at=at, reason="Zephyrine lives here.")
    other.roles = other.roles[:-1]
    other.save()


def plan_for(stage: Stage) -> None:
    """A plan that came from elsewhere: led, met about, and ended; it was somebody else's."""
    by, at = stage.holder, stage.at
    before = previous_working_day(at.date())
    plan = plans.record_transfer_in(
        referral=stage.referral,
        by=by,
        at=at,
        held_on=before,
        result="plan",
        category="NEG",
        came_from="Zephyrine's aunt",
    )
    assert plan is not None
    stage.hide(plan.reference)
    plans.change_people(plan=plan, by=by, at=at, lead=stage.worker, reason="Zephyrine knows her.")
    plans.record_core_group(plan=plan, by=by, at=at, held_on=at.date(), agreed="Zephyrine sees her father.")
    plans.review(plan=plan, by=by, at=at, held_on=at.date(), result="go_on", decided="Zephyrine is safer.")
    plans.end(plan=plan, by=by, at=at, ending="entered_in_error", ended_on=at.date(), reason="Not Zephyrine.")


def assess_again_and_give_it_up(stage: Stage) -> None:
    again = assessments.start(referral=stage.referral, by=stage.worker, at=stage.at)
    stage.hide(again.reference)
    assessments.abandon(assessment=again, by=stage.holder, at=stage.at, reason="Zephyrine has moved.")


def close(stage: Stage) -> None:
    referrals.close(
        referral=stage.referral, by=stage.holder, at=stage.at, closure_reason="RC8", what_changed="Zephyrine is well."
    )


def reopen_the_referral(stage: Stage) -> None:
    referrals.reopen(referral=stage.referral, by=stage.holder, at=stage.at, reason="Zephyrine is not well.")
    referrals.allocate(referral=stage.referral, by=stage.holder, at=stage.at, team=stage.team, worker=stage.worker)


def write_home(stage: Stage) -> None:
    """A letter to her, said yes to, checked, taken back, checked again, printed and posted; another is withdrawn."""
    by, at = stage.worker, stage.at
    home = people.add_address(person=stage.child, by=by, at=at, lines="9 Bramblewick Steps", postcode="ZZ99 4AB")
    for code in ("referral_received", "moved_team"):
        (made,) = letters.draft(
            referral=stage.referral, template=LetterTemplate.objects.get(code=code), at_addresses=[home.pk], by=by,
            at=at,
        )  # fmt: skip
        stage.hide(made.reference)
        if code == "moved_team":
            letters.withdraw(letter=made, by=by, at=at, reason="Zephyrine has been told.")
            continue
        changed = letters.edit(letter=made, by=by, at=at, subject="Zephyrine's worker", text="Dear Zephyrine.")
        allowed = letters.allow_home(letter=changed, by=by, at=at, reason="Zephyrine wants it.")
        back = letters.take_back(letter=letters.check(letter=allowed, by=by, at=at), by=by, at=at)
        ready = letters.check(letter=back, by=by, at=at)
        letters.printed(letter=ready, by=by, at=at)
        posted = letters.send(letter=ready, by=by, at=at, posted_on=at.date())
        assert posted.document is not None
        stage.hide(posted.document.reference)


def print_the_minutes(stage: Stage) -> None:
    """The minutes of what was discussed, on paper."""
    row = StrategyDiscussion.objects.visible_to(stage.worker).whole().filter(referral=stage.referral)[0]
    paper.minutes_pdf(discussion=row, others=[], by=stage.worker, at=stage.at)
