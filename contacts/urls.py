"""Addresses of contacts."""

from django.urls import path

from contacts.views import contact, queue, recording

app_name = "contacts"
urlpatterns = [
    path("contacts/new/", recording.new, name="new"),
    path("contacts/new/", recording.new, name="record"),
    path("contacts/new/known/", recording.known, name="known"),
    path("contacts/new/<uuid:draft_id>/", recording.new_draft, name="new_draft"),
    path("contacts/queue/", queue.listing, name="queue"),
    path("contacts/<str:reference>/claim/", queue.claim, name="claim"),
    path("contacts/<str:reference>/recorded/", recording.recorded, name="recorded"),
    path("contacts/<str:reference>/", contact.contact, name="contact"),
]
