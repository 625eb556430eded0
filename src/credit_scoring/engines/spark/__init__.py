"""The Spark engine: a local session, a cluster, Databricks, or Spark Connect."""
