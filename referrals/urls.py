"""Addresses of decisions and referrals."""

from django.urls import path

from referrals.protection import enquiry_views, plan_views
from referrals.protection import views as protection
from referrals.views import (
    allocating,
    deciding,
    decision,
    disagreements,
    owed,
    replying,
    sent,
    taking,
    together,
    working,
)

app_name = "referrals"
urlpatterns = [
    path("contacts/new/<uuid:draft_id>/fast-track/", deciding.record_fast_track, name="record_fast_track"),
    path("contacts/<str:reference>/decide/", decision.decide, name="decide"),
    path("contacts/<str:reference>/sign-off/", deciding.sign_off, name="sign_off"),
    path("contacts/<str:reference>/fast-track/", deciding.fast_track, name="fast_track"),
    path("contacts/<str:reference>/tell/", deciding.tell, name="tell"),
    path("contacts/<str:reference>/stand-down/", deciding.stand_down, name="stand_down"),
    path("contacts/<str:reference>/reopen/", deciding.reopen, name="reopen_contact"),
    path("contacts/<str:reference>/confirm-telephone/", deciding.confirm_telephone, name="confirm_telephone"),
    path("contacts/<str:reference>/owed/", owed.of_contact, name="owed_of_contact"),
    path("contacts/<str:reference>/reply/", replying.reply, name="reply"),
    path("contacts/<str:reference>/type/", owed.change_type, name="change_type"),
    path("referrals/<str:reference>/owed/", owed.of_referral, name="owed"),
    path("contacts/queue/sent/", sent.listing, name="sent"),
    path("contacts/<str:reference>/sent/<int:key>/", sent.taken, name="sent_taken"),
    path("contacts/queue/bulk/", together.bulk, name="bulk"),
    path("contacts/queue/bulk/<int:key>/", together.bulk_act, name="bulk_act"),
    path("contacts/queue/looked-over/", together.looked_over, name="looked_over"),
    path("contacts/queue/looked-over/<int:key>/", together.look_over, name="look_over"),
    path("contacts/<str:reference>/screen/", decision.screen, name="screen"),
    path("contacts/queue/restricted/", taking.listing, name="restricted"),
    path("contacts/<str:reference>/take/", taking.take, name="take_contact"),
    path("contacts/<str:reference>/give-back/", taking.give_back, name="give_back"),
    path("contacts/<str:reference>/undo/", together.undo, name="undo"),
    path("disagreements/", disagreements.listing, name="disagreements"),
    path("disagreements/<int:key>/", disagreements.answer, name="disagreement"),
    path("referrals/queue/", working.queue, name="queue"),
    path("referrals/workers/<int:key>/pass-on/", allocating.pass_on, name="pass_on"),
    path("referrals/<str:reference>/", working.referral, name="referral"),
    path("referrals/<str:reference>/child/", working.confirm_child, name="confirm_child"),
    path("referrals/<str:reference>/news/<str:contact>/take/", working.take_news, name="take_news"),
    path("referrals/<str:reference>/do/allocate/", allocating.allocate, name="allocate"),
    path("referrals/<str:reference>/do/strategy-discussion/", protection.discuss, name="discuss"),
    path("section-47/<str:reference>/", enquiry_views.enquiry, name="enquiry"),
    path("section-47/<str:reference>/do/<slug:name>/", enquiry_views.act, name="enquiry_act"),
    path("plans/", plan_views.listing, name="plans"),
    path("plans/<str:reference>/", plan_views.plan, name="plan"),
    path("plans/<str:reference>/do/<slug:name>/", plan_views.act, name="plan_act"),
    path("referrals/<str:reference>/do/conference-without-enquiry/", plan_views.transfer_in, name="transfer_in"),
    path("referrals/<str:reference>/strategy-discussions/<int:key>/", protection.minutes, name="minutes"),
    path("referrals/<str:reference>/do/<slug:name>/", working.act, name="act"),
]
