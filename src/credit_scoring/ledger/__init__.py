"""What happened to each delivery, an event a row, and the claims that keep two runs apart."""
