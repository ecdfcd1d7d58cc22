"""The component gallery; included only outside production."""

from django.urls import path

from frontdoor.ui import gallery

app_name = "ui"
urlpatterns = [
    path("", gallery.components, name="components"),
    path("form/", gallery.every_widget, name="form"),
    path("draft/", gallery.draft, name="draft"),
    path("found/", gallery.found, name="found"),
    path("error/<int:status>/", gallery.error_page, name="error"),
]
