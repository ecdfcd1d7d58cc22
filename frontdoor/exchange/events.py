"""The audit events of imports, in the words they are shown in."""

EVENTS = {
    "import.received": "sent extracts of the old systems",
    "import.started": "started an import of extracts",
    "import.cancelled": "cancelled an import of extracts",
    "import.discarded": "deleted the files of an upload of extracts",
    "import.failed": "had an import of extracts stopped by an error",
    "import.finished": "imported extracts of the old systems",
    "paper.matched": "matched a paper file to a person",
    "paper.unmatched": "removed a paper file’s match",
    "wording.mapped": "said what a wording of an old system means",
}
