"""Addresses of one's own notices and of the alerts that wait for a person."""

from django.urls import path

from frontdoor.notifications import views

app_name = "notifications"
urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/read/", views.read, name="read"),
    path("alerts/", views.alerts, name="alerts"),
    path("alerts/<int:alert_id>/take/", views.take, name="take_alert"),
]
