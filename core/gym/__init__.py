"""The memory gym: how far back does a network remember?

tasks    the data sets that only a memory solves, at any lag and with any noise on what is read
models   who tries: networks of ready kinds, the open network trained afresh, and the open network just as it is
sweep    the plan of a sweep, and the generator that carries it out point by point
plans    the settings of a sweep, declared once for forms
results  what came of it: shares right beside chance, how far each one remembers, as JSON and CSV
"""
