"""`make bench`: measures what the product promises, on the parts of `make run`. docs/benchmarks.md says how."""
