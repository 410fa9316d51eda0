"""What several people have in common, and what was decided about it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.expressions import RawSQL
from django.urls import reverse

# Several people who are there, of several directories, and not all of them were said to be different.
_IS_OPEN = """
(SELECT count(DISTINCT p.id) > 1 AND count(DISTINCT a.connector_id) > 1 AND bool_or(p.id <> ALL(people_match.apart))
 FROM people_person p JOIN people_account a ON a.person_id = p.id
 WHERE p.email_key <> '' AND p.email_key = people_match.email_key AND p.state <> 'deleted')
"""


class MatchQuerySet(models.QuerySet["Match"]):
    def open(self) -> "MatchQuerySet":
        """Those that somebody has to decide."""
        return self.filter(RawSQL(_IS_OPEN, [], output_field=models.BooleanField()))  # noqa: S611 - a constant


class Match(models.Model):
    """An e-mail address that several people have had at once. Who has it is asked of the people themselves."""

    email_key = models.CharField(max_length=320, unique=True)
    # The ids of those that somebody has said to be different people.
    apart = ArrayField(
        models.BigIntegerField(), default=list, db_default=models.Value([], ArrayField(models.BigIntegerField()))
    )

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "matches"
        ordering = ("-id",)
        default_permissions = ()
        permissions = (("match_people", "Can join people and part them"),)

    def __str__(self) -> str:
        return self.email_key

    def get_absolute_url(self) -> str:
        return reverse("people:match", args=[self.pk])
