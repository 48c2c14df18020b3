"""How well messages are understood, for people who keep the knowledge: reads files, measures, draws; serves nobody."""
