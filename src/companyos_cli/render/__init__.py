"""Results into text and JSON. Nothing here decides or writes."""
