"""Why a number is what it is: its formula with symbols and with numbers, and where each of those comes from.

numbers     what can be asked about (Number) and what is answered (Explanation)
sample      one traced sample in 64 bit, with everything that a formula needs
forward     values, gates and cells
backward    gradients as sums over whoever reads a number
weights     weights and their gradients
chain       the way of a gradient back from the loss, factor by factor
explain     the answer to a question

What no single sample has is an Aggregate, by what it is about:

network/    sizes, counts, how weights are spread
data/       what a data set holds, how it is counted, cut into windows, padded, imported
training/   where a training stands, what was measured on its way, what many samples say together
answers/    evaluations, own inputs, answers that are read again
labs/       the explorers and the memory gym
"""
