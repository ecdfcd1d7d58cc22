from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "frontdoor.exchange"
    label = "exchange"
    verbose_name = "Exchange"
