"""Addresses of assessments."""

from django.urls import path

from assessments import views
from assessments.early_help import partner
from assessments.early_help import views as early_help

app_name = "assessments"
urlpatterns = [
    path("assessments/", views.listing, name="list"),
    path("referrals/<str:reference>/assessments/start/", views.start, name="start"),
    path("assessments/<str:reference>/", views.assessment, name="assessment"),
    path("assessments/<str:reference>/submit/", views.submit, name="submit"),
    path("assessments/<str:reference>/authorise/", views.authorise, name="authorise"),
    path("assessments/<str:reference>/return/", views.give_back, name="return"),
    path("assessments/<str:reference>/abandon/", views.abandon, name="abandon"),
    path("assessments/<str:reference>/author/", views.author, name="author"),
    path("assessments/<str:reference>/note/", views.note, name="note"),
    path("assessments/<str:reference>/visits/add/", views.visit, name="visit"),
    path("assessments/<str:reference>/visits/<int:key>/withdraw/", views.withdraw, name="withdraw"),
    path("assessments/<str:reference>/<slug:name>/", views.section, name="section"),
    path("early-help/", early_help.listing, name="early_help"),
    path("early-help/new/", early_help.new, name="early_help_new"),
    path("early-help/new/<uuid:draft_id>/", early_help.draft, name="early_help_draft"),
    path("early-help/links/", early_help.invitations, name="early_help_invitations"),
    path("early-help/links/<int:key>/take-back/", early_help.take_back, name="early_help_take_back"),
    path("early-help/from/<str:reference>/", early_help.step_down, name="early_help_step_down"),
    path("early-help/<str:reference>/", early_help.one, name="early_help_one"),
    path("early-help/<str:reference>/write/", early_help.edit, name="early_help_edit"),
    path("early-help/<str:reference>/begin/", early_help.begin, name="early_help_begin"),
    path("early-help/<str:reference>/acknowledge/", early_help.acknowledge, name="early_help_acknowledge"),
    path("early-help/<str:reference>/people/<int:position>/link/", early_help.link, name="early_help_link"),
    path("early-help/<str:reference>/add/<slug:what>/", early_help.add, name="early_help_add"),
    path("early-help/<str:reference>/<slug:what>/<int:key>/end/", early_help.finish, name="early_help_finish"),
    path("early-help/<str:reference>/do/<slug:name>/", early_help.act, name="early_help_act"),
    path("partner/early-help/<str:token>/", partner.form, name="partner_early_help"),
]
