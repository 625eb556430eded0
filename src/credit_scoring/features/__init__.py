"""What a feature is, the features of each source table, and the reasons they belong to."""
