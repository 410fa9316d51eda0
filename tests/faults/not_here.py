"""What of the matrix cannot be injected on one machine, by row ("F31 PostgreSQL"), and why."""

NOT_HERE: dict[str, str] = {}
