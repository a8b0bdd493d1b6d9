"""Starting a created stack: every container the moment its conditions hold, driven by the engine's events.

drive.start(model, wire, timeout=SECONDS, part=WHOLE, listener=None) -> Outcome
"""
