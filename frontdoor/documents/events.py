"""The audit events of documents, in the words they are shown in."""

EVENTS: dict[str, str] = {
    "document.added": "added a document",
    "document.described": "changed a document’s details",
    "document.withdrawn": "withdrew a document filed in error",
    "document.viewed": "looked at a document",
    "document.downloaded": "downloaded a document",
}
