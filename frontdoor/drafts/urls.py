from django.urls import path

from frontdoor.drafts import views

app_name = "drafts"
urlpatterns = [
    path("", views.listing, name="list"),
    path("<uuid:draft_id>/", views.read, name="read"),
    path("<uuid:draft_id>/discard/", views.discard, name="discard"),
    path("<uuid:draft_id>/<slug:kind>/", views.save, name="save"),
]
