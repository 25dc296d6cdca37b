"""Every text that a model or a citizen reads."""

from prompts.loader import PromptError, prompt_hash, render, reply

__all__ = ["PromptError", "prompt_hash", "render", "reply"]
