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
    ContactType,
    FamilyGroup,
    GradeChange,
    PersonAsGiven,
    contact_type,
    graded_for_now,
)
from contacts.models.deciding import DecisionRule, SecondManagerRule, second_manager_grades
from contacts.models.families import FamilyText
from contacts.models.grading import AgencyGrade, ContactUpdate, DashBand, ProvisionalGradeRule
from contacts.models.household import HouseholdAnswer
from contacts.models.later import AddedPerson, ContactAddition
from contacts.models.owed import OwedEvent
from contacts.models.possible import PossiblePerson
from contacts.models.queue import ContactRank, Presence, QueueDensity, RankWeights, SavedView
from contacts.models.replies import Reply
from contacts.models.texts import ContactText
from contacts.models.told import Acknowledgement

__all__ = [
    "GRADES",
    "OPEN",
    "STATUSES",
    "Acknowledgement",
    "AddedPerson",
    "AddressQuestion",
    "AgencyGrade",
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
    "DashBand",
    "DecisionRule",
    "FamilyGroup",
    "FamilyKey",
    "FamilyText",
    "GradeChange",
    "HouseholdAnswer",
    "KeptApart",
    "OwedEvent",
    "PersonAsGiven",
    "PossibleLink",
    "PossiblePerson",
    "Presence",
    "ProvisionalGradeRule",
    "QueueDensity",
    "RankWeights",
    "Reply",
    "SavedView",
    "SecondManagerRule",
    "contact_type",
    "graded_for_now",
    "second_manager_grades",
]
