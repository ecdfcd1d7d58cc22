"""Addresses of the pages that read all apps."""

from django.urls import path

from frontdoor.pages import breaches, chronicle, clocks, home, merging, onerecord, origins, people, protection

app_name = "pages"
urlpatterns = [
    path("", home.home, name="home"),
    path("people/", people.search, name="people"),
    path("people/found/", people.found, name="found"),
    path("people/break-glass/", protection.break_glass, name="break_glass"),
    path("people/<str:reference>/", onerecord.person, name="person"),
    path("people/<str:reference>/why/", people.why, name="why"),
    path("people/<str:reference>/chronology/", chronicle.chronology, name="chronology"),
    path("people/<str:reference>/chronology/pdf/", chronicle.chronology_pdf, name="chronology_pdf"),
    path("people/<str:reference>/chronology/<slug:event>/mark/", chronicle.mark, name="mark_event"),
    path("people/<str:reference>/origins/", origins.origins, name="origins"),
    path("people/<str:reference>/origins/<int:key>/", origins.source, name="source"),
    path("people/<str:reference>/change/", people.change, name="change"),
    path("people/<str:reference>/addresses/<int:key>/show/", onerecord.show_address, name="show_address"),
    path("people/<str:reference>/warnings/<int:key>/review/", people.review_warning, name="review_warning"),
    path("people/<str:reference>/restrict/", protection.restrict, name="restrict"),
    path("people/<str:reference>/restrictions/<int:key>/end/", protection.end_restriction, name="end_restriction"),
    path("people/<str:reference>/conflict/", protection.conflict, name="conflict"),
    path("people/<str:reference>/<slug:what>/add/", people.add, name="add"),
    path("merge/", merging.pairs_to_review, name="pairs"),
    path("merge/<int:key>/", merging.review, name="pair"),
    path("merge/done/<int:key>/undo/", merging.unmerge, name="unmerge"),
    path("who-looked/", protection.who_looked_search, name="who_looked_search"),
    path("who-looked/<str:reference>/", protection.who_looked, name="who_looked"),
    path("breaches/", breaches.breaches, name="breaches"),
    path("breaches/<int:key>/reason/", breaches.breach_reason, name="breach_reason"),
    path("breaches/<int:key>/pause/", breaches.clock_pause, name="clock_pause"),
    path("clocks/<str:reference>/", clocks.clock_explain, name="clock_explain"),
]
