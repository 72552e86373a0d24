"""Everything that computes; the only folder that imports torch.

Compiling and running a network
    program     compile_network(network) -> Program; Program.run(parameters, inputs) -> Values
    plan        which parts run over all steps at once, which step by step, on which kernel
    axes        which sequences run in step, their lengths and padding
    masks       dropout masks, drawn before a run
    execution   one run: what each link carries, what layers start from and end in
    at_once     layers that need no scan
    blocks      RNN, LSTM and GRU blocks that stand alone, on their kernels
    kernels/    forward loops and backward passes written by hand
    cycles      a component with cycles, made ready for the scan
    scan        step by step through a component; scan_nodes: what each kind of layer does at a step
    recorder    where kernels leave dL/dh_t; capture: the same by layer, for a whole run
    reference   the slow interpreter that defines what all of the above must compute

Training
    session     a training run as a generator of reports
"""
