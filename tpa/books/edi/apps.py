from django.apps import AppConfig


class EdiConfig(AppConfig):
    name = "tpa.books.edi"
    label = "edi"
    default_auto_field = "django.db.models.BigAutoField"
