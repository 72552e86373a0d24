"""The studio without a window: networks, edits, catalogue, data, files and the engine.

Nothing here knows Qt. Torch is imported only inside ``core.engine``.

network, edits, rules, shapes, parameters   what a network is and how it changes
project, runs, reports, examples, script    a document, its trainings, and how to drive them
catalogue/                                  every choice a user has, declared once
data/                                       data sets and how they are made
engine/                                     what computes
"""
