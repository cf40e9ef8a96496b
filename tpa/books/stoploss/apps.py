from django.apps import AppConfig


class StoplossConfig(AppConfig):
    name = "tpa.books.stoploss"
    label = "stoploss"
    default_auto_field = "django.db.models.BigAutoField"
