from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "frontdoor.ui"
    label = "ui"
    verbose_name = "User interface"
