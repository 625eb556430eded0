"""What an operator does beside the daily run: take back, try again, erase, keep the tables small."""
