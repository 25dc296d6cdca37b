"""Cases, scorers, runs and results."""
