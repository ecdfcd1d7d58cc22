"""What keeps a letter from the home, and what stops every letter: asked whenever one is to leave, by whatever way."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Q
from django.utils import timezone

from contacts.models import Contact
from frontdoor.access import Refused
from frontdoor.people.access import with_joined
from frontdoor.people.protection.secrets import secret_name, without
from referrals.letters.models import Letter, LetterGuard
from referrals.models import Enquiry, Referral
from referrals.protection.enquiry_models import EnquiryEnding
from referrals.withheld import family_on, relatives

#: The code of a case closed because the child died, in the returns.
CLOSED_BY_DEATH = "RC2"
DIED = (
    "The child has died: no letter is written from this record, and none leaves. What is said to the family, a manager "
    "says in person."
)
OWN_CALL = "the child called for themselves"
NEEDS_YES = (
    "A letter about this child may put somebody in danger ({why}): a social worker has to say yes to this letter "
    "first, with the reason."
)


def refuse_for_a_child_who_died(referral: Referral) -> None:
    """Raise Refused where the child of a referral has died, in whatever way the record says so."""
    child = referral.child
    is_dead = child is not None and child.died_on is not None
    is_dead = is_dead or referral.closure_reason == CLOSED_BY_DEATH
    if not is_dead:
        ended = Enquiry.objects.filter(ending=EnquiryEnding.DIED)
        is_dead = ended.filter(Q(referral=referral) | Q(child__isnull=False, child=child)).exists()
    if is_dead:
        raise Refused(DIED, code="died")


def guarding(referral: Referral) -> dict[str, list[tuple[str, str]]]:
    """By reference the contacts that keep letters from the home, and why each does: code and words.

    Every contact about the child, the child's family or anybody of the family on the same contact counts, whoever asks
    and whatever they may see: the reason is told, never what the contact says.
    """
    keys = family_on(referral) | (relatives(referral.child) if referral.child is not None else set())
    about = Q(people__person__in=with_joined(keys)) | Q(pk=referral.contact_id)
    about |= Q(people__joined_reference=referral.reference)
    rows = Contact.objects.filter(about).select_related("type", "text").prefetch_related("additions").distinct()
    guards = list(LetterGuard.objects.in_force(timezone.localdate()))
    return {contact.reference: whys for contact in rows.order_by("pk") if (whys := list(_whys(contact, guards)))}


def reasons(referral: Referral) -> set[str]:
    """Each contact with each of its reasons, as a yes keeps them: more said later asks for another yes."""
    return {f"{reference}:{code}" for reference, whys in guarding(referral).items() for code, _ in whys}


def _whys(contact: Contact, guards: list[LetterGuard]) -> Iterator[tuple[str, str]]:
    if contact.is_the_child:
        yield "own_call", OWN_CALL
    said = ""
    for guard in guards:
        label = f"{guard.label[:1].lower()}{guard.label[1:]}"
        if guard.contact_type and guard.contact_type == contact.type.code:
            yield guard.code, label
        elif guard.words.strip():
            said = said or _words_of(contact)
            secrets = filter(None, map(secret_name, guard.words.splitlines()))
            if without(said, secrets) != said:
                yield guard.code, label


def _words_of(contact: Contact) -> str:
    """Everything that was said in a contact, as one text."""
    text = getattr(contact, "text", None)
    told = [contact.summary, contact.child_location, *contact.grade_reasons]
    if text is not None:
        told += [text.concerns, text.child_said, text.injuries, text.child_with, text.police_told, text.can_it_wait]
    told += [each.text for each in contact.additions.all()]
    return "\n".join(filter(None, told))


def needs_yes(letter: Letter) -> str:
    """Why a social worker's yes is wanted and has not been given in sight of all there is; "" where none is."""
    found = guarding(letter.referral)
    every = [(f"{reference}:{code}", words) for reference, whys in found.items() for code, words in whys]
    if letter.home_yes_at is not None and {key for key, _ in every} <= set(letter.home_yes_for):
        return ""
    return ", ".join(dict.fromkeys(words for _, words in every))


def refuse_without_a_yes(letter: Letter) -> None:
    """Raise Refused where a letter needs a social worker's yes that it has not got."""
    why = needs_yes(letter)
    if why:
        raise Refused(NEEDS_YES.format(why=why), code="home")


def is_over(ended_on: date | None, on: date) -> bool:
    """Whether something has ended by this day."""
    return ended_on is not None and ended_on <= on
