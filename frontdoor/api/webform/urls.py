"""The address behind the link of a web form."""

from django.urls import path

from frontdoor.api.webform import views

app_name = "webform"
urlpatterns = [path("partner/contact/<str:token>/", views.form, name="form")]
