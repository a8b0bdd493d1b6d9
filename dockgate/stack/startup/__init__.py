"""Starting a created stack: every container the moment its conditions hold, driven by the engine's events.

drive.start(model, wire, part=WHOLE, timeout=120.0, listener=None) -> Outcome
"""
