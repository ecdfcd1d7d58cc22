"""Addresses of imports."""

from django.urls import path, re_path

from frontdoor.exchange import views

app_name = "exchange"
urlpatterns = [
    path("imports/", views.imports, name="imports"),
    path("imports/<int:key>/", views.run, name="run"),
    re_path(r"^imports/(?P<key>\d{1,9})/(?P<kind>rejects|warnings)\.csv$", views.findings, name="findings"),
    path("imports/wordings/<int:key>/", views.wording, name="wording"),
]
