"""What the disposal of a record does to each of this app's relations to Person."""

from frontdoor.people.disposal import disposal_policy


def declare() -> None:
    """Fill in this app's disposal policies."""
    for label in (
        "Name", "Identifier", "Address", "Telephone", "PersonText", "NameToken", "SignificantEvent", "Warning",
        "Restriction", "BreakGlass", "DeclaredConflict", "Involvement", "NotThisPerson",
    ):  # fmt: skip
        disposal_policy(f"people.{label}", "person", "destroy", "it tells of this person alone")
    for end in ("person", "other"):
        disposal_policy("people.Relationship", end, "destroy", "a link tells of both: it goes with either", others=True)
    for end in ("left", "right"):
        disposal_policy("people.NotSamePeople", end, "destroy", "there is nothing left to compare", others=True)
        disposal_policy("people.PairToReview", end, "destroy", "there is nothing left to compare", others=True)
    disposal_policy("people.Person", "merged_into", "keep", "records joined to this one go with it, by their own key")
    for end in ("survivor", "loser"):
        disposal_policy("people.Merge", end, "destroy", "its journal holds the values of both", others=True)
    disposal_policy("audit.Entry", "people", "keep", "who looked and acted stays; words about them go")
