"""Addresses of assessments."""

from django.urls import path

from assessments import views

app_name = "assessments"
urlpatterns = [
    path("assessments/", views.listing, name="list"),
    path("referrals/<str:reference>/assessments/start/", views.start, name="start"),
    path("assessments/<str:reference>/", views.assessment, name="assessment"),
    path("assessments/<str:reference>/submit/", views.submit, name="submit"),
    path("assessments/<str:reference>/authorise/", views.authorise, name="authorise"),
    path("assessments/<str:reference>/return/", views.give_back, name="return"),
    path("assessments/<str:reference>/abandon/", views.abandon, name="abandon"),
    path("assessments/<str:reference>/note/", views.note, name="note"),
    path("assessments/<str:reference>/visits/add/", views.visit, name="visit"),
    path("assessments/<str:reference>/visits/<int:key>/withdraw/", views.withdraw, name="withdraw"),
    path("assessments/<str:reference>/<slug:name>/", views.section, name="section"),
]
