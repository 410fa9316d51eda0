"""Django's PostgreSQL backend, which chains what was recorded right before each commit."""
