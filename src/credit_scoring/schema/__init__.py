"""The source tables as declared: columns, types, keys, vocabularies, sentinels and rules with their sentences."""
