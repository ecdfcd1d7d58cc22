"""What joining two records does to each of this app's relations to Person, and to evidence below it."""

from frontdoor.people.hooks import merge_policy


def declare() -> None:
    """Fill in this app's merge policies."""
    merge_policy("people.Name", "person", "move", "every name is found and shown on the record that stays")
    merge_policy("people.Identifier", "person", "move", "every number still finds the person")
    merge_policy("people.Address", "person", "move", "every address is shown, a confidential one still confidential")
    merge_policy("people.Telephone", "person", "move", "every number is shown, with whether it is safe to ring")
    merge_policy("people.Relationship", "person", "move", "the family of both is the family of the one", other="other")
    merge_policy(
        "people.Relationship", "other", "move", "whoever was related to either is related to the one", other="person"
    )
    merge_policy(
        "people.PersonText", "person", "keep", "one long text for each record: both are shown, neither is lost"
    )
    merge_policy("people.NameToken", "person", "rebuild", "an index of names, made again from them")
    merge_policy(
        "people.Involvement",
        "person",
        "move",
        "open and past work follows the person; one part in one record is told once",
        once=("reference", "role"),
    )
    merge_policy(
        "people.SignificantEvent",
        "person",
        "move",
        "what somebody found significant stays marked; one mark on one line",
        once=("event",),
        when="{row}.ended_at IS NULL",
    )
    merge_policy("people.Warning", "person", "move", "a danger is shown wherever somebody may meet it")
    merge_policy("people.Restriction", "person", "move", "whoever was hidden stays hidden")
    merge_policy("people.BreakGlass", "person", "move", "an emergency opening goes on, and is told on the one record")
    merge_policy(
        "people.DeclaredConflict",
        "person",
        "move",
        "a member of staff who knows either knows the one",
        once=("user_id",),
        when="{row}.ended_at IS NULL",
    )
    merge_policy(
        "people.NotThisPerson",
        "person",
        "move",
        "a refused match stays refused",
        once=("reference", "position"),
    )
    for end, other in (("left", "right"), ("right", "left")):
        merge_policy(
            "people.NotSamePeople", end, "move", "whoever is not the one is not the other", other=other, unordered=True
        )
        merge_policy("people.PairToReview", end, "move", "a pair still to be looked at", other=other, unordered=True)
    merge_policy("people.Person", "merged_into", "move", "earlier merges lead straight to the record that stays")
    merge_policy("people.Merge", "survivor", "keep", "the history of merges is told as it happened")
    merge_policy("people.Merge", "loser", "keep", "the history of merges is told as it happened")
    merge_policy("audit.Entry", "people", "keep", "evidence is never changed: readers ask for every joined record")
