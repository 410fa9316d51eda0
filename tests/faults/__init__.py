"""The fault suite: each row of the matrix in docs/reliability.md, by real processes and real signals.

How to write a row
------------------
A row is a test whose docstring begins with the row's number; the `stage` is whole, empty and well when it begins.

    def test_f02_a_worker_child_killed_after_the_call(stage):
        \"\"\"F2: the call was made, and nobody could write down what came of it.\"\"\"
        stage.sabotage("after call", "kill", role="worker")
        asked = stage.ask("disable_account")
        assert_told_truth(stage, asked, state="succeeded", effects=1, names="lost after sending.*Confirmed")

* `stage.ask(action, person=None, **typed)` presses the button on the real page, as somebody from the service desk;
  without a person it takes one whom no test has touched. It returns a `tests.desk.Answer`: `run`, `person`, `status`,
  `seconds` (how long the page took), `text`. `stage.desk.open(action, person)` opens the dialog only; its `press()` may
  come after the disaster. `stage.inside("ask", ...)` asks by the services, without a page (see `inside.py`).
* What breaks: `stage.worker`, `.sweeper`, `.web`, `.demo` (`kill`, `stop`, `freeze`, `thaw`, `children()`; bring them
  back with `stage.start("worker")`), `stage.database` and `stage.broker` (also `start`; the broker `flush`). A single
  process: `os.kill(stage.worker.children()[0], signal.SIGKILL)`. `stage.add("worker-late", command, FAKETIME="+1h")`
  adds a process until the next test.
* At a point: `stage.sabotage("before fence", "kill")` kills the process that gets there, once; `"hold"` makes it wait
  there until `order.release()`, and `order.wait()` gives its process number: in between anything can be done to the
  world. The points stand in `sabotage/points.py`.
* What Microsoft does: `stage.fault("status", status=503, applied=True, on=person, times=1)`.
* Read the rows themselves: `stage.run(id)`, `stage.trail(id)`, `stage.calls(id)`, `stage.rows(sql, params)`; the truth
  is in the tenant: `stage.journal()`, `stage.effects(person)`, `stage.control(...)`.
* Wait by `stage.wait_until(condition, seconds)` and `stage.wait_final(id)`; there are no pauses of a fixed length.
* `assert_told_truth` ends every row: final in time, effects counted in the tenant's journal, the fault named by the
  trail, no secret anywhere. A secret that the test itself typed is told by `stage.secrets["what it is"] = value`.

PACE=0.1 makes the engine ten times as fast: a lease is 6 s, a call takes 2 s at the longest. Whatever a test leaves
broken is mended before the next one begins, the tables and the tenant are as they were at the start, and the faults of
the tenant are gone; only processes that lived go on with what they remember (tokens, say). Each run of the suite in one
clone has a place of its own, var/faults/N, with the logs of all processes in var/faults/N/log.
"""
