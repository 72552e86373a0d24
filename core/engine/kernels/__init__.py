"""Recurrent kernels: each one a forward loop into preallocated buffers and a backward pass written by hand.

All of them take what enters them already projected, for all steps at once, and return the states of all steps. While
the backward pass runs it has dL/dh_t of every step at hand, so recording it costs nothing. Weight gradients are one
product over all steps.

elman    h_t = f(x_t + W h_{t-1}); also a dense layer with a link to itself
gru      gated recurrent unit
lstm     long short-term memory, with access to c_t
fused    long short-term memory on torch's fused kernel

products large products of single precision on oneDNN; squashes: slopes from values; pieces: stretches of steps
"""
