"""Reads foreign files into documents: JSONL, CSV, XLSX, DOCX, PDF, HTML. What cannot be read is told, row by row."""
