"""Form widgets of the look, beyond Django's own."""

from typing import Any

from django import forms


class SecretInput(forms.PasswordInput):
    """A secret that is typed in and never rendered back.

    `stored` tells what is kept already ("ends in x7Q"); a form sets it in its constructor:
    `self.fields["client_secret"].widget.stored = …`. Empty input then means "keep it".
    """

    template_name = "ui/widgets/secret.html"

    def __init__(self, attrs: dict[str, Any] | None = None, stored: str = "") -> None:
        super().__init__({"autocomplete": "off", "spellcheck": "false", **(attrs or {})}, render_value=False)
        self.stored = stored

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        widget = context["widget"]
        widget["stored"] = self.stored
        if self.stored:
            widget["attrs"].setdefault("placeholder", "Leave empty to keep it, or type a new one")
            described_by = widget["attrs"].get("aria-describedby", "")
            widget["attrs"]["aria-describedby"] = f"{widget['attrs'].get('id', '')}_stored {described_by}".strip()
        return context
