"""Addresses of supervision."""

from django.urls import path

from supervision import views

app_name = "supervision"
urlpatterns = [
    path("supervision/", views.home, name="home"),
    path("supervision/plan/", views.plan, name="plan"),
    path("supervision/<str:reference>/", views.session, name="session"),
    path("supervision/<str:reference>/record/", views.hold, name="hold"),
    path("supervision/<str:reference>/move/", views.move, name="move"),
    path("supervision/<str:reference>/cancel/", views.cancel, name="cancel"),
]
