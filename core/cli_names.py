"""The names of the commands without a window, so that the window is told apart from them without loading them."""

COMMANDS = ("train", "generate", "evaluate", "gym", "check", "examples", "help")
