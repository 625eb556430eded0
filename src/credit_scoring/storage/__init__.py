"""Where tables and files live: Delta tables, files on local paths and blob, Arrow blocks."""
