"""The migrations, in order: released ones are never changed."""
