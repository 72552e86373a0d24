"""Numbers of what a trained network answers: evaluations, own inputs, answers that are read again."""
