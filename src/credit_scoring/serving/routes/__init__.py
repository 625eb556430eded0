"""The endpoints, a module a subject. How one is written: see serving.recording."""
