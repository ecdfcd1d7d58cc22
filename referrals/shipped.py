"""What an ending means for the returns, how many end together, what a case weighs, what a transfer asks: as shipped."""

from frontdoor.dated import ship
from referrals.letters import shipped as letters
from referrals.models import BulkRule, CaseloadRule, CaseWeight, EndingRule, Referral, TransferItem

#: Ending to (counts as a referral with no further action, is part of the returns at all).
SHIPPED: dict[str, tuple[bool, bool]] = {
    Referral.Ending.NO_FURTHER_ACTION: (True, True),
    Referral.Ending.ADVICE: (False, True),
    Referral.Ending.EARLY_HELP: (False, True),
    Referral.Ending.NAMED_SERVICE: (False, True),
    Referral.Ending.ANOTHER_AUTHORITY: (False, True),
    Referral.Ending.STOOD_DOWN: (False, False),
    Referral.Ending.JOINED: (False, False),
    Referral.Ending.UNDONE: (False, False),
}

#: Points of one case by stage: a start for a council to change, as nothing nationwide says them.
POINTS: dict[str, int] = {
    CaseWeight.Stage.TO_BEGIN: 2,
    CaseWeight.Stage.IN_ASSESSMENT: 2,
    CaseWeight.Stage.ASSESSED: 1,
    CaseWeight.Stage.SECTION_47: 4,
    CaseWeight.Stage.CHILD_IN_NEED: 2,
    CaseWeight.Stage.PROTECTION_PLAN: 3,
    CaseWeight.Stage.OTHER: 1,
}
#: What is seen to before a transfer: code, words, for which transfers.
CHECKLIST: tuple[tuple[str, str, str], ...] = (
    ("record_up_to_date", "The record is up to date: visits, case notes, chronology and relationships", "both"),
    ("plan_current", "The assessment or plan is current and written down", "both"),
    ("visits_up_to_date", "Visits owed have been made, and the child has been seen", "both"),
    ("manager_agrees", "The sending manager has read the file and agrees", "both"),
    ("family_told", "The child and the family have been told and know what happens next", "both"),
    ("network_told", "School, health and others who work with the family know", "both"),
    ("meeting_held", "A joint visit or a handover meeting is agreed", "team"),
    ("address_confirmed", "The family’s new address has been confirmed", "authority"),
    ("conference_there", "Where the child has a plan: a transfer-in conference there has been asked for", "authority"),
)


def load() -> None:
    """Ship the rules (:func:`frontdoor.dated.ship`)."""
    ship(
        EndingRule(ending=ending, is_nfa=is_nfa, is_returnable=is_returnable)
        for ending, (is_nfa, is_returnable) in SHIPPED.items()
    )
    ship([BulkRule()])
    ship(CaseWeight(stage=stage, points=points) for stage, points in POINTS.items())
    ship([CaseloadRule()])
    letters.load()
    ship(
        TransferItem(code=code, label=label, used_for=used_for, position=place)
        for place, (code, label, used_for) in enumerate(CHECKLIST, start=1)
    )
