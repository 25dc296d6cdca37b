"""Settings, assembly, the base model, the HTTP API, the pages and the command line."""

import knowledge_base as knowledge_base  # first of all imports: it sets how many threads the numeric libraries start
