"""Explorers: small views with sliders that show what an entry of the catalogue does.

window    the window that holds them: a list on the left, the chosen explorer beside it
parts     sliders, cards and pictures that several of them are made of
neuron, activation, feed_forward, loss_lab, backprop, optimizer_race, recurrent_step    one file each
"""
