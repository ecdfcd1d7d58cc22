"""The macros of govuk-frontend-jinja as one object: ``govuk.button({...})``."""

from django.template import engines
from django.template.backends.jinja2 import Jinja2
from jinja2 import Environment
from jinja2.runtime import Macro

COMPONENTS = {
    "accordion": "accordion",
    "backLink": "back-link",
    "breadcrumbs": "breadcrumbs",
    "button": "button",
    "characterCount": "character-count",
    "checkboxes": "checkboxes",
    "dateInput": "date-input",
    "details": "details",
    "errorMessage": "error-message",
    "errorSummary": "error-summary",
    "fieldset": "fieldset",
    "fileUpload": "file-upload",
    "genericHeader": "generic-header",
    "hint": "hint",
    "input": "input",
    "insetText": "inset-text",
    "label": "label",
    "notificationBanner": "notification-banner",
    "pagination": "pagination",
    "panel": "panel",
    "passwordInput": "password-input",
    "phaseBanner": "phase-banner",
    "radios": "radios",
    "select": "select",
    "serviceNavigation": "service-navigation",
    "skipLink": "skip-link",
    "summaryList": "summary-list",
    "table": "table",
    "tabs": "tabs",
    "tag": "tag",
    "taskList": "task-list",
    "textarea": "textarea",
    "warningText": "warning-text",
}


def environment_of_pages() -> Environment:
    """The environment every page is written in, once Django has built it."""
    backend = engines["jinja2"]
    assert isinstance(backend, Jinja2)
    return backend.env


class Govuk:
    """Attribute access to a GOV.UK macro, so that no page needs import lines."""

    def __getattr__(self, name: str) -> Macro:
        if name not in COMPONENTS:
            raise AttributeError(f"no GOV.UK component called {name!r}; there are {', '.join(COMPONENTS)}")
        template = environment_of_pages().get_template(f"govuk_frontend_jinja/components/{COMPONENTS[name]}/macro.html")
        macro: Macro = getattr(template.module, "govuk" + name[0].upper() + name[1:])
        return macro


govuk = Govuk()
