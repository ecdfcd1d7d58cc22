"""Addresses of what an administrator looks after of agencies."""

from django.urls import path

from frontdoor.api import agency_pages
from frontdoor.api.webhooks import views

app_name = "agencies"
urlpatterns = [
    path("", views.agencies, name="list"),
    path("add/", agency_pages.add, name="add"),
    path("<slug:code>/access/", agency_pages.access, name="access"),
    path("<slug:code>/webhooks/", views.webhooks, name="webhooks"),
    path("<slug:code>/webhooks/<int:key>/", views.one, name="webhook"),
    path("<slug:code>/webhooks/<int:key>/rotate/", views.rotate, name="rotate"),
    path("<slug:code>/webhooks/<int:key>/do/", views.act, name="webhook_act"),
]
