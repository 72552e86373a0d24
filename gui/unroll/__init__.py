"""The unrolled view: the network over time, one column per step, painted by hand."""
