"""Numbers of the explorers and of the memory gym, which no project has."""
