"""What readiness says, held against what the demo tenant answers: every action, permission set and kind of account.

`python -m tests.readiness` prints the summary; `--write` puts it into docs/readiness.md.
"""
