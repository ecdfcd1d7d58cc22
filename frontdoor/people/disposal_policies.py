"""What the disposal of a record does to each of this app's relations to Person, and to the evidence below it."""

from frontdoor.people.disposal import disposal_by_reference, disposal_policy


def declare() -> None:
    """Fill in this app's disposal policies."""
    for label in (
        "Name", "Identifier", "Address", "Telephone", "PersonText", "NameToken", "SignificantEvent", "Warning",
        "Restriction", "BreakGlass", "DeclaredConflict",
    ):  # fmt: skip
        disposal_policy(f"people.{label}", "person", "destroy", "it tells of this person alone")
    disposal_policy(
        "people.Involvement", "person", "destroy", "whose work it was goes with the person and with the record",
        others=True,
    )  # fmt: skip
    disposal_policy(
        "people.NotThisPerson", "person", "destroy", "an answer about this person, or on a record that goes", others=True
    )
    for end in ("person", "other"):
        disposal_policy(
            "people.Relationship", end, "destroy", "a link tells of both: it goes with either", others=True
        )
    for end in ("left", "right"):
        disposal_policy("people.NotSamePeople", end, "destroy", "there is nothing left to compare", others=True)
        disposal_policy("people.PairToReview", end, "destroy", "there is nothing left to compare", others=True)
    disposal_policy("people.Person", "merged_into", "keep", "records joined to this one go with it, by their own key")
    for end in ("survivor", "loser"):
        disposal_policy(
            "people.Merge", end, "destroy", "its journal holds the values of both as they were", others=True
        )
    disposal_policy("people.Warning", "address", "clear", "somebody else's warning stays, without the address")
    disposal_policy(
        "audit.Entry", "people", "keep",
        "who looked and who acted stays, by key and reference; what was written in words is blanked, and the chain says so",
    )  # fmt: skip
    disposal_by_reference("people.Involvement", "whose work it was goes with the record")
    disposal_by_reference("people.NotThisPerson", "an answer about the people of a record that goes")
