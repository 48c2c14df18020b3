"""SMS through Twilio: plain texts and numbered choices; knows messages and Twilio, nothing else of the program."""
