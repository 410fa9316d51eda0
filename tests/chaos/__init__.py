"""The chaos run (`make chaos`): hundreds of runs while everything fails at random, and then a count of what is true.

`python -m tests.chaos --seed 7 --runs 500`. Actions of all kinds are asked for through the services and through the
pages. As long as that lasts there is a storm: of all requests to Graph and to the sign-in service 10 % meet a fault of
each family (see `storm.FAMILIES`), and processes and servers are killed, frozen and emptied at random (see
`havoc.DEEDS`). Then it is calm, and every run has to come to its end.

The count (see `verdict`) sets the product's own rows against the tenant's journal. The seed decides what is planned;
which request meets which fault depends on the machine as well, so that a second run with the same seed differs.
"""
