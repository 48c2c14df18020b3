"""Training in a process beside the program: `python -m bot.knowledge.training FOLDER`; see `process.py`."""
