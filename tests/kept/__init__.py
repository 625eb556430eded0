"""A store as an earlier layout wrote it, kept so that later code shows that it still reads it."""
