"""The whole product as real processes, for tests that use it as a person does, and look at the tenant afterwards."""

import os
from pathlib import Path

from neurons_admin.local import environment, processes
from neurons_admin.local.processes import Process
from tests import engines, leftovers
from tests.stage import Stage

FIRST_PORT = 8900


class Product(Stage):
    """Demo tenant, web, workers and sweeper on a database of their own, in the engines of the tests."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory, first_port=FIRST_PORT + os.getpid() % 500)
        self.database = f"test_neurons_admin_{os.getpid()}_product"
        self.password = environment.GENERATED["DEMO_PASSWORD"]()

    def start(self) -> None:
        """Start everything, and wait until the sign-in page is served."""
        leftovers.end()
        self.settings = {
            "DATABASE_URL": engines.create_database(self.database),
            "REDIS_URL": engines.broker_url(),
            "DEMO_PASSWORD": self.password,
        }
        self.start_tenant()
        self.prepare()
        self.start_product()

    def stop(self) -> None:
        """Stop everything, and drop the database."""
        processes.stop(self.processes.values(), grace=5.0)
        leftovers.forget()
        engines.drop_database(self.database)

    def note(self, process: Process) -> None:
        leftovers.note(process.pid)
