"""How good is a network, and where does it fail? Everything about one part of the data, beside what is known without one.

baselines   what one would say without a network: the most frequent class, the mean, the last value, the season, the bigram
sequences   what only a whole sequence has: right from end to end, edits from the right one
review      the evaluation page as numbers: metrics with baselines, classes, residuals, worst samples, errors by step
standing    which weights a training that moves has, to be judged beside it
report      the same as JSON and CSV
"""
