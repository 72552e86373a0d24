"""The evaluation page: how good the network is on a part of the data, beside what is known without one.

panel     the dock: which part, when, and what is being done
page      one review, everything under one another
reviews   what the worker is asked, how far it is, and whether an answer still holds
metrics   numbers beside their baselines
curves    errors along time and length, and how misses are spread
lists     how each class fares, and the samples with the largest loss
"""
