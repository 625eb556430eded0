"""The model card: one page on what a model is, how good it is, how it treats people, and where it comes from."""
