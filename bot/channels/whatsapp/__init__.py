"""WhatsApp through Twilio: templates and the service window; knows messages and Twilio, nothing else of the program."""
