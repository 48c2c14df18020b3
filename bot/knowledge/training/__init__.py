"""Training in a process beside the program: `python -m bot.knowledge.training FOLDER [--idle]`; see `process.py`."""
