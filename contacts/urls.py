"""Addresses of contacts."""

from django.urls import path

from contacts.links import partner
from contacts.partnership import views as partnership
from contacts.thresholds import views as thresholds
from contacts.views import acts, contact, load, looking, queue, recording, weights

app_name = "contacts"
urlpatterns = [
    path("contacts/new/", recording.new, name="new"),
    path("contacts/new/", recording.new, name="record"),
    path("contacts/new/known/", recording.known, name="known"),
    path("contacts/new/<uuid:draft_id>/", recording.new_draft, name="new_draft"),
    path("contacts/queue/", queue.listing, name="queue"),
    path("contacts/queue/views/", queue.save_view, name="save_view"),
    path("contacts/queue/load/", load.shared, name="load"),
    path("contacts/queue/rota/", load.rota, name="rota"),
    path("contacts/queue/news/", looking.news, name="news"),
    path("contacts/<str:reference>/look/", looking.look, name="look"),
    path("contacts/<str:reference>/lookers/", looking.lookers, name="lookers"),
    path("contacts/queue/weights/", weights.weights, name="weights"),
    path("contacts/<str:reference>/claim/", queue.claim, name="claim"),
    path("contacts/<str:reference>/release/", acts.release, name="release"),
    path("contacts/<str:reference>/acknowledge/", acts.acknowledge, name="acknowledge"),
    path("contacts/<str:reference>/grade/", acts.grade, name="grade"),
    path("contacts/<str:reference>/ask/", acts.ask, name="ask"),
    path("contacts/<str:reference>/ask/<int:key>/reply/", acts.reply, name="reply"),
    path("contacts/<str:reference>/go-on/", acts.go_on, name="go_on"),
    path("contacts/<str:reference>/people/<int:position>/link/", acts.link, name="link"),
    path("contacts/<str:reference>/people/<int:position>/not-this/", acts.not_this, name="not_this"),
    path("contacts/<str:reference>/people/<int:position>/unlink/", acts.unlink, name="unlink"),
    path("contacts/<str:reference>/people/<int:position>/details/", acts.details, name="details"),
    path("contacts/<str:reference>/people/<int:position>/address/", acts.show_address, name="show_address"),
    path("contacts/<str:reference>/recorded/", recording.recorded, name="recorded"),
    path("contacts/<str:reference>/level/", thresholds.level, name="level"),
    path("agencies/figures/", partnership.figures, name="agency_figures"),
    path("thresholds/", thresholds.document, name="thresholds"),
    path("thresholds/new/", thresholds.new_edition, name="new_thresholds"),
    path("thresholds/agreement/", thresholds.agreement, name="level_agreement"),
    path("partner/outcome/<str:token>/", partner.outcome, name="partner_outcome"),
    path("contacts/<str:reference>/", contact.contact, name="contact"),
]
