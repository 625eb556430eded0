"""Self-contained HTML pages for people: sections of text, tables and charts."""
