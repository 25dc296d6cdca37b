"""Settings, assembly, the base model, the HTTP API, the pages and the command line."""
