from django.apps import AppConfig


class AccumulatorsConfig(AppConfig):
    name = "tpa.books.accumulators"
    label = "accumulators"
    default_auto_field = "django.db.models.BigAutoField"
