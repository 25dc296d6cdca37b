"""What can go wrong with a text."""


class PromptError(Exception):
    """A prompt or reply is missing, or one of its variables is."""
