"""`{% load health %}`: what is wrong with the product, on the pages of those who wait for it."""

from typing import Final

from django import template
from django.template import Context

from people import health, policy
from people.problems import problems_of

register = template.Library()

# What it means for who asks. What to do about it stands on the status page, for who runs the product.
MEANING: Final = "What you ask for is kept, and may take longer."


@register.inclusion_tag("people/_health_banner.html", takes_context=True)
def health_banner(context: Context) -> dict[str, object]:
    """The worst problem and how many others there are; nothing when all is well. Two queries."""
    problems = problems_of(health.take(policy.runs_of_numbers(context["request"].user)))
    others = len(problems) - 1
    more = {0: "", 1: " There is another problem."}.get(others, f" There are {others} other problems.")
    return {"problem": next(iter(problems), None), "text": MEANING + more}
