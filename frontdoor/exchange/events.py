"""The audit events of imports, in the words they are shown in."""

EVENTS = {
    "event.one": "said that a contact and a referral of the old systems are one event",
    "event.two": "said that a contact and a referral of the old systems are two events",
    "event.reopened": "took back an answer about a contact and a referral of the old systems",
    "import.difference_kept": "kept what stands here against a newer extract",
    "import.difference_taken": "took what a newer extract says",
    "import.difference_reopened": "took back an answer about a newer extract",
    "import.looked_again": "looked again at what had been left undecided for want of a meaning",
    "import.received": "sent extracts of the old systems",
    "import.started": "started an import of extracts",
    "import.accepted": "said that the files of an import are meant although they are unlike those before",
    "import.cancelled": "cancelled an import of extracts",
    "import.discarded": "deleted the files of an upload of extracts",
    "import.failed": "had an import of extracts stopped by an error",
    "import.finished": "imported extracts of the old systems",
    "paper.matched": "matched a paper file to a person",
    "paper.unmatched": "removed a paper file’s match",
    "record.refiled": "moved a record that the old system files under another child",
    "refiling.left": "left a record where it is although the old system files it under another child",
    "wording.mapped": "said what a wording of an old system means",
}
