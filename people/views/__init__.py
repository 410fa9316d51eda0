"""The pages of people and runs."""
