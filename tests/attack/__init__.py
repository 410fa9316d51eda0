"""`make attack`: the whole product as real processes, and an attacker who tries what attackers try.

Each attempt either has no effect and gets no answer worth having, or it is a success, which must not be. At the end the
tables must be as they were, and the tenant must have carried out nothing that nobody was entitled to.
"""
