"""The sequence shape of the network: a badge on the canvas that says which it is, and the guided change to another one."""
