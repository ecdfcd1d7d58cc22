"""The minutes of a strategy discussion as a PDF: about one child and that child's family, and nobody else."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from frontdoor.access import Permission, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.people.protection.secrets import Secret
from frontdoor.printing.setting import Paper, clean, drawn, lines, told
from frontdoor.ui.formats import day, moment
from referrals.models import Referral, StrategyDiscussion
from referrals.withheld import family_on, kept_back, relatives

FREE = frozenset({"chair", "printer", "recorder", "name", "emergency", "who", "brought", "lines", "what", "owner"})


def of_the_family(referral: Referral, others: Sequence[StrategyDiscussion]) -> list[StrategyDiscussion]:
    """Of the children who were discussed together those of this child's family."""
    family = family_on(referral) | (relatives(referral.child) if referral.child is not None else set())
    given = referral.contact_person.family_group
    return [
        row
        for row in others
        if row.referral.child_id in family
        or (row.referral.contact_id == referral.contact_id and row.referral.contact_person.family_group == given)
    ]


@transaction.atomic
def minutes_pdf(
    *, discussion: StrategyDiscussion, others: Sequence[StrategyDiscussion], by: User, at: datetime
) -> bytes:
    """The minutes as a PDF, with who printed them and when on every page; that they were printed is noted.

    ``others``: the other children's parts that the user may see; those of another family are left out.
    """
    require(by, Permission.REFERRAL_VIEW)
    referral = discussion.referral
    children = [discussion, *of_the_family(referral, others)]
    secrets = kept_back(referral, by, also=[row.referral for row in children[1:]])
    people = [row.referral.child_id for row in children if row.referral.child_id is not None]
    write_audit("referral.minutes_printed", by=by, reference=referral.reference, people=people)
    return drawn(Paper("minutes", _data(discussion, children, secrets, by=by, at=at), FREE))


def _data(
    discussion: StrategyDiscussion,
    children: Sequence[StrategyDiscussion],
    secrets: list[Secret],
    *,
    by: User,
    at: datetime,
) -> dict[str, Any]:
    def text(words: str) -> str:
        return told(words, secrets)

    return {
        "reference": discussion.referral.reference,
        "held": moment(discussion.held_at),
        "chair": text(", ".join(filter(None, [discussion.chair_name, discussion.chair_role]))),
        "printer": clean(by.name),
        "printed": moment(at),
        "recorder": clean(discussion.recorded_by.name),
        "recorded": moment(discussion.recorded_at),
        "without": ", ".join(discussion.missing) if discussion.missing and discussion.emergency_reason else "",
        "emergency": lines(text(discussion.emergency_reason)) if discussion.missing else [],
        "kept": bool(secrets),
        "participants": [
            {
                "agency": row.get_agency_display(),
                "who": text(", ".join(filter(None, [row.name, row.role])) or "name not recorded"),
                "attendance": row.get_attendance_display(),
                "brought": lines(text(row.brought)),
            }
            for row in discussion.participants.all()
        ],
        "children": [
            {
                "name": clean(row.referral.child_name or "the child"),
                "facts": [
                    {"label": label, "lines": lines(text(words)) or ["Not recorded"]}
                    for label, words in (
                        ("Decided", row.get_outcome_display()),
                        ("Why", row.decision),
                        ("Immediate safety", row.immediate_safety),
                        ("Who sees the child", row.who_sees),
                        ("To be seen by", moment(row.see_by) if row.see_by else ""),
                    )
                ],
            }
            for row in children
        ],
        "actions": [
            {"what": lines(text(row.what)), "owner": text(row.owner), "due": day(row.due_on)}
            for row in discussion.actions.all()
        ],
    }
