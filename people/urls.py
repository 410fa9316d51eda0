"""Addresses of people, their actions and the runs."""

from django.urls import path

from people.views import (
    actions,
    approvals,
    belongings,
    deleted,
    health,
    lists,
    matches,
    person,
    pick,
    protect,
    runs,
    status,
    undo,
)

app_name = "people"

urlpatterns = [
    path("people/", lists.people, name="list"),
    path("people/deleted/", deleted.deleted, name="deleted"),
    path("people/deleted/<uuid:connector_pk>/read/", deleted.read, name="read_deleted"),
    path("people/matches/", matches.matches, name="matches"),
    path("people/matches/<int:pk>/", matches.match, name="match"),
    path("people/matches/<int:pk>/apart/", matches.apart, name="tell_apart"),
    path("people/join/", matches.join, name="join"),
    path("people/<int:pk>/", person.overview, name="person"),
    path("people/<int:pk>/history/", person.history, name="history"),
    path("people/<int:pk>/groups/", belongings.groups, name="groups"),
    path("people/<int:pk>/licences/", belongings.licences, name="licences"),
    path("people/<int:pk>/devices/", belongings.devices, name="devices"),
    path("people/<int:pk>/reports/", belongings.reports, name="reports"),
    path("people/<int:pk>/accounts/<int:account_pk>/protect/", protect.protect, name="protect"),
    path("people/<int:pk>/accounts/<int:account_pk>/part/", matches.part, name="part"),
    path("people/<int:pk>/accounts/<int:account_pk>/refresh/", person.refresh, name="refresh"),
    path("people/<int:pk>/accounts/<int:account_pk>/actions/<slug:key>/", actions.ask, name="ask"),
    path("people/<int:pk>/accounts/<int:account_pk>/actions/<slug:key>/pick/<slug:name>/", pick.pick, name="pick"),
    path("activity/", lists.activity, name="activity"),
    path("status/", status.status, name="status"),
    path("livez", health.livez, name="livez"),
    path("healthz", health.healthz, name="healthz"),
    path("metrics", health.prometheus, name="metrics"),
    path("runs/<uuid:pk>/", runs.run, name="run"),
    path("runs/<uuid:pk>/row/", runs.row, name="run_row"),
    path("runs/<uuid:pk>/password/", runs.reveal, name="reveal"),
    path("runs/<uuid:pk>/cancel/", runs.cancel, name="cancel"),
    path("runs/<uuid:pk>/decide/", runs.decide, name="decide"),
    path("runs/<uuid:pk>/confirm/", runs.confirm, name="confirm"),
    path("runs/<uuid:pk>/agree/", approvals.agree, name="agree"),
    path("runs/<uuid:pk>/disagree/", approvals.disagree, name="disagree"),
    path("approvals/", approvals.waiting, name="approvals"),
    path("approvals/rules/", approvals.rules, name="approval_rules"),
    path("runs/<uuid:pk>/undo/", undo.undo, name="undo"),
]
