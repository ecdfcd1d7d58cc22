"""Every address of the product. Each app keeps its own in its urls.py."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from frontdoor.access import public
from frontdoor.api.views import Unknown
from frontdoor.pages import health

handler400 = "frontdoor.ui.responses.bad_request"
handler403 = "frontdoor.ui.responses.permission_denied"
handler404 = "frontdoor.ui.responses.not_found"
handler429 = "frontdoor.ui.responses.too_many"  # allauth asks for it
handler500 = "frontdoor.ui.responses.server_error"

urlpatterns = [
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    # An address is the administrator's to change, and links go to it alone: allauth's own list of addresses is closed.
    path("accounts/email/", public(RedirectView.as_view(pattern_name="mfa_index"))),
    re_path(r"^accounts/confirm-email/", public(RedirectView.as_view(pattern_name="mfa_index"))),
    path("accounts/", include("allauth.urls")),
    path("drafts/", include("frontdoor.drafts.urls")),
]
for prefix, module in [
    ("", "frontdoor.notifications.urls"),
    ("", "frontdoor.pages.urls"),
    ("", "frontdoor.exchange.urls"),
    ("", "contacts.urls"),
    ("", "frontdoor.figures.urls"),
    ("", "referrals.urls"),
    ("", "assessments.urls"),
    ("", "supervision.urls"),
    ("", "frontdoor.api.webform.urls"),
    ("agencies/", "frontdoor.api.webhooks.urls"),
    ("api/v1/", "frontdoor.api.urls"),
]:
    if find_spec(module):
        urlpatterns.append(path(prefix, include(module)))
# Anything else under /api/ is asked for by a program: it gets a problem document, never a page.
urlpatterns.append(re_path(r"^api(?:/.*)?$", Unknown.as_view(), name="api_unknown"))
if settings.FRONTDOOR_ENV != "production":
    urlpatterns.append(path("gallery/", include("frontdoor.ui.urls")))
