"""Files that travel with the program, read through importlib.resources: data sets, examples, icons, fonts."""
