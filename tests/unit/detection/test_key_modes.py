"""Live and test keys of providers; the tests of DG205 and DG207 have each form."""

from __future__ import annotations

from dockgate.detection import key_modes


def test_each_mode_has_its_own_answer() -> None:
    """A live key is no test key, encoded neither."""
    live, test = "sk_live_" + "4eC39HqLyjWD", "sk_test_" + "4eC39HqLyjWD"
    assert (key_modes.live(live), key_modes.live(test)) == ("Stripe or Clerk", "")
    assert (key_modes.test(live), key_modes.test(test)) == ("", "Stripe or Clerk")
    assert key_modes.live(f"key%3D{live.replace('_', '%5F')}") == "Stripe or Clerk"
