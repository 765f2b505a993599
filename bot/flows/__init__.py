"""The four lanes and the upkeep. A flow's docstring is its pipeline, in order; it holds no rule."""
