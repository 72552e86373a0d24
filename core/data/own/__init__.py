"""Data sets of one's own: an imported blob (core.data.store) and a recipe of scalar settings make a Dataset."""
