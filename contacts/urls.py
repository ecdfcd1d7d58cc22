"""Addresses of contacts."""

from django.urls import path

from contacts.agencies.feeds import views as feeds
from contacts.agencies.information import partner as information_partner
from contacts.agencies.information import views as information
from contacts.agencies.links import partner
from contacts.agencies.thresholds import views as thresholds
from contacts.agencies.webforms import views as webforms
from contacts.families import views as families
from contacts.handover import views as handover
from contacts.identity import views as identity
from contacts.later import views as later
from contacts.queue.views import load, looking, queue
from contacts.ranking import views as weights
from contacts.recording import views as recording
from contacts.screening.views import acts, addresses, contact, siblings, told

app_name = "contacts"
urlpatterns = [
    path("contacts/new/", recording.new, name="new"),
    path("contacts/new/", recording.new, name="record"),
    path("contacts/new/known/", recording.known, name="known"),
    path("contacts/new/<uuid:draft_id>/", recording.new_draft, name="new_draft"),
    path("contacts/queue/", queue.listing, name="queue"),
    path("contacts/addresses/", addresses.listing, name="addresses"),
    path("contacts/addresses/<int:key>/", addresses.question, name="address"),
    path("contacts/queue/find/", queue.find, name="find"),
    path("contacts/queue/density/", queue.density, name="density"),
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
    path("contacts/<str:reference>/ask/", information.ask, name="ask"),
    path("contacts/<str:reference>/ask/<int:key>/reply/", information.reply, name="reply"),
    path("contacts/<str:reference>/ask/<int:key>/agree/", information.agree, name="agree"),
    path("contacts/<str:reference>/ask/<int:key>/chase/", information.chase, name="chase"),
    path("contacts/<str:reference>/ask/<int:key>/withdraw/", information.withdraw, name="withdraw"),
    path("contacts/<str:reference>/later/", later.add, name="add_later"),
    path("contacts/<str:reference>/later/take/", later.take, name="take_later"),
    path("contacts/<str:reference>/go-on/", acts.go_on, name="go_on"),
    path("contacts/<str:reference>/people/<int:position>/grade/", acts.grade_child, name="grade_child"),
    path("contacts/<str:reference>/told/", told.told, name="told"),
    path("contacts/<str:reference>/people/<int:position>/link/", acts.link, name="link"),
    path("contacts/<str:reference>/people/<int:position>/not-this/", acts.not_this, name="not_this"),
    path("contacts/<str:reference>/people/<int:position>/unlink/", acts.unlink, name="unlink"),
    path("contacts/<str:reference>/people/<int:position>/who/", identity.who, name="who"),
    path("contacts/<str:reference>/families/", families.families, name="families"),
    path("contacts/<str:reference>/household/", siblings.household, name="household"),
    path("contacts/<str:reference>/let-others-see/", acts.let_others_see, name="let_others_see"),
    path("contacts/<str:reference>/people/<int:position>/details/", acts.details, name="details"),
    path("contacts/<str:reference>/people/<int:position>/address/", acts.show_address, name="show_address"),
    path("contacts/<str:reference>/recorded/", recording.recorded, name="recorded"),
    path("contacts/<str:reference>/level/", thresholds.level, name="level"),
    path("contacts/information/", information.listing, name="information"),
    path("partner/reply/<str:token>/", information_partner.reply, name="partner_reply"),
    path("feeds/", feeds.feeds, name="feeds"),
    path("feeds/ungraded/", feeds.ungraded, name="ungraded"),
    path("feeds/quarantine/", feeds.quarantine, name="quarantine"),
    path("feeds/quarantine/<int:key>/", feeds.message, name="quarantined"),
    path("feeds/quarantine/<int:key>/send-on/", feeds.send_on, name="send_on"),
    path("feeds/quarantine/<int:key>/set-aside/", feeds.set_aside, name="set_aside"),
    path("web-forms/", webforms.web_forms, name="web_forms"),
    path("web-forms/send/", webforms.send, name="send_web_form"),
    path("web-forms/<int:key>/withdraw/", webforms.withdraw, name="withdraw_web_form"),
    path("thresholds/", thresholds.document, name="thresholds"),
    path("thresholds/new/", thresholds.new_edition, name="new_thresholds"),
    path("handover/", handover.now, name="handover"),
    path("handover/new/", handover.choose, name="handover_choose"),
    path("handover/new/<slug:kind>/", handover.write, name="handover_write"),
    path("handover/packs/", handover.history, name="handover_packs"),
    path("handover/packs/<int:key>/", handover.pack, name="handover_pack"),
    path("handover/packs/<int:key>/print/", handover.printed, name="handover_print"),
    path("handover/items/<int:key>/take/", handover.take, name="handover_take"),
    path("handover/items/<int:key>/acknowledged/", handover.acknowledged, name="handover_acknowledged"),
    path("handover/items/<int:key>/place/", handover.place, name="handover_place"),
    path("handover/shifts/", handover.shifts, name="handover_shifts"),
    path("partner/outcome/<str:token>/", partner.outcome, name="partner_outcome"),
    path("contacts/<str:reference>/", contact.contact, name="contact"),
]
