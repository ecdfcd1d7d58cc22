"""Addresses of figures."""

from django.urls import path

from frontdoor.figures import views
from frontdoor.figures.partnership import views as partnership

app_name = "figures"
urlpatterns = [
    path("agencies/figures/", partnership.figures, name="agencies"),
    path("agencies/figures/information/", views.information, name="information"),
    path("fast-tracks/stood-down/", views.stood_down_fast_tracks, name="stood_down"),
    path("thresholds/agreement/", views.agreement, name="levels"),
]
