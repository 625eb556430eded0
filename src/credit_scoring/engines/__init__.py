"""Engines move data: they scan tables, bring rows together by slot, and append. What rows mean is said elsewhere."""
