"""12345 tickets: a draft that fills while the caller speaks, its class and its department."""
