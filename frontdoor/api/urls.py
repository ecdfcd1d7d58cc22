"""The addresses of the agency API."""

from django.urls import path, re_path

from frontdoor.api import describing, oauth, views

app_name = "api"
urlpatterns = [
    path("contacts", views.Contacts.as_view(), name="contacts"),
    path("contacts/batch", views.Batch.as_view(), name="batch"),
    path("contacts/<str:reference>", views.OneContact.as_view(), name="contact"),
    path("contacts/<str:reference>/disagreement", views.OneDisagreement.as_view(), name="disagreement"),
    path("events", views.Events.as_view(), name="events"),
    path("early-help-assessments", views.EarlyHelp.as_view(), name="early_help"),
    path("early-help-assessments/<str:reference>", views.OneEarlyHelp.as_view(), name="one_early_help"),
    path("information-requests", views.InformationRequests.as_view(), name="information_requests"),
    path("information-requests/<str:reference>", views.OneInformationRequest.as_view(), name="information_request"),
    path("information-requests/<str:reference>/reply", views.InformationReply.as_view(), name="information_reply"),
    path("thresholds", views.Thresholds.as_view(), name="thresholds"),
    re_path(r"^codelists/(?P<name>[a-z_]{1,40})$", views.CodeList.as_view(), name="codelist"),
    path("oauth/token/", oauth.token, name="token"),
    path("schema/", describing.schema, name="schema"),
    path("docs/", describing.docs, name="docs"),
    re_path(r"", views.Unknown.as_view(), name="unknown"),
]
