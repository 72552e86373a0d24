"""Data sets: the contract (dataset), what there is (catalogue), real data (images, tables, series, speech, names) and
generated data (synthetic, plane), how samples are dealt out (split), and the settings they share (settings).
"""
