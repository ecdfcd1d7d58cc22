"""What an ending means for the returns, how many end together and what a case weighs, as the product ships them."""

from frontdoor.dated import ship
from referrals.letters import shipped as letters
from referrals.models import BulkRule, CaseloadRule, CaseWeight, EndingRule, Referral

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
