"""From challenger to champion: the contest, its gates, and the record of who beat whom and why."""
