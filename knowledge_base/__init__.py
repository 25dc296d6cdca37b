"""The unified knowledge base: content, ingestion, one index per domain, retrieval with citations."""
