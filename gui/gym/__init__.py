"""The window of the memory gym: how far back does this network remember, and others beside it?

opening   the command that opens it
sweeps    the sweep that is under way, and what came of all of them
window    the form, who tries, and the buttons
chart     shares right along lag or noise, beside chance, with words for what is pointed at
"""
