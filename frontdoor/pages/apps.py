from importlib import import_module

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "frontdoor.pages"
    label = "pages"
    verbose_name = "Pages"

    def ready(self) -> None:
        """Fill the hooks of the layers below: whom to tell about restricted records."""
        # Models stand only now, so neither module can be imported at the head of this one.
        hooks = import_module("frontdoor.people.hooks")
        notices = import_module("frontdoor.pages.notices")
        for listed, told in ((hooks.glass_broken, notices.glass_broken), (hooks.conflict_met, notices.conflict_met)):
            if told not in listed:
                listed.append(told)
