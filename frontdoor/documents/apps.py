from importlib import import_module

from django.apps import AppConfig

from frontdoor import audit


class DocumentsConfig(AppConfig):
    name = "frontdoor.documents"
    label = "documents"
    verbose_name = "Documents"

    def ready(self) -> None:
        """Say the words of our audit events, and what a merge does to our rows; check the keys at each start."""
        # Models stand only now, so these modules cannot be imported at the head of this one.
        import_module("frontdoor.documents.keys")
        from frontdoor.dated import Work, bears_on
        from frontdoor.documents.events import EVENTS
        from frontdoor.documents.filed import child_of
        from frontdoor.people.disposal import disposal_of_file, disposal_policy
        from frontdoor.people.hooks import merge_policy, named_as_given

        if child_of not in named_as_given:
            named_as_given.append(child_of)
        audit.register(EVENTS)
        bears_on("codes_document_kind", Work("documents.Document", "kind", "documents of this kind"))
        merge_policy("documents.Document", "person", "move", "every paper about either is on the one record")
        disposal_policy("documents.Document", "person", "destroy", "a paper is filed under one person")
        disposal_of_file("documents.Document", "blob", import_module("frontdoor.documents.actions").destroy_unused)
