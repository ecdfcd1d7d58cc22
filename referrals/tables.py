"""The rules of referrals as rule tables, and the open work they bear on."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from django.db.models import Q

from frontdoor.codelists.tables import name_of
from frontdoor.dated import Column, Plain, Table, Work, bears_on, check_with, holds_for_good, register
from referrals.models import OPEN_STATUSES, BulkRule, CaseloadRule, CaseWeight, EndingRule, Referral, TransferItem
from referrals.transfers.models import WAITING

OPEN = Q(status__in=OPEN_STATUSES)


def _every_ending(
    rows: Sequence[Plain], everything: Mapping[str, Sequence[Plain]], on: date
) -> Iterator[tuple[int, str, str]]:
    """Whatever way a referral ends, a rule says what it means, today and on every day to come."""
    for ending, label in Referral.Ending.choices:
        places = [place for place, row in enumerate(rows) if row["ending"] == ending]
        if not holds_for_good([rows[place] for place in places], on):
            yield (
                places[-1] if places else -1, "valid_to" if places else "ending",
                f"A referral that ends as “{label}” would have no rule.",
            )  # fmt: skip


def register_rules() -> None:
    """Say which tables of referrals are rules, and what they bear on. Called when the app is ready."""
    register(
        Table(
            "ending_rules", "Endings at the decision", "What an ending means for the returns.", EndingRule,
            (
                Column("ending", "Ending", "choice", lambda: Referral.Ending.choices),
                Column("is_nfa", "Counts as no further action", "flag"),
                Column("is_returnable", "Is part of the returns", "flag"),
            ),
            "rules.edit",
        ),
        Table(
            "ending_together", "Bulk closures", "How many contacts can be closed in bulk, and how many are reviewed.",
            BulkRule,
            (
                Column("most", "Contacts closed in bulk, at most", "number"),
                Column("share", "How many of each hundred are reviewed", "number"),
                Column("recontact_days", "Days in which a new contact is counted", "number"),
            ),
            "rules.edit",
        ),
        Table(
            "case_weights", "What a case weighs", "Points of one open case at each stage, on the allocation board.",
            CaseWeight,
            (
                Column("stage", "Stage", "choice", lambda: CaseWeight.Stage.choices),
                Column("points", "Points", "number"),
            ),
            "rules.edit",
        ),
        Table(
            "caseload", "A full caseload", "Points that somebody who works five days a week holds at most.",
            CaseloadRule, (Column("full", "Points", "number"),), "rules.edit",
        ),
        Table(
            "transfer_checklist", "Checklist of a transfer", "What is seen to before a case changes hands.",
            TransferItem,
            (
                Column("code", "Code"),
                Column("label", "What is seen to"),
                Column("used_for", "For transfers", "choice", lambda: TransferItem.For.choices),
                Column("position", "Place on the list", "number"),
            ),
            "rules.edit",
            title="label",
        ),
    )  # fmt: skip
    check_with("ending_rules", _every_ending)
    referral = "referrals.Referral"
    bears_on(
        "ending_rules",
        Work(referral, "", "open referrals", OPEN, "Referrals that have ended keep what they counted as."),
    )
    bears_on(
        "transfer_checklist",
        Work(
            "referrals.Transfer", "checks__code", "transfers waiting for an answer", Q(status__in=WAITING),
            "They keep what was asked when they were proposed.",
        ),
    )  # fmt: skip
    words = "They are shown in the new words."
    for list_name, lookup, told in (
        ("primary_need", "primary_need", "open referrals with this need"),
        ("referral_source", "source", "open referrals from this source"),
        ("closure_reason", "closure_reason", "open referrals closed before for this reason"),
        ("visit_place", "visits__place", "open referrals with a visit there"),
        ("not_seen_reason", "visits__not_seen_reason", "open referrals with such a visit"),
    ):
        bears_on(name_of(list_name), Work(referral, lookup, told, OPEN, words))
