"""The charts of the desk, as functions from answers to a picture and the sentence that says what it shows."""
