"""Data sets: the contract (dataset), what there is (catalogue), real data (images, tables, series, speech, names), generated data
(synthetic, plane), and how samples are dealt out (split).
"""
