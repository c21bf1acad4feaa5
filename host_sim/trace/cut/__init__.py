"""A recording cut into states: sleep, boot, listening, transmitting; and its digest."""
