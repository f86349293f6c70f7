"""The timetable of the worker process (APScheduler)."""
