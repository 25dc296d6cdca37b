"""Fine-tunes the embedding model on the questions of the starter set; see `train`."""
