"""`{% load health %}`: what is wrong with the product, on the pages of those who wait for it."""

from typing import Final

from django import template

from people import health
from people.problems import problems_of

register = template.Library()

# What it means for who asks. What to do about it stands on the status page, for who runs the product.
MEANING: Final = "What you ask for is kept, and may take longer."


@register.inclusion_tag("people/_health_banner.html")
def health_banner() -> dict[str, object]:
    """The worst problem and how many others there are; nothing when all is well. Two queries."""
    problems = problems_of(health.take())
    others = len(problems) - 1
    more = {0: "", 1: " There is another problem."}.get(others, f" There are {others} other problems.")
    return {"problem": next(iter(problems), None), "text": MEANING + more}
