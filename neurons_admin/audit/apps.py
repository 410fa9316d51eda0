"""The app that holds the audit trail."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Names the app `audit`."""

    name = "neurons_admin.audit"
    label = "audit"
