"""Every text that a model or a citizen reads."""

from prompts.errors import PromptError
from prompts.loader import prompt_hash, render, replies, reply

__all__ = ["PromptError", "prompt_hash", "render", "replies", "reply"]
