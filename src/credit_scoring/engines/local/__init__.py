"""The embedded engine: this process and its workers, over Delta tables by delta-rs. No Java, no pyspark."""
