"""A Django application that makes processes of the product die or wait at named points, by order of a test.

It is in `tests.faults.settings` only; the product knows nothing of it.
"""
