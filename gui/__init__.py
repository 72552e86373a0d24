"""The window. It observes core and changes a project only through edits.

app, main_window, menus      how the program starts and what its window is made of
document, runner             the project being edited, and its training, as Qt objects that views observe
trainer, worker, ticker      the one worker thread, what it does, and the one display timer
theme, icons, fonts, text    looks and words
canvas/ panels/ plots/ forms/ explorers/   the views
"""
