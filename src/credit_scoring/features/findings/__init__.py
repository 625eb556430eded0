"""What reasons can say that is specific, theme by theme."""
