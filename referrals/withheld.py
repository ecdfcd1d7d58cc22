"""What may not stand on a paper about one child: said once, for letters and for minutes."""

from collections.abc import Collection

from contacts.families.telling import telling_for
from contacts.models import Contact, ContactPerson
from frontdoor.accounts.models import User
from frontdoor.people.models import Involvement, Person, Relationship
from frontdoor.people.protection.secrets import (
    Secret,
    addresses_in,
    homes_of_others,
    kept_from,
    secrets_of,
    withheld,
)
from referrals.models import Referral


def family_on(referral: Referral) -> set[int]:
    """Keys of whoever is confirmed on the referral's contact as of the child's family."""
    rows = ContactPerson.objects.filter(
        contact_id=referral.contact_id, family_group=referral.contact_person.family_group, person__isnull=False
    )
    return {key for key in rows.values_list("person_id", flat=True) if key is not None}


def relatives(child: Person) -> set[int]:
    """Keys of the child and of everybody with a tie to them, of whatever kind."""
    found = {child.pk}
    for person, other in (
        Relationship.objects.filter(person=child)
        .values_list("person_id", "other_id")
        .union(Relationship.objects.filter(other=child).values_list("person_id", "other_id"))
    ):
        found |= {person, other}
    return found


def kept_back(referral: Referral, user: User, *, also: Collection[Referral] = ()) -> list[Secret]:
    """What a paper about the child of a referral leaves out.

    Confidential addresses of everybody on the child's records and of their families; names and homes of other families;
    who called and is not to be named; whoever is hidden from this user. ``also``: referrals of brothers and sisters
    whose part stands on the same paper.
    """
    about = [referral, *also]
    references = {reference for each in about for reference in (each.reference, each.contact.reference)}
    children = [each.child for each in about if each.child is not None]
    references |= set(
        Involvement.objects.filter(person__in=[child.pk for child in children]).values_list("reference", flat=True)
    )
    family = {key for each in about for key in family_on(each)}
    family |= {key for child in children for key in relatives(child)}
    found: list[Secret] = []
    for child in children:
        found += secrets_of(child, references, family=family)
        found += homes_of_others(child, references, family=family)
        found += kept_from(user, [child.pk]).get(child.pk, [])
    for secrets in addresses_in(references).values():
        found += secrets
    for each in about:
        found += telling_for(each.contact_person).others
    for contact in Contact.objects.filter(reference__in=references):
        if contact.withhold_name_from_family or contact.is_anonymous:
            words = [contact.referrer_role, contact.referrer_telephone, contact.referrer_email]
            found += withheld([contact.referrer_name], filter(None, words), own=family)
    unique = {(secret.kind, secret.pattern.pattern): secret for secret in found}
    return sorted(unique.values(), key=lambda secret: len(secret.pattern.pattern), reverse=True)
