"""The unrolled view: the network over time, one column per step, painted by hand.

switch      FoldSwitch: canvas and unrolled view, one command, the flight between them
view        UnrollView: the widget; reading (numbers), looking (zoom), choosing (selection), pointing, walking, editing
layout      rows, columns, lens, offset: pure geometry
painting    what stays: cells (pictures of rows), arrows, ends (the sample's values), chrome (names, steps, overview)
lights      what lights up under the pointer; hits finds it, tips says it in words
numbers     what is shown, from one examination or one trace; sample: what enters and what is asked
cell_diagram, gate_drawings, gate_numbers   the inside of an LSTM, GRU or RNN
"""
