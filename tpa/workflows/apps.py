from importlib import import_module

from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    name = "tpa.workflows"
    label = "workflows"

    def ready(self) -> None:
        """Make the tasks known in every process, so that a wake-up by name finds its task."""
        import_module("tpa.workflows.tasks")
