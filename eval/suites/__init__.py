"""The suites: one module each, with a `SUITE`."""
