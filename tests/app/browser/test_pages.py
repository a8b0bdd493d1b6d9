"""The pages as a person meets them, with JavaScript and without: `nox -s "browser(dev)"`."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.app.browser.conftest import opened
from tests.app.client import code_after
from tests.app.test_application import create_admin
from tests.integration.waiting import eventually

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.app.plugin import Stack

PASSWORD = secrets.token_urlsafe(18)


def sign_up(page: Page) -> str:
    """Create an account, and sign in to it."""
    email = f"{secrets.token_hex(6)}@example.org"
    page.goto("/")
    page.get_by_role("link", name="Create one").click()
    fill(page, email)
    press(page, "Create account")
    expect(page.get_by_role("status")).to_have_text("If this address had no account, it has one now: sign in.")
    fill(page, email)
    press(page, "Sign in")
    expect(page.get_by_role("status")).to_have_text("You are signed in.")
    return email


def press(page: Page, button: str) -> None:
    """Press a button, and wait for the page that answers: what is asked for next would break it off."""
    with page.expect_navigation():
        page.get_by_role("button", name=button).click()


def fill(page: Page, email: str, code: str = "") -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    if code:
        page.get_by_label("Code").fill(code)


def sign_in(page: Page, email: str, code: str = "") -> None:
    page.goto("/")
    fill(page, email, code)
    press(page, "Sign in")


def enrol(page: Page) -> pyotp.TOTP:
    """Turn the second factor on."""
    press(page, "Set up a second factor")
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    page.get_by_text("Or enter the secret by hand").click()
    factor = pyotp.TOTP(page.locator("code.secret").inner_text())
    page.get_by_label("Enter the code").fill(factor.now())
    press(page, "Turn on")
    expect(page.get_by_role("status")).to_contain_text("Your second factor is on.")
    return factor


def test_version_and_environment_are_in_sight(page: Page, stack: Stack) -> None:
    """Before anybody signs in; and each thing that the stack depends on is ok."""
    page.goto("/")
    expect(page.get_by_role("contentinfo")).to_contain_text(f"Environment {stack.environment}")
    expect(page.get_by_role("banner")).to_contain_text(stack.environment)
    for name in ("Database", "Migrations", "Cache"):
        expect(page.get_by_role("listitem").filter(has_text=name)).to_contain_text("ok")


def test_a_second_factor_is_set_up_and_then_asked_for(page: Page) -> None:
    """From the QR code to the next sign-in."""
    email = sign_up(page)
    factor = enrol(page)
    press(page, "Sign out")
    sign_in(page, email)
    expect(page.get_by_role("alert")).to_contain_text("This account has a second factor")
    fill(page, email, code_after(factor))
    press(page, "Sign in")
    expect(page.get_by_role("status")).to_have_text("You are signed in.")


def test_a_wrong_password_is_refused(page: Page) -> None:
    """With one answer, and the address is kept."""
    page.goto("/")
    fill(page, "nobody@example.org")
    press(page, "Sign in")
    expect(page.get_by_role("alert")).to_have_text("Wrong address, password or code.")
    expect(page.get_by_label("Email")).to_have_value("nobody@example.org")


def test_a_job_is_done_by_the_worker(page: Page) -> None:
    """Ordered with a button; its result is on the page."""
    sign_up(page)
    press(page, "Run")
    row = page.get_by_role("row").filter(has_text="activity")
    eventually(lambda: (page.reload(), row.inner_text())[1], lambda text: "done" in text)
    expect(row).to_contain_text("registered: 1")


def test_a_session_elsewhere_is_ended(page: Page, browser: Browser, context: BrowserContext) -> None:
    """By its owner, from another browser."""
    email = sign_up(page)
    elsewhere = opened(browser, page.url.partition("?")[0])
    other = elsewhere.new_page()
    sign_in(other, email)
    page.goto("/")
    press(page, "End the session")
    other.reload()
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    elsewhere.close()
    assert [cookie["name"] for cookie in context.cookies()] == ["__Host-session"]


def test_accounts_are_for_an_admin_with_both_factors(page: Page, stack: Stack) -> None:
    """Who created it is in the list; a user has no link to it, and is refused."""
    user = sign_up(page)
    expect(page.get_by_role("link", name="Accounts")).to_have_count(0)
    page.goto("/accounts")
    expect(page.get_by_role("heading")).to_contain_text("lacks accounts:list")
    page.goto("/")
    press(page, "Sign out")
    email = f"{secrets.token_hex(6)}@example.org"
    create_admin(stack, email, PASSWORD)
    sign_in(page, email)
    enrol(page)
    page.get_by_role("link", name="Accounts").click()
    expect(page.get_by_role("row").filter(has_text=user)).to_contain_text("user")


def test_the_api_is_described_in_development_only(page: Page, stack: Stack) -> None:
    """As a page, and as OpenAPI."""
    answer = page.goto("/api")
    assert answer
    assert answer.status == (200 if stack.development else 404)
    if stack.development:
        page.get_by_text("/api/login").click()
        expect(page.get_by_role("link", name="Credentials").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, stack: Stack, scheme: str) -> None:
    """On every page, in both colour schemes; axe itself is a script."""
    context = opened(browser, stack.client().base, color_scheme=scheme)
    page = context.new_page()
    seen = {}

    def look(name: str) -> None:
        found = Axe().run(page).response["violations"]
        seen[name] = [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]

    for path in ("/", "/sign-up", "/nowhere", *(("/api",) if stack.development else ())):
        page.goto(path)
        look(path)
    sign_in(page, "nobody@example.org")
    look("refused")
    email = f"{secrets.token_hex(6)}@example.org"
    create_admin(stack, email, PASSWORD)
    sign_in(page, email)
    press(page, "Run")
    look("home")
    page.goto("/accounts")
    look("/accounts without a second factor")
    page.goto("/")
    press(page, "Set up a second factor")
    look("/second-factor")
    factor = pyotp.TOTP(page.locator("code.secret").text_content() or "")
    page.get_by_label("Enter the code").fill(factor.now())
    press(page, "Turn on")
    page.goto("/accounts")
    look("/accounts")
    context.close()
    assert {name: found for name, found in seen.items() if found} == {}
    assert len(seen) >= 8
