"""Runs one measurement in a process of its own, with Django set up: `python -m tests.bench.child MODULE [ARGUMENT]`.

The module's `main` gets the arguments and returns what is then printed as JSON, on the last line.
"""

import importlib
import json
import sys

import django

if __name__ == "__main__":
    django.setup()
    measurement = importlib.import_module(f"tests.bench.{sys.argv[1]}")
    print(json.dumps(measurement.main(*sys.argv[2:])))
