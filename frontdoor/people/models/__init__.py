"""The facts the house keeps about people: who they are, what endangers them, who may see them, who works with them."""

from frontdoor.people.models.merging import Merge, MergeChange, NotSamePeople, PairToReview
from frontdoor.people.models.person import (
    Address,
    Identifier,
    Name,
    NameToken,
    NameWord,
    Person,
    PersonQuerySet,
    PersonText,
    Relationship,
    Telephone,
)
from frontdoor.people.models.protection import (
    BreakGlass,
    DeclaredConflict,
    NotThisPerson,
    Restriction,
    RestrictionHolder,
    hidden_people,
)
from frontdoor.people.models.reading import ReadingLimit, reading_limit
from frontdoor.people.models.safety import Warning
from frontdoor.people.models.significant import SignificantEvent
from frontdoor.people.models.weights import LinkageWeights
from frontdoor.people.models.work import Involvement, newest_first, part_words

__all__ = [
    "Address",
    "BreakGlass",
    "DeclaredConflict",
    "Identifier",
    "Involvement",
    "LinkageWeights",
    "Merge",
    "MergeChange",
    "Name",
    "NameToken",
    "NameWord",
    "NotSamePeople",
    "NotThisPerson",
    "PairToReview",
    "Person",
    "PersonQuerySet",
    "PersonText",
    "ReadingLimit",
    "Relationship",
    "Restriction",
    "RestrictionHolder",
    "SignificantEvent",
    "Telephone",
    "Warning",
    "hidden_people",
    "newest_first",
    "part_words",
    "reading_limit",
]
