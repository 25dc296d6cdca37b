"""One numeric call keeps to one core, however the product is started."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["serving.cli_serve", "serving.build", "knowledge_base.index", "eval.enquiries"])
def test_numeric_libraries_start_one_thread(module: str) -> None:
    code = f"import {module}, faiss; print(faiss.omp_get_max_threads())"
    free = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "OPENBLAS_"))}
    done = subprocess.run([sys.executable, "-c", code], env=free, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
