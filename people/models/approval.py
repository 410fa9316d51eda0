"""A second person who has to agree: the rules, and what came of it for a run."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from neurons_admin.access.models import User

from .run import ActionRun


class ApprovalRule(models.Model):
    """For this action somebody else has to agree, from so many people on that one member asks it for within a day."""

    action = models.CharField(max_length=40, unique=True)
    from_number = models.PositiveIntegerField(default=1, validators=[MinValueValidator(1)])

    class Meta:
        default_permissions = ("change",)

    def __str__(self) -> str:
        return f"{self.action} from {self.from_number} on"


class Approval(models.Model):
    """That a run waits, or has waited, until somebody else agrees. `agreed` is None until then."""

    run = models.OneToOneField(ActionRun, models.CASCADE, related_name="approval")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    agreed = models.BooleanField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            # Whoever asks is never the second person.
            models.CheckConstraint(condition=~Q(decided_by=F("asked_by")), name="approval_by_another"),
            models.CheckConstraint(
                condition=Q(decided_by=None, agreed=None) | Q(decided_by__isnull=False, agreed__isnull=False),
                name="approval_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"approval of {self.run}"
