"""What became of a referral, told in the child's chronology: what happened to the child, not what was done here."""

from collections.abc import Collection, Sequence

from django.db.models import Q

from contacts.families.telling import of_several, tellings
from frontdoor.codelists import lists
from frontdoor.people.models import Person
from frontdoor.people.record.said import Said, Teller, saying
from frontdoor.workflow.models import StatusChange
from referrals.models import Referral

WORDS = {
    "accept": "accepted",
    "allocate": "given to a social worker",
    "start_assessment": "assessment started",
    "finish_assessment": "assessment finished",
    "abandon_assessment": "assessment ended unfinished",
    "go_on_with_service": "assessment ended unfinished, the help goes on",
    "reopen": "open again: it had been closed in error",
    "undo": "decision taken back",
}


def said(person: Person, changes: Sequence[StatusChange], with_handling: bool) -> dict[int, Said]:
    """What each change was for the child."""
    found = Referral.objects.filter(reference__in={c.reference for c in changes}).select_related("contact_person")
    rows = {row.reference: row for row in found}
    # A reason given for the children of two families at once names both.
    told = tellings([row.contact_person for row in rows.values()])
    return {
        change.pk: Said(
            _words(change, rows[change.reference]),
            told[rows[change.reference].contact_person_id].plain(change.reason),
        )
        for change in changes
        if change.reference in rows
    }


def found(person: Person, references: Collection[str], words: str) -> Q:
    """Changes whose reason, as this child's family may read it, holds the words."""
    rows = dict(Referral.objects.filter(reference__in=references).values_list("reference", "contact__reference"))
    shared = of_several(rows.values())
    several = {reference for reference, contact in rows.items() if contact in shared}
    plain = Q(reference__in=set(references) - several, reason__icontains=words)
    return plain | saying(said, person, several, words)


def _words(change: StatusChange, referral: Referral) -> str:
    if change.move == "born":
        is_accepted = change.to_status != Referral.Status.AWAITING_DECISION
        return "opened and accepted" if is_accepted else "opened, to be decided"
    if change.move == "provide_service" and referral.service:
        return f"{referral.get_service_display()} started"
    if change.move == "no_further_action" and referral.ending:
        return str(referral.get_ending_display())
    if change.move == "close" and referral.closure_reason:
        return f"closed: {lists.label('closure_reason', referral.closure_reason)}"
    return WORDS.get(change.move, change.status_words.lower())


TELLER = Teller("referrals.referral", said=said, found=found)
