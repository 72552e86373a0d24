"""The panels around the canvas. Each observes the document and the runner; none knows another.

inspector   parameters and numbers of what is selected
training    data, settings, buttons and what training is doing
data        the data set and its samples
problems    what keeps the project from training, with repairs
history     the undo stack
outline     the network as a tree, for the keyboard and for screen readers
"""
