"""Using a network: the panel "Try it" and its pages, one for each kind of task.

panel     chooses the page that fits the data, asks the worker whenever the input or the weights have changed
page      what a page is; reading.py, table.py, plane.py, classes.py and forecast.py are the pages
pad, letters, cells, sample   the inputs that a reading page edits
course    what the network says after each step; beliefs.py turns outputs into named numbers
"""
