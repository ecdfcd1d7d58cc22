"""Addresses of imports."""

from django.urls import path, re_path

from frontdoor.exchange import paper_views, views

app_name = "exchange"
urlpatterns = [
    path("imports/", views.imports, name="imports"),
    path("imports/send/", views.send, name="send"),
    path("imports/files/<int:key>/", views.upload, name="upload"),
    path("imports/files/<int:key>/start/", views.start, name="start"),
    path("imports/files/<int:key>/discard/", views.discard, name="discard"),
    path("imports/<int:key>/", views.run, name="run"),
    path("imports/<int:key>/cancel/", views.cancel, name="cancel"),
    re_path(r"^imports/(?P<key>\d{1,9})/(?P<kind>rejects|warnings)\.csv$", views.findings, name="findings"),
    path("imports/wordings/", views.wordings, name="wordings"),
    path("imports/wordings/<int:key>/", views.wording, name="wording"),
    path("paper/", paper_views.paper_files, name="paper_files"),
    path("paper/<int:key>/", paper_views.paper_file, name="paper_file"),
]
