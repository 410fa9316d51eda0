"""Who a member is at Microsoft."""

from django.db import models

from neurons_admin.access.models.user import User


class Identity(models.Model):
    """A member's account in the tenant that members sign in with: by tenant and object ID, which never change hands.

    Never by e-mail or sign-in name, which whoever runs another tenant can choose.
    """

    member = models.OneToOneField(User, models.CASCADE, related_name="identity")
    tenant_id = models.UUIDField()
    object_id = models.UUIDField()
    linked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["tenant_id", "object_id"], name="identity_of_one_member")]

    def __str__(self) -> str:
        return f"{self.object_id} in {self.tenant_id}"
