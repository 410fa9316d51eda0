"""The control endpoints, for tests: see the true state, and change it behind the product's back."""

import json
from collections.abc import Callable
from urllib.parse import unquote

from neurons_admin.demo import methods
from neurons_admin.demo.directory import Change, Kind
from neurons_admin.demo.faults.kinds import FaultError
from neurons_admin.demo.faults.store import Faults
from neurons_admin.demo.groups import Group
from neurons_admin.demo.people import User
from neurons_admin.demo.properties import KNOWN
from neurons_admin.demo.tenant import Tenant
from neurons_admin.demo.wire import Json, Request, Response, iso

Action = Callable[[Request, list[str]], Response]
_MOVES: dict[Kind, str] = {"join": "add", "leave": "remove"}
_WITH_KEY = frozenset({"users", "groups", "apps", "faults"})


class ControlError(Exception):
    """A control request that cannot be carried out: HTTP status and a plain sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Control:
    """What stands below the control address. There is no authentication: it is on loopback and off by default."""

    def __init__(self, tenant: Tenant, faults: Faults | None = None) -> None:
        self._tenant = tenant
        self._faults = faults
        self._actions: dict[tuple[str, str], Action] = {
            ("GET", ""): self._overview,
            ("GET", "journal"): self._journal,
            ("DELETE", "journal"): self._clear_journal,
            ("POST", "reset"): self._reset,
            ("POST", "generate"): self._generate,
            ("POST", "settings"): self._settings,
            ("POST", "delta/expire"): self._expire_delta,
            ("POST", "apps/*"): self._change_app,
            ("GET", "users/*"): self._show_user,
            ("POST", "users/*"): self._change_user,
            ("DELETE", "users/*"): self._delete_user,
            ("POST", "users/*/restore"): self._restore_user,
            ("GET", "groups"): self._list_groups,
            ("GET", "groups/*"): self._show_group,
            ("POST", "groups/*"): self._change_group,
        }
        if faults is not None:
            self._actions |= fault_actions(faults)

    def answer(self, request: Request, path: str) -> Response:
        """The answer to a request for `path` below the control address."""
        segments = [unquote(segment) for segment in path.strip("/").split("/")]
        key = "/".join("*" if number == 1 and segments[0] in _WITH_KEY else segment
                       for number, segment in enumerate(segments))  # fmt: skip
        action = self._actions.get((request.method, key))
        if action is None:
            return Response.json({"error": f"There is no {request.method} {path} here."}, 404)
        try:
            return action(request, segments)
        except ControlError as error:
            return Response.json({"error": str(error)}, error.status)

    def _overview(self, request: Request, segments: list[str]) -> Response:
        directory = self._tenant.directory
        return Response.json(
            {
                "users": directory.size,
                "seed": directory.population.seed,
                "changes": len(directory.changes),
                "settings": vars(self._tenant.settings),
                "people": self._tenant.people(),
            }
        )

    def _journal(self, request: Request, segments: list[str]) -> Response:
        """All of it, or with `?after=n` what has a higher number than n."""
        after = request.query.get("after", "0")
        if not after.isdecimal():
            raise ControlError(400, "after must be the number of an entry.")
        return Response.json(self._tenant.journal.as_json(int(after)))

    def _clear_journal(self, request: Request, segments: list[str]) -> Response:
        self._tenant.journal.clear()
        return Response(204)

    def _reset(self, request: Request, segments: list[str]) -> Response:
        if self._faults is not None:
            self._faults.clear()
        self._tenant.reset()
        return Response(204)

    def _generate(self, request: Request, segments: list[str]) -> Response:
        body = _body(request)
        users, seed = body.get("users"), body.get("seed")
        if not isinstance(users, int) or not 1 <= users <= 2_000_000 or not isinstance(seed, int | None):
            raise ControlError(400, 'Say how many people: {"users": 1000}, and perhaps a "seed".')
        self._tenant.generate(users, seed)
        return Response.json({"users": self._tenant.directory.size})

    def _settings(self, request: Request, segments: list[str]) -> Response:
        try:
            self._tenant.settings = self._tenant.settings.with_changes(_body(request))
        except ValueError as error:
            raise ControlError(400, str(error)) from None
        return Response.json(vars(self._tenant.settings))

    def _expire_delta(self, request: Request, segments: list[str]) -> Response:
        self._tenant.expire_delta_tokens()
        return Response(204)

    def _change_app(self, request: Request, segments: list[str]) -> Response:
        """Grant, withdraw, disable, let a secret expire (`apps.AppRegistry.change`).

        `{"permissions": [...], "roles": [...], "disabled": true, "secret_expired": true, "revoke_tokens": true}`
        """
        try:
            app = self._tenant.apps.change(segments[1], _body(request))
        except (KeyError, TypeError):
            raise ControlError(
                400, "There is no such app, or it has no such property, or the value does not fit it."
            ) from None
        return Response.json(
            {
                "key": app.key,
                "permissions": app.permissions,
                "roles": app.roles,
                "disabled": app.disabled,
                "secret_expires": app.secret_expires,
            }
        )

    def _show_user(self, request: Request, segments: list[str]) -> Response:
        return Response.json(self._truth(self._find(segments[1])))

    def _change_user(self, request: Request, segments: list[str]) -> Response:
        user, values = self._find(segments[1]), _body(request)
        password = values.pop("password", None)
        manager = values.pop("manager", None)
        unknown = set(values) - KNOWN - {methods.PROPERTY}
        if unknown:
            raise ControlError(400, f"Users have no property {sorted(unknown)[0]}.")
        changed = self._apply(Change("update", user.id, _now(request), values, password, manager))
        return Response.json(self._truth(changed or user))

    def _delete_user(self, request: Request, segments: list[str]) -> Response:
        user = self._find(segments[1])
        if user.deleted is None:
            self._apply(Change("delete", user.id, _now(request)))
        if request.query.get("purge") == "1":
            self._apply(Change("purge", user.id, _now(request)))
        return Response(204)

    def _restore_user(self, request: Request, segments: list[str]) -> Response:
        user = self._find(segments[1])
        restored = user if user.deleted is None else self._apply(Change("restore", user.id, _now(request)))
        return Response.json(self._truth(restored or user))

    def _list_groups(self, request: Request, segments: list[str]) -> Response:
        return Response.json([group.properties for group in self._tenant.directory.groups.all.values()])

    def _show_group(self, request: Request, segments: list[str]) -> Response:
        group = self._find_group(segments[1])
        members = [user.id for user in self._tenant.directory.members_from(group, 0)]
        return Response.json({**group.properties, "members": members})

    def _change_group(self, request: Request, segments: list[str]) -> Response:
        """Have people join and leave: `{"add": [ids], "remove": [ids]}`."""
        group, body = self._find_group(segments[1]), _body(request)
        lists = {kind: body.pop(name, []) for kind, name in _MOVES.items()}
        if body or group.is_dynamic or not all(isinstance(keys, list) for keys in lists.values()):
            raise ControlError(400, 'Say who joins or leaves: {"add": [ids], "remove": [ids]}; no dynamic group.')
        users = [(kind, self._find(str(key))) for kind, keys in lists.items() for key in keys]
        for kind, user in users:
            self._apply(Change(kind, user.id, _now(request), group_id=group.id))
        return self._show_group(request, segments)

    def _find_group(self, key: str) -> Group:
        """The group with this object id or display name."""
        for group in self._tenant.directory.groups.all.values():
            if key in {group.id, group.properties["displayName"]}:
                return group
        raise ControlError(404, f"There is no group {key}.")

    def _apply(self, change: Change) -> User | None:
        return self._tenant.directory.apply(change)

    def _find(self, key: str) -> User:
        directory = self._tenant.directory
        user = directory.anybody(key) or directory.user(key)
        if user is None:
            raise ControlError(404, f"There is nobody called {key}.")
        return user

    def _truth(self, user: User) -> Json:
        groups = self._tenant.directory.groups
        return {
            **user.properties,
            "password": user.password,
            "manager": user.manager_id,
            "deleted": user.deleted is not None,
            "deletedDateTime": user.deleted,
            "roles": sorted(groups.roles_of(user)),
            "groups": [group.id for group in groups.transitive(user)],
            methods.PROPERTY: methods.of(user, self._tenant.directory.population.seed),
        }


def fault_actions(faults: Faults) -> dict[tuple[str, str], Action]:
    """What can be asked of the fault kit."""

    def add(request: Request, segments: list[str]) -> Response:
        try:
            return Response.json(faults.add(_body(request)), 201)
        except FaultError as error:
            raise ControlError(400, str(error)) from None

    def show(request: Request, segments: list[str]) -> Response:
        return Response.json(faults.as_json())

    def remove_all(request: Request, segments: list[str]) -> Response:
        faults.remove_all()
        return Response(204)

    def remove(request: Request, segments: list[str]) -> Response:
        if not faults.remove(segments[1]):
            raise ControlError(404, f"There is no fault {segments[1]}.")
        return Response(204)

    return {
        ("POST", "faults"): add,
        ("GET", "faults"): show,
        ("DELETE", "faults"): remove_all,
        ("DELETE", "faults/*"): remove,
    }


def _body(request: Request) -> Json:
    try:
        value = json.loads(request.body or b"{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ControlError(400, "The body must be a JSON object.")
    return value


def _now(request: Request) -> str:
    return iso(request.received)
