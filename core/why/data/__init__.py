"""Numbers of a data set: what it holds, how it is counted, windowed, padded and imported."""
