"""Included by the roof at connectors/."""

from django.urls import path

from .views import checking, pages, sections, separation, sharing, syncing

app_name = "connectors"
urlpatterns = [
    path("", pages.listing, name="list"),
    path("add/", sections.add, name="add"),
    path("separation/", separation.check, name="separation"),
    path("<uuid:pk>/separation/", separation.check, name="separation_of"),
    path("<uuid:pk>/", pages.detail, name="detail"),
    path("<uuid:pk>/connection/", sections.edit_connection, name="edit_connection"),
    path("<uuid:pk>/import/", sections.edit_import, name="edit_import"),
    path("<uuid:pk>/schedule/", sections.edit_schedule, name="edit_schedule"),
    path("<uuid:pk>/actions/", sections.edit_actions, name="edit_actions"),
    path("<uuid:pk>/connection/share/", sharing.share, {"role": "sync_credential"}, name="share_reading"),
    path("<uuid:pk>/actions/share/", sharing.share, {"role": "action_credential"}, name="share_acting"),
    path("<uuid:pk>/check/", checking.check_credential, name="check_credential"),
    path("<uuid:pk>/sync/", syncing.sync, name="sync"),
    path("<uuid:pk>/delete/", pages.delete, name="delete"),
    path("syncs/<uuid:pk>/", syncing.sync_run, name="sync_run"),
    path("syncs/<uuid:pk>/decide/", syncing.decide, name="decide_sync"),
    path("credentials/<uuid:pk>/check/", checking.check_shared, name="check_shared"),
]
