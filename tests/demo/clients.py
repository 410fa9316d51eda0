"""Callers of a demo tenant: an app's, and the control endpoints."""

from typing import Any

import requests

SCOPE = "https://graph.microsoft.com/.default"
Json = dict[str, Any]


class Client:
    """A caller of the tenant's Graph on behalf of one app, or of nobody."""

    def __init__(self, tenant: Json, app: str | None = None) -> None:
        self.tenant = tenant
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = tenant["ca_bundle"]
        if app is not None:
            self.session.headers["Authorization"] = f"Bearer {self.token(app)}"

    def sign_in(self, tenant: str | None = None, **form: str) -> requests.Response:
        """Ask the token endpoint; fields that are not given are sensible, ones given as "" are left out."""
        fields = {"grant_type": "client_credentials", "scope": SCOPE, **form}
        url = f"{self.tenant['authority_url']}/{tenant or self.tenant['tenant_id']}/oauth2/v2.0/token"
        return self.session.post(url, data={name: value for name, value in fields.items() if value})

    def token(self, app: str) -> str:
        given = self.tenant["apps"][app]
        answer = self.sign_in(client_id=given["client_id"], client_secret=given["client_secret"])
        return str(answer.json()["access_token"])

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        url = path if path.startswith("https://") else self.tenant["graph_url"] + path
        return self.session.request(method, url, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.call("GET", path, **options)

    def patch(self, path: str, body: object, **options: Any) -> requests.Response:
        return self.call("PATCH", path, json=body, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        return self.call("POST", path, **options)

    def delete(self, path: str) -> requests.Response:
        return self.call("DELETE", path)


class Control(Client):
    """The control endpoints of the tenant."""

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.session.request(method, self.tenant["control_url"] + path, **options)

    def user(self, key: str) -> Json:
        """The true state of a member of the cast."""
        answer: Json = self.get(f"/users/{self.tenant['people'][key]['id']}").json()
        return answer

    def change(self, key: str, **values: object) -> None:
        assert self.post(f"/users/{self.tenant['people'][key]['id']}", json=values).ok

    def settings(self, **values: object) -> None:
        assert self.post("/settings", json=values).ok


def error(answer: requests.Response) -> tuple[int, str]:
    """Status and code of a Graph error."""
    return answer.status_code, answer.json()["error"]["code"]
