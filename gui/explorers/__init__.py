"""Explorers: small views with sliders that show what an entry of the catalogue does.

opening   how the rest of the window opens them: commands, and by catalogue entry
window    the window that holds them: a list on the left, the chosen explorer beside it
parts     sliders, cards and pictures that several of them are made of
neuron, activation, feed_forward, loss_lab, backprop, optimizer_race, recurrent_step    one file each
"""
