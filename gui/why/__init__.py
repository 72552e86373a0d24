"""The parts of the panel that explains a number: question (which one), terms (what it adds up), chain (its gradient's way)."""
