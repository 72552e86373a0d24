"""Everything that computes; the only folder that imports torch.

Compiling and running a network
    program     compile_network(network) -> Program; Program.run(parameters, inputs) -> Values
    plan        which parts run over all steps at once, which step by step, on which kernel
    axes        which sequences run in step, their lengths and padding
    masks       dropout masks, drawn before a run
    execution   one run: what each link carries, what layers start from and end in
    at_once     layers that need no scan
    blocks      RNN, LSTM and GRU blocks that stand alone, on their kernels
    kernels/    forward loops and backward passes written by hand; kernels.products: large products on oneDNN
    cycles      a component with cycles, made ready for the scan
    scan        step by step through a component; nodes/: what each kind of layer does at a step
    recorder    where kernels leave dL/dh_t; capture: the same by layer, for a whole run
    attention   scores, weights and contexts over all steps at once; cells: one step of a block, written plainly
    reference   the slow interpreter that defines what all of the above must compute

Training
    session     a training run as a generator of reports; asking: what else can be asked of the network meanwhile
    model       a Program with its loss: a pass over a batch, one sample examined, a part evaluated; objective: the loss
    learner     the parameters and the step that changes them: penalties, clipping, optimizer, schedule
    batches     the data on its device; course: where a session is in it, training time, what early stopping remembers
    state       a session put down and taken up again bit for bit
    settings    what a live change of the settings does, in values and sentences
    watchdog    finds where NaN or infinity first appeared
    probes      questions asked on demand or on a schedule: probes_time, probes_memory, probes_state; probes_local: one
                layer as a function of one step
    devices     device, precision and threads
"""
