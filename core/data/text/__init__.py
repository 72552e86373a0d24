"""Data sets made of text: names, verses, words and numbers, as codes for an embedding.

``letters`` builds a data set of each shape out of texts; the other modules say which texts those are.
"""
