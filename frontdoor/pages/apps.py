from importlib import import_module

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "frontdoor.pages"
    label = "pages"
    verbose_name = "Pages"

    def ready(self) -> None:
        """Fill the hooks of the layers below: whom to tell about restricted records, visits in a chronology."""
        # Models stand only now, so none of these modules can be imported at the head of this one.
        hooks = import_module("frontdoor.people.hooks")
        notices = import_module("frontdoor.pages.notices")
        chronology = import_module("frontdoor.people.record.chronology")
        signing = import_module("frontdoor.signing.hooks")
        signing.register(import_module("frontdoor.pages.account_signatures").ACCOUNT)
        journey = import_module("frontdoor.pages.journey")
        for listed, filled in (
            (hooks.glass_broken, notices.glass_broken),
            (hooks.unusual_run, notices.unusual_run),
            (hooks.named_on, notices.named_on),
            (hooks.conflict_met, notices.conflict_met),
        ):
            if filled not in listed:
                listed.append(filled)
        chronology.declare(chronology.Source("visit", journey.VISIT, journey.visits))
        hooks.visible_references["contact"] = journey.contacts_seen
