"""What is done on the referral of the child of ``acts_on_restricted``: assessed, discussed, enquired into, closed."""

from assessments import actions as assessments
from frontdoor.accounts.models import User
from frontdoor.clocks.working_days import previous_working_day
from referrals import actions as referrals
from referrals.protection import enquiries, plans
from referrals.protection.minutes import Agreed
from tests.fitness.restricted_stage import Stage
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
