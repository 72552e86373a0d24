"""Numbers of a network by itself: sizes, counts, its weights as they are spread."""
