"""What simpler systems make of the same cases: without them a figure says little."""
