"""Importers of one's own data: each reads strangers' files, bounded and whole or not at all.

Whatever takes long is a generator of ``Progress`` that returns what it read: to cancel it is not to ask for the next.
"""
