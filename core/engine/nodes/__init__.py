"""The nodes of a scan: what one layer does at one step, forward and backward, on preallocated buffers.

base      NodePlan, Read and Node: what all of them share
affine    layers that sum matrices times their reads: dense layers and RNN blocks
gated     LSTM and GRU
attention a layer that looks through a memory
joins     layers that pass values on: concatenate, dropout, layer norm, add, multiply
"""
