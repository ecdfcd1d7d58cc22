"""The audit events of imports, in the words they are shown in."""

EVENTS = {
    "import.finished": "imported extracts of the old systems",
    "wording.mapped": "said what a wording of an old system means",
}
