"""Facts of contacts: what came in, the bundles it stands in, its place on the queue, the rules of grading."""

from contacts.models.addresses import AddressQuestion
from contacts.models.bundle import Bundle, BundleJoin, BundlingRule, CommunalAddress, FamilyKey, KeptApart, PossibleLink
from contacts.models.contact import (
    GRADES,
    OPEN,
    STATUSES,
    Contact,
    ContactPerson,
    ContactQuerySet,
    ContactText,
    ContactType,
    DecisionRule,
    FamilyGroup,
    GradeChange,
    PersonAsGiven,
    contact_type,
    graded_for_now,
)
from contacts.models.grading import ContactUpdate, ProvisionalGradeRule
from contacts.models.household import HouseholdAnswer
from contacts.models.later import AddedPerson, ContactAddition
from contacts.models.possible import PossiblePerson
from contacts.models.queue import ContactRank, Presence, QueueDensity, RankWeights, SavedView

__all__ = [
    "GRADES",
    "OPEN",
    "STATUSES",
    "AddedPerson",
    "AddressQuestion",
    "Bundle",
    "BundleJoin",
    "BundlingRule",
    "CommunalAddress",
    "Contact",
    "ContactAddition",
    "ContactPerson",
    "ContactQuerySet",
    "ContactRank",
    "ContactText",
    "ContactType",
    "ContactUpdate",
    "DecisionRule",
    "FamilyGroup",
    "FamilyKey",
    "GradeChange",
    "HouseholdAnswer",
    "KeptApart",
    "PersonAsGiven",
    "PossibleLink",
    "PossiblePerson",
    "Presence",
    "ProvisionalGradeRule",
    "QueueDensity",
    "RankWeights",
    "SavedView",
    "contact_type",
    "graded_for_now",
]
