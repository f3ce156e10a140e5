"""The phases of a month, by who acts: functions that read and write the model's state; see :mod:`sim.model.model`."""
