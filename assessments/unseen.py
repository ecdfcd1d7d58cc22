"""A child nobody saw: what the author's reason has to say, whom it alerts, and what the manager has to say (F2)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from assessments.filler import says_again, says_too_little
from assessments.models import Assessment, Visit
from frontdoor.access import Refused
from frontdoor.codelists import lists


def check_reason(assessment: Assessment, words: str) -> None:
    """Refuse to sign off unseen without the manager's own words: filler, one word, or the author's words are none."""
    if assessment.status != Assessment.Status.SUBMITTED or assessment.child_seen():
        return
    if says_too_little(words):
        raise Refused(
            "Nobody has seen this child: say in your own words, in a sentence or more, why you sign it off all the "
            "same.", code="never_seen", field="never_seen",
        )  # fmt: skip
    label = lists.label("never_seen_reason", assessment.never_seen_reason)
    if says_again(words, [assessment.text.never_seen_detail, label]):
        raise Refused(
            "These are the words of whoever wrote the assessment: give your own reason.", code="never_seen",
            field="never_seen",
        )  # fmt: skip


def _never_seen(assessment: Assessment, today: date) -> Mapping[str, Any]:
    """What the list says of the reason its author gives why the child was never seen; nothing of a child seen."""
    if assessment.child_seen():
        return {}
    rows = lists.rows("never_seen_reason", on=today)
    return next((row.attributes for row in rows if row.code == assessment.never_seen_reason), {})


def alerts(assessment: Assessment, today: date) -> bool:
    """Whether a manager is to be alerted: by the reason given, or by that of an attempt at a visit."""
    alerting = [row.code for row in lists.rows("not_seen_reason", on=today) if row.attributes.get("alert")]
    if assessment.child_seen():
        return False
    tried = Visit.objects.standing().filter(referral=assessment.referral_id, not_seen_reason__in=alerting)
    return bool(_never_seen(assessment, today).get("alert")) or tried.exists()


def check_proposal(assessment: Assessment, today: date) -> None:
    """Refuse what is no reason for handing on an assessment of a child nobody saw."""
    said = _never_seen(assessment, today)
    if said.get("abandon"):
        raise Refused(
            "What was entered in error is not assessed: ask a manager to abandon the assessment, or choose the reason "
            "why the child was never seen.", code="abandon", field="never_seen_reason",
        )  # fmt: skip
    if said.get("explain") and says_too_little(assessment.text.never_seen_detail):
        raise Refused(
            "Say more about why the child was never seen: where the child is, how you know, and what you have tried.",
            code="never_seen", field="never_seen_detail",
        )  # fmt: skip
