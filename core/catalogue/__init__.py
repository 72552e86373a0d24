"""Everything a user can choose, each declared once as a Spec.

spec        Param, Spec, Choice and Catalogue: the words of a declaration
registry    catalogue("losses"): finds a catalogue by its name
layers, activations, losses, metrics, optimizers, schedules, initializers: the entries
"""
