"""What an ending at the decision means for the returns, and how many end together, as the product ships them."""

from frontdoor.dated import ship
from referrals.letters import shipped as letters
from referrals.models import BulkRule, EndingRule, Referral

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


def load() -> None:
    """Ship the rules (:func:`frontdoor.dated.ship`)."""
    ship(
        EndingRule(ending=ending, is_nfa=is_nfa, is_returnable=is_returnable)
        for ending, (is_nfa, is_returnable) in SHIPPED.items()
    )
    ship([BulkRule()])
    letters.load()
