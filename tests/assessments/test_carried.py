"""What goes down to early help from an authorised assessment goes whole, however long it is."""

from assessments import actions
from assessments.early_help import steps
from assessments.early_help.facts import ConsentFacts
from assessments.models import Assessment
from contacts.facts import ReferrerFacts
from frontdoor.accounts.models import User
from tests.assessments.conftest import AT, SIGNED, SUBMITTED


def test_a_step_down_carries_the_whole_reason_of_the_outcome(
    complete: Assessment, worker: User, second_manager: User
) -> None:
    reason = " ".join(f"Because of the {number}th thing." for number in range(120))
    long = "The school, the health visitor and the family agree. " * 370
    assert len(reason) > 2000
    assert len(long) < 20_000
    save = actions.save_section
    save(assessment=complete, section="analysis", by=worker, at=AT, given={"conclusion": long})
    outcome = {"outcome": "child_in_need", "outcome_reason": reason, "factors": ["1B"]}
    save(assessment=complete, section="outcome", by=worker, at=AT, given=outcome)
    submitted = actions.submit(assessment=Assessment.objects.get(pk=complete.pk), by=worker, at=SUBMITTED)
    actions.authorise(assessment=submitted, by=second_manager, at=SIGNED, reason="Agreed.")
    found = steps.carried(
        submitted.referral, lead=ReferrerFacts(name="Pat Hale", organisation="Mill School"),
        reason="Grandmother helps now. " * 30, consent=ConsentFacts(status="given"), at=SIGNED,
    )  # fmt: skip
    assert " ".join(action.what for action in found.actions) == reason
    assert all(len(action.what) <= steps.LONGEST_ACTION for action in found.actions)
    assert found.texts["conclusion"].startswith(long.strip())
    assert found.texts["conclusion"].endswith("Grandmother helps now.")
