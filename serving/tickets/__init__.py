"""12345 tickets as they are kept: their life, their audit trail, their way to the hotline platform."""
