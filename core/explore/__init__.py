"""The mathematics behind the explorers: plain numpy on a handful of numbers, every step of it kept to be shown.

Nothing here imports torch; tests hold it against the engine.
"""
