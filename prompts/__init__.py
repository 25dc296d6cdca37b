"""Every text that a model or a citizen reads."""

from prompts.loader import PromptError, prompt_hash, render, replies, reply

__all__ = ["PromptError", "prompt_hash", "render", "replies", "reply"]
