"""Numbers of a training: where it stands, what was measured on its way, and what many samples say together."""
