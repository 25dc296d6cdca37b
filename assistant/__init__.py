"""The assistant: enquiries now, hotline tickets later."""
