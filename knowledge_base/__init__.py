"""The unified knowledge base: content, ingestion, one index per domain, retrieval with citations."""

import os

# Questions come side by side, so one numeric call keeps to one core: the thread pools of the embedder, FAISS and
# BLAS wait for one another otherwise, which doubles the time of a question. Read by those libraries when they load.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
