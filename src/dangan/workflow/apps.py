from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "dangan.workflow"
    label = "workflow"
