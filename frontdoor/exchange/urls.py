"""Addresses of imports."""

from django.urls import path, re_path

from frontdoor.exchange import changed_views, difference_views, paper_views, twice_views, views

app_name = "exchange"
urlpatterns = [
    path("imports/", views.imports, name="imports"),
    path("imports/send/", views.send, name="send"),
    path("imports/files/<int:key>/", views.upload, name="upload"),
    path("imports/files/<int:key>/start/", views.start, name="start"),
    path("imports/files/<int:key>/discard/", views.discard, name="discard"),
    path("imports/<int:key>/", views.run, name="run"),
    path("imports/<int:key>/changes/", changed_views.changes, name="changes"),
    path("imports/refiled/", changed_views.refilings, name="refilings"),
    path("imports/refiled/<int:key>/", changed_views.refiling, name="refiling"),
    path("imports/<int:key>/accept/", views.accept, name="accept_files"),
    path("imports/<int:key>/cancel/", views.cancel, name="cancel"),
    path("imports/<int:key>/joining/", views.accept_joining, name="accept_joining"),
    re_path(r"^imports/(?P<key>\d{1,9})/(?P<kind>rejects|warnings)\.csv$", views.findings, name="findings"),
    path("imports/wordings/", views.wordings, name="wordings"),
    path("imports/wordings/<int:key>/", views.wording, name="wording"),
    path("imports/differences/", difference_views.differences, name="differences"),
    path("imports/differences/<int:key>/", difference_views.difference, name="difference"),
    path("same-events/", twice_views.same_events, name="same_events"),
    path("same-events/<int:key>/", twice_views.same_event, name="same_event"),
    path("paper/", paper_views.paper_files, name="paper_files"),
    path("paper/<int:key>/", paper_views.paper_file, name="paper_file"),
]
