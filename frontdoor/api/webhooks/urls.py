"""Addresses of what an administrator looks after of agencies."""

from django.urls import path

from frontdoor.api.webhooks import views

app_name = "agencies"
urlpatterns = [
    path("", views.agencies, name="list"),
    path("<slug:code>/webhooks/", views.webhooks, name="webhooks"),
    path("<slug:code>/webhooks/<int:key>/", views.one, name="webhook"),
    path("<slug:code>/webhooks/<int:key>/rotate/", views.rotate, name="rotate"),
    path("<slug:code>/webhooks/<int:key>/do/", views.act, name="webhook_act"),
]
