"""Invented application papers with known truth, for `guanjia eval previews`: people, sheets, damage, defects."""
