"""`make bench`: measures what the product promises, on the parts that `make run` starts. docs/benchmarks.md says how."""
