"""The Jinja2 environment of every page: govuk macros, our own macros, forms, formats and charts as globals."""

from collections.abc import MutableMapping
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import json_script
from django_htmx.jinja import htmx_script
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader
from jinja2.runtime import Macro

from frontdoor.ui import charts, formats, forms, macros, tags

#: The files that hold our own macros. No two of them have one name.
MACROS = ("components/ui.html", "components/forms.html")


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """Address of a named page: ``url("people:person", "P-7K3M9Q2D")``. Raises NoReverseMatch for an unknown name."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def single_sign_on(request: HttpRequest, process: str = "login") -> list[dict[str, str]]:
    """The council's sign-in services that are set up: name and address for each."""
    found = get_adapter().list_providers(request)
    return [{"text": str(p.name), "href": p.get_login_url(request, process=process)} for p in found]


class OwnMacros:
    """``ui.<name>(…)`` in any template: the macros of ``MACROS``, loaded when first asked for."""

    def __getattr__(self, name: str) -> Macro:
        if name.startswith("__"):
            raise AttributeError(name)
        for file in MACROS:
            module = macros.environment_of_pages().get_template(file).module
            macro: Macro | None = getattr(module, name, None)
            if macro is not None:
                return macro
        raise AttributeError(name)


class Pages(Environment):
    """The environment of every page."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """What a template knows beside its own, as one plain mapping: :func:`environment` sets it once for all.

        Each import inside a macro compares its names, and of two mappings laid over each other one at a time: a tenth
        of what a page with a form took.
        """
        return {**self.globals, **(d or {})}


def environment(**options: Any) -> Environment:
    """Build the environment. Django calls this once with its own loader, autoescape on."""
    env = Pages(**options, trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.do"])
    package = PackageLoader("govuk_frontend_jinja", "templates")
    env.loader = ChoiceLoader([*([env.loader] if env.loader else []), PrefixLoader({"govuk_frontend_jinja": package})])
    env.globals.update(
        static=static,
        url=url,
        htmx_script=htmx_script,
        get_messages=messages.get_messages,
        now=timezone.now,
        govuk=macros.govuk,
        ui=OwnMacros(),
        field=forms.field,
        fields=forms.fields,
        hidden_fields=forms.hidden_fields,
        error_summary=forms.error_summary,
        bar_chart=charts.bar_chart,
        line_chart=charts.line_chart,
        clock_state=formats.clock_state,
        colour_of=tags.colour_of,
        single_sign_on=single_sign_on,
    )
    env.filters.update(
        day=formats.day,
        short_day=formats.short_day,
        moment=formats.moment,
        clock_time=formats.clock_time,
        greeting=formats.greeting,
        iso=formats.iso,
        age=formats.age,
        person_age=formats.person_age,
        time_left=formats.time_left,
        ago=formats.ago,
        count=formats.count,
        joined=formats.joined,
        json_script=json_script,
    )
    return env
