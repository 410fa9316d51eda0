"""The moment before a process of the product begins its work: web, worker or sweeper.

Whoever has something to verify first connects to the signal; what a receiver raises keeps the process from starting.
"""

from django.dispatch import Signal

process_starting = Signal()
