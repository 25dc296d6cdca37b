"""The checks of pre-review, one module per family; `preview.checking` runs them all."""
